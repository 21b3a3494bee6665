"""A judge of what goes over the wire: Discord's published API description, OpenAPI 3.1.

The description is large and not ours to publish. It stands beside the project, as `../shared/discord-openapi.json`;
where it isn't, nothing is judged. It is read once for each process, and a validator is made when it is first needed.
There are two: a fast one for the many bodies that are as they should be, and one that says best what is wrong with one.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import jsonschema_rs
import referencing.jsonschema
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from runner.emulator.journal import WireEntry

DESCRIPTION = Path(__file__).parent.parent.parent / "shared" / "discord-openapi.json"
"""Discord's description of its API: discord/discord-api-spec, `specs/openapi.json`."""

Json = Any  # the description's schemas, and the bodies, are JSON of any shape


class Disagreement(NamedTuple):
    """A place where the description contradicts Discord's documentation, or what Discord is seen to do.

    `change` is laid over the object at `pointer`; None takes a key away.
    """

    pointer: str
    change: Mapping[str, Json]
    why: str


_BITS: Json = {name: {"type": ["integer", "string", "null"]} for name in ("allow", "deny")}

DISAGREEMENTS: Mapping[str, Disagreement] = {
    "inner error codes": Disagreement(
        "/components/schemas/InnerErrors/properties/_errors/items",
        {"$ref": None, "required": ["code", "message"], "properties": {"code": {"type": "string"}}},
        "Discord docs, Reference, Error Messages: the codes inside `errors` are words, as BASE_TYPE_REQUIRED",
    ),
    "code of a rate limit": Disagreement(
        "/components/schemas/RatelimitedResponse/allOf/0",
        {"$ref": None, "required": ["message"]},
        "Discord docs, Topics, Rate Limits: `code` is there only if applicable",
    ),
    "default_member_permissions": Disagreement(
        "/components/schemas/ApplicationCommandUpdateRequest/properties/default_member_permissions",
        {"type": ["integer", "string", "null"]},
        "Discord docs, Application Commands: the bits are a text; discord.py sends a number",
    ),
    "bits of an overwrite": Disagreement(
        "/paths/~1channels~1{channel_id}~1permissions~1{overwrite_id}/put/requestBody/content/application~1json/schema"
        "/properties",
        _BITS,
        "Discord docs, Resources, Channel, Edit Channel Permissions: the bits are a text",
    ),
    "bits of overwrites": Disagreement(
        "/components/schemas/ChannelPermissionOverwriteRequest/properties",
        _BITS,
        "Discord docs, Resources, Channel, Overwrite Object: the bits are a text",
    ),
    **{
        f"permissions of a role ({name})": Disagreement(
            f"/components/schemas/{name}/properties",
            {"permissions": {"type": ["integer", "string", "null"]}},
            "Discord docs, Resources, Guild, Create Guild Role: the bits are a text",
        )
        for name in ("CreateRoleRequest", "UpdateRoleRequestPartial")
    },
    "forwards": Disagreement(
        "/components/schemas/MessageReferenceType",
        {"enum": [0, 1]},
        "Discord docs, Resources, Message, Message Reference Types: 1 is a forward",
    ),
    "purchases": Disagreement(
        "/components/schemas/LaunchActivityInteractionCallbackRequest/properties/type",
        {"enum": [10, 12], "allOf": None},
        "Discord docs, Receiving and Responding, Interaction Callback Type: 10 asks for a purchase, deprecated",
    ),
    "messages of a ban": Disagreement(
        "/paths/~1guilds~1{guild_id}~1bans~1{user_id}/put",
        {"parameters": [{"name": "delete_message_seconds", "in": "query", "schema": {"type": "integer"}}]},
        "discord.py sends it in the query, and Discord heeds it",
    ),
}
"""What is not held against anybody, by name."""


class Fault(NamedTuple):
    """Something that the description does not allow: in which operation, on which side, where, and what."""

    operation: str
    side: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation}: the {self.side}, at {self.place or '/'}: {self.message}"


def faults_of(wire: Iterable[WireEntry], *, of_refused: bool = True) -> list[Fault]:
    """Return what is wrong with the HTTP exchanges; nothing where the description is missing.

    Without `of_refused` the requests that were refused are left out, for tests that send nonsense on purpose.
    """
    judge = the_judge()
    if judge is None:
        return []
    return [fault for entry in wire if entry.kind == "http" for fault in judge.faults(entry, of_refused=of_refused)]


@cache
def the_judge() -> "Judge | None":
    """Return the judge of this process, None without a description."""
    if not DESCRIPTION.is_file():
        return None
    document = json.loads(DESCRIPTION.read_bytes(), object_hook=_plainer)
    for disagreement in DISAGREEMENTS.values():
        _lay_over(_at(document, disagreement.pointer), disagreement.change)
    return Judge(document)


class Judge:
    """Holds exchanges against a description."""

    def __init__(self, document: Json) -> None:
        self._document = document
        sides = _sides(document)
        create = referencing.jsonschema.DRAFT202012.create_resource
        self._registry = referencing.Registry[Json]().with_resources(
            [(uri, create(side)) for uri, side in sides.items()]
        )
        self._fast_registry = jsonschema_rs.Registry([*sides.items()], draft=jsonschema_rs.Draft202012)
        self._operations: dict[tuple[str, int], list[_Operation]] = {}
        for each in _operations(document):
            self._operations.setdefault((each.method, len(each.segments)), []).append(each)
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def faults(self, entry: WireEntry, *, of_refused: bool) -> Iterator[Fault]:
        """Yield what is wrong with one exchange.

        Server errors are passed over, which are injected or say "not yet", and plain texts, which are not Discord's but
        of the network in front of it.
        """
        if entry.status is None or entry.status >= 500 or isinstance(entry.answer, str):
            return
        operation = self._operation(entry)
        if operation is None:
            if of_refused or entry.status not in _NOWHERE:
                yield Fault(f"{entry.method} {entry.route}", "request", "", "there is no such operation")
            return
        if of_refused or entry.status < 400:
            yield from self._of_request(operation, entry)
        yield from self._of_answer(operation, entry)

    def _operation(self, entry: WireEntry) -> "_Operation | None":
        segments = [unquote(segment) for segment in entry.route.split("?")[0].split("/")[1:]]
        near = self._operations.get((entry.method, len(segments)), ())
        found = [each for each in near if each.matches(segments)]
        return max(found, key=_Operation.literals, default=None)

    def _of_request(self, operation: "_Operation", entry: WireEntry) -> Iterator[Fault]:
        yield from self._of_parameters(operation, entry)
        body = operation.definition.get("requestBody")
        if body is None:
            if entry.request is not None:
                yield Fault(operation.id, "request", "", "a body where there is none")
            return
        # No body is an empty object: the description requires one even of calls that have nothing to say.
        sent: Json = {} if entry.request is None else entry.request
        pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
        yield from self._of_body(operation, "request", pointer, sent)

    def _of_parameters(self, operation: "_Operation", entry: WireEntry) -> Iterator[Fault]:
        in_path = dict(zip(operation.segments, entry.route.split("/")[1:], strict=True))
        for pointer, parameter in operation.parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                yield from self._of_text(operation, pointer, parameter, unquote(in_path[f"{{{name}}}"]))
            elif name in entry.query:
                yield from self._of_text(operation, pointer, parameter, entry.query[name])
        known = {parameter["name"] for _, parameter in operation.parameters if parameter["in"] == "query"}
        for name in entry.query.keys() - known:
            yield Fault(operation.id, "request", f"?{name}", "there is no such parameter")

    def _of_text(self, operation: "_Operation", pointer: str, parameter: Json, text: str) -> Iterator[Fault]:
        """Yield what is wrong with a parameter, whose text stands for whatever its schema allows."""
        validator = self._validator(f"{REQUEST}#{quote(pointer)}/schema")
        if not any(validator.is_valid(value) for value in _readings(text)):
            yield Fault(operation.id, "request", parameter["name"], f"{text!r} is not valid")

    def _of_answer(self, operation: "_Operation", entry: WireEntry) -> Iterator[Fault]:
        responses: Json = operation.definition["responses"]
        assert entry.status is not None, "an exchange by HTTP"
        status = next((key for key in _keys(entry.status) if key in responses), None)
        if status is None:
            yield Fault(operation.id, "answer", "", f"the status {entry.status} is not described")
            return
        pointer = f"{operation.pointer}/responses/{status}"
        if "$ref" in responses[status]:
            pointer = responses[status]["$ref"].removeprefix("#")
        if "application/json" in _at(self._document, pointer).get("content", ()):
            yield from self._of_body(operation, "answer", f"{pointer}/content/application~1json/schema", entry.answer)
        elif entry.answer is not None:
            yield Fault(operation.id, "answer", "", f"a body with the status {entry.status}")

    def _of_body(self, operation: "_Operation", side: str, pointer: str, body: Json) -> Iterator[Fault]:
        reference = f"{SIDES[side]}#{quote(pointer)}"
        if self._validator(reference).is_valid(body):
            return
        slow: Any = Draft202012Validator({"$ref": reference}, registry=self._registry, format_checker=_FORMATS)
        error = next(slow.iter_errors(body), None)
        if error is None:
            yield Fault(operation.id, side, "", "one of the two validators refuses it, and can't say why")
            return
        cause = _cause(error)
        yield Fault(operation.id, side, cause.json_path.removeprefix("$"), cause.message)

    def _validator(self, reference: str) -> jsonschema_rs.Draft202012Validator:
        if reference not in self._validators:
            self._validators[reference] = jsonschema_rs.Draft202012Validator(
                {"$ref": reference}, registry=self._fast_registry, validate_formats=True, formats={**_TEXT_FORMATS}
            )
        return self._validators[reference]


class _Operation(NamedTuple):
    """One method of one path; `parameters` each with its pointer."""

    method: str
    segments: Sequence[str]
    pointer: str
    definition: Json
    parameters: Sequence[tuple[str, Json]]

    @property
    def id(self) -> str:
        return str(self.definition["operationId"])

    def matches(self, segments: Sequence[str]) -> bool:
        return all(_is_variable(part) or part == given for part, given in zip(self.segments, segments, strict=True))

    def literals(self) -> int:
        return sum(not _is_variable(part) for part in self.segments)


REQUEST, ANSWER = "urn:request", "urn:answer"
SIDES: Mapping[str, str] = {"request": REQUEST, "answer": ANSWER}
_NOWHERE: Collection[int] = (404, 405)
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}
_METHODS = ("get", "put", "post", "patch", "delete")
_BITS_OF = {"int32": 32, "int64": 64}


def _is_variable(part: str) -> bool:
    return part.startswith("{")


def _operations(document: Json) -> Iterator[_Operation]:
    for path, item in document["paths"].items():
        base = "/paths/" + path.replace("~", "~0").replace("/", "~1")
        for method in _METHODS:
            if method in item:
                pointer = f"{base}/{method}"
                shared = [(f"{base}/parameters/{n}", each) for n, each in enumerate(item.get("parameters", ()))]
                own = [(f"{pointer}/parameters/{n}", each) for n, each in enumerate(item[method].get("parameters", ()))]
                yield _Operation(method.upper(), path.split("/")[1:], pointer, item[method], [*shared, *own])


def _readings(text: str) -> Iterator[Json]:
    """Yield the values that a text in a path or a query may stand for."""
    yield text
    if text.lstrip("-").isdecimal():
        yield int(text)
    if text.lower() in _TRUTHS:
        yield _TRUTHS[text.lower()]
    yield [text]


def _cause(error: ValidationError) -> ValidationError:
    """Return the fault inside a fault. Of the alternatives of a schema, the one of the value's `type` says why."""
    while error.context:
        branches = [list(each) for _, each in groupby(error.context, lambda inner: inner.schema_path[0])]
        error = next((branch[0] for branch in branches if not any(map(_is_of_type, branch))), branches[0][0])
    return error


def _is_of_type(error: ValidationError) -> bool:
    """Return whether a value is at fault because it is meant for another alternative."""
    return list(error.path) == ["type"] or error.validator == "type"


def _keys(status: int) -> tuple[str, str]:
    return str(status), f"{status // 100}XX"


def _at(document: Json, pointer: str) -> Json:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name) if isinstance(document, list) else name]
    return document


def _lay_over(schema: Json, change: Mapping[str, Json]) -> None:
    for key, value in change.items():
        if value is None:
            del schema[key]
        else:
            schema[key] = value


def _sides(document: Json) -> Mapping[str, Json]:
    """Return the two sides of the description: what may be sent to Discord, and what Discord answers.

    Ids are texts in every answer. In a request Discord takes numbers too, and discord.py sends them.
    """
    schemas = document["components"]["schemas"]
    ids = {**schemas["SnowflakeType"], "type": ["string", "integer"]}
    lenient = {**document, "components": {**document["components"], "schemas": {**schemas, "SnowflakeType": ids}}}
    return {REQUEST: lenient, ANSWER: document}


def _plainer(rules: dict[str, Json]) -> dict[str, Json]:
    """Return the same schema in words that both validators have.

    A `oneOf` of constants is an `enum`, which is looked up at once; the format of a whole number is its bounds.
    """
    bits = _BITS_OF.get(rules["format"]) if isinstance(rules.get("format"), str) else None
    if bits is not None:
        least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        bounds = {"minimum": max(rules.get("minimum", least), least), "maximum": min(rules.get("maximum", most), most)}
        rules = {**rules, **bounds}
    options: list[Json] | None = rules.get("oneOf")
    if options is None or not all("const" in each for each in options):
        return rules
    rest = {key: value for key, value in rules.items() if key != "oneOf"}
    return {**rest, "enum": [each["const"] for each in options]}


def _is_instant(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_address(value: str) -> bool:
    try:
        return bool(urlsplit(value).scheme)
    except ValueError:
        return False


_TEXT_FORMATS: Mapping[str, Callable[[str], bool]] = {"date-time": _is_instant, "uri": _is_address}
_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time")
def _may_be_an_instant(value: object) -> bool:
    return not isinstance(value, str) or _is_instant(value)


@_FORMATS.checks("uri")
def _may_be_an_address(value: object) -> bool:
    return not isinstance(value, str) or _is_address(value)
