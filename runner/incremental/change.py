"""Which commands and components of a bot say something else than before, and what has to be built with them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from runner.build import Built
from runner.compile import Written
from runner.config import source
from runner.config.entries import SECTIONS, Key, Pieces, pieces_of
from runner.config.files import LOSSLESS
from runner.config.include import ReadFile
from runner.data import dataclass
from runner.diagnostics import Span
from runner.regex import regex

PART_MAX: Final = 0.25
"""How large a part of the pieces may be built for those that have changed: it is built twice."""

_WORD: Final = regex(r"[^\s:,\[\]{}\"']+")
_KEEPS_BLANK_LINES: Final = regex(r"[|>]\d?\+")
"""A text that keeps the empty lines behind it. There are more of them where what follows is blank."""


@dataclass(frozen=True, slots=True)
class Change:
    """The files as they were and as they are, in pieces: which are `touched`, and which are needed to build those."""

    old: Mapping[str, Pieces]
    new: Mapping[str, Pieces]
    touched: frozenset[Key]
    needed: frozenset[Key]

    def is_touched(self, key: Key) -> bool:
        """Tell whether an entry is in a piece that is touched."""
        return piece_of(key) in self.touched

    def is_needed(self, key: Key) -> bool:
        """Tell whether an entry is built: it is in a piece that is needed, or in none."""
        return key[0] not in SECTIONS or piece_of(key) in self.needed

    def is_in_touched(self, span: Span, *, old: bool) -> bool:
        """Tell whether a place is in a piece that is touched. Files with data have none."""
        pieces = (self.old if old else self.new).get(span.file)
        if pieces is None:
            return False
        touched = (piece for piece in pieces.all if piece.key in self.touched)
        return any(piece.line <= span.line < piece.line + pieces.height(piece) for piece in touched)

    def lines(self) -> dict[Key, int]:
        """Return the line of each piece as it is."""
        return {piece.key: piece.line for pieces in self.new.values() for piece in pieces.all}


def piece_of(key: Key) -> Key:
    """Return the piece that an entry is in: a command in a group is in that of the group."""
    section, name = key
    return (section, name.partition(" ")[0]) if section == "commands" else key


def texts_now(before: Built, read: ReadFile) -> dict[str, str] | None:
    """Return the texts of the files that have keys; None where another file has changed, or where one can't be read.

    A pack is no such file: what it says is known by other names.
    """
    texts = dict[str, str]()
    for name, text in before.sources.items():
        try:
            content = read(Path(name))
            if name in before.sizes:
                texts[name] = content.decode()
            elif name not in before.data_files or content != text.encode("utf-8", LOSSLESS):
                return None
        except (OSError, UnicodeDecodeError):
            return None
        if len(content) > source.MAX_BYTES:
            return None
    return texts


def change(before: Built, texts: Mapping[str, str]) -> Change | None:
    """Return what has changed; None where that is nothing, too much, or something that is in no piece."""
    files = _in_pieces(before, texts)
    if files is None:
        return None
    old, new = files
    said, says = _said(old), _said(new)
    changed = {key for key, text in said.items() if says[key] != text}
    both = {key: text + says[key] for key, text in said.items()}
    around = [each.around for each in new.values()]
    touched = _touched(changed, both, around)
    if not touched:
        return None
    needed = _with_shown(touched | _first_of_others(new, touched), both, around)
    return Change(old, new, frozenset(touched), frozenset(needed)) if len(needed) <= PART_MAX * len(said) else None


def _in_pieces(before: Built, texts: Mapping[str, str]) -> tuple[dict[str, Pieces], dict[str, Pieces]] | None:
    """Return the files as they were and as they are, in the same pieces; None where that can't be."""
    assert before.program is not None, "it is what was served"
    if any(size.has_anchors for size in before.sizes.values()) or any(map(_KEEPS_BLANK_LINES.search, texts.values())):
        return None
    old, new = dict[str, Pieces](), dict[str, Pieces]()
    for name, text in texts.items():
        was, now = pieces_of(before.sources[name]), pieces_of(text)
        if was is None or now is None or not _is_as_read(name, was, before.program.written) or not _is_alike(was, now):
            return None
        old[name], new[name] = was, now
    return old, new


def _touched(changed: set[Key], said: Mapping[Key, str], around: Collection[str]) -> set[Key]:
    """Return what has changed with what shows it, which has its look in it; nothing if that is in no piece."""
    names = [name for section, name in changed if section == "components"]
    if any(name in text for text in around for name in names):
        return set()
    return changed | {key for key, text in said.items() if any(name in text for name in names)}


def _first_of_others(files: Mapping[str, Pieces], touched: set[Key]) -> set[Key]:
    """Return a piece of each file of which nothing is touched: an empty file is a fault."""
    others = (each for each in files.values() if touched.isdisjoint(piece.key for piece in each.all))
    return {each.all[0].key for each in others if each.all}


def _said(files: Mapping[str, Pieces]) -> dict[Key, str]:
    return {piece.key: pieces.said(piece) for pieces in files.values() for piece in pieces.all}


def _is_as_read(file: str, pieces: Pieces, written: Mapping[Key, Written]) -> bool:
    """Tell whether the pieces of a file are the entries that the parser has found in it."""
    own = {key: each for key, each in written.items() if each.file == file and key[0] in SECTIONS}
    return {key: each.now for key, each in own.items() if key == piece_of(key)} == {
        piece.key: piece.line for piece in pieces.all
    }


def _is_alike(was: Pieces, now: Pieces) -> bool:
    return [piece.key for piece in was.all] == [piece.key for piece in now.all] and was.around == now.around


def _with_shown(wanted: set[Key], said: Mapping[Key, str], around: Collection[str]) -> set[Key]:
    """Return what is wanted, with the components whose names stand in it or in what is no piece, and so on."""
    components = {name for section, name in said if section == "components"}
    needed, texts = set(wanted), [*around, *(said[key] for key in wanted)]
    while texts:
        named = {("components", name) for text in texts for name in components.intersection(_WORD.findall(text))}
        texts = [said[key] for key in named - needed]
        needed |= named
    return needed
