"""Jinja's parser, with the place of every token.

Jinja knows lines only. Its parser copies each token's line number into the nodes it makes, so a line number that
carries an offset as well gives every node its place.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import TokenStream

MAX_NUMERAL = 20
"""Characters of a number in a template: enough for any id, too few for a number that is slow to read."""


class Position(int):
    """A line number that knows its `offset`, in characters of the source."""

    offset: int

    def __new__(cls, line: int, offset: int) -> "Position":
        """Return the line number `line` at `offset`."""
        position = super().__new__(cls, line)
        position.offset = offset
        return position


class PositionedEnvironment(Environment):
    """An environment for parsing only, whose tokens carry a Position. Nothing is compiled or evaluated with it.

    `_tokenize` is private in Jinja. A test pins that the parser calls it, and with which arguments.
    """

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        normalized, offsets = _normalized(source)
        tokens = _positioned(self.lexer.tokeniter(source, name, filename, state), normalized, offsets)
        return TokenStream(self.lexer.wrap(tokens, name, filename), name, filename)


@cache
def grammar() -> PositionedEnvironment:
    """Return the environment that parses all templates. It holds no template and never changes."""
    return PositionedEnvironment(keep_trailing_newline=True)


def _normalized(source: str) -> tuple[str, Sequence[int]]:
    """Return the source as Jinja's lexer sees it, with one kind of line break, and each character's offset before."""
    if "\r" not in source:
        return source, range(len(source) + 1)
    offsets = [index for index, char in enumerate(source) if not (char == "\n" and source[index - 1 : index] == "\r")]
    return "".join("\n" if source[index] == "\r" else source[index] for index in offsets), [*offsets, len(source)]


def _positioned(
    tokens: Iterable[tuple[int, str, str]], source: str, offsets: Sequence[int]
) -> Iterator[tuple[int, str, str]]:
    """Give each token of `source` its Position, found by searching on from the token before.

    Adding up the tokens' lengths would drift: the lexer drops the space around `{%-`.
    """
    end = 0
    try:
        for line, kind, value in tokens:
            start = source.index(value, end)
            end = start + len(value)
            position = Position(line, offsets[start])
            _check_numeral(position, kind, value)
            yield position, kind, value
    except TemplateSyntaxError as error:
        if not isinstance(error.lineno, Position):
            error.lineno = Position(error.lineno, offsets[end])
        raise


def _check_numeral(position: Position, kind: str, value: str) -> None:
    if kind in ("integer", "float") and len(value) > MAX_NUMERAL:
        raise TemplateSyntaxError(f"a number may have {MAX_NUMERAL} characters at most", position)
    if kind == "float" and float(value.replace("_", "")) == float("inf"):
        raise TemplateSyntaxError("the number is too large", position)
