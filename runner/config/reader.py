"""Nodes to typed values: each key becomes what its field declares, each text a template that is parsed once.

The reader runs on what the schema accepts. What a schema can't say is found here: templates that don't parse, steps
with no action or two, words that stand in the wrong place. A fault is noted and something harmless read in its place,
so that one run finds them all.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from runner.actions.action import Action, Retry, WrittenStep
from runner.config import source
from runner.config.bound import bound
from runner.config.document import AskedCheck, Check
from runner.config.entry_places import Places
from runner.config.schema import ON_CRASH, STEP_KEYS, Actions, beside_fields, own_fields
from runner.config.source import Mapping, Node, Scalar, Sequence, span_within
from runner.config.source.faults import in_plain_quotes
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Diagnostic, Edit, Span
from runner.fields import (
    ActionShape,
    Authored,
    BadValue,
    Checks,
    ChecksShape,
    DataShape,
    DurationShape,
    E,
    Entry,
    EntryShape,
    ExpressionShape,
    Field,
    KindsShape,
    ListShape,
    MapShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    Steps,
    StepsShape,
    Suggestions,
    SuggestionsShape,
    TextShape,
    build,
    coerce,
    fields_of,
    spread_in,
)
from runner.templates import Kind, RecentTemplates, Template, TemplateFault, parse

if TYPE_CHECKING:
    from runner.config.packs.expand import Namespace

_WHEN = ExpressionShape()
_BRACES = "template-braces"
_ANYTHING = DataShape(templated=True)
_TIMEOUT = DurationShape(minimum=0.001)


@dataclass(slots=True)
class Reader:
    """Reads nodes into entries and actions, and gathers the faults on the way.

    `bereft` are the files and starts of the nodes that have lost a part which could not be read: what they lack has
    been reported. `namespaces` says by file which names a template reads, where packs have names of their own.
    """

    actions: Actions
    declared: Declarations = field(default_factory=Declarations)
    bereft: frozenset[tuple[str, int]] = frozenset()
    namespaces: "AnyMapping[str, Namespace] | None" = None
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])
    places: Places = field(default_factory=Places)
    templates: RecentTemplates = field(default_factory=RecentTemplates)
    _qualified: dict[tuple[str, bool, str], Template] = field(default_factory=dict[tuple[str, bool, str], Template])

    def entry(self, entry: type[E], node: Node) -> E:
        """Return the entry that `node` describes, written at length or as its short form."""
        values = self._values(entry, fields_of(entry), node)
        made = _built(entry, values)
        return self._noted(replace(made, spans=_check_spans(node)) if isinstance(made, Check) else made, node)

    def _noted(self, made: E, node: Node | None) -> E:
        """Keep note of where an entry, and those whose keys are written among its own, stand."""
        if node is not None:
            for entry in (made, *(getattr(made, name) for name in spread_in(type(made)))):
                self.places.note(entry, node)
        return made

    def _values(self, entry: type[Entry], fields: tuple[Field, ...], node: Node) -> dict[str, Any]:
        if not isinstance(node, Mapping):
            fields = tuple(item for item in fields if item.attribute == entry.short)
            return {item.attribute: self.value(item.shape, node) for item in fields}
        found = {item.attribute: self.value(item.shape, at) for item in fields if (at := node.get(item.name))}
        return {name: value for name, value in found.items() if value is not None}  # a fault is as if left out

    def value(self, shape: Shape, node: Node) -> object:
        """Return what `node` says, in the type of `shape`."""
        match shape, node:
            case EntryShape(entry), _:
                return self.entry(entry, node)
            case ListShape(of), Sequence():
                self.places.note_list(of, node)
                return tuple(self.value(of, item) for item in node.items)
            case ListShape(of), _:
                return self._whole_list(shape, node) if _is_whole(shape, node) else (self.value(of, node),)
            case KindsShape(), _:
                return self._kind(shape, node)
            case MapShape(of), Mapping():
                return {name: self.value(of, item.value) for name, item in node.entries.items()}
            case StepsShape(), Sequence():
                return Steps(tuple(step for item in node.items if (step := self._step(item)) is not None))
            case ChecksShape(), _:
                return Checks(tuple(self.entry(AskedCheck, item) for item in _each(node)))
            case ActionShape(action), _:
                return Steps((self._action(action, node, None, node),))
            case DataShape(templated), _:
                return self._data(templated, node)
            case SuggestionsShape(), Mapping() if (found := shape.entry_of(node.entries)) is not None:
                return self._looked_up(found, node)
            case SuggestionsShape(), _:
                return self._suggestions(node)
            case _, Scalar():
                return self._scalar(shape, node)
            case _:
                return None

    def _whole_list(self, shape: ListShape, node: Node) -> object:
        assert isinstance(node, Scalar), "a template is a single value"
        return self._template(shape, node)

    def _kind(self, shape: KindsShape, node: Node) -> Entry | None:
        match node:
            case Sequence() if shape.row is not None:
                return self.entry(shape.row, node)
            case Scalar():
                name, given = str(node.value), None
            case Mapping() if node.entries:
                name, given = next((name, entry.value) for name, entry in node.entries.items())
            case _:
                return None
        kind = shape.kinds.get(name)
        if kind is not None and given is not None:
            return self.entry(kind, given)
        if kind is not None and not any(item.is_required for item in fields_of(kind)):
            return self._noted(_built(kind, {}), node)
        return self._reference(shape.other, name, given, node)

    def _reference(self, other: type[Entry] | None, name: str, given: Node | None, node: Node) -> Entry | None:
        if other is None:
            return None
        values = {} if given is None else {"with_": self._data(other.templated, given)}
        return self._noted(_built(other, {"name": name, **values}), node)

    def _data(self, templated: bool, node: Node) -> object:
        match node:
            case Mapping():
                return {name: self._data(templated, item.value) for name, item in node.entries.items()}
            case Sequence():
                return tuple(self._data(templated, item) for item in node.items)
            case Scalar():
                return self._scalar(DataShape(templated), node)

    def _looked_up(self, entry: type[Entry], node: Mapping) -> Entry:
        """Return what looks suggestions up: bound to what the config keeps, as a step that does so is."""
        made = self.entry(entry, node)
        assert isinstance(made, Action), "it has the contract of a step on what is kept"
        places = partial(_spans, type(made), node, None, node)
        built, misfits = bound(made, self.declared, places, node)
        self.faults += misfits
        return built

    def _suggestions(self, node: Node) -> Suggestions:
        match node:
            case Scalar():
                return Suggestions(given=self._template(_ANYTHING, node))
            case Sequence():
                items = [item for item in node.items if isinstance(item, Scalar)]
                pairs = [(item.value, self._label(item)) for item in items if item.value is not None]
                return Suggestions(tuple(pairs))
            case Mapping():
                labels = [(name, item.value) for name, item in node.entries.items()]
                return Suggestions(tuple((name, self._label(at)) for name, at in labels if isinstance(at, Scalar)))

    def _label(self, node: Scalar) -> str:
        """Return what users read of a suggestion: a text that is fixed."""
        text = str(node.value)
        if "{{" in text:
            self._fixed_text(node, text.index("{{"))
        return text

    def _scalar(self, shape: Shape, node: Scalar) -> object:
        if isinstance(shape, ExpressionShape):
            return self._template(shape, node, is_expression=True)
        if isinstance(shape, SnowflakeShape):
            self.places.ids.append(node)
        if isinstance(node.value, str):
            if getattr(shape, "templated", False):
                return self._template(shape, node)
            if isinstance(shape, TextShape) and "{{" in node.value:
                self._fixed_text(node, node.value.index("{{"))
        return self._constant(shape, node.value, node)

    def _fixed_text(self, node: Scalar, offset: int) -> None:
        fault = Diagnostic(
            slug="template-in-fixed-text",
            span=span_within(node, offset, 2),
            headline="a template does nothing here: users would read its braces",
            why="this text is fixed before anybody uses it",
            fix="write the text itself",
            can_be_ignored=True,
        )
        self.faults.append(fault)

    def _add(self, slug: str, span: Span, headline: str, why: str, fix: str) -> None:
        self.faults.append(Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix))

    def _constant(self, shape: Shape, value: object, at: Node) -> object:
        try:
            return coerce(shape, value)
        except BadValue as bad:
            takes = str(bad).removeprefix("this takes ")
            self._add("invalid-value", at.span, str(bad), "another value would fail when it is used", f"write {takes}")
            return None

    def _template(self, shape: Shape, node: Scalar, *, is_expression: bool = False) -> object:
        text = _expression_text(node.value) if is_expression else str(node.value)
        try:
            template = self._parsed(text, is_expression, node.source.file)
        except TemplateFault as broken:
            self.faults.extend(template_faults(node, broken))
            return Authored(_harmless(), shape, partial(span_within, node))
        if template.kind is Kind.STATIC:
            return self._constant(shape, text, node)
        return Authored(template, shape, partial(span_within, node))

    def _parsed(self, text: str, is_expression: bool, file: str) -> Template:
        """Return the template; the same text, such as a mention of the user, stands in many places."""
        namespace = self.namespaces.get(file) if self.namespaces else None
        if namespace is None:
            return self.templates.read(text, expression=is_expression)
        key = (text, is_expression, namespace.qualifier)
        known = self._qualified.get(key)
        if known is None:
            from runner.templates.qualified import qualified  # only a bot with packs needs it

            known = qualified(parse(text, expression=is_expression), namespace.qualifier, namespace.declared)
            self._qualified[key] = known
        return known

    def _step(self, node: Node) -> WrittenStep | None:
        if isinstance(node, Scalar):
            return self._action(str(node.value), None, None, node)
        assert isinstance(node, Mapping), "the schema takes no other step"
        named = [name for name in node.entries if name in self.actions]
        if len(named) != 1:
            self._wrong_number_of_actions(node, named)
            return None
        (name,) = named
        self._misplaced_keys(node, name)
        return self._action(name, node.get(name), node, node.key(name))

    def _action(self, name: str, node: Node | None, step: Mapping | None, at: Node) -> WrittenStep:
        action, faults = self.actions[name], len(self.faults)
        values = self._own_values(action, node)
        is_whole = len(self.faults) == faults and not self._is_bereft(node or at)  # a fault's value is not lacking
        if step is not None:
            values |= self._values(action, beside_fields(action), step)
            self._missing_beside(name, action, step, at)
        places = partial(_spans, action, node, step, at)
        built = self._noted(self._as_declared(_built(action, values), places, at), node)
        if isinstance(node, Mapping) and is_whole and (lacks := built.lacks()):
            headline, why = f"this `{name}` does nothing", "a step without an effect would look as if it had one"
            self._add("step-without-effect", at.span, headline, why, f"add {lacks}")
        return WrittenStep(name=name, action=built, at=at, places=places, **self._modifiers(step))

    def _as_declared(self, action: Action, places: Callable[[], dict[str, Span]], at: Node) -> Action:
        """Return the action with its values in the shapes that the declarations ask for."""
        made, misfits = bound(action, self.declared, places, at)
        self.faults += misfits
        return made

    def _is_bereft(self, node: Node) -> bool:
        return (node.source.file, node.start) in self.bereft

    def _missing_beside(self, name: str, action: type[Action], step: Mapping, at: Node) -> None:
        for item in beside_fields(action):
            if item.is_required and step.get(item.name) is None and not self._is_bereft(step):
                why = f"`{item.name}` is needed: {item.description[:1].lower()}{item.description[1:].rstrip('.')}"
                headline = f"`{item.name}` is missing beside `{name}`"
                self._add("missing-key", at.span, headline, why, f"add `{item.name}:`")

    def _own_values(self, action: type[Action], node: Node | None) -> dict[str, Any]:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return {}
        if action.whole:
            (item,) = (item for item in own_fields(action) if item.attribute == action.whole)
            value = self.value(item.shape, node)
            return {} if value is None else {item.attribute: value}
        return self._values(action, own_fields(action), node)

    def _modifiers(self, step: Mapping | None) -> dict[str, Any]:
        if step is None:
            return {}
        found: dict[str, Any] = {}
        if (identity := step.get("id")) is not None:
            found["id"] = str(source.plain(identity))
        if isinstance(when := step.get("when"), Scalar):
            found["when"] = self._template(_WHEN, when, is_expression=True)
        if isinstance(timeout := step.get("timeout"), Scalar):
            found["timeout_s"] = self._timeout(timeout)
        if (retry := step.get("retry")) is not None:
            found["retry"] = self.entry(Retry, retry)
        if isinstance(on_crash := step.get("on_crash"), Scalar):
            found["on_crash"] = self._constant(ON_CRASH, on_crash.value, on_crash)
        if (catch := step.get("catch")) is not None:
            found["catch"] = self.value(StepsShape(), catch)
        return found

    def _timeout(self, node: Scalar) -> object:
        return self._constant(_TIMEOUT, node.value, node)

    def _wrong_number_of_actions(self, node: Mapping, named: list[str]) -> None:
        first = next(iter(node.entries.values())).key
        if named:
            headline = "this step does two things: " + " and ".join(f"`{name}`" for name in named)
            span, fix = node.key(named[1]).span, f"give `{named[1]}` a step of its own: begin its line with `- `"
        else:
            headline, span = "this step does nothing: it names no action", first.span
            fix = suggestion(str(first.value), self.actions) or "add an action, such as `reply:`"
        why = "a step is one action, so that it can fail, wait and be skipped as one"
        self._add("one-action-per-step", span, headline, why, fix)

    def _misplaced_keys(self, node: Mapping, action: str) -> None:
        beside = beside_fields(self.actions[action])
        for name, item in node.entries.items():
            if name != action and name not in STEP_KEYS and name not in _names(beside):
                owners = [other for other, kind in self.actions.items() if name in _names(beside_fields(kind))]
                headline, why = f"`{name}` does not go with `{action}`", "it would have no effect here"
                self._add("misplaced-key", item.key.span, headline, why, f"put it beside `{' or '.join(owners)}:`")


def _built(entry: type[E], values: dict[str, Any]) -> E:
    """Return the entry; a required value that is missing has been reported and is empty here."""
    missing = [item for item in fields_of(entry) if item.is_required and item.attribute not in values]
    return build(entry, {**values, **{item.attribute: _empty(item.shape) for item in missing}})


def _is_whole(shape: ListShape, node: Node) -> bool:
    """Tell whether one template stands for all of a list."""
    if not shape.templated or not isinstance(node, Scalar) or not isinstance(node.value, str):
        return False
    return node.value.startswith("{{") and node.value.endswith("}}")


def template_faults(node: Scalar, broken: TemplateFault) -> list[Diagnostic]:
    """Return the faults of a template as diagnostics at their places in the file."""
    return [
        Diagnostic(
            slug=fault.slug,
            span=span_within(node, fault.offset, fault.length),
            headline=fault.headline,
            why=fault.why,
            fix=fault.fix or _template_repair(str(node.value)[fault.offset : fault.offset + 1]),
            edits=_without_braces(node) if fault.slug == _BRACES else (),
        )
        for fault in broken.faults
    ]


def _without_braces(node: Scalar) -> tuple[Edit, ...]:
    """Return the edit that takes the braces off an expression; none where they aren't all that is around it."""
    bare = str(node.value).strip()[2:-2].strip()
    if not str(node.value).rstrip().endswith("}}") or "{" in bare or "}" in bare or "\n" in bare:
        return ()
    is_plain = re.fullmatch(r"[A-Za-z_][\w. ()<>=+*/-]*", bare) is not None
    return (Edit(node.span, bare if is_plain else in_plain_quotes(bare)),)


def _template_repair(character: str) -> str:
    """Return how to repair what stops at a character, as far as that tells."""
    if character == "=":
        return "compare with `==`"
    return "look for a brace, a bracket or a quote that is never closed, or stands too much"


def _expression_text(value: object) -> str:
    """Return an expression as Jinja writes it; YAML's own true and false are expressions too."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _harmless() -> Template:
    """Return what stands for a template that can't be read; it has no source."""
    return replace(parse("none", expression=True), source="")


def _empty(shape: Shape) -> object:
    """Return what stands for a required value that is missing; the schema has reported it."""
    match shape:
        case StepsShape():
            return Steps()
        case MapShape():
            return {}
        case DurationShape() | NumberShape():
            return 0.0
        case _:
            return ""


def _spans(action: type[Action], node: Node | None, step: Mapping | None, at: Node) -> dict[str, Span]:
    """Return where each field of the action stands, and the step's id."""
    return {**_own_spans(action, node, at), **(_beside_spans(action, step) if step is not None else {})}


def _own_spans(action: type[Action], node: Node | None, at: Node) -> dict[str, Span]:
    """Return where each field under the action stands: its key, or the value under the action's own key.

    What the key `to` says is at `to=`.
    """
    if isinstance(node, Mapping) and not action.whole:
        spans: dict[str, Span] = {}
        for item in own_fields(action):
            if (value := node.get(item.name)) is not None:
                own = {item.attribute: node.key(item.name).span, f"{item.attribute}=": value.span}
                spans |= {**own, **_item_spans(item.attribute, value)}
        return spans
    named = action.whole or action.short
    return {named: node.span if isinstance(node, Scalar) else at.span} if named and node is not None else {}


def _beside_spans(action: type[Action], step: Mapping) -> dict[str, Span]:
    """Return where the fields next to the action stand, and the step's id."""
    spans = {item.attribute: step.key(item.name).span for item in beside_fields(action) if step.get(item.name)}
    identity = step.get("id")
    return spans if identity is None else {**spans, "id": identity.span}


def _item_spans(attribute: str, node: Node) -> dict[str, Span]:
    """Return where the items of a list stand, as `components.0`, or the keys and values of a mapping.

    The key `status` of `values` is `values.status`, and what it says is `values.status=`.
    """
    if isinstance(node, Mapping):
        keys = {f"{attribute}.{name}": item.key.span for name, item in node.entries.items()}
        return keys | {f"{attribute}.{name}=": item.value.span for name, item in node.entries.items()}
    items = node.items if isinstance(node, Sequence) else ()
    return {f"{attribute}.{index}": item.span for index, item in enumerate(items)}


def _each(node: Node) -> tuple[Node, ...]:
    """Return the items of a list, or the one that is written without the list."""
    return node.items if isinstance(node, Sequence) else (node,)


def _check_spans(node: Node) -> dict[str, Span]:
    """Return where the keys of a check stand; where it begins as the empty key, and the whole of it as `{}`."""
    if not isinstance(node, Mapping):
        return {"": node.span, "{}": node.span, "check": node.span}
    spans = {"": _first_key(node), "{}": node.span}
    for name, item in node.entries.items():
        spans[name] = item.value.span if name == "check" and isinstance(item.value, Scalar) else item.key.span
        if isinstance(item.value, Mapping):
            spans |= {f"{name}.{inner}": below.key.span for inner, below in item.value.entries.items()}
    return spans


def _first_key(node: Mapping) -> Span:
    return next((item.key.span for item in node.entries.values()), node.span)


def _names(fields: tuple[Field, ...]) -> tuple[str, ...]:
    return tuple(item.name for item in fields)
