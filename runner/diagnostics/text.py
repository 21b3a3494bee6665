"""Faults for people: the line, a caret under what to change, the reason and the repair."""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import groupby

from runner.data import dataclass
from runner.diagnostics.fault import Diagnostic, Severity, Span
from runner.diagnostics.secrets import hidden
from runner.regex import regex

# How many faults people are shown at once: nobody reads more, and machines get all of them.
FAULTS_SHOWN = 200
# A fault that covers more lines shows the first ones: the place is known by then.
EXCERPT_LINES = 4
# A longer line is shown around the place at fault, in code points: a terminal would wrap it and tear the carets off.
EXCERPT_COLUMNS = 160
# What is shown before the place at fault in a line that was cut.
_EXCERPT_LEAD = 40

_TAB = "    "
_LINE_BREAK = regex(r"\r\n?|\n")
# Classes of characters that show the text after them in another order than it has.
_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# What a terminal that has ASCII alone shows for the characters of our own sentences.
_IN_ASCII = str.maketrans({"…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "→": "->", "·": "-"})


class _Ink(Enum):
    PLAIN = ""
    BOLD = "1"
    RED = "1;31"
    YELLOW = "1;33"
    BLUE = "1;34"
    CYAN = "1;36"


@dataclass(frozen=True, slots=True)
class _Underline:
    """A stretch of one line, as columns from 0, and what is drawn under it."""

    file: str
    line: int
    start: int
    end: int
    stroke: str
    label: str
    ink: _Ink


class _Pen:
    """Writes with or without colour, in all characters or those of ASCII."""

    def __init__(self, *, color: bool, ascii_only: bool) -> None:
        self._color = color
        self._ascii_only = ascii_only

    def write(self, text: str, ink: _Ink) -> str:
        return f"\x1b[{ink.value}m{text}\x1b[0m" if self._color and text else text

    def printable(self, text: str) -> str:
        """Return the text without secrets, and without characters that steer a terminal: it may be a stranger's."""
        shown = hidden(text)
        if shown.isascii() and shown.isprintable():
            return shown
        shown = "".join("\N{REPLACEMENT CHARACTER}" if _steers(char) else char for char in shown)
        return in_ascii(shown) if self._ascii_only else shown

    def display(self, text: str) -> str:
        """Return a line of the file, or a part of one, as it is shown."""
        return self.printable(text.replace("\t", _TAB))

    def width(self, text: str) -> int:
        """Return how many cells a terminal takes for the text, as it is displayed."""
        shown = self.display(text)
        return len(shown) if shown.isascii() and shown.isprintable() else sum(map(_cells, shown))


def in_ascii(text: str) -> str:
    """Return the text in ASCII: our own typography in its plain form, anything else as its escape."""
    return text.translate(_IN_ASCII).encode("ascii", "backslashreplace").decode()


def render_text(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], *, color: bool, ascii_only: bool = False
) -> str:
    """Return the faults for a terminal, in the order given, and how many there are.

    `sources` has the texts of the files that spans name; a fault in another file is shown without its line.
    `ascii_only` is for a terminal that has no other characters. Returns an empty string if there is no fault.
    """
    if not diagnostics:
        return ""
    pen = _Pen(color=color, ascii_only=ascii_only)
    lines = {file: _LINE_BREAK.split(text.removeprefix("\ufeff")) for file, text in sources.items()}
    paragraphs = ["\n".join(_paragraph(fault, lines, pen)) for fault in diagnostics[:FAULTS_SHOWN]]
    more = len(diagnostics) - len(paragraphs)
    unsaid = [f"{more} more are not shown"] if more else []
    return "\n\n".join([*paragraphs, *unsaid, _count(diagnostics)]) + "\n"


def _paragraph(fault: Diagnostic, lines: Mapping[str, list[str]], pen: _Pen) -> list[str]:
    return [
        _header(fault, pen),
        *_excerpt(fault, lines, pen),
        *_note("why", fault.why, pen),
        *_note("fix", fault.fix, pen),
    ]


def _header(fault: Diagnostic, pen: _Pen) -> str:
    place = f"{pen.printable(fault.span.file)}:{fault.span.line}:{fault.span.column}:"
    verdict = f"{fault.severity.value}[{fault.slug}]:"
    return f"{pen.write(place, _Ink.BOLD)} {pen.write(verdict, _ink(fault.severity))} {pen.printable(fault.headline)}"


def _ink(severity: Severity) -> _Ink:
    return {Severity.ERROR: _Ink.RED, Severity.WARNING: _Ink.YELLOW, Severity.HINT: _Ink.CYAN}[severity]


def _note(name: str, text: str, pen: _Pen) -> list[str]:
    """Return the lines of a note; what follows its first line is aligned with it, so that YAML keeps its shape."""
    if not text:
        return []
    first, *others = [pen.printable(line) for line in text.splitlines()]
    indent = " " * len(f"{name}: ")
    return [f"{pen.write(f'{name}:', _Ink.BOLD)} {first}", *(f"{indent}{line}".rstrip() for line in others)]


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    severities = [fault.severity for fault in diagnostics]
    counts = {severity.value: severities.count(severity) for severity in Severity}
    return ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts.items() if count)


def _excerpt(fault: Diagnostic, lines: Mapping[str, list[str]], pen: _Pen) -> list[str]:
    underlines = _underlines(fault, lines)
    margin = max((len(str(underline.line)) for underline in underlines), default=0)
    shown: list[str] = []
    file = fault.span.file
    for (other_file, line), group in groupby(underlines, key=lambda underline: (underline.file, underline.line)):
        if other_file != file:
            shown.append(f"{' ' * margin}--> {pen.printable(other_file)}")
            file = other_file
        shown += _excerpt_line(lines[other_file][line - 1], line, list(group), margin, pen)
    return shown


def _underlines(fault: Diagnostic, lines: Mapping[str, list[str]]) -> list[_Underline]:
    """Return what to draw, by place; the fault's own file comes first."""
    underlines = _strokes(fault.span, lines, "^", "", _ink(fault.severity))
    for mark in fault.marks:
        underlines += _strokes(mark.span, lines, "-", mark.label, _Ink.BLUE)
    return sorted(underlines, key=lambda it: (it.file != fault.span.file, it.file, it.line, it.start))


def _strokes(span: Span, lines: Mapping[str, list[str]], stroke: str, label: str, ink: _Ink) -> list[_Underline]:
    """Return one underline for each line of the span that is shown; its label stands at the last one."""
    texts = lines.get(span.file, [])
    last = min(span.end_line, span.line + EXCERPT_LINES - 1, len(texts))
    return [
        _Underline(span.file, line, *_columns(span, line, texts[line - 1]), stroke, label if line == last else "", ink)
        for line in range(span.line, last + 1)
    ]


def _columns(span: Span, line: int, text: str) -> tuple[int, int]:
    """Return the part of a line that the span covers: at least one column, and no indentation of a later line."""
    start = span.column - 1 if line == span.line else len(text) - len(text.lstrip())
    end = span.end_column - 1 if line == span.end_line else len(text.rstrip())
    return start, max(end, start + 1)


def _excerpt_line(text: str, line: int, underlines: list[_Underline], margin: int, pen: _Pen) -> list[str]:
    """Return a line of the file and the underlines below it."""
    text = hidden(text)
    first, last = _window(text, underlines[0].start)
    left_out = pen.printable("…")
    before, after = left_out if first else "", left_out if last < len(text) else ""
    shown = [f"{line:>{margin}} | {before}{pen.display(text[first:last])}{after}".rstrip()]
    for underline in underlines:
        start, end = (min(max(column, first), last + 1) for column in (underline.start, underline.end))
        blank = " " * (len(before) + pen.width(text[first:start]))
        # A place past the end of the line, such as a value that is missing, has no text to be as wide as.
        stroke = underline.stroke * max(pen.width(text[start:end]), 1)
        drawn = pen.write(f"{stroke} {pen.printable(underline.label)}".rstrip(), underline.ink)
        shown.append(f"{' ' * margin} | {blank}{drawn}")
    return shown


def _window(text: str, start: int) -> tuple[int, int]:
    """Return which part of a line to show, so that it fits and has `start` in it."""
    if len(text) <= EXCERPT_COLUMNS:
        return 0, len(text)
    first = max(0, min(start - _EXCERPT_LEAD, len(text) - EXCERPT_COLUMNS))
    return first, first + EXCERPT_COLUMNS


def _steers(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"} or unicodedata.bidirectional(char) in _REORDERING


def _cells(char: str) -> int:
    # Marks that combine with the character before them, and joiners and selectors that choose its shape.
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
