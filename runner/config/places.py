"""Which shape each value of a file has: a walk over the nodes beside the shapes that the language declares.

For rules about values as they are written, wherever in the language they stand.
"""

from collections.abc import Iterator

from runner.config.schema import Actions, beside_fields, own_fields
from runner.config.source import Mapping, Node, Scalar, Sequence
from runner.fields import (
    ActionShape,
    Entry,
    EntryShape,
    Field,
    ListShape,
    MapShape,
    Shape,
    StepsShape,
    fields_of,
)


def placed(entry: type[Entry], node: Node, actions: Actions) -> Iterator[tuple[Shape, Node]]:
    """Yield each value below `node` that has a known shape; what fits none is passed over."""
    yield from _fields(fields_of(entry), entry.short, node, actions)


def _fields(fields: tuple[Field, ...], short: str | None, node: Node, actions: Actions) -> Iterator[tuple[Shape, Node]]:
    if isinstance(node, Mapping):
        for field in fields:
            if (value := node.get(field.name)) is not None:
                yield from _value(field.shape, value, actions)
    else:
        for field in fields:
            if field.attribute == short:
                yield from _value(field.shape, node, actions)


def _value(shape: Shape, node: Node, actions: Actions) -> Iterator[tuple[Shape, Node]]:
    yield shape, node
    match shape, node:
        case EntryShape(of), _:
            yield from placed(of, node, actions)
        case ListShape(of), Sequence():
            for item in node.items:
                yield from _value(of, item, actions)
        case ListShape(of), Scalar():
            yield from _value(of, node, actions)
        case MapShape(of), Mapping():
            for entry in node.entries.values():
                yield from _value(of, entry.value, actions)
        case StepsShape(), Sequence():
            for item in node.items:
                yield from _step(item, actions)
        case ActionShape(action), _:
            yield from _action(action, node, actions)
        case _:
            return


def _step(node: Node, actions: Actions) -> Iterator[tuple[Shape, Node]]:
    if not isinstance(node, Mapping):
        return
    for name, item in node.entries.items():
        if name in actions:
            yield from _action(name, item.value, actions)
            yield from _fields(beside_fields(actions[name]), None, node, actions)
        elif name == "catch":
            yield from _value(StepsShape(), item.value, actions)


def _action(name: str, node: Node, actions: Actions) -> Iterator[tuple[Shape, Node]]:
    action = actions[name]
    if action.whole:
        for field in own_fields(action):
            if field.attribute == action.whole:
                yield from _value(field.shape, node, actions)
    else:
        yield from _fields(own_fields(action), action.short, node, actions)
