"""What a key of the language takes: its description, its type, its bounds.

A dataclass field declared with `option` is a key in YAML. From the same declaration come the JSON Schema, the typed
value that the reader builds, the coercion of rendered templates, and the reference. The annotation decides the shape:

    str int float bool      a scalar                   Duration      `2.5s`, `1h30m`; float seconds inside
    Literal["a", "b"]       one of these words         Snowflake     a Discord id; a string of digits inside
    tuple[T, ...]           a list                     Channel       a channel's id, or its name as `#support`
    Mapping[str, T]         names to T                 Expression    a bare template expression
    T | None                may be left out            Steps         a list of steps
    Words                   a word or a list of words  Text          template text in an otherwise static place
    Suggestions | E         values, values with labels, or a template that gives either; or an entry
    Color                   `"#5865F2"`; an integer    Timestamp     an instant; ISO 8601 inside
    Emoji                   `👍`, `<:name:id>`; Discord's object inside

In an action every scalar may be a template; elsewhere only `Text` and `Expression` may.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, NewType, Self, TypeVar, get_args, get_origin

from runner import formats
from runner.data import dataclass
from runner.diagnostics import Span
from runner.regex import regex
from runner.templates import Template
from runner.templates.values import is_list

Duration = NewType("Duration", float)
Snowflake = NewType("Snowflake", str)
Channel = NewType("Channel", str)
Role = NewType("Role", str)
PublicMessage = NewType("PublicMessage", str)
Expression = NewType("Expression", str)
Text = NewType("Text", str)
CommandName = NewType("CommandName", str)
Color = NewType("Color", int)
Timestamp = NewType("Timestamp", str)
Emoji = NewType("Emoji", Mapping[str, object])
Data = NewType("Data", object)

KEYS: Final = "keys"
"""What a field refers to whose texts are keys that its author makes up, such as those of `schedule`."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A run of steps: as written after reading, ready to execute after compiling.

    Compiled, it has an `address` in its program, such as `commands/ticket/steps/2/then`: where a run that waits is
    found again.
    """

    items: tuple[Any, ...] = ()  # WrittenStep, then CompiledStep: both stand further down the pipeline
    address: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """Guards, of which each must hold: as written after reading, ready to be asked after compiling."""

    items: tuple[Any, ...] = ()  # AskedCheck, then the compiler's Check: both stand further down the pipeline


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Values with their labels, as they are listed; or `given`, the template that gives them."""

    listed: tuple[tuple[str | float, str], ...] = ()
    given: Any = None  # Authored: it stands further down the pipeline


Overflow = Literal["cut", "trim", "refuse"]
"""What becomes of a text that is too long for its place."""

TEMPLATE_PATTERN = r"\{\{[\s\S]*\}\}"
TEMPLATE_MARK_PATTERN = r"\{[{%#]"
DURATION_PATTERN = r"([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+"
SNOWFLAKE_PATTERN = "[0-9]{15,20}"
_DURATION_PART = regex(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class BadValue(ValueError):
    """A rendered or written value that its field cannot take; the message says what it takes, never the value."""


@dataclass(frozen=True, slots=True)
class TextShape:
    """A string, its length in characters, and whether it may be a template.

    What a template makes longer than `max_length` is `cut` and ends in an ellipsis, or without one where a user may
    send it back (`trim`), or it is refused, as `overflow` says: of a text the beginning is worth more than nothing, of
    an address it isn't.
    """

    templated: bool = False
    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    takes: str = "text"
    overflow: Overflow = "cut"


@dataclass(frozen=True, slots=True)
class NumberShape:
    """An integer or any number, within inclusive bounds."""

    integer: bool
    templated: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class BooleanShape:
    """`true` or `false`."""

    templated: bool = False


@dataclass(frozen=True, slots=True)
class DurationShape:
    """A length of time, in seconds, within inclusive bounds."""

    templated: bool = False
    minimum: float = 0.0
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class SnowflakeShape:
    """A Discord id, or the name of a channel or role where `named` says which sign such a name begins with.

    `is_public` asks for a message that everybody may see, because Discord lets nobody do it to another one.
    """

    templated: bool = False
    named: Literal["", "#", "@"] = ""
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceShape:
    """One of a few words."""

    words: tuple[str, ...]
    templated: bool = False


@dataclass(frozen=True, slots=True)
class ColorShape:
    """A colour: `#` and six hexadecimal digits, or the number that they are."""

    templated: bool = False


@dataclass(frozen=True, slots=True)
class TimestampShape:
    """An instant: ISO 8601 as text, or Unix seconds."""

    templated: bool = False


@dataclass(frozen=True, slots=True)
class EmojiShape:
    """An emoji: the character itself, or a server's own as Discord writes it in a text."""

    templated: bool = False


@dataclass(frozen=True, slots=True)
class ExpressionShape:
    """A bare template expression, as in `if:`; a plain boolean is one too."""


@dataclass(frozen=True, slots=True)
class DataShape:
    """Any value; texts inside it are templates where `templated`."""

    templated: bool = False


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list; where `single` is set, one item may be written without the list.

    Where it is `templated`, one template may stand for all of it.
    """

    of: "Shape"
    single: bool = False
    min_items: int = 0
    max_items: int | None = None
    templated: bool = False


@dataclass(frozen=True, slots=True)
class MapShape:
    """A mapping from names, each of which matches `key_pattern`, or is one of `key_words`, to values of one shape."""

    of: "Shape"
    key_pattern: str | None = None
    key_takes: str = "a name"
    key_words: tuple[str, ...] = ()
    max_items: int | None = None
    min_items: int = 0


@dataclass(frozen=True, slots=True)
class NullableShape:
    """A value of a shape, or none. No key in YAML has it: it is for what a step writes into a record."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class EntryShape:
    """A mapping with the keys that a dataclass declares."""

    entry: type["Entry"]


@dataclass(frozen=True, slots=True)
class KindsShape:
    """One of several kinds of entry: a mapping whose one key says which, or that word where the kind needs no more.

    Any other word, with what belongs to it or alone, is a reference: an `other`, which has `name` and `with_`. A list
    is a `row`, which has `components`. Where these are None they are not taken.
    """

    kinds: Mapping[str, type["Entry"]]
    other: type["Entry"] | None = None
    row: type["Entry"] | None = None


@dataclass(frozen=True, slots=True)
class StepsShape:
    """A list of steps; a single step may be written without the list."""


@dataclass(frozen=True, slots=True)
class ChecksShape:
    """A check: by its name, or written in place; or a list of at least `min_items`."""

    min_items: int = 0


@dataclass(frozen=True, slots=True)
class SuggestionsShape:
    """A list of values, a mapping from values to labels, or one template that gives either.

    A mapping with the key that one of `looked_up` needs first is such an entry instead.
    """

    looked_up: tuple[type["Entry"], ...]

    @property
    def by_key(self) -> Mapping[str, type["Entry"]]:
        """The entries by the keys that tell them from values with labels."""
        return {next(field.name for field in fields_of(each) if field.is_required): each for each in self.looked_up}

    def entry_of(self, written: Iterable[str]) -> type["Entry"] | None:
        """Return the entry that a mapping with these keys is; None for values with labels."""
        return next((entry for key, entry in self.by_key.items() if key in written), None)


@dataclass(frozen=True, slots=True)
class ActionShape:
    """What stands under one action's key, as a short form for a list with that one step."""

    action: str


Shape = (
    TextShape
    | NumberShape
    | BooleanShape
    | DurationShape
    | SnowflakeShape
    | ChoiceShape
    | ColorShape
    | TimestampShape
    | EmojiShape
    | ExpressionShape
    | DataShape
    | ListShape
    | MapShape
    | NullableShape
    | EntryShape
    | KindsShape
    | StepsShape
    | ChecksShape
    | SuggestionsShape
    | ActionShape
)


@dataclass(frozen=True, slots=True)
class Authored:
    """A value that the author wrote as a template, before it is compiled: what it must give, and where it stands.

    `locate(offset, length)` is the place of a stretch of the template in its file.
    """

    template: Template
    shape: Shape
    locate: Callable[[int, int], Span] = field(repr=False, compare=False)


class Entry:
    """A mapping of the document, or of an action: a frozen dataclass whose fields are made by `option`.

    `short` names the field that is meant when a scalar or a list stands where the mapping is expected.
    `templated` says that every scalar in it may be a template. `definition` is the name that it has in the schema,
    where it stands in many places. `sketch` names the keys that editors write first, beside those that are required.
    """

    __slots__ = ()
    short: ClassVar[str | None] = None
    templated: ClassVar[bool] = False
    sketch: ClassVar[tuple[str, ...]] = ()
    definition: ClassVar[str] = ""

    def as_read(self) -> Self:
        """Return what the entry amounts to once all of it has been read."""
        return self


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an entry: its YAML name, its attribute, its shape, and what the reference says of it.

    `words` says what each of the words means that the key takes; a word that speaks for itself is left out. `refers` is
    the section whose names stand there; what is secret is shown to nobody. `of` is the attribute of the entry that the
    key belongs to, where it is written among the keys of an outer one.
    """

    name: str
    attribute: str
    shape: Shape
    is_required: bool
    description: str
    example: str
    is_late: bool = False
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    refers: str = ""
    is_secret: bool = False
    of: str = ""


def option(
    description: str,
    *,
    default: object = dataclasses.MISSING,
    example: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    min_length: int = 0,
    max_length: int | None = None,
    pattern: str | None = None,
    takes: str = "",
    key_words: tuple[str, ...] = (),
    max_items: int | None = None,
    min_items: int = 0,
    single: bool = False,
    at_once: bool = False,
    static: bool = False,
    overflow: Overflow = "cut",
    action: str = "",
    entry: type[Entry] | None = None,
    kinds: KindsShape | None = None,
    secret: bool = False,
    late: bool = False,
    words: Mapping[str, str] | None = None,
    refers: str = "",
) -> Any:  # Any, as in dataclasses.field: the annotation beside the call gives the type
    """Declare a key. Lengths count characters, `minimum` and `maximum` are inclusive (seconds for a Duration).

    `takes` is the plural-free phrase that a fault uses for a value that doesn't match `pattern`. `key_words` are the
    only keys that a mapping takes. `static` keeps an action's field from being a template; `at_once` lets one template
    stand for all of a list. `overflow` says what becomes of a template's text that is too long. `action` makes the key
    a short form for steps with that one action; `entry` and `kinds` say what is written where the annotation says what
    that is at run time. What is `secret` is left out of the entry's repr, and of what is shown of a run. What is `late`
    is not evaluated before the step: the action does so. `words` explains the words that a `Literal` takes, `example`
    is what editors offer. `refers` is the section whose names the texts are, or the keys of a mapping: what a pack says
    there is a name of its own.
    """
    bounds = {
        "minimum": minimum,
        "maximum": maximum,
        "min_length": min_length,
        "max_length": max_length,
        "pattern": pattern,
        "takes": takes,
        "key_words": key_words,
        "max_items": max_items,
        "min_items": min_items,
        "single": single,
        "at_once": at_once,
        "static": static,
        "overflow": overflow,
        "action": action,
        "late": late,
        "entry": entry,
        "kinds": kinds,
        "spread": False,
    }
    about = {"description": description, "example": example, "words": words or {}, "refers": refers, "secret": secret}
    metadata = {**about, "bounds": bounds}
    if isinstance(default, dict):  # each entry gets an empty mapping of its own
        return field(default_factory=dict[str, Any], metadata=metadata)
    return field(default=default, metadata=metadata, repr=not secret)


def keys_of(entry: type[Entry]) -> Any:  # Any, as in `option`
    """Declare that all keys of `entry` are written among those of the entry that has this field."""
    return field(default_factory=entry, metadata={"bounds": {"spread": True, "entry": entry}})


def fields_of(entry: type[Entry]) -> tuple[Field, ...]:
    """Return the keys that `entry` declares, in order."""
    return _fields_of(typing.cast(Hashable, entry))  # a class is hashable, whatever its instances are


def attributes_of(entry: type[Entry]) -> tuple[str, ...]:
    """Return the attributes that hold what `entry` declares: those of a spread entry are in one of them."""
    return _made_of(entry).attributes


def late_in(entry: type[Entry]) -> frozenset[str]:
    """Return the attributes that are not evaluated before a step: its action does so."""
    return _made_of(entry).late


def spread_in(entry: type[Entry]) -> Mapping[str, type[Entry]]:
    """Return the entries whose keys are written among those of `entry`, by the attribute that holds each."""
    return _made_of(entry).spread


@dataclass(frozen=True, slots=True)
class _Made:
    """What a class of entries is made of, worked out once: every walk over a document asks for it at each entry."""

    attributes: tuple[str, ...]
    late: frozenset[str]
    spread: Mapping[str, type[Entry]]


def _made_of(entry: type[Entry]) -> _Made:
    return _making(typing.cast(Hashable, entry))  # a class is hashable, whatever its instances are


@cache
def _making(entry: Hashable) -> _Made:
    bounds = {item.name: item.metadata["bounds"] for item in _declared(entry)}
    return _Made(
        attributes=tuple(bounds),
        late=frozenset(name for name, each in bounds.items() if each.get("late")),
        spread={name: each["entry"] for name, each in bounds.items() if each["spread"]},
    )


def build(entry: type[E], values: Mapping[str, object]) -> E:
    """Return the entry with these values by attribute, each put where it belongs."""
    own: dict[str, Any] = {name: {} for name in spread_in(entry)}
    for item in fields_of(entry):
        if item.attribute in values:
            (own[item.of] if item.of else own)[item.attribute] = values[item.attribute]
    return entry(
        **{**own, **{name: inner(**own[name]).as_read() for name, inner in spread_in(entry).items()}}
    ).as_read()


@cache
def _fields_of(entry: Hashable) -> tuple[Field, ...]:
    return tuple(each for item in _declared(entry) for each in _fields_at(item, typing.cast(Any, entry).templated))


def _declared(entry: object) -> "tuple[dataclasses.Field[Any], ...]":
    declared = dataclasses.fields(typing.cast(Any, entry))  # every Entry is a dataclass; the base can't say so
    return tuple(item for item in declared if "bounds" in item.metadata)


def _fields_at(item: "dataclasses.Field[Any]", templated: bool) -> Iterator[Field]:
    bounds = item.metadata["bounds"]
    if bounds["spread"]:
        yield from (dataclasses.replace(each, of=item.name) for each in fields_of(bounds["entry"]))
    else:
        yield _field(item, templated)


def _field(item: "dataclasses.Field[Any]", templated: bool) -> Field:
    bounds = item.metadata["bounds"]
    return Field(
        name=item.name.rstrip("_"),
        attribute=item.name,
        shape=_shape(item.type, bounds, templated and not bounds["static"]),
        is_required=item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING,
        description=item.metadata["description"],
        example=item.metadata["example"],
        is_late=bounds["late"],
        words=item.metadata["words"],
        refers=item.metadata["refers"],
        is_secret=item.metadata["secret"],
    )


def _shape(hint: object, bounds: Mapping[str, Any], templated: bool) -> Shape:
    if bounds["action"]:
        return ActionShape(bounds["action"])
    origin, arguments = get_origin(hint), get_args(hint)
    kinds: KindsShape | None = bounds["kinds"]
    if kinds is not None and tuple not in (origin, *map(get_origin, arguments)):
        return kinds
    if bounds["entry"]:
        return EntryShape(bounds["entry"])
    if origin in (typing.Union, types.UnionType):
        inner, *others = (argument for argument in arguments if argument is not types.NoneType)
        if inner is Suggestions:
            return SuggestionsShape(tuple(others))
        assert not others, f"no shape for {hint!r}"
        return _shape(inner, bounds, templated)
    if origin is Literal:
        return ChoiceShape(tuple(arguments), templated)
    if origin is tuple:
        of = _shape(arguments[0], {**bounds, "max_items": None, "min_items": 0, "single": False}, templated)
        return ListShape(
            of, bounds["single"], bounds["min_items"], bounds["max_items"], templated and bounds["at_once"]
        )
    if isinstance(origin, type) and issubclass(origin, Mapping):
        of = _shape(arguments[1], {**bounds, "max_items": None, "min_items": 0, "pattern": None}, templated)
        keys = (bounds["pattern"], bounds["takes"] or "a name", bounds["key_words"])
        return MapShape(of, *keys, bounds["max_items"], bounds["min_items"])
    return _leaf(hint, bounds, templated)


def _leaf(hint: object, bounds: Mapping[str, Any], templated: bool) -> Shape:
    if isinstance(hint, type):
        if issubclass(hint, Entry):
            return EntryShape(hint)
        if issubclass(hint, Steps):
            return StepsShape()
        if issubclass(hint, Checks):
            return ChecksShape(bounds["min_items"])
        if hint is bool:
            return BooleanShape(templated)
        if hint in (int, float):
            return NumberShape(hint is int, templated, bounds["minimum"], bounds["maximum"])
    if hint is Duration:
        return DurationShape(templated, bounds["minimum"] or 0.0, bounds["maximum"])
    if hint in (Snowflake, Channel, Role, PublicMessage):
        sign: Literal["", "#", "@"] = "#" if hint is Channel else "@" if hint is Role else ""
        return SnowflakeShape(templated, sign, is_public=hint is PublicMessage)
    if hint is Expression:
        return ExpressionShape()
    if hint is Data:
        return DataShape(templated)
    for named, plain in _PLAIN_SHAPES.items():
        if hint is named:
            return plain(templated)
    assert hint in (str, Text), f"no shape for {hint!r}"
    is_template = templated or hint is Text
    takes = bounds["takes"] or "text"
    lengths = bounds["min_length"], bounds["max_length"]
    return TextShape(is_template, *lengths, bounds["pattern"], takes, bounds["overflow"])


_PLAIN_SHAPES: Mapping[object, type[ColorShape | TimestampShape | EmojiShape]] = MappingProxyType(
    {Color: ColorShape, Timestamp: TimestampShape, Emoji: EmojiShape}
)


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as `1h30m`; `BadValue` for anything else."""
    if not re.fullmatch(DURATION_PATTERN, text):
        raise BadValue("a duration is written like 500ms, 10s, 2m or 1h30m")
    return round(sum(float(amount) * _UNIT_S[unit] for amount, unit in _DURATION_PART.findall(text)), 6)


def coerce(shape: Shape, value: object) -> object:
    """Return `value`, as written or as a template gave it, in the type that `shape` stands for.

    Raises `BadValue` where it can't be one; the message says what is taken and holds nothing of the value.
    """
    match shape:
        case TextShape():
            return _coerce_text(shape, value)
        case NumberShape():
            return _coerce_number(shape, value)
        case BooleanShape():
            if isinstance(value, bool):
                return value
            raise BadValue("this takes true or false")
        case DurationShape():
            return _coerce_duration(shape, value)
        case SnowflakeShape():
            return _coerce_snowflake(shape, value)
        case ChoiceShape():
            if value in shape.words:
                return value
            raise BadValue("this takes one of " + ", ".join(shape.words))
        case NullableShape():
            return None if value is None else coerce(shape.of, value)
        case ListShape():
            return _coerce_list(shape, value)
        case ColorShape() | TimestampShape() | EmojiShape():
            return _coerce_format(shape, value)
        case _:
            return value


def _coerce_text(shape: TextShape, value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if len(text) < shape.min_length:
        raise BadValue(f"this takes at least {shape.min_length} character{'s' * (shape.min_length != 1)}")
    if shape.max_length is not None and len(text) > shape.max_length:
        if shape.overflow == "refuse":
            raise BadValue(f"this takes at most {shape.max_length} characters")
        is_trimmed = shape.overflow == "trim"
        text = text[: shape.max_length] if is_trimmed else formats.shortened(text, shape.max_length)
    if shape.pattern is not None and text and not re.fullmatch(shape.pattern, text):
        raise BadValue(f"this takes {shape.takes}")
    return text


def _coerce_list(shape: ListShape, value: object) -> tuple[object, ...]:
    """Return what a template gave for a whole list."""
    if value is None and shape.templated:
        return ()
    if not is_list(value):
        if not shape.single:
            raise BadValue("this takes a list")
        value = (value,)
    if shape.max_items is not None and len(value) > shape.max_items:
        raise BadValue(f"this takes at most {shape.max_items} items")
    return tuple(coerce(shape.of, item) for item in value)


def _coerce_format(shape: ColorShape | TimestampShape | EmojiShape, value: object) -> object:
    read, takes = _FORMATS[type(shape)]
    found = read(value)
    if found is None:
        raise BadValue(f"this takes {takes}")
    return found


_FORMATS: Mapping[type[Shape], tuple[Callable[[object], object], str]] = MappingProxyType(
    {
        ColorShape: (formats.color, formats.COLOR_TAKES),
        TimestampShape: (formats.timestamp, formats.TIMESTAMP_TAKES),
        EmojiShape: (formats.emoji, formats.EMOJI_TAKES),
    }
)


def _coerce_number(shape: NumberShape, value: object) -> float:
    number = _number(value)
    if number is None or (shape.integer and number != int(number)):
        raise BadValue(f"this takes {'a whole number' if shape.integer else 'a number'}")
    if shape.minimum is not None and number < shape.minimum:
        raise BadValue(f"this takes at least {shape.minimum:g}")
    if shape.maximum is not None and number > shape.maximum:
        raise BadValue(f"this takes at most {shape.maximum:g}")
    return int(number) if shape.integer else number


def _number(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value if abs(value) != float("inf") and value == value else None
    return None


def _coerce_duration(shape: DurationShape, value: object) -> float:
    seconds = _number(value)
    if seconds is None:
        if not isinstance(value, str):
            raise BadValue("a duration is written like 500ms, 10s, 2m or 1h30m")
        seconds = parse_duration(value)
    if seconds < shape.minimum or (shape.maximum is not None and seconds > shape.maximum):
        raise BadValue(f"this takes a duration of {_bounds(shape)}")
    return float(seconds)


def _bounds(shape: DurationShape) -> str:
    least = duration_text(shape.minimum)
    return f"at least {least}" if shape.maximum is None else f"{least} to {duration_text(shape.maximum)}"


def duration_text(seconds: float) -> str:
    """Return a duration as it is written in YAML: 900 is `15m`, 0.1 is `100ms`."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNIT_S[unit] == 0:
            return f"{seconds / _UNIT_S[unit]:g}{unit}"
    return f"{seconds * 1000:g}ms" if 0 < seconds < 1 else f"{seconds:g}s"


def _coerce_snowflake(shape: SnowflakeShape, value: object) -> str:
    if isinstance(value, Mapping):  # a whole user, role or channel stands for its id
        value = typing.cast(Mapping[str, object], value).get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and (re.fullmatch(SNOWFLAKE_PATTERN, value) or _is_name(shape, value)):
        return value
    raise BadValue("this takes an id of 15 to 20 digits" + (f" or a name after {shape.named}" if shape.named else ""))


def _is_name(shape: SnowflakeShape, value: str) -> bool:
    return bool(shape.named) and value.startswith(shape.named) and len(value) > 1
