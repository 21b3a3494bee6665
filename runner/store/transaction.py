"""What a unit sees of the database while it runs."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    Insert = sqlite.Insert | postgresql.Insert

T = TypeVar("T")
Values = Mapping[str, object]


class Transaction:
    """A transaction under way; valid until its unit returns. Its rows are Any: typed by those who know the statement.

    What is read in order to be changed is locked first, by `lock` or by `with_for_update`: on PostgreSQL other
    processes write at the same time. SQLite has one writer, and leaves the locks of rows out.
    """

    __slots__ = ("_connection", "earliest_due", "now")

    def __init__(self, connection: sa.Connection, now: float) -> None:
        """`now` is when the unit began, in Unix seconds."""
        self._connection = connection
        self.now: Final = now
        self.earliest_due: float | None = None

    def note_due(self, at: float) -> None:
        """Note that something falls due at a Unix second: once this is saved, whoever waits for it is told."""
        self.earliest_due = at if self.earliest_due is None else min(self.earliest_due, at)

    def rows(self, statement: sa.Executable, values: Values | None = None) -> Sequence[Any]:
        """Execute a statement, with values for its parameters, and return its rows."""
        result = self._connection.execute(statement, values)
        return result.all() if result.returns_rows else ()

    def rows_each(self, statement: sa.Executable, values: Sequence[Values]) -> None:
        """Execute a statement once for each of `values`."""
        if values:
            self._connection.execute(statement, values)

    def insert_all(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert rows, of which none may be there yet."""
        if rows:
            self._connection.execute(_new(table), rows)

    @contextmanager
    def apart(self) -> Generator[None]:
        """Undo what is done inside if it raises, and nothing else of the unit: for those who go on after a refusal."""
        self._connection.exec_driver_sql("SAVEPOINT apart")
        try:
            yield
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT apart")
            raise
        finally:
            self._connection.exec_driver_sql("RELEASE SAVEPOINT apart")

    def add(self, table: sa.Table, values: Values) -> bool:
        """Insert a row, unless one with its key, or with what else is unique of it, is there; tell whether it was."""
        return bool(self.rows(_add(self._connection.dialect.name, table), values))

    def put(self, table: sa.Table, values: Values) -> None:
        """Insert a row, in place of the one with its key."""
        self.rows(_put(self._connection.dialect.name, table), values)

    def lock(self, table: sa.Table, otherwise: Values) -> Any:
        """Return the row with the key of `otherwise`, which is inserted if there is none, and keep others from it.

        There is no moment at which two units see that the row is not there.
        """
        (row,) = self.rows(_lock(self._connection.dialect.name, table), otherwise)
        return row


Unit = Callable[[Transaction], T]
"""A function that runs in a transaction: as a whole, or not at all.

It waits for nothing but the database, and does nothing but with the database: it may be run a second time, where the
first one was undone by what another unit of its batch met.
"""


# Statements are made once: to build one takes as long as to execute it.
@cache
def _new(table: sa.Table) -> sa.Executable:
    return table.insert()


@cache
def _add(dialect: str, table: sa.Table) -> sa.Executable:
    return _insert(dialect, table).on_conflict_do_nothing().returning(*table.primary_key)


@cache
def _put(dialect: str, table: sa.Table) -> sa.Executable:
    made = _insert(dialect, table)
    replaced = {column.name: made.excluded[column.name] for column in table.columns if not column.primary_key}
    return made.on_conflict_do_update(index_elements=table.primary_key, set_=replaced)


@cache
def _lock(dialect: str, table: sa.Table) -> sa.Executable:
    untouched = next(column for column in table.columns if not column.primary_key)
    made = _insert(dialect, table)
    same = made.on_conflict_do_update(index_elements=table.primary_key, set_={untouched.name: untouched})
    return same.returning(*table.columns)


def _insert(dialect: str, table: sa.Table) -> "Insert":
    """Return an INSERT that knows ON CONFLICT, which the dialects spell alike and define apart."""
    # Imported here, so that SQLite doesn't pay for PostgreSQL's dialect.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
