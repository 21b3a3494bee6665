"""`regex` does as `re.compile` does, only later."""

import re
from typing import Any

import pytest

from runner.regex import regex

PATTERN, FLAGS, TEXT = r"^(?P<word>[a-z]+)(,?)", re.IGNORECASE | re.MULTILINE, "One, two\nthree"

USES = [
    pytest.param("match", (TEXT,), id="match"),
    pytest.param("fullmatch", ("three",), id="fullmatch"),
    pytest.param("search", (TEXT, 3), id="search"),
    pytest.param("sub", (r"<\g<word>>", TEXT), id="sub"),
    pytest.param("finditer", (TEXT,), id="finditer"),
    pytest.param("findall", (TEXT,), id="findall"),
    pytest.param("split", (TEXT,), id="split"),
]


def shown(found: Any) -> object:  # Any: what each of a pattern's methods returns
    """Return what a pattern found in a form that can be compared."""
    if hasattr(found, "groupdict"):
        return found.span(), found.groupdict()
    return [shown(each) for each in found] if hasattr(found, "__next__") else found


@pytest.mark.parametrize(("method", "arguments"), USES)
def test_a_late_pattern_finds_what_a_pattern_finds_at_first_and_ever_after(
    method: str, arguments: tuple[object, ...]
) -> None:
    late, pattern = regex(PATTERN, FLAGS), re.compile(PATTERN, FLAGS)
    for _ in range(2):
        assert shown(getattr(late, method)(*arguments)) == shown(getattr(pattern, method)(*arguments))
    assert (late.pattern, late.flags, late.groupindex) == (pattern.pattern, pattern.flags, pattern.groupindex)


def test_what_is_no_pattern_is_refused_when_it_is_used() -> None:
    late = regex("(")
    for _ in range(2):
        with pytest.raises(re.error, match="missing"):
            late.match("(")
