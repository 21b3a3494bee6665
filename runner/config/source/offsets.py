"""From a character of a scalar's value to its place in the file.

YAML drops indentation, folds lines and replaces escapes, so the tenth character of a value is rarely the tenth one
written. The scalar is decoded a second time here, with the place of each character. The result is believed only if it
is the parser's; the parser alone decides what a file says.
"""

import re

from runner.config.source.nodes import Scalar, Source, Style
from runner.data import dataclass
from runner.diagnostics import Span
from runner.regex import regex

_BREAK = regex(r"\r\n?|[\n\x85]")
_FOLD = regex(r"[ \t]*(?:\r\n?|[\n\x85])(?:[ \t]|\r\n?|[\n\x85])*")
_ESCAPED_FOLD = regex(r"\\" + _FOLD.pattern.removeprefix(r"[ \t]*"))
_ESCAPE = regex(r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|(?P<name>[^xuU]))")
# YAML 1.1, 5.7: one character behind the backslash.
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
# The `|` or `>`, how it is indented and chomped, and a comment.
_BLOCK_HEADER = regex(r"[|>][-+0-9]*[ \t]*(?:#[^\r\n\x85]*)?(?:\r\n?|[\n\x85])")
_BLOCK_LINE = regex(r"(?P<indent> *)(?P<text>[^\r\n\x85]*)(?P<line_break>\r\n?|[\n\x85]|$)")
_FIRST_TEXT = regex("^( *)[^ \n]", re.MULTILINE)
_BLANKS = " \t"


def span_within(scalar: Scalar, start: int, length: int) -> Span:
    """Return where `scalar.written[start:start + length]` stands in the file; for text, that is its value.

    The answer is exact for every style. Where the scalar can't be followed, such as after one of Unicode's rare line
    separators or once its value was replaced, the answer is the place where it starts, without width.
    """
    is_replaced = isinstance(scalar.value, str) and scalar.value != scalar.written
    decoded = None if is_replaced else _decoded(scalar)
    if decoded is None:
        return scalar.source.span(scalar.start, scalar.start)
    places = decoded.places[start : start + length]
    if not places:
        offset = decoded.places[start][0] if start < len(decoded.places) else decoded.end
        return scalar.source.span(offset, offset)
    return scalar.source.span(places[0][0], places[-1][1])


class _Decoded:
    """The characters of a value, each with the stretch of the file that stands for it."""

    def __init__(self, end: int) -> None:
        self.chars: list[str] = []
        self.places: list[tuple[int, int]] = []
        self._start = end

    @property
    def end(self) -> int:
        """The offset behind the last character; where the text would start, if there is none."""
        return self.places[-1][1] if self.places else self._start

    def add(self, char: str, start: int, end: int) -> None:
        self.chars.append(char)
        self.places.append((start, end))


def _decoded(scalar: Scalar) -> _Decoded | None:
    """Return the scalar's characters with their places, or None if they are not those of the parser."""
    match scalar.style:
        case Style.PLAIN:
            decoded = _flow(scalar.source, scalar.start, scalar.end, Style.PLAIN)
        case Style.SINGLE_QUOTED | Style.DOUBLE_QUOTED:
            decoded = _flow(scalar.source, scalar.start + 1, scalar.end - 1, scalar.style)
        case Style.LITERAL | Style.FOLDED:
            decoded = _block(scalar)
    # A block's last line breaks are chomped as its header says; the parser has counted them.
    written = len(scalar.written)
    del decoded.chars[written:], decoded.places[written:]
    return decoded if "".join(decoded.chars) == scalar.written else None


def _flow(source: Source, start: int, end: int, style: Style) -> _Decoded:
    """Decode a plain or a quoted scalar; `start` and `end` enclose its text without quotes."""
    decoded = _Decoded(start)
    while start < end:
        start = _flow_piece(decoded, source.text, start, end, style)
    return decoded


def _flow_piece(decoded: _Decoded, text: str, start: int, end: int, style: Style) -> int:
    """Decode what stands at `start`, and return the offset behind it."""
    if fold := _FOLD.match(text, start, end):
        _add_fold(decoded, fold, is_escaped=False)
        return fold.end()
    if style is Style.SINGLE_QUOTED and text.startswith("''", start):
        decoded.add("'", start, start + 2)
        return start + 2
    if style is Style.DOUBLE_QUOTED and text[start] == "\\":
        return _add_escape(decoded, text, start, end)
    decoded.add(text[start], start, start + 1)
    return start + 1


def _add_fold(decoded: _Decoded, fold: re.Match[str], *, is_escaped: bool) -> None:
    """Add what line breaks become: the first one a space, or nothing if more follow; each of those itself."""
    first, *others = _BREAK.finditer(fold.string, *fold.span())
    if not others and not is_escaped:
        decoded.add(" ", *first.span())
    for line_break in others:
        decoded.add("\n", *line_break.span())


def _add_escape(decoded: _Decoded, text: str, start: int, end: int) -> int:
    if fold := _ESCAPED_FOLD.match(text, start, end):
        _add_fold(decoded, fold, is_escaped=True)
        return fold.end()
    escape = _ESCAPE.match(text, start, end)
    assert escape is not None, "the parser refuses any other escape"
    code = escape["x"] or escape["u"] or escape["U"]
    decoded.add(chr(int(code, 16)) if code else _ESCAPES[escape["name"]], start, escape.end())
    return escape.end()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a block without its indentation: its text, then its line break, as offsets."""

    start: int
    end: int
    break_end: int

    def add_text(self, decoded: _Decoded, text: str) -> None:
        for offset in range(self.start, self.end):
            decoded.add(text[offset], offset, offset + 1)

    def add_break(self, decoded: _Decoded, char: str = "\n") -> None:
        decoded.add(char, self.end, self.break_end)


def _block(scalar: Scalar) -> _Decoded:
    """Decode a literal or a folded block."""
    text = scalar.source.text
    header = _BLOCK_HEADER.match(text, scalar.start)
    # A block at the very end of the file may have a header and nothing else.
    start = header.end() if header else scalar.end
    lines = _lines(text, start, scalar)
    decoded = _Decoded(start)
    if scalar.style is Style.FOLDED:
        _add_folded(decoded, text, lines)
        return decoded
    for line in lines:
        line.add_text(decoded, text)
        line.add_break(decoded)
    return decoded


def _lines(text: str, start: int, scalar: Scalar) -> list[_Line]:
    found = [line for line in _BLOCK_LINE.finditer(text, start, scalar.end) if line[0]]
    indent = _indent(found, scalar.written)
    return [
        _Line(min(line.start() + indent, line.end("indent")), line.end("text"), line.end("line_break"))
        for line in found
    ]


def _indent(lines: list[re.Match[str]], written: str) -> int:
    """Return how many columns of each line are no text.

    The first line that is not blank has the block's indentation and then its own leading spaces, which its value has
    too. That holds with an indentation indicator as well, whose number alone would not do: it counts from the parent.
    """
    spaces = next((len(line["indent"]) for line in lines if line["text"]), None)
    own = _FIRST_TEXT.search(written)
    if spaces is None or own is None:
        return max((len(line["indent"]) for line in lines), default=0)
    return max(spaces - len(own[1]), 0)


def _add_folded(decoded: _Decoded, text: str, lines: list[_Line]) -> None:
    """Add the text of a folded block, in which a break between two lines of text becomes a space.

    Lines that begin with a blank are kept as they are, with the breaks around them (YAML 1.1, 9.3.3).
    """
    previous: _Line | None = None
    blank: list[_Line] = []
    for line in lines:
        if line.start == line.end:
            blank.append(line)
            continue
        if previous is not None:
            _add_break_between(decoded, text, previous, line, has_blank=bool(blank))
        for empty in blank:
            empty.add_break(decoded)
        line.add_text(decoded, text)
        previous, blank = line, []
    for line in [previous, *blank] if previous else blank:
        line.add_break(decoded)


def _add_break_between(decoded: _Decoded, text: str, before: _Line, after: _Line, *, has_blank: bool) -> None:
    if text[before.start] in _BLANKS or text[after.start] in _BLANKS:
        before.add_break(decoded)
    elif not has_blank:
        before.add_break(decoded, " ")
