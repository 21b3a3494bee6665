"""Events of the YAML parser to nodes, under bounds.

Events are what the parser sees before it builds anything. Building from them here, without recursion, has the bounds
hold before memory is taken: 30 000 open brackets end the process in libyaml's own composer, and 783 bytes of nested
merges keep PyYAML's busy for ten seconds.
"""

from collections.abc import Iterable
from dataclasses import field, replace

import yaml

from runner.config.source import faults
from runner.config.source.nodes import Entry, Mapping, Node, Scalar, Sequence, Source, Style, plain
from runner.config.source.scalars import resolve
from runner.data import dataclass
from runner.diagnostics import Diagnostic
from runner.regex import regex

# A config needs about 15 levels. The bound keeps every recursion over nodes far from Python's limit.
MAX_DEPTH = 64
# Each alias counts as all the nodes it stands for, because everything behind walks them all.
MAX_NODES = 200_000
MAX_ALIASES = 1_000
# More faults than this are one: the file is no config.
MAX_FAULTS = 1_000

_STYLES = {style.value: style for style in Style} | {None: Style.PLAIN}
_MERGE_KEY = "<<"
_BEGINS_WITH_LOOKALIKE = regex(f"[{faults.SPACE_LOOKALIKES}]")
# An anchor or a tag before a node, and what may stand between them and the node.
_PROPERTIES = regex(r"(?:(?:&[\w-]+|!(?:<[^>\s]*>|[^\s,\[\]{}]*))(?:\s|(?<=\s)#.*)*)+")


_Built = tuple[Node, int, int]
"""A node with what it counts for: nodes, aliases followed, and levels of collections."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many nodes a file has, and whether some of them have names by which others can stand for them."""

    nodes: int = 0
    has_anchors: bool = False


@dataclass(slots=True, eq=False)
class _OpenSequence:
    """A list that has begun and not ended. `nodes` and `height` grow with what it holds."""

    start: int
    end: int
    is_flow: bool
    anchor: str | None
    nodes: int = 1
    height: int = 0
    items: list[Node] = field(default_factory=list[Node])


@dataclass(slots=True, eq=False)
class _OpenMapping:
    """A mapping that has begun and not ended. `key` waits for its value."""

    start: int
    end: int
    is_flow: bool
    anchor: str | None
    # How many faults had been found when it began.
    faults_before: int
    nodes: int = 1
    height: int = 0
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    key: Node | None = None
    # A key that is a list or a mapping, which is also how an unquoted `{{ x }}` arrives.
    odd_key: Node | None = None


class Composer:
    """Builds the nodes of one document and gathers the faults that don't end the reading.

    `root` is None until the document has ended, and stays so if a fault made it worthless. `last_scalar` is the value
    that was read last: what a syntax error stumbles over often began there.
    """

    def __init__(self, source: Source) -> None:
        self.root: Node | None = None
        self.diagnostics: list[Diagnostic] = []
        self.last_scalar: Scalar | None = None
        self.guessed: set[int] = set()
        self._source = source
        self._open: list[_OpenSequence | _OpenMapping] = []
        # None stands for an anchor whose node has not ended.
        self._anchors: dict[str, _Built | None] = {}
        self._nodes = 0
        self._aliases = 0
        self._documents = 0
        self._is_over = False

    @property
    def size(self) -> Size:
        """How much has been read."""
        return Size(self._nodes, bool(self._anchors) or self._aliases > 0)

    def take(self, events: Iterable[yaml.Event]) -> None:
        """Read events until they end or a fault makes the rest worthless. Raises what `events` raises."""
        for event in events:
            self._take(event)
            if self._is_over:
                return

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):  # the most frequent ones first
            self._scalar(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = self._begin(event)
        style = _STYLES[event.style]
        # A tag is refused; what stands behind it is kept as text, so that one mistake makes one fault.
        is_word = style is Style.PLAIN and event.tag is None
        value = resolve(event.value) if is_word else event.value
        scalar = Scalar(self._source, start, end, value, event.value, style)
        self.last_scalar = scalar
        if event.tag is not None:
            self.guessed.add(start)
        self._add((scalar, 1, 0), end, event.anchor)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        start, end = self._begin(event)
        if len(self._open) == MAX_DEPTH:
            self._refuse(faults.too_deep(self._source, start, MAX_DEPTH))
            return
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        is_flow = bool(event.flow_style)
        if isinstance(event, yaml.MappingStartEvent):
            self._open.append(_OpenMapping(start, end, is_flow, event.anchor, len(self.diagnostics)))
        else:
            self._open.append(_OpenSequence(start, end, is_flow, event.anchor))

    def _begin(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> tuple[int, int]:
        """Count a node, and return the offsets of its event without the anchor and the tag before it."""
        start, end = _bounds(event)
        self._count(1, start)
        if event.tag is not None:
            self._report(faults.tag(self._source, start, end))
        if event.tag is not None or event.anchor is not None:
            properties = _PROPERTIES.match(self._source.text, start, end)
            start = properties.end() if properties else start
        return start, end

    def _count(self, nodes: int, start: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._refuse(faults.too_many_nodes(self._source, start, MAX_NODES))

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        closed = self._open.pop()
        # A block collection ends where the next token begins, perhaps pages later; its last child ends in time.
        end = _bounds(event)[1] if closed.is_flow else closed.end
        node = self._sequence(closed, end) if isinstance(closed, _OpenSequence) else self._mapping(closed, end)
        self._add((node, closed.nodes, closed.height + 1), end, closed.anchor)

    def _sequence(self, closed: _OpenSequence, end: int) -> Node:
        return Sequence(self._source, closed.start, end, tuple(closed.items))

    def _mapping(self, closed: _OpenMapping, end: int) -> Node:
        if closed.odd_key is None:
            return Mapping(self._source, closed.start, end, closed.entries)
        if closed.is_flow and self._source.text.startswith("{{", closed.start):
            # What is odd inside a template was never meant to be YAML.
            del self.diagnostics[closed.faults_before :]
            self._report(faults.unquoted_template(self._source, closed.start, end))
            return self._as_text(closed.start, end)
        self._report(faults.odd_key(closed.odd_key.span))
        return Mapping(self._source, closed.start, end, closed.entries)

    def _as_text(self, start: int, end: int) -> Scalar:
        """Return the text that was probably meant by something else, so that one mistake makes one fault."""
        self.guessed.add(start)
        written = self._source.text[start:end]
        return Scalar(self._source, start, end, written, written, Style.PLAIN)

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = _bounds(event)
        assert event.anchor is not None, "an alias has a name"
        built = self._built(event.anchor, start, end)
        _, nodes, height = built
        self._count(nodes, start)
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._refuse(faults.too_many_aliases(self._source, start, MAX_ALIASES))
        # Aliases of aliases would get around the bound on open collections.
        elif len(self._open) + height > MAX_DEPTH:
            self._refuse(faults.too_deep(self._source, start, MAX_DEPTH))
        else:
            self._add(built, end, anchor=None)

    def _built(self, anchor: str, start: int, end: int) -> _Built:
        """Return what an alias stands for; if that is nothing, what is written there as text."""
        built = self._anchors.get(anchor)
        if built is not None:
            return built
        fault = faults.alias_of_itself if anchor in self._anchors else faults.unknown_alias
        self._report(fault(self._source, start, end))
        return self._as_text(start, end), 1, 0

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._report(faults.second_document(self._source, _bounds(event)[0]))
            self._is_over = True

    def _add(self, built: _Built, end: int, anchor: str | None) -> None:
        """Put a finished node where it belongs. `end` is where it ends here: an alias's node ends elsewhere."""
        if anchor is not None:
            self._anchors[anchor] = built
        node, nodes, height = built
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.nodes += nodes
        if height > parent.height:
            parent.height = height
        parent.end = end
        if isinstance(parent, _OpenSequence):
            parent.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            self._enter(parent, parent.key, node)
            parent.key = None

    def _enter(self, parent: _OpenMapping, key: Node, value: Node) -> None:
        """Put an entry into a mapping, unless its key is a fault."""
        if not isinstance(key, Scalar):
            parent.odd_key = parent.odd_key or key
            return
        name = key.written
        if key.style is Style.PLAIN and not (name.isascii() or parent.is_flow) and _BEGINS_WITH_LOOKALIKE.match(name):
            self._refuse(faults.lookalike_of_space(self._source, key.start))
        elif name == _MERGE_KEY and key.style is Style.PLAIN:
            self._report(faults.merge_key(key.span))
        elif name in parent.entries:
            first = parent.entries[name]
            is_same = not parent.is_flow and plain(value) == plain(first.value)
            edits = faults.removal(self._source, key.start, value.end) if is_same else ()
            self._report(faults.duplicate_key(name, key.span, first.key.span, edits))
        else:
            parent.entries[name] = Entry(key if isinstance(key.value, str) else replace(key, value=name), value)

    def _report(self, fault: Diagnostic) -> None:
        self.diagnostics.append(fault)
        if len(self.diagnostics) > MAX_FAULTS and not self._is_over:
            self.diagnostics[:] = [*self.diagnostics[:MAX_FAULTS], faults.too_many_faults(fault.span, MAX_FAULTS)]
            self.root = None
            self._is_over = True

    def _refuse(self, fault: Diagnostic) -> None:
        """End the reading; one node may break several bounds, and the first one says enough."""
        if not self._is_over:
            self._report(fault)
        self.root = None
        self._is_over = True


def _bounds(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None, "the parser gives every event its place"
    assert event.end_mark is not None, "the parser gives every event its place"
    return event.start_mark.index, event.end_mark.index
