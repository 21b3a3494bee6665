"""What a config says entry by entry: where each stands, and a digest by which it is told from another one."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from runner.compile.program import Moved, Written
from runner.config import source
from runner.config.document import commands_in
from runner.config.include import INCLUDE
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Span
from runner.store.place import parse

Entries = dict[tuple[str, str], Written]
"""The entries of a config, by section and name."""

_NOT_COMPARED: Final = ("store", INCLUDE)
"""Sections whose text doesn't count: what a store's address leads to does, and what the included files say."""


def written_in(config: Config) -> Entries:
    """Return each entry of each section, by section and name; a section without names is one entry without a name.

    A command in a group is an entry of its own, by the name that users type, and no part of its group. The token is no
    part of anything.
    """
    groups = {" ".join(names) for names, command in config.commands() if commands_in(command)}
    return dict(_entries(config, groups))


def _entries(config: Config, groups: set[str]) -> Iterator[tuple[tuple[str, str], Written]]:
    for section, entry in config.root.entries.items():
        if section in _NOT_COMPARED:
            continue
        if not isinstance(entry.value, source.Mapping):
            yield (section, ""), _written(entry.key.span, source.plain(entry.value))
        elif section == "commands":
            yield from _commands(entry.value, "", groups)
        else:
            for name, item in entry.value.entries.items():
                if (section, name) != ("bot", "token"):
                    yield (section, name), _written(item.key.span, source.plain(item.value))


def _commands(node: source.Mapping, before: str, groups: set[str]) -> Iterator[tuple[tuple[str, str], Written]]:
    for name, entry in node.entries.items():
        inside = entry.value.get("commands") if isinstance(entry.value, source.Mapping) else None
        if before + name in groups and isinstance(entry.value, source.Mapping) and isinstance(inside, source.Mapping):
            own = {key: source.plain(item.value) for key, item in entry.value.entries.items() if key != "commands"}
            yield ("commands", before + name), _written(entry.key.span, own)
            yield from _commands(inside, f"{before}{name} ", groups)
        else:
            yield ("commands", before + name), _written(entry.key.span, source.plain(entry.value))


def _written(key: Span, value: object) -> Written:
    """Describe one entry. The order of keys counts: users see options and choices in the order of the file."""
    return Written(key.file, key.line, hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32], Moved())


def digest_of(
    written: Mapping[tuple[str, str], Written], data: Mapping[str, object], inputs: Mapping[str, object], store: str
) -> str:
    """Return a digest of what the files say, whatever their number and layout and whatever the token is."""
    entries = [[section, name, each.digest] for (section, name), each in written.items()]
    canonical = json.dumps([entries, dict(data), dict(inputs), str(parse(store, Path()))])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class EntriesByPlace:
    """Finds the entry in which something is written."""

    starts: Mapping[str, tuple[list[int], list[tuple[str, str]]]]

    @classmethod
    def of(cls, places: Mapping[tuple[str, str], tuple[str, int]]) -> "EntriesByPlace":
        """Return what finds entries by their files and lines."""
        by_file: dict[str, list[tuple[int, tuple[str, str]]]] = {}
        for key, (file, line) in places.items():
            by_file.setdefault(file, []).append((line, key))
        ordered = {file: sorted(starts, key=lambda start: start[0]) for file, starts in by_file.items()}
        return cls({file: ([line for line, _ in each], [key for _, key in each]) for file, each in ordered.items()})

    def at(self, file: str, line: int) -> tuple[str, str] | None:
        """Return the entry that a place lies in; None where it is in none."""
        lines, keys = self.starts.get(file, ([], []))
        index = bisect_right(lines, line)
        return keys[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class WrittenAt:
    """The entries of a config, found by what is written in them."""

    entries: Mapping[tuple[str, str], Written]
    by_place: EntriesByPlace

    @classmethod
    def of(cls, entries: Mapping[tuple[str, str], Written]) -> "WrittenAt":
        """Return what finds these entries."""
        return cls(entries, EntriesByPlace.of({key: (each.file, each.line) for key, each in entries.items()}))

    def entry(self, span: Span) -> tuple[str, str] | None:
        """Return the entry that a place lies in, by its section and name; None for the defaults of packs."""
        return self.by_place.at(span.file, span.line)

    def moved(self, span: Span) -> Moved:
        """Return how far what is at a place moves."""
        entry = self.entry(span)
        return Moved() if entry is None else self.entries[entry].moved
