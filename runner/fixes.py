"""`validate --fix`: make the edits that faults carry, and make sure that they changed nothing else.

A fault has an edit only where one repair is possible. Whether it is right is not believed but tested: the file is
built again with it, and what else it says must be what it said before. What fails that test is left alone.
"""

import difflib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from runner.build import Built
from runner.config.source import Mapping, Node, Scalar, Source, parse
from runner.config.source import Sequence as ListNode
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Span
from runner.diagnostics.secrets import hidden

ROUNDS_MIN, ROUNDS_MAX = 20, 500
"""How often a file is repaired, by its size: a repair may show faults that could not be seen before, and of a file that
is no YAML one fault is seen at a time."""

READ_MAX = 1_000_000
"""How many characters are read in all the rounds of a small file."""

TRIALS_MAX = 200
"""How many repairs are tried one by one, where all together did not do."""

_BOM = "\ufeff"

Rebuild = Callable[[str], Built]
"""Builds a config from its text."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file's text after its repairs, and what is built from it."""

    text: str
    built: Built


def fixed(text: str, name: str, rebuild: Rebuild) -> Fixed:
    """Return a text with every repair that can be made without doubt. `name` is the file's, as spans carry it."""
    now = Fixed(text, rebuild(text))
    for _ in range(min(max(READ_MAX // (len(text) + 1), ROUNDS_MIN), ROUNDS_MAX)):
        after = _round(now, name, rebuild)
        if after is None:
            break
        now = after
    made = _with_version(now, name, rebuild)
    is_meant = _round(made, name, rebuild) is not None  # a key that looks like `version` would be taken for another one
    return now if is_meant else made


def _round(now: Fixed, name: str, rebuild: Rebuild) -> Fixed | None:
    """Repair what can be, as much as possible at once; None if nothing can."""
    known = Source(name, now.text)
    repairs = list(_repairs(now.built.diagnostics, name))
    several = (_apart(repairs[: len(repairs) >> halvings]) for halvings in range(len(repairs).bit_length() - 1))
    trials = chain(several, ([one] for one in repairs[:TRIALS_MAX]))
    return next((made for trial in trials if (made := _tried(now, trial, known, rebuild))), None)


def _repairs(found: Iterable[Diagnostic], name: str) -> Iterator[Diagnostic]:
    for fault in found:
        if fault.edits and all(edit.span.file == name for edit in fault.edits):
            yield fault


def _apart(repairs: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the repairs of which no two change the same place."""
    taken: list[Span] = []
    chosen: list[Diagnostic] = []
    for repair in repairs:
        spans = [edit.span for edit in repair.edits]
        if not any(_overlap(span, other) for span in spans for other in taken):
            taken += spans
            chosen.append(repair)
    return chosen


def _overlap(one: Span, other: Span) -> bool:
    start, end = (one.line, one.column), (one.end_line, one.end_column)
    return (start < (other.end_line, other.end_column) and (other.line, other.column) < end) or one == other


def _tried(now: Fixed, repairs: Sequence[Diagnostic], known: Source, rebuild: Rebuild) -> Fixed | None:
    """Return the file with the repairs made; None if that is not what it was but for them."""
    edits = [edit for repair in repairs for edit in repair.edits]
    if not edits:
        return None
    text = edited(known, edits)
    if text == now.text or not _says_the_same(now.text, text, known.file, len(edits)):
        return None
    built = rebuild(text)
    return Fixed(text, built) if _are_gone(repairs, now.built, built) else None


def _are_gone(repairs: Sequence[Diagnostic], before: Built, after: Built) -> bool:
    """Tell whether faults are repaired: fewer are said in those words, or none of them where it was.

    Lines may have moved, and a file that is no YAML shows one such fault at a time.
    """
    then, now, made = (Counter(map(_words_of, each)) for each in (before.diagnostics, after.diagnostics, repairs))
    if all(now[words] <= then[words] - count for words, count in made.items()):
        return True
    places = {(_words_of(each), each.span) for each in after.diagnostics}
    return not any((_words_of(each), each.span) in places for each in repairs)


def _words_of(fault: Diagnostic) -> tuple[str, str]:
    return fault.slug, fault.headline


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """Return the source's text with the edits made; they must not overlap."""
    text = source.text
    for start, end, new in sorted(((*_offsets(source, edit.span), edit.text) for edit in edits), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _offsets(source: Source, span: Span) -> tuple[int, int]:
    starts = source.line_starts
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1


def _says_the_same(before: str, after: str, name: str, changes: int) -> bool:
    """Tell whether two texts differ in at most so many words, and not in their structure.

    Of a text that is no YAML nobody can say what it says; the other has to be some.
    """
    then, now = parse(before, name).root, parse(after, name).root
    if then is None:
        return now is not None or before != after
    if now is None:
        return False
    words, others = list(_words(now)), list(_words(then))
    return len(words) == len(others) and sum(a != b for a, b in zip(words, others, strict=True)) <= changes


def _words(node: Node) -> Iterator[str]:
    """Yield what a file says, word by word, and where lists and mappings begin and end."""
    match node:
        case Scalar():
            yield node.written
        case ListNode():
            yield "["
            for item in node.items:
                yield from _words(item)
            yield "]"
        case Mapping():
            yield "{"
            for name, entry in node.entries.items():
                yield name
                yield from _words(entry.value)
            yield "}"


def _with_version(now: Fixed, name: str, rebuild: Rebuild) -> Fixed:
    """Write down the version of the language. Leaving it out is no fault; a later version will ask for it."""
    root = parse(now.text, name).root
    first = next(iter(root.entries.values()), None) if root else None
    if root is None or first is None or "version" in root.entries:
        return now
    source, start = root.source, first.key.start
    if source.line_start(start) != start or source.text.startswith("{", root.start):
        return now
    ending = "\r\n" if "\r\n" in now.text else "\n"
    edit = Edit(source.span(start, start), f"version: 1{ending}")
    text = edited(source, [edit])
    built = rebuild(text)
    return now if len(built.diagnostics) > len(now.built.diagnostics) else Fixed(text, built)


@dataclass(frozen=True, slots=True)
class Repair:
    """What `--fix` has to do to a file: the diff to show, and what the file is afterwards."""

    path: Path
    content: bytes
    difference: str
    built: Built

    def write(self) -> None:
        """Write the repaired file; the old or the new one is there at any moment. Raises `OSError`."""
        _write_atomically(self.path, self.content)


def repaired(path: Path, content: bytes, rebuild: Callable[[bytes], Built]) -> Repair | None:
    """Return how a file is repaired; None if nothing in it can be, or if it is no text."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    mark = _BOM if text.startswith(_BOM) else ""
    before = text.removeprefix(mark)
    made = fixed(before, str(path), lambda new: rebuild((mark + new).encode()))
    if made.text == before:
        return None
    return Repair(path, (mark + made.text).encode(), difference(before, made.text, str(path)), made.built)


def difference(before: str, after: str, name: str) -> str:
    """Return the unified diff of a file's two texts, without secrets."""
    lines = difflib.unified_diff(
        hidden(before).splitlines(keepends=True), hidden(after).splitlines(keepends=True), name, name
    )
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _write_atomically(path: Path, content: bytes) -> None:
    """Put new content in the place of a file at once, so that nobody reads half of it. Raises `OSError`.

    A symbolic link stays one, and the file keeps its permissions.
    """
    target = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(target.stat().st_mode)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
