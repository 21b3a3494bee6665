"""What a config declares that it keeps: the values of `state:` and the tables of `records:`, with their types.

Steps and templates are checked against this, and so is what a store gives back: it may have been written when the
config declared something else.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal, cast

from runner.data import dataclass
from runner.fields import (
    BadValue,
    BooleanShape,
    DataShape,
    ListShape,
    NullableShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    TextShape,
    coerce,
)
from runner.templates.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NUMBER,
    SNOWFLAKE,
    STRING,
    ListOf,
    Object,
    Type,
    optional,
)

ScopeWord = Literal["global", "guild", "channel", "user", "member"]
KindWord = Literal["string", "integer", "number", "boolean", "user", "channel", "role", "time", "data"]
StateKindWord = Literal["string", "integer", "number", "boolean", "user", "channel", "role", "time", "data", "list"]

IN_SERVERS_ONLY: Final = frozenset({"guild", "member"})
"""Scopes that exist only in a server: a handler that reads or writes one is offered, and answered, nowhere else."""

WANTED_BY: Final[Mapping[ScopeWord, frozenset[str]]] = {
    "global": frozenset(),
    "guild": frozenset({"guild"}),
    "channel": frozenset({"channel"}),
    "user": frozenset({"user"}),
    "member": frozenset({"guild", "user"}),
}
"""What of a run says whose a value is, unless the step does."""

INTEGER_MAX: Final = 2**53 - 1
"""The largest integer that can be kept: every reader of JSON takes it for exactly itself."""

_SHAPES: Final[Mapping[str, Shape]] = {
    "string": TextShape(templated=True),
    "integer": NumberShape(True, templated=True, minimum=-INTEGER_MAX, maximum=INTEGER_MAX),
    "number": NumberShape(False, templated=True),
    "boolean": BooleanShape(templated=True),
    "user": SnowflakeShape(templated=True),
    "channel": SnowflakeShape(templated=True),
    "role": SnowflakeShape(templated=True),
    "time": NumberShape(False, templated=True),
    "data": DataShape(templated=True),
}
_TYPES: Final[Mapping[str, Type]] = {
    "string": STRING,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "user": SNOWFLAKE,
    "channel": SNOWFLAKE,
    "role": SNOWFLAKE,
    "time": INSTANT,
    "data": ANY,
}
_NUMBERS: Final = frozenset({"integer", "number", "time"})

Json = Any  # a JSON value


@dataclass(frozen=True, slots=True)
class StateDeclaration:
    """One value of `state:`. `items` is the kind of a list's items, `limit` how many it takes."""

    scope: ScopeWord
    kind: StateKindWord
    default: Json = None
    items: KindWord = "data"
    limit: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it can be incremented."""
        return self.kind in _NUMBERS

    @property
    def is_list(self) -> bool:
        """Whether it can be appended to."""
        return self.kind == "list"

    @property
    def shape(self) -> Shape:
        """What may be written."""
        return ListShape(self.item_shape, max_items=self.limit) if self.is_list else _SHAPES[self.kind]

    @property
    def item_shape(self) -> Shape:
        """What an item of a list may be."""
        return _SHAPES[self.items]

    @property
    def written_type(self) -> Type:
        """What it is once it was written."""
        return ListOf(_TYPES[self.items]) if self.is_list else _TYPES[self.kind]

    @property
    def read_type(self) -> Type:
        """What templates read."""
        return self.written_type if self.start is not None else optional(self.written_type)

    @property
    def start(self) -> Json:
        """What it is before it is written; None is none."""
        if self.default is None and self.is_list:
            return []
        return self.default

    def fitting(self, value: Json) -> Json:
        """Return a value as it is kept, or the start if it was declared as something else when it was written."""
        return _fitting(self.shape, value, self.start)


@dataclass(frozen=True, slots=True)
class FieldDeclaration:
    """One field of a table. A record may lack it, and has none then."""

    kind: KindWord
    default: Json = None

    @property
    def shape(self) -> Shape:
        """What may be written."""
        return NullableShape(_SHAPES[self.kind])

    @property
    def read_type(self) -> Type:
        """What templates read."""
        return optional(_TYPES[self.kind])


@dataclass(frozen=True, slots=True)
class TableDeclaration:
    """One table of `records:`. `limit` is how many records a scope has at most."""

    name: str
    scope: ScopeWord
    fields: Mapping[str, FieldDeclaration]
    unique: tuple[tuple[str, ...], ...] = ()
    limit: int = 10_000

    @property
    def row_type(self) -> Type:
        """What a record is in templates."""
        fields = {name: declared.read_type for name, declared in self.fields.items()}
        return Object(f"a record of `{self.name}`", {"id": INTEGER, **fields})


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything that a config keeps, by its names."""

    state: Mapping[str, StateDeclaration] = field(default_factory=dict[str, StateDeclaration])
    records: Mapping[str, TableDeclaration] = field(default_factory=dict[str, TableDeclaration])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not (self.state or self.records)


def constant(shape: Shape, value: Json) -> Json:
    """Return a constant as it is kept. Raises `BadValue` where the shape doesn't take it."""
    match shape:
        case ListShape(of):
            if not isinstance(value, (list, tuple)):
                raise BadValue("this takes a list")
            return [constant(of, item) for item in cast(list[Json], value)]
        case NullableShape(of):
            return None if value is None else constant(of, value)
        case TextShape():
            if not isinstance(value, str):
                raise BadValue("this takes text")
            return value
        case _:
            return coerce(shape, value)


def _fitting(shape: Shape, value: Json, otherwise: Json) -> Json:
    try:
        return constant(shape, value)
    except BadValue:
        return otherwise
