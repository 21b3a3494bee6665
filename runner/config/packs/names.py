"""Whose a name is: each use of a pack has names of its own, which nobody else's can be.

What a pack calls `open` the whole bot knows as `tickets.open`, `tickets` being what the pack is called there. Nobody
can define such a name in a file, so no two are ever the same; and it stays as it is for as long as the two names do, so
that buttons, forms and what is kept are found again after every restart.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Final

from runner.config.document import AskedCheck
from runner.config.schema import STEP_KEYS, Actions, beside_fields, own_fields
from runner.config.source import Entry, Node, Scalar, Sequence
from runner.config.source import Mapping as MappingNode
from runner.diagnostics import Diagnostic
from runner.fields import (
    KEYS,
    ActionShape,
    ChecksShape,
    EntryShape,
    Field,
    KindsShape,
    ListShape,
    MapShape,
    Shape,
    StepsShape,
    SuggestionsShape,
    fields_of,
)
from runner.fields import Entry as EntryType
from runner.regex import regex

SECTIONS: Final = frozenset(
    {
        "checks",
        "components",
        "data",
        "events",
        "flows",
        "messages",
        "modals",
        "records",
        "schedules",
        "state",
        "vars",
    }
)
"""The sections whose names are a pack's own."""

VISIBLE: Final = frozenset({"commands", "context_menus"})
"""The sections whose names users see. They stay as they are."""

OWN: Final = frozenset({"bot", "http", "include", "inputs", "store", "texts", "use", "version"})
"""What a pack says for itself: where it runs by itself, and how it is put into a bot."""

REACHED: Final = frozenset({"flows"})
"""The sections whose names a bot may use as `pack.name`."""

_KEY_FROM_ELSEWHERE: Final = regex(r"\s*\{\{[^{}]*\.key\s*\}\}\s*")
"""A template that gives the key that a step `schedule` gave: that is a pack's own already."""

_CHECK: Final = EntryShape(AskedCheck)

QualifierOf = Callable[[Node], str]
"""Returns what the pack is called that a node was written in; empty for the bot's own."""


def at_home(name: str, qualifier: str) -> str:
    """Return a name as the whole bot knows it."""
    return f"{qualifier}.{name}" if qualifier else name


def named(
    entry: type[EntryType], root: Node, actions: Actions, qualifier_of: QualifierOf, packs: Collection[str]
) -> tuple[Node, list[Diagnostic]]:
    """Return the nodes with every name that refers to something as the whole bot knows it; and what is out of reach.

    `packs` are all that there are, as the whole bot knows them.
    """
    naming = _Naming(actions, qualifier_of, packs)
    return naming.entry(fields_of(entry), entry.short, root), naming.faults


class _Naming:
    """One walk over the nodes beside the shapes that the language declares. What fits no shape stays as it is."""

    def __init__(self, actions: Actions, qualifier_of: QualifierOf, packs: Collection[str]) -> None:
        self.faults: list[Diagnostic] = []
        self._actions, self._qualifier_of, self._packs = actions, qualifier_of, packs

    def entry(self, fields: tuple[Field, ...], short: str | None, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            meant = next((field for field in fields if field.attribute == short), None)
            return node if meant is None else self._value(meant.shape, meant.refers, node)
        known = {field.name: field for field in fields}
        return _changed(
            node, {n: self._field(known[n], e.value) if n in known else e.value for n, e in node.entries.items()}
        )

    def _field(self, field: Field, node: Node) -> Node:
        return self._value(field.shape, field.refers, node)

    def _value(self, shape: Shape, refers: str, node: Node) -> Node:
        match shape, node:
            case EntryShape(entry), _:
                return self.entry(fields_of(entry), entry.short, node)
            case KindsShape(), _:
                return self._kind(shape, refers, node)
            case ListShape(of), Sequence():
                return _with_items(node, [self._value(of, refers, item) for item in node.items])
            case ListShape(of), _:
                return self._value(of, refers, node)
            case MapShape(of), MappingNode() if refers:
                return self._keys(refers, of, node)
            case MapShape(of), MappingNode():
                return _changed(node, {n: self._value(of, refers, e.value) for n, e in node.entries.items()})
            case ChecksShape(), Sequence():
                return _with_items(node, [self._value(_CHECK, "", item) for item in node.items])
            case ChecksShape(), _:
                return self._value(_CHECK, "", node)
            case SuggestionsShape(), MappingNode() if (found := shape.entry_of(node.entries)) is not None:
                return self.entry(fields_of(found), None, node)
            case StepsShape(), Sequence():
                return _with_items(node, [self._step(item) for item in node.items])
            case ActionShape(action), _:
                return self._action(action, node)
            case _, Scalar() if refers:
                return self._reference(refers, node)
            case _:
                return node

    def _keys(self, refers: str, of: Shape, node: MappingNode) -> Node:
        """Return a mapping whose keys are names, such as that of `let`."""
        entries = {
            at_home(name, self._qualifier_of(entry.key)): Entry(entry.key, self._value(of, "", entry.value))
            for name, entry in node.entries.items()
        }
        del refers
        return node if list(entries) == list(node.entries) else dataclasses.replace(node, entries=entries)

    def _kind(self, shape: KindsShape, refers: str, node: Node) -> Node:
        """Return one of several kinds of entry; what is none of them is a name, alone or with what is given to it."""
        match node:
            case Sequence() if shape.row is not None:
                return self.entry(fields_of(shape.row), shape.row.short, node)
            case MappingNode():
                entries: dict[str, Entry] = {}
                for name, entry in node.entries.items():
                    if (kind := shape.kinds.get(name)) is not None:
                        entries[name] = Entry(entry.key, self._value(EntryShape(kind), "", entry.value))
                    else:
                        entries[str(self._reference(refers, entry.key).value)] = entry
                return dataclasses.replace(node, entries=entries)
            case Scalar() if refers and node.value not in shape.kinds:
                return self._reference(refers, node)
            case _:
                return node

    def _step(self, node: Node) -> Node:
        if not isinstance(node, MappingNode):
            return node
        beside = {field.name: field for name in node.entries if name in self._actions for field in self._beside(name)}
        values: dict[str, Node] = {}
        for name, entry in node.entries.items():
            if name in self._actions:
                values[name] = self._action(name, entry.value)
            elif name in beside:
                values[name] = self._field(beside[name], entry.value)
            elif name in STEP_KEYS and name == "catch":
                values[name] = self._value(StepsShape(), "", entry.value)
            else:
                values[name] = entry.value
        return _changed(node, values)

    def _beside(self, action: str) -> tuple[Field, ...]:
        return beside_fields(self._actions[action])

    def _action(self, name: str, node: Node) -> Node:
        action = self._actions[name]
        if action.whole:
            field = next(field for field in own_fields(action) if field.attribute == action.whole)
            return self._field(field, node)
        return self.entry(own_fields(action), action.short, node)

    def _reference(self, section: str, node: Scalar) -> Scalar:
        qualifier, name = self._qualifier_of(node), node.value
        if not isinstance(name, str):
            return node
        if section == KEYS:
            is_own = not qualifier or _KEY_FROM_ELSEWHERE.fullmatch(name) is not None
            return node if is_own else dataclasses.replace(node, value=at_home(name, qualifier))
        if section not in REACHED and at_home(name.rpartition(".")[0], qualifier) in self._packs and "." in name:
            self.faults.append(_out_of_reach(node, name, section))
        return dataclasses.replace(node, value=at_home(name, qualifier)) if qualifier else node


def _with_items(node: Sequence, items: list[Node]) -> Sequence:
    is_same = all(new is old for new, old in zip(items, node.items, strict=True))
    return node if is_same else dataclasses.replace(node, items=tuple(items))


def _changed(node: MappingNode, values: Mapping[str, Node]) -> MappingNode:
    if all(value is node.entries[name].value for name, value in values.items()):
        return node
    entries = {name: Entry(entry.key, values[name]) for name, entry in node.entries.items()}
    return dataclasses.replace(node, entries=entries)


def _out_of_reach(node: Scalar, name: str, section: str) -> Diagnostic:
    pack, _, own = name.rpartition(".")
    return Diagnostic(
        slug="private-to-pack",
        span=node.span,
        headline=f"`{own}` under `{section}` is a name of the pack `{pack}` alone",
        why="a pack may call it otherwise tomorrow; only its flows can be run from outside",
        fix="define one here, or let the pack take it as an input",
    )
