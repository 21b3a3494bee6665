"""What a pack is given: its inputs held against their types, and put where `${inputs.NAME}` stands."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from runner.config import source
from runner.config.document import Input
from runner.config.environment import INPUT, Path, replace
from runner.config.fits import fits_shape
from runner.config.source import Node, Scalar, span_within
from runner.config.suggestion import only_near, suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Mark, Span
from runner.fields import (
    DURATION_PATTERN,
    TEMPLATE_MARK_PATTERN,
    BooleanShape,
    DurationShape,
    ListShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    TextShape,
    parse_duration,
)
from runner.templates.types import ANY, BOOLEAN, INTEGER, NUMBER, STRING, ListOf, Type, optional

NAME_OF_FLOW_OR_CHECK: Final = r"[A-Za-z_][A-Za-z0-9_.-]{0,199}"
EMOJI: Final = r"<a?:\w{2,32}:[0-9]{15,20}>|:\w{2,32}:|[^\x00-\x7F]\S{0,30}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One type of input: what it takes, what templates read, and a value to try a pack with."""

    shape: Shape
    takes: str
    type: Type
    sample: str | int | float | bool


_KINDS: Final[Mapping[str, _Kind]] = {
    "boolean": _Kind(BooleanShape(), "true or false", BOOLEAN, True),
    "channel": _Kind(SnowflakeShape(named="#"), "a channel's id, or its name as `#support`", STRING, "#general"),
    "check": _Kind(TextShape(pattern=NAME_OF_FLOW_OR_CHECK), "the name of a check", STRING, ""),
    "duration": _Kind(DurationShape(), "a duration such as 500ms, 10s, 2m or 1h30m", NUMBER, "10m"),
    "emoji": _Kind(TextShape(pattern=EMOJI), "an emoji such as 🎫, or one of a server as `<:name:id>`", STRING, "🎫"),
    "flow": _Kind(TextShape(pattern=NAME_OF_FLOW_OR_CHECK), "the name of a flow", STRING, ""),
    "integer": _Kind(NumberShape(True), "a whole number", INTEGER, 1),
    "number": _Kind(NumberShape(False), "a number", NUMBER, 1.0),
    "role": _Kind(SnowflakeShape(named="@"), "a role's id, or its name as `@Support`", STRING, "@Support"),
    "string": _Kind(TextShape(), "text", STRING, "text"),
    "user": _Kind(SnowflakeShape(), "a user's id of 15 to 20 digits", STRING, "100000000000000000"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What a pack is given for one input.

    `node` is what stands for `${inputs.NAME}`; None leaves the key out. What is not `is_known` has a fault of its own:
    whatever would read it is passed over. `value` and `type` are for templates, None and ANY where a template of
    the bot's own is given. `key` is where the input is declared.
    """

    node: Node | None
    value: object
    type: Type
    key: Span
    is_known: bool = True
    is_template: bool = False


@dataclass(slots=True)
class Inputs:
    """The inputs of one use of a pack, and which of them it has put somewhere."""

    given: Mapping[str, Given]
    put: set[str] = field(default_factory=set[str])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def put_into(self, node: Node) -> Node:
        """Return the nodes of the pack with its inputs in their places."""
        made = replace(node, self._replacement, ())
        assert made is not None, "a mapping is never left out"
        return made

    def _replacement(self, node: Scalar, text: str, path: Path) -> Node | None:
        del path
        names = [str(found[1]) for found in INPUT.finditer(text)]
        self.put.update(names)
        if not names or not all(name in self.given and self.given[name].is_known for name in names):
            return node  # what is missing has been reported, and what is unknown will be
        if INPUT.fullmatch(text):
            return self.given[names[0]].node  # it stays where it was written, and so does what it refers to
        return self._filled(node, text)

    def _filled(self, node: Scalar, text: str) -> Node:
        for found in INPUT.finditer(text):
            given = self.given[found[1]]
            if given.is_template or (given.node is not None and not isinstance(given.node, Scalar)):
                self.diagnostics.append(_not_in_text(span_within(node, found.start(), len(found[0])), given))
                return node
        return dataclasses.replace(node, value=INPUT.sub(self._text, text))

    def _text(self, found: re.Match[str]) -> str:
        node = self.given[found[1]].node
        return node.written if isinstance(node, Scalar) and isinstance(node.value, str | int | float) else ""


def inputs_of(
    declared: Mapping[str, Input],
    section: source.Mapping | None,
    given: source.Mapping | None,
    use: Span,
    values: Mapping[str, Node],
) -> Inputs:
    """Return what a pack is given by the `with` of a use, whose place is `use`; and what is wrong with that.

    `section` is where the inputs are declared, `given` is what stands under `with`, `values` the same with the
    environment's values.
    """
    faults: list[Diagnostic] = []
    written = given.entries if given is not None else {}
    known = section.entries if section is not None else {}
    faults += [_unknown(entry.key, known) for name, entry in written.items() if name not in known]
    found: dict[str, Given] = {}
    for name, entry in known.items():
        one = declared.get(name)
        if one is None:  # it can't be read, which is a fault of its own
            found[name] = Given(None, None, ANY, entry.key.span, is_known=False)
        elif name in written:
            found[name] = _given(name, one, entry.key.span, written[name].value, values[name], faults)
        elif (default := _default(entry.value)) is not None:
            found[name] = _given(name, one, entry.key.span, default, default, faults)
        elif one.required:
            faults.append(_missing(name, one, use, entry.key.span))
            found[name] = Given(None, None, type_of_input(one), entry.key.span, is_known=False)
        else:
            found[name] = Given(None, None, optional(type_of_input(one)), entry.key.span)
    return Inputs(found, diagnostics=faults)


def tried(declared: Mapping[str, Input], section: source.Mapping) -> tuple[Inputs, list[str]]:
    """Return what a pack is tried with that no bot uses: its defaults, and samples for the inputs that it names."""
    faults: list[Diagnostic] = []
    found: dict[str, Given] = {}
    missing: list[str] = []
    for name, entry in section.entries.items():
        one, key = declared.get(name), entry.key.span
        if one is None:
            found[name] = Given(None, None, ANY, key, is_known=False)
        elif (default := _default(entry.value)) is not None:
            found[name] = _given(name, one, key, default, default, faults)
        elif not one.required:
            found[name] = Given(None, None, optional(type_of_input(one)), key)
        else:
            missing.append(name)
            found[name] = _sample(one, entry)
    return Inputs(found, diagnostics=faults), missing


def type_of_input(one: Input) -> Type:
    """Return what templates read of an input."""
    if one.type == "list":
        return ListOf(ANY if one.items == "list" else _KINDS[one.items].type)
    return _KINDS[one.type].type


def _default(node: Node) -> Node | None:
    found = node.get("default") if isinstance(node, source.Mapping) else None
    return None if isinstance(found, Scalar) and found.value is None else found


def _given(name: str, one: Input, key: Span, node: Node, value: Node, faults: list[Diagnostic]) -> Given:
    if isinstance(value, Scalar) and _is_template(value):
        return Given(node, None, ANY, key, is_template=True)
    if not _fits(one, value):
        faults.append(_unfit(name, one, value, key))
        return Given(node, None, ANY, key, is_known=False)
    return Given(node, _constant(one.type, value), type_of_input(one), key, is_template=_has_template(value))


def _fits(one: Input, node: Node) -> bool:
    if one.type == "list":
        shape = ListShape(_KINDS[one.items].shape) if one.items != "list" else None
        return isinstance(node, source.Sequence) and (shape is None or fits_shape(shape, node))
    return isinstance(node, Scalar) and fits_shape(_KINDS[one.type].shape, node)


def _constant(kind: str, node: Node) -> object:
    """Return what templates read: texts as they are, durations in seconds, lists that nothing can change."""
    if isinstance(node, source.Sequence):
        return tuple(source.plain(item) for item in node.items)
    value = source.plain(node)
    if kind == "duration" and isinstance(value, str) and re.fullmatch(DURATION_PATTERN, value):
        return parse_duration(value)
    return value


def _is_template(node: Scalar) -> bool:
    return isinstance(node.value, str) and re.search(TEMPLATE_MARK_PATTERN, node.value) is not None


def _has_template(node: Node) -> bool:
    match node:
        case Scalar():
            return _is_template(node)
        case source.Sequence():
            return any(_has_template(item) for item in node.items)
        case source.Mapping():
            return any(_has_template(entry.value) for entry in node.entries.values())


def _sample(one: Input, entry: source.Entry) -> Given:
    """Return something of an input's type; names of what only a bot can have are left out."""
    key = entry.key
    if one.type in ("check", "flow") or (one.type == "list" and one.items in ("check", "flow", "list")):
        return Given(None, None, type_of_input(one), key.span)
    sample = _KINDS[one.items if one.type == "list" else one.type].sample
    scalar = dataclasses.replace(key, value=sample, written=str(sample))
    node: Node = source.Sequence(key.source, key.start, key.end, (scalar,)) if one.type == "list" else scalar
    return Given(node, _constant(one.type, node), type_of_input(one), key.span)


def _unknown(key: Scalar, known: Mapping[str, object]) -> Diagnostic:
    name = str(key.value)
    near = only_near(name, known)
    return Diagnostic(
        slug="unknown-with",
        span=key.span,
        headline=f"the pack has no input `{name}`",
        why="a value that nobody reads would be ignored silently",
        fix=suggestion(name, known)
        or (f"it has {', '.join(f'`{each}`' for each in known)}" if known else "leave it out"),
        edits=(Edit(key.span, near),) if near else (),
    )


def _missing(name: str, one: Input, use: Span, key: Span) -> Diagnostic:
    about = one.description.rstrip(".")
    return Diagnostic(
        slug="missing-input",
        span=use,
        headline=f"the pack has to be given `{name}`",
        why=(f"{about[:1].lower()}{about[1:]}; " if about else "") + "it has no default",
        fix=f"write `{name}:` under `with`; it takes {_takes(one)}",
        marks=(Mark(key, "declared here"),),
    )


def _unfit(name: str, one: Input, node: Node, key: Span) -> Diagnostic:
    return Diagnostic(
        slug="unfit-input",
        span=node.span,
        headline=f"`{name}` takes {_takes(one)}",
        why="the pack relies on the type that it declares",
        fix=f"write {_takes(one)}",
        marks=(Mark(key, f"declared as `{one.type}`"),),
    )


def _takes(one: Input) -> str:
    if one.type != "list":
        return _KINDS[one.type].takes
    return "a list" if one.items == "list" else f"a list, each item {_KINDS[one.items].takes}"


def _not_in_text(span: Span, given: Given) -> Diagnostic:
    what = "a template" if given.is_template else "a list"
    return Diagnostic(
        slug="input-in-text",
        span=span,
        headline=f"this input is given {what}, which can't be put into a text",
        why="only a value alone can become something that is no text",
        fix="let the input stand alone here, or give it a plain text",
        marks=(Mark(given.node.span, "given here"),) if given.node is not None else (),
    )
