"""Jinja's tests (`x is even`), those that bots get."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from runner.templates.budget import Budget
from runner.templates.filters_match import PATTERN, matched
from runner.templates.operators import COMPARISONS
from runner.templates.signature import Parameter, Signature, always, named
from runner.templates.types import ANY, BOOLEAN, INTEGER, STRING, ListOf, MapOf, Type, union
from runner.templates.values import Missing, is_number, truth


def has_value(value: object) -> bool:
    """Say whether a value is there. None is not: an option that was left out and one never heard of read alike."""
    return value is not None and not isinstance(value, Missing)


def _is_defined(_: Budget, value: object) -> bool:
    return has_value(value)


def _is_undefined(_: Budget, value: object) -> bool:
    return not has_value(value)


def _is_none(_: Budget, value: object) -> bool:
    return value is None


def _is_integer(_: Budget, value: object) -> bool:
    return type(value) is int


def _is_number(_: Budget, value: object) -> bool:
    return is_number(value)


def _is_string(_: Budget, value: object) -> bool:
    return isinstance(value, str)


def _is_boolean(_: Budget, value: object) -> bool:
    return isinstance(value, bool)


def _is_even(_: Budget, value: int) -> bool:
    return value % 2 == 0


def _is_odd(_: Budget, value: int) -> bool:
    return value % 2 == 1


def _starts_with(budget: Budget, value: str, part: str) -> bool:
    budget.read(len(part))
    return value.startswith(part)


def _ends_with(budget: Budget, value: str, part: str) -> bool:
    budget.read(len(part))
    return value.endswith(part)


def _contains(budget: Budget, value: object, other: object) -> bool:
    return truth(COMPARISONS["in"](budget, other, value))


def _is_like(budget: Budget, value: str | Sequence[object], part: str) -> bool:
    texts = [value] if isinstance(value, str) else [each for each in value if isinstance(each, str)]
    budget.charge(len(texts))
    budget.read(len(part) + sum(map(len, texts)))
    return any(part.casefold() in each.casefold() for each in texts)


def _matches(budget: Budget, value: str, pattern: str) -> bool:
    return matched(budget, value, pattern) is not None


def _of_text(name: str, summary: str, run: Callable[..., object], parameter: Parameter) -> Signature:
    return Signature(
        name=name, summary=summary, accepts=STRING, returns=always(BOOLEAN), run=run, parameters=(parameter,)
    )


def _test(
    name: str, summary: str, run: Callable[..., object], accepts: Type = ANY, takes_missing: bool = False
) -> Signature:
    return Signature(
        name=name, summary=summary, accepts=accepts, returns=always(BOOLEAN), run=run, takes_missing=takes_missing
    )


def _comparison(name: str, summary: str) -> Signature:
    return Signature(
        name=name,
        summary=summary,
        accepts=ANY,
        returns=always(BOOLEAN),
        run=COMPARISONS[name],
        parameters=(Parameter("other"),),
    )


TESTS: Final[Mapping[str, Signature]] = MappingProxyType(
    named(
        _test("defined", "It is there, and not none.", _is_defined, takes_missing=True),
        _test("undefined", "It isn't there, or it is none.", _is_undefined, takes_missing=True),
        _test("none", "It is none.", _is_none),
        _test("string", "It is text.", _is_string),
        _test("number", "It can be calculated with.", _is_number),
        _test("integer", "It is a whole number.", _is_integer),
        _test("boolean", "It is true or false.", _is_boolean),
        _test("even", "It can be halved.", _is_even, INTEGER),
        _test("odd", "It can't be halved.", _is_odd, INTEGER),
        _of_text("startswith", "It is text that begins with another one.", _starts_with, Parameter("part", STRING)),
        _of_text("endswith", "It is text that ends with another one.", _ends_with, Parameter("part", STRING)),
        Signature(
            name="like",
            summary="It is text with another one somewhere in it, whatever the case, or a list with such a text.",
            accepts=union(STRING, ListOf(ANY)),
            returns=always(BOOLEAN),
            run=_is_like,
            parameters=(Parameter("part", STRING),),
        ),
        _of_text("matches", "It is text, and all of it matches a regular expression.", _matches, PATTERN),
        _comparison("eq", "It is the same."),
        _comparison("ne", "It is something else."),
        _comparison("lt", "It is less."),
        _comparison("le", "It is less, or the same."),
        _comparison("gt", "It is more."),
        _comparison("ge", "It is more, or the same."),
        _comparison("in", "It is in a list, a mapping or a text."),
        Signature(
            name="contains",
            summary="It is a list, a mapping or a text that has something in it: `in`, seen from the other side.",
            accepts=union(ListOf(ANY), MapOf(ANY), STRING),
            returns=always(BOOLEAN),
            run=_contains,
            parameters=(Parameter("other"),),
        ),
    )
)
"""The tests by name."""
