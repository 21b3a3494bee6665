"""What a YAML file says, each value with its place.

Nodes keep offsets into the file's text and work out lines and columns only when somebody asks: few nodes are ever
part of a fault.
"""

from bisect import bisect_right
from collections import abc
from dataclasses import field
from enum import Enum

from runner.data import dataclass
from runner.diagnostics import Span
from runner.regex import regex

# What editors count as the end of a line. YAML 1.1 would add three rare separators, which no editor counts.
_LINE_BREAK = regex(r"\r\n?|\n")
_COMMENT = regex(r"[ \t]*#")


class Style(Enum):
    """How a scalar is written; the value is the character that opens it."""

    PLAIN = ""
    SINGLE_QUOTED = "'"
    DOUBLE_QUOTED = '"'
    LITERAL = "|"
    FOLDED = ">"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file's name and text, without its byte order mark, and where its lines start."""

    file: str
    text: str = field(repr=False)
    line_starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = (0, *(line_break.end() for line_break in _LINE_BREAK.finditer(self.text)))
        object.__setattr__(self, "line_starts", starts)

    def span(self, start: int, end: int) -> Span:
        """Return the place of `text[start:end]`."""
        return Span(self.file, *self._line_and_column(start), *self._line_and_column(max(start, end)))

    def trimmed_span(self, start: int, end: int) -> Span:
        """Return the place of `text[start:end]` without the blanks and line breaks at its end."""
        return self.span(start, start + len(self.text[start:end].rstrip()))

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line that holds `offset` starts."""
        return self.line_starts[bisect_right(self.line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset at which the line that holds `offset` ends, its line break excluded."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def next_line(self, offset: int) -> int:
        """Return where the line after the one that holds `offset` starts; the text's end if there is none."""
        following = bisect_right(self.line_starts, offset)
        return self.line_starts[following] if following < len(self.line_starts) else len(self.text)

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A single value. `start` and `end` are offsets into the source's text and include quotes and the `|` or `>`.

    `written` is the text before it was taken for a number, a truth value or null: `1.50` is the float 1.5.
    """

    source: Source = field(repr=False)
    start: int
    end: int
    value: str | int | float | bool | None
    written: str = field(repr=False)
    style: Style

    @property
    def span(self) -> Span:
        """Where it stands. A value that is left out has a span without width, after its key's colon."""
        return self.source.trimmed_span(self.start, self.end)

    @property
    def comment_follows(self) -> bool:
        """Whether nothing is written here but a comment, as in `color: #5865F2`, which YAML takes for null."""
        return self.start == self.end and _COMMENT.match(self.source.text, self.end) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    source: Source = field(repr=False)
    start: int
    end: int
    items: "tuple[Node, ...]"

    @property
    def span(self) -> Span:
        """From its first character to the end of its last item, or to its closing bracket."""
        return self.source.trimmed_span(self.start, self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One key of a mapping with its value. The key's `value` is a string, whatever it looks like."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Keys with their values, in the file's order. Each key is a string as written: `on`, `3.10`."""

    source: Source = field(repr=False)
    start: int
    end: int
    entries: dict[str, Entry]

    @property
    def span(self) -> Span:
        """From its first key to the end of its last value, or from brace to brace."""
        return self.source.trimmed_span(self.start, self.end)

    def get(self, name: str) -> "Node | None":
        """Return the value of key `name`, or None if there is no such key."""
        entry = self.entries.get(name)
        return entry.value if entry else None

    def key(self, name: str) -> Scalar:
        """Return the key `name` itself, for its place. Raises KeyError if there is no such key."""
        return self.entries[name].key


Node = Scalar | Sequence | Mapping
"""Anything that a file can say."""


def plain(node: Node) -> object:
    """Return the node as dicts, lists and scalars, without places."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {name: plain(entry.value) for name, entry in node.entries.items()}


def at(root: Node, path: abc.Iterable[str | int]) -> Node:
    """Return the node at the end of `path`: keys of mappings, indexes of sequences.

    Raises LookupError if the path leads nowhere.
    """
    node = root
    for step in path:
        match node, step:
            case Mapping(), str():
                node = node.entries[step].value
            case Sequence(), int():
                node = node.items[step]
            case _:
                raise LookupError(f"{step!r} is neither a key nor an index here")
    return node
