"""The entries of a file's longest sections as pieces of its text: what is read again when little of it has changed.

This is no parser. A text is cut where one would cut it that is written as nearly all are, with a line for each key; of
any other nothing is cut. What is found in it is compared with what the parser has found by whoever relies on it.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from runner.data import dataclass
from runner.regex import regex

SECTIONS: Final = ("commands", "components")
"""The sections whose entries are cut: of the others there are few."""

Key = tuple[str, str]
"""A section, and the name of an entry in it."""

_SECTION: Final = regex(rf"^({'|'.join(SECTIONS)}):[ \t]*(?:#.*)?$", re.MULTILINE)
_NEXT: Final = regex(r"^[^\s#]", re.MULTILINE)
_FIRST: Final = regex(r"^( +)[^\s#]", re.MULTILINE)
_NAME: Final = r"([A-Za-z0-9_./][^\n:#]*?):(?= |$)"


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry, from its key to the key behind it, comments included. `start` and `end` are offsets."""

    key: Key
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text with its pieces, in their order. `headers` are where the keys of the cut sections stand, by section."""

    text: str
    all: tuple[Piece, ...]
    headers: dict[str, tuple[int, int]]

    def said(self, piece: Piece) -> str:
        """Return what a piece says."""
        return self.text[piece.start : piece.end]

    def height(self, piece: Piece) -> int:
        """Return how many lines a piece has; the last line of a file need not end."""
        said = self.said(piece)
        return said.count("\n") + (not said.endswith("\n"))

    @property
    def around(self) -> str:
        """All that is in no piece."""
        return "\0".join(self._between())

    def _between(self) -> Iterator[str]:
        at = 0
        for piece in self.all:
            yield self.text[at : piece.start]
            at = piece.end
        yield self.text[at:]

    def only(self, keys: Collection[Key]) -> str:
        """Return the text with nothing but line breaks in the place of all other pieces: each line stays where it is.

        A section that has no piece left loses its key as well.
        """
        left = {piece.key[0] for piece in self.all if piece.key in keys}
        gone = [(start, end) for section, (start, end) in self.headers.items() if section not in left]
        gone += [(piece.start, piece.end) for piece in self.all if piece.key not in keys]
        parts, at = list[str](), 0
        for start, end in sorted(gone):
            parts += [self.text[at:start], "\n" * self.text.count("\n", start, end)]
            at = end
        return "".join([*parts, self.text[at:]])


def pieces_of(text: str) -> Pieces | None:
    """Return the pieces of a text; None for one that is written otherwise."""
    if "\r" in text:
        return None
    found, headers = list[Piece](), dict[str, tuple[int, int]]()
    for header in _SECTION.finditer(text):
        section = header[1]
        if section in headers:
            return None
        headers[section] = header.span()
        following = _NEXT.search(text, header.end())
        inside = _entries(text, section, header.end(), following.start() if following else len(text))
        if inside is None:
            return None
        found += inside
    keys = {piece.key for piece in found}
    return Pieces(text, tuple(found), headers) if len(keys) == len(found) else None


def _entries(text: str, section: str, start: int, end: int) -> list[Piece] | None:
    """Return the entries between two offsets, the first of which is the end of the section's own line."""
    first = _FIRST.search(text, start, end)
    if first is None:
        return None
    depth = len(first[1])
    if re.compile(rf"^ {{0,{depth - 1}}}[^\s#]", re.MULTILINE).search(text, start, end):
        return None
    starts = [found.start() for found in re.compile(rf"^ {{{depth}}}[^\s#]", re.MULTILINE).finditer(text, start, end)]
    named = list(re.compile(rf"^ {{{depth}}}{_NAME}", re.MULTILINE).finditer(text, start, end))
    if starts != [found.start() for found in named]:
        return None
    line, at, found = 1, 0, list[Piece]()
    for match, until in zip(named, [*starts[1:], end], strict=True):
        line += text.count("\n", at, match.start())
        at = match.start()
        found.append(Piece((section, match[1].rstrip()), line, at, until))
    return found
