"""The types of the values that a template can reach.

A scope (`Mapping[str, Type]`) declares what each place of a bot may read. At run time a value is plain data: text,
numbers, booleans, none, lists, and mappings for everything that has attributes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum
from typing import Final, TypeAlias, assert_never

from runner.data import dataclass


class Scalar(Enum):
    """The types without parts. The value is how the type reads after "is"."""

    ANY = "anything"
    NONE = "nothing"
    STRING = "text"
    INTEGER = "a whole number"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    INSTANT = "a point in time"  # Unix seconds at run time, so it can be calculated with
    SNOWFLAKE = "an id"  # digits as text at run time, as Discord sends them
    PRIVATE_ID = "the id of a message that only one user sees"  # likewise; nobody but its interaction can reach it
    PASSING_URL = "the address of a file that somebody has sent"  # text at run time; Discord lets it die


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose items all have one type."""

    item: "Type"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with keys that nobody declared, and values of one type."""

    value: "Type"


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with exactly the declared attributes; asking for another one is a fault.

    `name` is how it reads after "is", with its article: "a user", "the options of this command".
    """

    name: str
    attributes: Mapping[str, "Type"] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types. Made by `union` and `optional`, which keep it flat and without duplicates."""

    members: tuple["Type", ...]


Type: TypeAlias = Scalar | ListOf | MapOf | Object | Union

ANY: Final = Scalar.ANY
NONE: Final = Scalar.NONE
STRING: Final = Scalar.STRING
INTEGER: Final = Scalar.INTEGER
NUMBER: Final = Scalar.NUMBER
BOOLEAN: Final = Scalar.BOOLEAN
INSTANT: Final = Scalar.INSTANT
SNOWFLAKE: Final = Scalar.SNOWFLAKE
PRIVATE_ID: Final = Scalar.PRIVATE_ID
PASSING_URL: Final = Scalar.PASSING_URL

# Types of which a value may happen to be the other: a number may be whole, an id is text. Read in both directions.
_RELATED: Final = frozenset(
    {
        frozenset({INTEGER, NUMBER}),
        frozenset({INTEGER, INSTANT}),
        frozenset({NUMBER, INSTANT}),
        frozenset({STRING, SNOWFLAKE}),
        frozenset({INTEGER, SNOWFLAKE}),
        frozenset({STRING, PRIVATE_ID}),
        frozenset({SNOWFLAKE, PRIVATE_ID}),
        frozenset({INTEGER, PRIVATE_ID}),
        frozenset({STRING, PASSING_URL}),
    }
)


def union(*types: Type) -> Type:
    """Return the type of a value that has one of `types`; ANY swallows the others, and a single type stays itself."""
    members: list[Type] = []
    for member in _flattened(types):
        if member is ANY:
            return ANY
        if member not in members:
            members.append(member)
    return members[0] if len(members) == 1 else Union(tuple(members))


def optional(type: Type) -> Type:  # noqa: A002  # The parameter's only honest name; the builtin isn't used here.
    """Return the type of a value that has `type` or is none."""
    return union(type, NONE)


def may_hold(type: Type, scalar: Scalar) -> bool:  # noqa: A002
    """Say whether a value of this type is in some runs of that one among the types without parts."""
    return scalar in type.members if isinstance(type, Union) else type is scalar


def is_optional(type: Type) -> bool:  # noqa: A002
    """Say whether a value of this type is none in some runs and something else in others."""
    return isinstance(type, Union) and NONE in type.members


def without_none(type: Type) -> Type:  # noqa: A002
    """Return what is left of a type once none is ruled out. NONE alone stays NONE: nothing would be left."""
    if not isinstance(type, Union):
        return type
    return union(*(member for member in type.members if member is not NONE))


def may_be(actual: Type, expected: Type) -> bool:
    """Say whether a value of type `actual` may serve where `expected` is asked for: false where it certainly can't."""
    if actual is ANY or expected is ANY:
        return True
    if isinstance(actual, Union):
        return any(may_be(member, expected) for member in actual.members)
    if isinstance(expected, Union):
        return any(may_be(actual, member) for member in expected.members)
    return _single_may_be(actual, expected)


def describe(type: Type) -> str:  # noqa: A002
    """Return the type in an operator's words, as it reads after "is": "text", "a list", "a number or nothing"."""
    match type:
        case Scalar():
            return type.value
        case ListOf(item):
            return "a list" if item is ANY else f"a list, each item {describe(item)}"
        case MapOf(value):
            return "a mapping" if value is ANY else f"a mapping, each value {describe(value)}"
        case Object(name):
            return name
        case Union(members):
            return " or ".join(describe(member) for member in members)
        case _:
            assert_never(type)


def _flattened(types: Iterable[Type]) -> Iterable[Type]:
    for type_ in types:
        if isinstance(type_, Union):
            yield from type_.members
        else:
            yield type_


def _single_may_be(actual: Type, expected: Type) -> bool:
    match actual, expected:
        case Scalar(), Scalar():
            return actual is expected or frozenset({actual, expected}) in _RELATED
        case ListOf(given), ListOf(wanted):
            return may_be(given, wanted)
        case MapOf(given), MapOf(wanted):
            return may_be(given, wanted)
        case Object(), MapOf() | Object():
            return isinstance(expected, MapOf) or actual.name == expected.name
        case MapOf(), Object():
            return True
        case _:
            return False
