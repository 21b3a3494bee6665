"""Small tables that a config declares: rows with an id, per scope, with unique sets of fields and a limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from runner.store.scope import Scope
from runner.store.transaction import Transaction

Json = Any  # a JSON value, as the declared field takes it
Row = Mapping[str, Json]  # the fields, and `id`
FieldKind = Literal["text", "number", "boolean", "json"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as declared: how each field is compared, which fields are unique together, how many rows a scope has."""

    name: str
    fields: Mapping[str, FieldKind]
    unique: tuple[tuple[str, ...], ...] = ()
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one field; `id` is a field, too. With `in` and `not in` the value is a list."""

    field: str
    operator: Operator
    value: Json


class Records:
    """The rows of one table in one scope."""

    def __init__(self, tx: Transaction, table: Table, scope: Scope) -> None:
        self._tx, self._table, self._scope = tx, table, scope

    def insert(self, values: Row) -> Row:
        """Add a row and return it with its `id`. Raises `UniqueViolated`, `LimitReached`, `TooLarge`."""
        raise NotImplementedError

    def find(self, where: Sequence[Where] = (), *, order: str = "id", limit: int = 100, offset: int = 0) -> list[Row]:
        """Return the rows that meet every condition, by a field, or by `-field` from the largest down."""
        raise NotImplementedError

    def count(self, where: Sequence[Where] = ()) -> int:
        """Return how many rows meet every condition."""
        raise NotImplementedError

    def change(self, where: Sequence[Where], values: Row) -> list[Row]:
        """Set fields of all rows that meet every condition and return them. Raises `UniqueViolated`, `TooLarge`."""
        raise NotImplementedError

    def drop(self, where: Sequence[Where]) -> int:
        """Delete the rows that meet every condition and return how many there were."""
        raise NotImplementedError
