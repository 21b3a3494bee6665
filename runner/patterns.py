"""Regular expressions that authors write: those that can be matched in reasonable time.

Python's matcher tries every way to divide a text among the rounds of a repetition. Where a round can take more or less
of it, there are so many that a few dozen characters keep it busy for ever, and nothing can interrupt it. So such a
pattern is refused before it is used.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

ROUNDS_MAX: Final = 8
"""How many rounds a repetition may have whose rounds can take more or less of a text."""

_parser: Any = importlib.import_module("re._parser")  # the only way to see what a pattern is made of; without types
_constants: Any = importlib.import_module("re._constants")
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


class BadPattern(ValueError):
    """A regular expression that is none, or that may take too long; the message says which, in an operator's words."""


def compiled(pattern: str) -> "re.Pattern[str]":
    """Return a regular expression ready to match. Raises `BadPattern`."""
    try:
        tree = _parser.parse(pattern)
        made = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as fault:
        raise BadPattern(f"this is no regular expression: {fault}") from None
    if any(_is_ambiguous(inner) for inner in _repeated(tree)):
        raise BadPattern("a repetition or a choice stands inside of a repetition, which some texts keep busy for ever")
    return made


def repetitions(pattern: str) -> int:
    """Return how many repetitions of no fixed length a regular expression has. Raises `BadPattern`.

    A text of n characters can be divided among k of them in about n to the power of k ways.
    """
    compiled(pattern)
    return _counted(_parser.parse(pattern))


def _counted(tree: Any) -> int:
    count = 0
    for operation, argument in tree:
        count += operation in _REPEATS and argument[1] > ROUNDS_MAX and argument[0] != argument[1]
        count += sum(_counted(part) for part in _parts(argument))
    return count


def _repeated(tree: Any) -> Iterator[Any]:  # Any: the parser's own trees, which nothing describes
    """Yield what is repeated many times, however deep it stands."""
    for operation, argument in tree:
        if operation in _REPEATS and argument[1] > ROUNDS_MAX:
            yield argument[2]
        for part in _parts(argument):
            yield from _repeated(part)


def _is_ambiguous(tree: Any) -> bool:
    """Tell whether what matches a pattern can be longer or shorter at the same place."""
    for operation, argument in tree:
        if operation is _constants.BRANCH or (operation in _REPEATS and argument[0] != argument[1]):
            return True
        if any(_is_ambiguous(part) for part in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    """Yield the patterns in an operation's argument: tuples and lists of them, or one itself."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for item in cast(Sequence[Any], argument):
            yield from _parts(item)
