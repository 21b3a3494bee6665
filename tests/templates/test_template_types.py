"""The types themselves: how they combine, and when one may serve for another."""

import pytest

from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NONE,
    NUMBER,
    SNOWFLAKE,
    STRING,
    ListOf,
    MapOf,
    Object,
    Type,
    Union,
    describe,
    is_optional,
    may_be,
    optional,
    union,
    without_none,
)

USER = Object("a user", {"name": STRING})
ROLE = Object("a role", {"name": STRING})


def test_a_union_is_flat_and_without_duplicates() -> None:
    assert union(STRING, union(NONE, STRING), INTEGER) == Union((STRING, NONE, INTEGER))
    assert union(STRING, STRING) is STRING


def test_anything_swallows_what_it_is_united_with() -> None:
    assert union(STRING, ANY, NONE) is ANY
    assert optional(ANY) is ANY


def test_none_can_be_added_and_taken_away() -> None:
    assert is_optional(optional(STRING))
    assert without_none(optional(STRING)) is STRING
    assert not is_optional(NONE)
    assert without_none(NONE) is NONE


POSSIBLE = {
    "same": (STRING, STRING, True),
    "anything-given": (ANY, INTEGER, True),
    "anything-wanted": (USER, ANY, True),
    "whole-number-as-number": (INTEGER, NUMBER, True),
    "number-as-whole-number": (NUMBER, INTEGER, True),
    "number-as-instant": (NUMBER, INSTANT, True),
    "id-as-text": (SNOWFLAKE, STRING, True),
    "number-as-text": (NUMBER, STRING, False),
    "boolean-as-number": (BOOLEAN, NUMBER, False),
    "one-of-several": (union(STRING, INTEGER), INTEGER, True),
    "none-of-several": (union(STRING, BOOLEAN), INTEGER, False),
    "for-one-of-several": (STRING, union(INTEGER, STRING), True),
    "none-for-optional": (NONE, optional(STRING), True),
    "none-for-text": (NONE, STRING, False),
    "list": (ListOf(INTEGER), ListOf(NUMBER), True),
    "list-of-others": (ListOf(STRING), ListOf(NUMBER), False),
    "list-as-mapping": (ListOf(STRING), MapOf(ANY), False),
    "mapping": (MapOf(INTEGER), MapOf(STRING), False),
    "object-as-mapping": (USER, MapOf(ANY), True),
    "mapping-as-object": (MapOf(ANY), USER, True),
    "object": (USER, USER, True),
    "another-object": (USER, ROLE, False),
    "object-as-text": (USER, STRING, False),
}


@pytest.mark.parametrize(("actual", "expected", "possible"), POSSIBLE.values(), ids=POSSIBLE.keys())
def test_a_type_may_serve_for_another_unless_it_certainly_can_not(actual: Type, expected: Type, possible: bool) -> None:
    assert may_be(actual, expected) is possible


WORDS = {
    "text": (STRING, "text"),
    "list": (ListOf(USER), "a list, each item a user"),
    "list-of-anything": (ListOf(ANY), "a list"),
    "mapping": (MapOf(INTEGER), "a mapping, each value a whole number"),
    "mapping-of-anything": (MapOf(ANY), "a mapping"),
    "object": (USER, "a user"),
    "optional": (optional(NUMBER), "a number or nothing"),
}


@pytest.mark.parametrize(("type_", "words"), WORDS.values(), ids=WORDS.keys())
def test_a_type_is_described_in_words(type_: Type, words: str) -> None:
    assert describe(type_) == words


def test_types_can_be_hashed_whatever_they_hold() -> None:
    assert len({USER, ROLE, ListOf(USER), optional(USER), USER}) == 4
