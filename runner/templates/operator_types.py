"""The types of what operators give, and the comparisons that can't come true."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from runner.templates.types import (
    ANY,
    INSTANT,
    INTEGER,
    NUMBER,
    PASSING_URL,
    PRIVATE_ID,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Type,
    Union,
    describe,
    may_be,
    union,
)

ResultType = Callable[[Type, Type], Type | None]
"""From the types of two operands to that of the result; None if the operator can't take them."""

_NUMERIC: Final = (INTEGER, NUMBER, INSTANT)
_TEXTUAL: Final = (STRING, SNOWFLAKE, PRIVATE_ID, PASSING_URL)


def _result(single: ResultType, left: Type, right: Type) -> Type | None:
    """Return the result for operands that may have one of several types: those pairs count that the operator takes."""
    if left is ANY or right is ANY:
        return ANY
    lefts = left.members if isinstance(left, Union) else (left,)
    rights = right.members if isinstance(right, Union) else (right,)
    results = [result for one in lefts for other in rights if (result := single(one, other)) is not None]
    return union(*results) if results else None


def _added(left: Type, right: Type) -> Type | None:
    if isinstance(left, ListOf) and isinstance(right, ListOf):
        return ListOf(union(left.item, right.item))
    if left in _TEXTUAL and right in _TEXTUAL:
        return STRING
    return _shifted(left, right)


def _subtracted(left: Type, right: Type) -> Type | None:
    return NUMBER if left is INSTANT and right is INSTANT else _shifted(left, right)


def _shifted(left: Type, right: Type) -> Type | None:
    numeric = _numeric(left, right)
    return INSTANT if numeric is not None and INSTANT in (left, right) else numeric


def _multiplied(left: Type, right: Type) -> Type | None:
    if (left in _TEXTUAL and right in (INTEGER, NUMBER)) or (left in (INTEGER, NUMBER) and right in _TEXTUAL):
        return STRING
    return _numeric(left, right)


def _divided(left: Type, right: Type) -> Type | None:
    return NUMBER if _numeric(left, right) is not None else None


def _numeric(left: Type, right: Type) -> Type | None:
    if left not in _NUMERIC or right not in _NUMERIC:
        return None
    return INTEGER if left is INTEGER and right is INTEGER else NUMBER


ARITHMETIC_TYPES: Final[Mapping[str, ResultType]] = MappingProxyType(
    {
        "+": partial(_result, _added),
        "-": partial(_result, _subtracted),
        "*": partial(_result, _multiplied),
        "/": partial(_result, _divided),
        "//": partial(_result, _numeric),
        "%": partial(_result, _numeric),
        "**": partial(_result, _divided),
    }
)
"""The result types by operator. The values are computed in `operators`."""


def comparison_fault(operator: str, left: Type, right: Type) -> tuple[str, str] | None:
    """Return headline and fix for a comparison that fails, or has one outcome whatever the values are; else None."""
    match operator:
        case "eq" | "ne":
            return _equality_fault(left, right)
        case "in" | "notin":
            return _membership_fault(left, right)
        case _:
            ordered = any(may_be(left, kind) and may_be(right, kind) for kind in (NUMBER, STRING))
            return None if ordered else (f"{describe(left)} and {describe(right)} have no order", "")


def _equality_fault(left: Type, right: Type) -> tuple[str, str] | None:
    if {left, right} == {SNOWFLAKE, INTEGER}:
        return "an id is text and never equal to a number", "write the id in quotes"
    if may_be(left, right):
        return None
    return f"{describe(left)} is never equal to {describe(right)}", ""


def _membership_fault(left: Type, right: Type) -> tuple[str, str] | None:
    containers = union(ListOf(ANY), MapOf(ANY), STRING)
    if not may_be(right, containers):
        return f"`in` needs a list, a mapping or text, not {describe(right)}", ""
    if isinstance(right, ListOf) and not may_be(left, right.item):
        return f"{describe(left)} is never in a list of {describe(right.item)}", ""
    if right in _TEXTUAL and not may_be(left, STRING):
        return f"text is searched for text, not for {describe(left)}", ""
    return None
