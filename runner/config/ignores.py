"""`# lifecycle: ignore[slug] reason`: a fault that the author knows and wants to keep.

The comment stands on the fault's line, or alone on a line above it. It works for warnings, for hints, and for errors
with which the bot could run; what prevents a program can't be wished away. It needs a reason, so that the next reader
knows whether it still holds, and one that has nothing to ignore is a fault of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from runner.config.source import Mapping as MappingNode
from runner.config.source import Node, Scalar, Source, Style
from runner.config.source import Sequence as SequenceNode
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Edit, Severity, Span
from runner.regex import regex

UNUSED_IGNORE = "unused-ignore"
"""The slug of a comment that has nothing to ignore, which can't be told while a file has errors."""

LINES_BETWEEN_MAX = 100
"""How many lines below a comment the line that it means is looked for."""

_MARK = "lifecycle:"
_COMMENT = regex(r"(?:^|(?<=[ \t]))#[ \t]*lifecycle:[ \t]*ignore(?![\w-])(?P<rest>[^\r\n]*)", re.MULTILINE)
_REST = regex(r"\[(?P<slugs>[^\]]*)\](?P<reason>.*)")
_HAS_CONTENT = regex(r"[ \t]*[^ \t\r\n#]")
_EXAMPLE = "# lifecycle: ignore[unused-name] the next release uses it"


_Target = tuple[str, str, int]  # a slug, a file, a line


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One slug of a comment: its own place, the comment's, and the line whose faults it means."""

    slug: str
    span: Span
    comment: Span
    line: int


def without_ignored(
    found: Sequence[Diagnostic], root: Node, texts: Mapping[str, str], known: "Sequence[str] | None" = None
) -> list[Diagnostic]:
    """Return the faults that nobody has asked to ignore, and those of the comments that ask.

    `texts` are the files by name, as long as those that `root` was read from; `known` are all slugs, for the nearest
    match of a misspelt one.
    """
    ignores: list[_Ignore] = []
    faults: list[Diagnostic] = []
    for file, text in texts.items():
        if _MARK in text:
            for comment in _comments(Source(file, text), root):
                ignores += comment if isinstance(comment, list) else []
                faults += [] if isinstance(comment, list) else [comment]
    if not ignores and not faults:
        return list(found)
    meant: dict[_Target, list[Diagnostic]] = {(ignore.slug, ignore.span.file, ignore.line): [] for ignore in ignores}
    for fault in found:
        if (target := _target(fault)) in meant:
            meant[target].append(fault)
    kept = [fault for fault in found if not (_can_be_ignored(fault) and _target(fault) in meant)]
    judged = (
        _judged(ignore, meant[ignore.slug, ignore.span.file, ignore.line], known or _all_slugs()) for ignore in ignores
    )
    return [*kept, *faults, *(fault for fault in judged if fault is not None)]


def _all_slugs() -> Sequence[str]:
    from runner.pages import pages  # only a file that ignores something needs them

    return tuple(pages())


def _target(fault: Diagnostic) -> _Target:
    return fault.slug, fault.span.file, fault.span.line


def _can_be_ignored(fault: Diagnostic) -> bool:
    return fault.can_be_ignored or fault.severity is not Severity.ERROR


def _judged(ignore: _Ignore, meant: Sequence[Diagnostic], known: Sequence[str]) -> Diagnostic | None:
    """Return what is wrong with asking to ignore something; `meant` are the faults that it is about."""
    if ignore.slug not in known:
        headline = f"there is no rule `{ignore.slug}`"
        fix = suggestion(ignore.slug, known) or "write the word in brackets behind `error` or `warning`"
        return _invalid(ignore.span, headline, "the comment ignores nothing", fix)
    if not meant:
        return _unused(ignore)
    if any(_can_be_ignored(fault) for fault in meant):
        return None
    return Diagnostic(
        slug="cant-be-ignored",
        span=ignore.span,
        headline=f"`{ignore.slug}` can't be ignored",
        why="the bot could not run with it",
        fix="repair it, and remove this comment",
        severity=Severity.WARNING,
    )


def _invalid(span: Span, headline: str, why: str, fix: str) -> Diagnostic:
    return Diagnostic(slug="invalid-ignore", span=span, headline=headline, why=why, fix=fix, severity=Severity.WARNING)


def _unused(ignore: _Ignore) -> Diagnostic:
    return Diagnostic(
        slug=UNUSED_IGNORE,
        span=ignore.span,
        headline=f"there is no `{ignore.slug}` to ignore on line {ignore.line}",
        why="the comment would hide the next fault of that kind, which nobody has looked at",
        fix="remove it",
        severity=Severity.WARNING,
        edits=(Edit(ignore.comment, ""),),
    )


def _comments(source: Source, root: Node) -> Iterator[list[_Ignore] | Diagnostic]:
    """Yield what each comment ignores, or what is wrong with it."""
    stretches = sorted(_texts(root, source.file))
    for found in _COMMENT.finditer(source.text):
        if not _is_inside(found.start(), stretches):
            yield _read(source, found)


def _read(source: Source, found: re.Match[str]) -> list[_Ignore] | Diagnostic:
    comment = source.trimmed_span(found.start(), found.end())
    rest = _REST.fullmatch(found["rest"].strip())
    if rest is None or not rest["slugs"].strip():
        return _invalid(
            comment, "this ignores nothing: it names no rule", "a comment ignores one rule", f"write `{_EXAMPLE}`"
        )
    if not rest["reason"].strip():
        why = "whoever reads it later has to know whether it still holds; until then it ignores nothing"
        return _invalid(comment, "this comment gives no reason", why, "say why behind the bracket")
    line, start = _line_meant(source, found.start()), source.text.index("[", found.start()) + 1
    ignores: list[_Ignore] = []
    for word in re.finditer(r"[^\s,]+", rest["slugs"]):
        span = source.span(start + word.start(), start + word.end())
        ignores.append(_Ignore(word[0], span, _removal(source, found.start(), found.end()), line))
    return ignores


def _line_meant(source: Source, offset: int) -> int:
    """Return the comment's own line, or the next one with content if it stands alone."""
    line = source.span(offset, offset).line
    if source.text[source.line_start(offset) : offset].strip():
        return line
    starts = source.line_starts
    below = range(line, min(line + LINES_BETWEEN_MAX, len(starts)))
    return next((index + 1 for index in below if _HAS_CONTENT.match(source.text, starts[index])), line)


def _removal(source: Source, start: int, end: int) -> Span:
    """Return what goes when the comment goes: the blanks before it, and its line if nothing else is on it."""
    line = source.line_start(start)
    if not source.text[line:start].strip():
        return source.span(line, source.next_line(start))
    return source.span(line + len(source.text[line:start].rstrip()), end)


def _texts(node: Node, file: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a file in which a `#` begins no comment, because they are values."""
    match node:
        case Scalar():
            if node.source.file == file:
                is_block = node.style in (Style.LITERAL, Style.FOLDED)
                yield (node.source.line_end(node.start) if is_block else node.start), node.end
        case SequenceNode():
            for item in node.items:
                yield from _texts(item, file)
        case MappingNode():
            for entry in node.entries.values():
                yield from _texts(entry.value, file)


def _is_inside(offset: int, stretches: Sequence[tuple[int, int]]) -> bool:
    """Tell whether one of the stretches, which are in order, has the offset in it."""
    nearest = bisect_right(stretches, (offset, offset)) - 1
    return nearest >= 0 and offset < stretches[nearest][1]
