"""`include:` the files that a config consists of, merged into one before anything else looks at them.

Every file has the same top-level keys. What stands under one key in several files is one mapping in the end, and a name
that two of them define is a fault: which one counts must never depend on the order of files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Final

from runner.config import source
from runner.config.source import Entry, Mapping, Node, Scalar
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span

ReadFile = Callable[[Path], bytes]
"""Returns what a file holds, or raises OSError."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which files are meant below a folder: a text such as `commands/*.yaml`."""

    folder: Path
    text: str


FindFiles = Callable[[Pattern], Sequence[Path]]
"""Returns the files that match a pattern, in a fixed order."""

FILES_MAX: Final = 1_000
"""How many files a config may consist of."""

INCLUDE: Final = "include"

_WILDCARDS: Final = frozenset("*?[")


def nothing_found(pattern: Pattern) -> Sequence[Path]:
    """Find no files: for a config that stands alone."""
    del pattern
    return ()


def found_on_disk(pattern: Pattern) -> Sequence[Path]:
    """Return the files on disk that match, sorted; not those whose names begin with a dot, as editors' copies do."""
    try:
        matching = sorted(pattern.folder.glob(pattern.text))
    except (OSError, ValueError, NotImplementedError):  # no folder, or a pattern that is none
        return ()
    return [file for file in matching if file.is_file() and not file.name.startswith(".")]


@dataclass(slots=True)
class Gathered:
    """What all files say together, where that can be told, the faults on the way, the text of each file.

    `patterns` are those that were looked for: a file that comes to match one of them belongs to the config. `guessed`
    are the files and offsets of values that were taken for text because of a fault. `sizes` are those of the files.
    """

    root: Mapping | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    patterns: list[Pattern] = field(default_factory=list[Pattern])
    guessed: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    sizes: dict[str, source.Size] = field(default_factory=dict[str, source.Size])


def gather(path: Path, read: ReadFile, find: FindFiles, called: Callable[[Path], str] = str) -> Gathered:
    """Read the file at `path` and all that it includes. Nothing is raised for files that are missing or bad.

    `called` gives what a file is called in the nodes and in `sources`.
    """
    gathered = Gathered()
    try:
        data = read(path)
    except OSError as error:
        gathered.diagnostics.append(_unreadable(str(path), error))
        return gathered
    reading = _Reading(read, find, called, gathered, {identity(path)})
    gathered.root = reading.parsed(path, data)
    for file, named in reading.waiting:  # it grows while it is read
        reading.include(file, named)
    return gathered


@dataclass(slots=True)
class _Reading:
    """The included files in the order in which they are named, each with where that is; and all names so far."""

    read: ReadFile
    find: FindFiles
    called: Callable[[Path], str]
    gathered: Gathered
    named: set[str]
    waiting: list[tuple[Path, Scalar]] = field(default_factory=list[tuple[Path, Scalar]])
    is_full: bool = False

    def include(self, file: Path, named: Scalar) -> None:
        """Read one more file, and put what it says to what is there."""
        try:
            data = self.read(file)
        except OSError as error:
            self.gathered.diagnostics.append(_missing(named, error))
            return
        root = self.parsed(file, data)
        if root is not None and self.gathered.root is not None:
            self.gathered.root = self._merged(self.gathered.root, root)

    def parsed(self, file: Path, data: bytes) -> Mapping | None:
        """Return what a file says, and note which files it names."""
        name = self.called(file)
        parsed = source.parse(data, name)
        self.gathered.diagnostics += parsed.diagnostics
        self.gathered.guessed |= {(name, start) for start in parsed.guessed}
        self.gathered.sizes[name] = parsed.size
        self.gathered.sources[name] = data.decode("utf-8", "replace").removeprefix("\ufeff")
        for item in _items(parsed.root):
            self._named(file.parent, item)
        return parsed.root

    def _named(self, folder: Path, item: Scalar) -> None:
        written = str(item.value)
        if Path(written).is_absolute():
            self.gathered.diagnostics.append(_absolute(item))
        elif _WILDCARDS.isdisjoint(written):
            self._wanted(folder / written, item)
        else:
            self._matching(Pattern(folder, written), item)

    def _matching(self, pattern: Pattern, item: Scalar) -> None:
        self.gathered.patterns.append(pattern)
        files = self.find(pattern)
        for file in files:
            self._wanted(file, item)
        if not files:
            self.gathered.diagnostics.append(_no_match(item))

    def _wanted(self, file: Path, item: Scalar) -> None:
        """Put a file on the list, once: a pattern may match what is named as well, or the file that it stands in."""
        if (known_as := identity(file)) in self.named:
            return
        if len(self.named) == FILES_MAX:
            self._refuse_more(item)
            return
        self.named.add(known_as)
        self.waiting.append((file, item))

    def _refuse_more(self, item: Scalar) -> None:
        if not self.is_full:
            self.is_full = True
            self.gathered.diagnostics.append(_too_many(item))

    def _merged(self, root: Mapping, other: Mapping) -> Mapping:
        entries = dict(root.entries)
        for name, entry in other.entries.items():
            known = entries.get(name)
            if name == INCLUDE:
                continue
            entries[name] = entry if known is None else self._both(known, entry)
        return replace(root, entries=entries)

    def _both(self, known: Entry, other: Entry) -> Entry:
        """Return what two files say under one key."""
        if not isinstance(known.value, Mapping) or not isinstance(other.value, Mapping):
            if source.plain(known.value) != source.plain(other.value):
                self.gathered.diagnostics.append(_twice(other.key, known.key))
            return known
        entries = dict(known.value.entries)
        for name, entry in other.value.entries.items():
            if (first := entries.setdefault(name, entry)) is not entry:
                self.gathered.diagnostics.append(_twice(entry.key, first.key))
        return Entry(known.key, replace(known.value, entries=entries))


def _items(root: Mapping | None) -> Iterator[Scalar]:
    """Yield what stands under `include`, as far as it may be the name of a file; the schema sees to the rest."""
    named: Node | None = root.get(INCLUDE) if root is not None else None
    for item in named.items if isinstance(named, source.Sequence) else (named,):
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value:
            yield item


def identity(file: Path) -> str:
    """Return a file's name such that `a/../b.yaml` and `b.yaml` are one. Links are kept: two names are two files."""
    parts: list[str] = []
    for part in file.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _unreadable(name: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        slug="unreadable-file",
        span=Span(name, 1, 1, 1, 1),
        headline=f"`{name}` can't be read: {_reason(error)}",
        why="there is no config without it",
        fix="name the file that holds your bot, for example `lifecycle-runner bot.yaml`",
    )


def _reason(error: OSError) -> str:
    return (error.strerror or "it is not a file").lower()


def _missing(item: Scalar, error: OSError) -> Diagnostic:
    return Diagnostic(
        slug="missing-include",
        span=item.span,
        headline=f"`{item.value}` can't be read: {_reason(error)}",
        why="a part of the bot that is missing would be missed by its users only",
        fix="correct the name, which is relative to this file, or remove it",
    )


def _no_match(item: Scalar) -> Diagnostic:
    return Diagnostic(
        slug="empty-include",
        span=item.span,
        headline=f"no file matches `{item.value}`",
        why="a pattern is relative to this file; files whose names begin with a dot never match",
        fix="correct the pattern, or remove it",
        severity=Severity.WARNING,
    )


def _absolute(item: Scalar) -> Diagnostic:
    return Diagnostic(
        slug="absolute-include",
        span=item.span,
        headline="the name of an included file is relative to the file that includes it",
        why="the config would work on one machine only",
        fix="write the way from here, for example `commands/*.yaml`",
    )


def _too_many(item: Scalar) -> Diagnostic:
    return Diagnostic(
        slug="too-many-files",
        span=item.span,
        headline=f"this config has more than {FILES_MAX} files",
        why="the number is bounded so that no pattern can exhaust the program that reads it",
        fix="narrow the pattern",
    )


def _twice(key: Scalar, first: Scalar) -> Diagnostic:
    return Diagnostic(
        slug="defined-twice",
        span=key.span,
        headline=f"`{key.value}` is defined in two files",
        why="which one counts would depend on the order of the files",
        fix="rename one of them, or remove it",
        marks=(Mark(first.span, "defined here already"),),
    )
