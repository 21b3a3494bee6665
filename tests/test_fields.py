"""What a key takes: shapes from annotations, and values in the type that a shape stands for."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.data import dataclass
from runner.fields import (
    ActionShape,
    BadValue,
    BooleanShape,
    Channel,
    ChoiceShape,
    Data,
    DataShape,
    Duration,
    DurationShape,
    Entry,
    EntryShape,
    Expression,
    ExpressionShape,
    ListShape,
    MapShape,
    NumberShape,
    Role,
    Shape,
    Snowflake,
    SnowflakeShape,
    Steps,
    StepsShape,
    Text,
    TextShape,
    coerce,
    duration_text,
    fields_of,
    option,
    parse_duration,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Entry):
    """An entry in another one."""

    short: ClassVar[str | None] = "a"

    a: str = option("A.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything(Entry):
    """An entry with a field of every kind."""

    text: str = option("T.", min_length=1, max_length=5, pattern="a+", takes="some a")
    shown: Text = option("S.", default="")
    whole: int | None = option("W.", default=None, minimum=1, maximum=2)
    number: float = option("N.", default=0.0)
    flag: bool = option("F.", default=False)
    words: Literal["a", "b"] = option("W.", default="a")
    time: Duration = option("D.", default=1.0, maximum=5.0)
    id: Snowflake = option("I.", default="")
    channel: Channel = option("C.", default="")
    role: Role = option("R.", default="")
    if_: Expression | None = option("E.", default=None)
    data: Data = option("D.", default=None)
    list: tuple[int, ...] = option("L.", default=(), min_items=1, max_items=3, single=True, minimum=0)
    map: Mapping[str, str] = option("M.", default={}, pattern="k", takes="a k", max_items=2, max_length=9)
    full: Mapping[str, tuple[str, ...]] = option("F.", default={}, min_items=1)
    inner: Inner | None = option("I.", default=None)
    steps: Steps = option("S.", default=Steps())
    reply: Steps | None = option("R.", default=None, action="reply")
    unseen: int = 0


SHAPES: dict[str, Shape] = {
    "text": TextShape(min_length=1, max_length=5, pattern="a+", takes="some a"),
    "shown": TextShape(templated=True),
    "whole": NumberShape(integer=True, minimum=1, maximum=2),
    "number": NumberShape(integer=False),
    "flag": BooleanShape(),
    "words": ChoiceShape(("a", "b")),
    "time": DurationShape(maximum=5.0),
    "id": SnowflakeShape(),
    "channel": SnowflakeShape(named="#"),
    "role": SnowflakeShape(named="@"),
    "if": ExpressionShape(),
    "data": DataShape(),
    "list": ListShape(NumberShape(integer=True, minimum=0), single=True, min_items=1, max_items=3),
    "map": MapShape(TextShape(max_length=9, takes="a k"), key_pattern="k", key_takes="a k", max_items=2),
    "full": MapShape(ListShape(TextShape()), min_items=1),
    "inner": EntryShape(Inner),
    "steps": StepsShape(),
    "reply": ActionShape("reply"),
}


@pytest.mark.parametrize(("name", "shape"), SHAPES.items(), ids=SHAPES)
def test_an_annotation_decides_the_shape(name: str, shape: Shape) -> None:
    (field,) = (field for field in fields_of(Everything) if field.name == name)
    assert field.shape == shape


def test_only_what_is_declared_as_an_option_is_a_key() -> None:
    assert [field.name for field in fields_of(Everything)] == list(SHAPES)


def test_a_key_without_a_default_is_required() -> None:
    assert [field.name for field in fields_of(Everything) if field.is_required] == ["text"]


def test_a_name_that_python_keeps_for_itself_is_written_without_its_underscore() -> None:
    (field,) = (field for field in fields_of(Everything) if field.attribute == "if_")
    assert field.name == "if"


def test_every_entry_has_a_mapping_of_its_own() -> None:
    assert Everything(text="a").map == {}
    assert Everything(text="a").map is not Everything(text="a").map


def test_every_scalar_of_a_templated_entry_may_be_a_template_unless_it_is_static() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Templated(Entry):
        templated: ClassVar[bool] = True

        flag: bool = option("F.", default=False)
        list: tuple[Snowflake, ...] = option("L.", default=())
        fixed: bool = option("F.", default=False, static=True)

    flag, listed, fixed = (field.shape for field in fields_of(Templated))
    assert (flag, listed, fixed) == (
        BooleanShape(templated=True),
        ListShape(SnowflakeShape(templated=True)),
        BooleanShape(),
    )


DURATIONS = {"500ms": 0.5, "10s": 10, "2.5s": 2.5, "2m": 120, "1h30m": 5400, "1d": 86400, "0s": 0, "700ms": 0.7}


@pytest.mark.parametrize(("written", "seconds"), DURATIONS.items(), ids=DURATIONS)
def test_a_duration_is_seconds(written: str, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "10", "s", "10 s", "-5s", "1:30", "1h 30m", "5S", "٣s", "1.s", "{{ a }}"])
def test_anything_else_is_no_duration(written: str) -> None:
    with pytest.raises(BadValue, match="500ms, 10s, 2m or 1h30m"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0s"),
        (0.001, "1ms"),
        (0.1, "100ms"),
        (2.2, "2.2s"),
        (59, "59s"),
        (60, "1m"),
        (90, "90s"),
        (900, "15m"),
        (3600, "1h"),
        (172800, "2d"),
    ],
)
def test_a_duration_is_shown_as_it_is_written(seconds: float, written: str) -> None:
    assert duration_text(seconds) == written


@given(st.integers(0, 10_000_000))
def test_a_duration_that_is_shown_can_be_written(milliseconds: int) -> None:
    assert parse_duration(duration_text(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, rel=1e-5)


ID = "123456789012345678"
TAKEN: dict[str, tuple[Shape, object, object]] = {
    "a text": (TextShape(), "a", "a"),
    "a number as text": (TextShape(), 1.5, "1.5"),
    "nothing as text": (TextShape(), None, ""),
    "a whole number": (NumberShape(integer=True), 5, 5),
    "a whole number with a point": (NumberShape(integer=True), 5.0, 5),
    "any number": (NumberShape(integer=False), 0.5, 0.5),
    "the bounds themselves": (NumberShape(integer=True, minimum=1, maximum=1), 1, 1),
    "a flag": (BooleanShape(), False, False),
    "a duration": (DurationShape(), "2s", 2.0),
    "a number of seconds": (DurationShape(), 2, 2.0),
    "an id": (SnowflakeShape(), ID, ID),
    "an id as a number": (SnowflakeShape(), int(ID), ID),
    "a whole user": (SnowflakeShape(), {"id": ID, "name": "Robin"}, ID),
    "a channel's name": (SnowflakeShape(named="#"), "#general", "#general"),
    "a role's name": (SnowflakeShape(named="@"), "@Support team", "@Support team"),
    "a word": (ChoiceShape(("a", "b")), "b", "b"),
    "data": (DataShape(), [1], [1]),
}


@pytest.mark.parametrize(("shape", "value", "expected"), TAKEN.values(), ids=TAKEN)
def test_a_value_takes_the_type_of_its_shape(shape: Shape, value: object, expected: object) -> None:
    found = coerce(shape, value)
    assert found == expected
    assert type(found) is type(expected)


REFUSED: dict[str, tuple[Shape, object, str]] = {
    "too short a text": (TextShape(min_length=2), "a", "this takes at least 2 characters"),
    "nothing where a text must be": (TextShape(min_length=1), None, "this takes at least 1 character"),
    "a text as a number": (NumberShape(integer=False), "5", "this takes a number"),
    "a flag as a number": (NumberShape(integer=True), True, "this takes a whole number"),
    "a fraction as a whole number": (NumberShape(integer=True), 1.5, "this takes a whole number"),
    "no end of numbers": (NumberShape(integer=True), float("inf"), "this takes a whole number"),
    "not a number": (NumberShape(integer=False), float("nan"), "this takes a number"),
    "too small a number": (NumberShape(integer=True, minimum=1), 0, "this takes at least 1"),
    "too large a number": (NumberShape(integer=True, maximum=1), 2, "this takes at most 1"),
    "a number as a flag": (BooleanShape(), 1, "this takes true or false"),
    "a text as a flag": (BooleanShape(), "true", "this takes true or false"),
    "too short a duration": (DurationShape(minimum=0.1, maximum=900), "0s", "this takes a duration of 100ms to 15m"),
    "too long a duration": (DurationShape(maximum=2.2), 3, "this takes a duration of 0s to 2.2s"),
    "a negative duration": (DurationShape(), -1, "this takes a duration of at least 0s"),
    "no duration": (DurationShape(), "soon", "a duration is written like 500ms, 10s, 2m or 1h30m"),
    "a list as a duration": (DurationShape(), [5], "a duration is written like 500ms, 10s, 2m or 1h30m"),
    "a short id": (SnowflakeShape(), "123", "this takes an id of 15 to 20 digits"),
    "a name as an id": (SnowflakeShape(), "#general", "this takes an id of 15 to 20 digits"),
    "a role as a channel": (SnowflakeShape(named="#"), "@a", "this takes an id of 15 to 20 digits or a name after #"),
    "a name without letters": (SnowflakeShape(named="#"), "#", "this takes an id of 15 to 20 digits or a name after #"),
    "a mapping without an id": (SnowflakeShape(), {}, "this takes an id of 15 to 20 digits"),
    "a flag as an id": (SnowflakeShape(), True, "this takes an id of 15 to 20 digits"),
    "a fraction as an id": (SnowflakeShape(), 1e17, "this takes an id of 15 to 20 digits"),
    "digits of another script as an id": (SnowflakeShape(), "١" * 18, "this takes an id of 15 to 20 digits"),
    "another word": (ChoiceShape(("a", "b")), "c", "this takes one of a, b"),
    "a list as a word": (ChoiceShape(("a", "b")), ["a"], "this takes one of a, b"),
}


@pytest.mark.parametrize(("shape", "value", "said"), REFUSED.values(), ids=REFUSED)
def test_what_a_shape_cannot_take_is_refused_without_showing_it(shape: Shape, value: object, said: str) -> None:
    with pytest.raises(BadValue) as refused:
        coerce(shape, value)
    assert str(refused.value) == said
