"""How the fields of records are compared: what a value is found by, and conditions as SQL."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.errors import WrongKind
from runner.store.tables import CELLS, RECORDS
from runner.store.values import INTEGER_MAX, Json, is_list, is_number

FieldKind = Literal["text", "number", "boolean", "json"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in"]

COMPARED_MAX: Final = 1000
"""How many values the list of an `in` may have."""

PREFIX_CHARS: Final = 200
"""How much of a text is indexed. It may take four bytes a character; PostgreSQL takes index entries to 2704 bytes."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one field; `id` is a field, too. With `in` and `not in` the value is a list.

    Null is equal to null, different from all else, and neither smaller nor larger than anything.
    """

    field: str
    operator: Operator
    value: Json


def fits(kind: FieldKind, value: Json) -> bool:
    """Tell whether a value, not null, is of a kind."""
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return is_number(value)
        case "boolean":
            return isinstance(value, bool)
        case "json":
            return True


def _sortable(text: str) -> str:
    """Return a text as both databases take it, neither of which takes half of a surrogate pair, and one no NUL."""
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a value is found by: a number, or a text, of which the beginning is indexed."""

    number: float | None = None
    text: str | None = None

    @property
    def prefix(self) -> str | None:
        return None if self.text is None else self.text[:PREFIX_CHARS]


def cell_of(kind: FieldKind, value: Json) -> Cell | None:
    """Return what a value is found by; None for null, for what is not of the kind, and for what can't be compared."""
    if value is None or kind == "json" or not fits(kind, value):
        return None
    if kind == "text":
        return Cell(text=_sortable(value))
    return Cell(number=float(value))


def condition(collection: int, kind: FieldKind, where: Where) -> sa.ColumnElement[bool]:
    """Return a condition on the row of `RECORDS`. Raises `WrongKind` where it compares with what the field isn't."""
    match where.operator:
        case "=":
            return _one_of(collection, kind, where.field, [where.value])
        case "!=":
            return ~_one_of(collection, kind, where.field, [where.value])
        case "in":
            return _one_of(collection, kind, where.field, where.value)
        case "not in":
            return ~_one_of(collection, kind, where.field, where.value)
        case "<" | "<=" | ">" | ">=":
            return _beyond(collection, kind, where)


def _one_of(collection: int, kind: FieldKind, field: str, values: Json) -> sa.ColumnElement[bool]:
    if not is_list(values) or len(values) > COMPARED_MAX:
        raise WrongKind(f"{field} is compared with a list of at most {COMPARED_MAX} values")
    cells = [_compared(kind, field, value) for value in values if value is not None]
    if field == "id":
        return RECORDS.c.id.in_([int(value) for value in values if _may_be_an_id(value)])
    equal = _texts(cells) if kind == "text" else CELLS.c.number.in_([cell.number for cell in cells])
    found = RECORDS.c.id.in_(_holding(collection, field, equal))
    if None in values:
        return sa.or_(found, ~RECORDS.c.id.in_(_holding(collection, field)))
    return found


def _may_be_an_id(value: Json) -> bool:
    return is_number(value) and 0 < value <= INTEGER_MAX and float(value).is_integer()


def _texts(cells: Sequence["Cell"]) -> sa.ColumnElement[bool]:
    prefixes, texts = [cell.prefix for cell in cells], [cell.text for cell in cells]
    return sa.and_(CELLS.c.prefix.in_(prefixes), CELLS.c.text.in_(texts))


def _beyond(collection: int, kind: FieldKind, where: Where) -> sa.ColumnElement[bool]:
    cell = _compared(kind, where.field, where.value)
    if where.field == "id":
        return sa.cast(RECORDS.c.id, sa.Double).bool_op(where.operator)(cell.number)
    if kind != "text":
        return RECORDS.c.id.in_(_holding(collection, where.field, CELLS.c.number.bool_op(where.operator)(cell.number)))
    # The prefix is what the index knows; of two texts that begin alike only the whole tells which is larger.
    near = CELLS.c.prefix.bool_op(where.operator[0] + "=")(cell.prefix)
    beyond = CELLS.c.text.bool_op(where.operator)(cell.text)
    return RECORDS.c.id.in_(_holding(collection, where.field, near, beyond))


def _compared(kind: FieldKind, field: str, value: Json) -> "Cell":
    cell = cell_of(kind, value)
    if cell is None:
        raise WrongKind(f"{field} is a {kind}, and is compared with something else")
    return cell


def _holding(collection: int, field: str, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(CELLS.c.record).where(CELLS.c.collection == collection, CELLS.c.field == field, *conditions)
