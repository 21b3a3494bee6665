"""What a file has that the JSON Schema refuses, said in the operator's words.

The schema library finds the violations; here each becomes one diagnostic at the smallest place to change. Where a
value may take several forms, the form that the author evidently meant is the one that is judged. Where one mistake
violates the schema twice, such as a misspelt key that is then also missing, it is reported once.
"""

import re
from collections.abc import Iterator, Sized
from typing import Any, cast

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from runner.config import key_faults, wording
from runner.config.impossible import impossible
from runner.config.later import later_keys
from runner.config.source import Mapping, Node, Scalar, at, plain
from runner.config.suggestion import nearest, only_near, suggestion
from runner.config.wording import Schema, listed
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Span

Path = tuple[str | int, ...]

_SEVERAL = "several-at-once"
_OF_THE_WHOLE = (_SEVERAL, "not-available")
_ACTION_REFERENCE = "#/definitions/action-"


@dataclass(frozen=True, slots=True)
class Violation:
    """A diagnostic, and the path of the value that it is about."""

    path: Path
    diagnostic: Diagnostic


def violations(root: Node, schema: Schema) -> list[Violation]:
    """Return everything in `root` that `schema` refuses, one entry for each cause."""
    validator: Any = Draft7Validator(schema)  # Any: the stubs know no way to say "plain YAML"
    errors: Iterator[ValidationError] = validator.iter_errors(plain(root))
    explainer = _Explainer(root, schema["definitions"])
    found = {(item.path, item.diagnostic): item for error in errors for item in explainer.explain(error)}
    return _without_those_below(list(found.values()))


def _without_those_below(found: list[Violation]) -> list[Violation]:
    """Leave out what is wrong inside a value that is wrong as a whole."""
    whole = [item for item in found if item.diagnostic.slug in _OF_THE_WHOLE]
    return [item for item in found if item in whole or not any(_is_below(item.path, each.path) for each in whole)]


@dataclass(frozen=True, slots=True)
class _Explainer:
    root: Node
    definitions: Schema

    def explain(self, error: ValidationError) -> Iterator[Violation]:
        path: Path = tuple(error.absolute_path)
        if (fault := impossible(path, at(self.root, path))) is not None:
            yield Violation(path, fault)
        elif error.validator == "anyOf":
            yield from self._forms(error, path)
        elif error.validator == "additionalProperties":
            yield from self._unknown_keys(error, path)
        elif error.validator == "required":
            yield from self._missing_keys(error, path)
        elif error.validator == "not":
            yield self._later_form(error, path)
        elif "propertyNames" in error.schema_path:
            if not self._is_written_well(error, path):
                yield self._bad_name(error, path)
        else:
            yield Violation(path, self._bad_value(error, path))

    # Values that may take several forms

    def _forms(self, error: ValidationError, path: Path) -> Iterator[Violation]:
        """Judge the value by the one form whose kind it has, or say which kinds there are."""
        if isinstance(error.instance, str) and (actions := _actions(_long_form(_schema_of(error)))):
            yield Violation(path, self._bare_step(error.instance, actions, path))
            return
        if error.instance is None and self._is_beside_its_fields(path):
            return
        meant = [errors for errors in _branches(error) if not any(_is_other_kind(inner) for inner in errors)]
        if not meant:
            yield Violation(path, self._wrong_kind(error, path))
            return
        for inner in min(meant, key=len):
            yield from self.explain(inner)

    def _bare_step(self, word: str, actions: list[str], path: Path) -> Diagnostic:
        span = self._value_span(path)
        if word in actions:
            return Diagnostic(
                slug="incomplete-step",
                span=span,
                headline=f"`{word}` needs more than its name",
                why="there is nothing that it could do by itself",
                fix=f"write `{word}:` with a value behind it",
            )
        return key_faults.unknown_step(word, actions, span)

    def _is_beside_its_fields(self, path: Path) -> bool:
        """Tell whether an empty action has its own keys next to it, which is one mistake and is reported there."""
        step = at(self.root, path[:-1])
        own = self._fields_of(str(path[-1]))
        return isinstance(step, Mapping) and any(name in own for name in step.entries)

    def _fields_of(self, action: str) -> frozenset[str]:
        """Return the keys that stand under an action; nothing for a name that is none."""
        return frozenset(_long_form(self.definitions.get(f"action-{action}", {})).get("properties", {}))

    # Keys

    def _unknown_keys(self, error: ValidationError, path: Path) -> Iterator[Violation]:
        mapping, schema = self._mapping(path), _schema_of(error)
        misspelt = key_faults.misspelt(mapping, schema)
        for name in key_faults.unknown(mapping, schema):
            if inside := key_faults.inside_a_command(name, path, mapping.key(name).span):
                fault = inside
            elif name in later_keys(path):
                fault = key_faults.not_available(name, mapping.key(name).span, misspelt.get(name, ""))
            elif actions := _actions(schema):
                beside = [each for each in schema["properties"] if each not in actions]
                fault = self._unknown_step_key(name, mapping, actions, beside)
            else:
                fault = key_faults.unknown_key(name, mapping, list(schema["properties"]), misspelt.get(name, ""))
            yield Violation((*path, name), fault)

    def _later_form(self, error: ValidationError, path: Path) -> Violation:
        """Return the fault of a value whose form, by one of its keys, is one of a later version."""
        name = str(error.instance)
        return Violation(path, key_faults.not_available(name, self._mapping(path).key(name).span, ""))

    def _unknown_step_key(self, name: str, step: Mapping, actions: list[str], beside: list[str]) -> Diagnostic:
        named, span = [each for each in step.entries if each in actions], step.key(name).span
        if not named:
            return key_faults.unknown_step(name, actions, span)
        owner = next((each for each in named if name in self._fields_of(each)), None)
        if owner is None:
            return key_faults.unknown_key(name, step, ["id", "when", "timeout", "catch"], nearest(name, beside))
        return key_faults.beside_its_owner(
            [each for each in step.entries if each in self._fields_of(owner)], owner, step
        )

    def _missing_keys(self, error: ValidationError, path: Path) -> Iterator[Violation]:
        mapping, schema = self._mapping(path), _schema_of(error)
        misspelt = key_faults.misspelt(mapping, schema).values()
        place = f"`{path[-1]}`" if path else "this file"
        for name in key_faults.missing(mapping, schema):
            if name not in misspelt:
                text = str(schema["properties"][name].get("description", ""))
                diagnostic = Diagnostic(
                    slug="missing-key",
                    span=self._key_span(path),
                    headline=f"`{name}` is missing in {place}",
                    why=f"`{name}` is needed: {text[:1].lower()}{text[1:].rstrip('.')}",
                    fix=f"add `{name}:`",
                )
                yield Violation(path, diagnostic)

    def _is_written_well(self, error: ValidationError, path: Path) -> bool:
        """Tell whether a name is only known by another one than the good one that its author, a pack's, wrote."""
        written = str(self._mapping(path).key(str(error.instance)).value)
        return written != error.instance and re.search(str(_limit(error)), written) is not None

    def _bad_name(self, error: ValidationError, path: Path) -> Violation:
        name, schema = str(error.instance), _schema_of(error)
        if error.validator == "enum" and "patternErrorMessage" not in schema:
            return Violation((*path, name), key_faults.unknown_locale(name, self._mapping(path).key(name).span))
        takes = str(schema["patternErrorMessage"])
        diagnostic = Diagnostic(
            slug="invalid-name",
            span=self._mapping(path).key(name).span,
            headline=f"`{name}` can't be a name here",
            why=f"this takes {takes}",
            fix=_repair_of_name(name, schema, takes),
        )
        return Violation((*path, name), diagnostic)

    # Values

    def _bad_value(self, error: ValidationError, path: Path) -> Diagnostic:
        span, name, limit = self._value_span(path), _named(path), _limit(error)
        match error.validator:
            case "type":
                return self._wrong_kind(error, path)
            case "enum" | "const":
                return _wrong_word(error, span, name)
            case "minimum" | "maximum":
                return _out_of_bounds(error, span, name)
            case "pattern":
                return _wrong_form(error, span, name)
            case "minLength":
                headline = f"{name} is empty" if limit == 1 else f"{name} takes at least {limit} characters"
                return _fault("too-short", span, headline, "nobody could read it", "write something here")
            case "maxLength":
                length = len(str(error.instance))
                headline = f"{name} takes at most {limit} characters; this has {length}"
                why = "Discord refuses the whole of it then"
                return _fault("too-long", span, headline, why, f"leave out {_characters(length - limit)}")
            case "maxProperties" if limit == 1:
                return self._several_at_once(path)
            case "maxItems" | "maxProperties":
                here = len(cast(Sized, error.instance))
                headline = f"{name} takes at most {limit}; here are {here}"
                return _fault("too-many", self._key_span(path), headline, "more are refused", f"remove {here - limit}")
            case _:
                headline = f"there is nothing in {name}"
                return _fault("too-few", self._key_span(path), headline, "it would do nothing", "fill it, or remove it")

    def _several_at_once(self, path: Path) -> Diagnostic:
        """Return the fault of keys of which each is a thing of its own."""
        mapping = self._mapping(path)
        first, second, *_ = names = list(mapping.entries)
        listed = " and ".join(f"`{name}`" for name in names)
        fix = f"give `{second}` an item of its own"
        if wording.is_empty(mapping.entries[first].value):
            fix = f"indent what belongs to `{first}` by two more spaces"
        why = "each key here is a component of its own"
        return _fault(_SEVERAL, mapping.key(second).span, f"this is {listed} at once", why, fix)

    def _wrong_kind(self, error: ValidationError, path: Path) -> Diagnostic:
        node, schema = at(self.root, path), _schema_of(error)
        takes = " or ".join(wording.kinds(schema))
        is_comment = isinstance(node, Scalar) and node.comment_follows
        nothing = "a `#` after a space starts a comment" if is_comment else "a key without a value says nothing"
        why = nothing if error.instance is None else "the value would mean something else than you wrote"
        return _fault(
            "wrong-type",
            self._value_span(path),
            f"{_named(path)} takes {takes}; {wording.kind_of(error.instance)}",
            why,
            wording.repair_of_kind(schema, node),
            edits=_edits(node, wording.replacement_of_kind(schema, node)),
        )

    # Places

    def _mapping(self, path: Path) -> Mapping:
        mapping = at(self.root, path)
        assert isinstance(mapping, Mapping), "only a mapping has keys"
        return mapping

    def _value_span(self, path: Path) -> Span:
        node = at(self.root, path)
        return node.span if isinstance(node, Scalar) and not wording.is_empty(node) else self._key_span(path)

    def _key_span(self, path: Path) -> Span:
        """Return the place of the key, or of the first line of a list's item, that the path ends in."""
        if not path:
            return _first_line(self.root)
        parent = at(self.root, path[:-1])
        if isinstance(parent, Mapping):
            return parent.key(str(path[-1])).span
        return _first_line(at(self.root, path))


def _is_below(path: Path, above: Path) -> bool:
    """Tell whether something is inside of what stands at `above`."""
    return len(path) > len(above) and path[: len(above)] == above


def _long_form(schema: Schema) -> Schema:
    """Return the form of a value that has keys; an empty schema when it has none."""
    branches: list[Schema] = schema.get("anyOf", [schema])
    return next((branch for branch in branches if "properties" in branch), Schema())


def _actions(schema: Schema) -> list[str]:
    """Return the actions among the keys that a schema takes: it has some if it is a step's."""
    properties: Schema = schema.get("properties", {})
    if "when" not in properties:  # `reply` of a handler is an action too, and a handler is no step
        return []
    return [name for name, part in properties.items() if _reference(part).startswith(_ACTION_REFERENCE)]


def _reference(schema: Schema) -> str:
    return str(schema.get("allOf", [{}])[0].get("$ref", ""))


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    """Return the violations of each of the forms that a value may have."""
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _is_other_kind(error: ValidationError) -> bool:
    """Tell whether the value as a whole, not something inside it, is of another kind than this form takes."""
    if error.relative_path:
        return False
    if error.validator == "anyOf":
        return all(any(_is_other_kind(inner) for inner in errors) for errors in _branches(error))
    return error.validator == "type" or (error.validator == "enum" and not isinstance(error.instance, str))


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *, edits: tuple[Edit, ...] = ()) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, edits=edits)


def _repair_of_name(name: str, schema: Schema, takes: str) -> str:
    if known := schema.get("enum", ()):
        return suggestion(name, known) or f"write one of {wording.listed(known)}"
    possible = wording.as_name(name)
    return f"rename it, for example to `{possible}`" if re.search(schema["pattern"], possible) else f"write {takes}"


def _edits(node: Node, text: str) -> tuple[Edit, ...]:
    """Return the edit that writes `text` in the place of a value; none for an empty text."""
    return (Edit(node.span, text),) if text else ()


def _wrong_form(error: ValidationError, span: Span, name: str) -> Diagnostic:
    takes = str(_schema_of(error).get("patternErrorMessage", ""))
    headline, why = f"{name} takes {takes or 'another form of text'}", "nothing else can be used here"
    fix = wording.repair_of_text(_schema_of(error), str(error.instance), takes)
    meant = wording.as_duration(_schema_of(error), str(error.instance))
    if takes.startswith("true or false") and error.instance in ("true", "false"):
        meant, fix = error.instance, "write it without quotes"
    return _fault("invalid-value", span, headline, why, fix, edits=key_faults.renaming(span, str(meant)))


def _out_of_bounds(error: ValidationError, span: Span, name: str) -> Diagnostic:
    if takes := str(_schema_of(error).get("patternErrorMessage", "")):  # the bound is no number that anybody knows
        return _fault("invalid-value", span, f"{name} takes {takes}", "Discord would refuse it later", f"write {takes}")
    bound = f"at {'least' if error.validator == 'minimum' else 'most'} {_limit(error):g}"
    return _fault("out-of-bounds", span, f"{name} takes {bound}", "another number is refused", f"write {bound}")


def _wrong_word(error: ValidationError, span: Span, name: str) -> Diagnostic:
    words: list[object] = _schema_of(error).get("enum", [error.validator_value])
    if wording.equals_in_writing(error.instance, words):
        headline = f"{name} takes the number {words[0]}; this is text"
        why = "quotes make text of it"
        edits = key_faults.renaming(span, str(error.instance))
        return _fault("wrong-type", span, headline, why, f"write `{error.instance}`, without quotes", edits=edits)
    near = suggestion(str(error.instance), [str(word) for word in words])
    headline = f"{name} can't be `{str(error.instance)[:60]}`"
    fix = near or (f"write `{words[0]}`" if len(words) == 1 else "write one of them")
    edits = key_faults.renaming(span, only_near(str(error.instance), [str(word) for word in words]))
    return _fault("unknown-word", span, headline, f"it takes {listed(words)}", fix, edits=edits)


def _characters(count: int) -> str:
    return f"{count} character{'s' * (count != 1)}"


def _named(path: Path) -> str:
    name = next((f"`{part}`" for part in reversed(path) if isinstance(part, str)), "this file")
    return f"an item of {name}" if path and isinstance(path[-1], int) else name


def _schema_of(error: ValidationError) -> Schema:
    """Return the part of the schema that was violated; every part of ours is a mapping."""
    assert isinstance(error.schema, dict)
    return error.schema


def _limit(error: ValidationError) -> Any:
    """Return what the schema asks for. Any: a number, a pattern, names, whatever the keyword takes."""
    return cast(Any, error.validator_value)


def _first_line(node: Node) -> Span:
    if isinstance(node, Mapping) and node.entries:
        return next(iter(node.entries.values())).key.span
    span = node.span
    return span if span.line == span.end_line else Span(span.file, span.line, span.column, span.line, span.column + 1)
