"""How far everything in a file has moved: what is not built anew is where it is all the same."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from runner.compile import EntriesByPlace, Written
from runner.config.entries import Key
from runner.data import dataclass
from runner.diagnostics import Span
from runner.regex import regex

_PLACE: Final = regex(r"(.*?):(\d+)(:\d+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Moves:
    """How many lines each entry has moved, and which entry is where it was before."""

    deltas: Mapping[Key, int]
    entries: EntriesByPlace

    @classmethod
    def of(cls, written: Mapping[Key, Written], deltas: Mapping[Key, int]) -> "Moves":
        """Return the moves of entries that have been where `written` says."""
        return cls(deltas, EntriesByPlace.of({key: (each.file, each.now) for key, each in written.items()}))

    def span(self, span: Span) -> Span:
        """Return where a place is now."""
        lines = self._lines(span.file, span.line)
        return replace(span, line=span.line + lines, end_line=span.end_line + lines) if lines else span

    def place(self, place: str) -> str:
        """Return where a place is now that is told as a file, a line and perhaps a column."""
        found = _PLACE.fullmatch(place)
        assert found is not None, "a place has a line"
        file, line, column = found[1], int(found[2]), found[3] or ""
        return f"{file}:{line + self._lines(file, line)}{column}"

    def _lines(self, file: str, line: int) -> int:
        key = self.entries.at(file, line)
        return 0 if key is None else self.deltas[key]
