"""Where the entries of a document stand in its file, for whoever finds something wrong with one."""

from collections.abc import Iterator
from dataclasses import field

from runner.config import source
from runner.config.source import Mapping, Node, Scalar, Sequence
from runner.data import dataclass
from runner.diagnostics import Span
from runner.fields import ChoiceShape, E, Entry, Shape, SnowflakeShape


@dataclass(slots=True)
class Places:
    """The node that each entry was read from. Entries are told apart by identity: equal ones stand in two places.

    `ids` are the ids that are written in the file, `sets` the lists of ids or of words that Discord has.
    """

    _nodes: dict[int, tuple[Entry, Node]] = field(default_factory=dict[int, tuple[Entry, Node]])
    _kinds: set[type[Entry]] = field(default_factory=set[type[Entry]])
    ids: list[Scalar] = field(default_factory=list[Scalar])
    sets: list[Sequence] = field(default_factory=list[Sequence])

    def note(self, entry: Entry, node: Node) -> None:
        """Remember that `entry` was read from `node`."""
        self._nodes[id(entry)] = (entry, node)  # the entry is kept, so that its identity stays its own
        self._kinds.add(type(entry))

    def note_list(self, of: Shape, node: Sequence) -> None:
        """Remember a list, if to have something in it twice would mean nothing."""
        if isinstance(of, ChoiceShape | SnowflakeShape):
            self.sets.append(node)

    def entries(self, kind: type[E]) -> Iterator[E]:
        """Yield the entries of one kind, in the order in which they were read."""
        return (entry for entry, _ in self._nodes.values() if isinstance(entry, kind))

    def has_any(self, *kinds: type[Entry]) -> bool:
        """Tell whether an entry of one of these kinds was read."""
        return not self._kinds.isdisjoint(kinds)

    def node(self, entry: Entry, *path: str | int) -> Node | None:
        """Return what is written for the value at `path` of an entry: None for an entry that nobody wrote.

        A path that leads to something left out, or into a short form, ends at what is written.
        """
        _, node = self._nodes.get(id(entry), (entry, None))
        for step in path:
            inner = _inside(node, step)
            if inner is None:
                break
            node = inner
        return node

    def has(self, entry: Entry, *path: str | int) -> bool:
        """Tell whether something is written at `path` of an entry."""
        _, node = self._nodes.get(id(entry), (entry, None))
        for step in path:
            node = _inside(node, step)
        return node is not None

    def value(self, entry: Entry, *path: str | int) -> Span:
        """Return the place of a value: of the first line of what is no single value."""
        node = self.node(entry, *path)
        assert node is not None, "only what is written can be at fault"
        return node.span if isinstance(node, Scalar) else first_line(node)

    def key(self, entry: Entry, *path: str | int) -> Span:
        """Return the place of the last key of `path`, of the item that it ends in, or of the nearest thing above."""
        above = self.node(entry, *path[:-1])
        if path and isinstance(above, Mapping) and path[-1] in above.entries:
            return above.key(str(path[-1])).span
        return self.value(entry, *path)


def is_inside(inner: Span, outer: Span) -> bool:
    """Tell whether a place begins inside another one."""
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return inner.file == outer.file and start <= (inner.line, inner.column) < end


def first_line(node: Node) -> Span:
    """Return the place of what an operator would point at: a first key, a first item, or the value itself."""
    match node:
        case Mapping() if node.entries:
            return next(iter(node.entries.values())).key.span
        case Sequence() if node.items:
            return first_line(node.items[0])
        case _:
            span = node.span
    return span if span.line == span.end_line else Span(span.file, span.line, span.column, span.line, span.column + 1)


def _inside(node: Node | None, step: str | int) -> Node | None:
    try:
        return None if node is None else source.at(node, (step,))
    except LookupError:
        return None
