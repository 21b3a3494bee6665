"""Small tables that a config declares: rows with an id, per scope, with unique sets of fields and a limit."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.conditions import Cell, FieldKind, Where, cell_of, condition, fits
from runner.store.errors import LimitReached, UniqueViolated, WrongKind
from runner.store.scope import Scope
from runner.store.tables import CELLS, COLLECTIONS, DEFINITIONS, RECORDS, UNIQUES
from runner.store.transaction import Transaction
from runner.store.values import Json, Row, bounded_json, from_json, to_json

RECORD_BYTES_MAX: Final = 64 * 1024
"""How many bytes one record may take as JSON."""

_ID_BITS: Final = 53


@dataclass(frozen=True, slots=True)
class Table:
    """A table as declared: how each field is compared, which fields are unique together, how many rows a scope has.

    A `json` field can be kept and read, and not compared. Rows in which a field of a unique set is null may be many.
    """

    name: str
    fields: Mapping[str, FieldKind]
    unique: tuple[tuple[str, ...], ...] = ()
    limit: int = 10_000


class Records:
    """The rows of one table in one scope. A field that a row was never given is null."""

    def __init__(self, tx: Transaction, table: Table, scope: Scope) -> None:
        self._tx, self._table, self._scope = tx, table, scope

    def insert(self, values: Mapping[str, Json]) -> Row:
        """Add a row and return it with its `id`. Raises `UniqueViolated`, `LimitReached`, `TooLarge`."""
        collection = self._locked()
        if collection.size >= self._table.limit:
            raise LimitReached(self._table.limit)
        self._resize(collection.id, size=1, next_id=1)
        data = {name: values.get(name) for name in self._table.fields}
        self._write(collection.id, {collection.next_id: data})
        self._tx.insert_all(RECORDS, [_record(collection.id, collection.next_id, data)])
        return {"id": collection.next_id, **data}

    def find(self, where: Sequence[Where] = (), *, order: str = "id", limit: int = 100, offset: int = 0) -> list[Row]:
        """Return the rows that meet every condition, by a field, or by `-field` from the largest down.

        Rows in which that field is null come last. Raises `WrongKind`.
        """
        found = self._found()
        if found is None:
            return []
        query = self._ordered(self._select(found, where), found, order)
        return self._rows(self._tx.rows(query.limit(limit).offset(offset)))

    def count(self, where: Sequence[Where] = ()) -> int:
        """Return how many rows meet every condition. Raises `WrongKind`."""
        found = self._found()
        if found is None:
            return 0
        counted = sa.select(sa.func.count()).select_from(self._select(found, where).subquery())
        ((count,),) = self._tx.rows(counted)
        return int(count)

    def change(self, where: Sequence[Where], values: Mapping[str, Json]) -> list[Row]:
        """Set fields of all rows that meet every condition and return them.

        Raises `UniqueViolated`, `TooLarge`, `WrongKind`.
        """
        collection = self._locked()
        changed = {row["id"]: {**_without_id(row), **values} for row in self._matching(collection.id, where)}
        self._unindex(collection.id, changed)
        self._write(collection.id, changed)
        for number, data in changed.items():
            self._tx.put(RECORDS, _record(collection.id, number, data))
        return [{"id": number, **data} for number, data in changed.items()]

    def drop(self, where: Sequence[Where]) -> list[Row]:
        """Delete the rows that meet every condition and return them. Raises `WrongKind`."""
        collection = self._locked()
        rows = list(self._matching(collection.id, where))
        gone = [row["id"] for row in rows]
        self._unindex(collection.id, gone)
        self._tx.rows_each(_DROPPED, [{"its_collection": collection.id, "its_record": number} for number in gone])
        self._resize(collection.id, size=-len(gone), next_id=0)
        return rows

    def hold(self) -> None:
        """Keep others from changing anything here until this unit ends: it goes by what it finds."""
        self._locked()

    def reindex(self) -> None:
        """Write anew what the rows are found by, from what they hold. Raises `UniqueViolated`."""
        collection = self._locked()
        rows = {row["id"]: _without_id(row) for row in self._matching(collection.id, ())}
        self._tx.rows(sa.delete(CELLS).where(CELLS.c.collection == collection.id))
        self._tx.rows(sa.delete(UNIQUES).where(UNIQUES.c.collection == collection.id))
        self._write(collection.id, rows)

    def _locked(self) -> Any:
        """Return the scope's own row, which keeps every other writer from its records."""
        new = {"id": secrets.randbits(_ID_BITS), "next_id": 1, "size": 0}
        return self._tx.lock(COLLECTIONS, {**self._names(), **new})

    def _found(self) -> int | None:
        for (number,) in self._tx.rows(_FOUND, {f"its_{name}": value for name, value in self._names().items()}):
            return int(number)
        return None

    def _names(self) -> dict[str, str]:
        return {"record_table": self._table.name, "scope_kind": self._scope.kind, "scope_id": self._scope.id}

    def _resize(self, collection: int, *, size: int, next_id: int) -> None:
        self._tx.rows(_RESIZED, {"its_collection": collection, "more": size, "next": next_id})

    def _matching(self, collection: int, where: Sequence[Where]) -> list[Row]:
        return self._rows(self._tx.rows(self._select(collection, where).order_by(RECORDS.c.id)))

    def _select(self, collection: int, where: Sequence[Where]) -> sa.Select[Any, Any]:
        conditions = [condition(collection, self._kind(each), each) for each in where]
        return sa.select(RECORDS.c.id, RECORDS.c.data).where(RECORDS.c.collection == collection, *conditions)

    def _kind(self, where: Where) -> FieldKind:
        kind = "number" if where.field == "id" else self._table.fields[where.field]
        if kind == "json":
            raise WrongKind(f"{where.field} can't be compared")
        return kind

    def _ordered(self, query: sa.Select[Any, Any], collection: int, order: str) -> sa.Select[Any, Any]:
        field, direction = order.removeprefix("-"), sa.desc if order.startswith("-") else sa.asc
        if field == "id":
            return query.order_by(direction(RECORDS.c.id))
        cell = sa.and_(CELLS.c.collection == collection, CELLS.c.record == RECORDS.c.id, CELLS.c.field == field)
        by = (CELLS.c.number, CELLS.c.prefix, CELLS.c.text, RECORDS.c.id)
        joined = query.outerjoin(CELLS, cell).order_by(CELLS.c.record.is_(None))
        return joined.order_by(*(direction(column) for column in by))

    def _rows(self, found: Iterable[Any]) -> list[Row]:
        return [{"id": number, **_fitting(self._table, from_json(data))} for number, data in found]

    def _write(self, collection: int, rows: Mapping[int, Mapping[str, Json]]) -> None:
        """Write what rows are found by, and what is unique of them. Raises `UniqueViolated`."""
        cells = [
            {"collection": collection, "record": number, "field": name, **_columns(cell)}
            for number, data in rows.items()
            for name, kind in self._table.fields.items()
            if (cell := cell_of(kind, data.get(name))) is not None
        ]
        self._tx.insert_all(CELLS, cells)
        for number, data in rows.items():
            for fields in self._table.unique:
                self._claim(collection, number, fields, [data.get(name) for name in fields])

    def _claim(self, collection: int, number: int, fields: tuple[str, ...], values: list[Json]) -> None:
        if any(value is None for value in values):
            return
        digest = hashlib.sha256(to_json([_canonical(value) for value in values]).encode()).hexdigest()
        claimed = {"collection": collection, "fields": ",".join(fields), "digest": digest, "record": number}
        if not self._tx.add(UNIQUES, claimed):
            raise UniqueViolated(fields)

    def _unindex(self, collection: int, numbers: Iterable[int]) -> None:
        which = [{"its_collection": collection, "its_record": number} for number in numbers]
        self._tx.rows_each(_WITHOUT_CELLS, which)
        self._tx.rows_each(_WITHOUT_UNIQUES, which)


def define(tx: Transaction, table: Table) -> bool:
    """Make a table what it is declared as now: True if its rows had to be indexed anew.

    Raises `UniqueViolated` when rows that are there are not unique in what now has to be.
    """
    definition = to_json([dict(sorted(table.fields.items())), sorted(table.unique)])
    known = tx.lock(DEFINITIONS, {"record_table": table.name, "definition": ""})
    if known.definition == definition:
        return False
    tx.put(DEFINITIONS, {"record_table": table.name, "definition": definition})
    query = sa.select(COLLECTIONS.c.scope_kind, COLLECTIONS.c.scope_id).where(COLLECTIONS.c.record_table == table.name)
    for kind, scope_id in tx.rows(query):
        Records(tx, table, Scope(kind, scope_id)).reindex()
    return bool(known.definition)


_FOUND: Final = sa.select(COLLECTIONS.c.id).where(
    *(COLLECTIONS.c[name] == sa.bindparam(f"its_{name}") for name in ("record_table", "scope_kind", "scope_id"))
)
_RESIZED: Final = (
    sa.update(COLLECTIONS)
    .where(COLLECTIONS.c.id == sa.bindparam("its_collection"))
    .values(size=COLLECTIONS.c.size + sa.bindparam("more"), next_id=COLLECTIONS.c.next_id + sa.bindparam("next"))
)
_DROPPED: Final = sa.delete(RECORDS).where(
    RECORDS.c.collection == sa.bindparam("its_collection"), RECORDS.c.id == sa.bindparam("its_record")
)
_WITHOUT_CELLS: Final = sa.delete(CELLS).where(
    CELLS.c.collection == sa.bindparam("its_collection"), CELLS.c.record == sa.bindparam("its_record")
)
_WITHOUT_UNIQUES: Final = sa.delete(UNIQUES).where(
    UNIQUES.c.collection == sa.bindparam("its_collection"), UNIQUES.c.record == sa.bindparam("its_record")
)


def _columns(cell: Cell) -> Mapping[str, object]:
    return {"number": cell.number, "prefix": cell.prefix, "text": cell.text}


def _record(collection: int, number: int, data: Mapping[str, Json]) -> Mapping[str, object]:
    return {"collection": collection, "id": number, "data": bounded_json("a record", data, RECORD_BYTES_MAX)}


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def _fitting(table: Table, data: Mapping[str, Json]) -> dict[str, Json]:
    """Return the declared fields; null for one that was kept when it was declared as another kind."""
    return {name: value if fits(kind, value := data.get(name)) else None for name, kind in table.fields.items()}


def _canonical(value: Json) -> Json:
    """Return equal numbers in one spelling: 1 and 1.0 are the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
