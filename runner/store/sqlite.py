"""SQLite: a file beside bot.yaml, or memory. All that is SQLite's own stands here."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc, pool
from sqlalchemy.util import LRUCache

from runner.store.errors import (
    StoreCorrupt,
    StoreFailed,
    StoreFull,
    StoreOfALaterVersion,
    StoreReadOnly,
    StoreUnavailable,
)
from runner.store.migrations import Migrate, migrate
from runner.store.place import SqlitePlace

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

READERS: Final = 2
"""How many threads read beside the one that writes. SQLite holds the interpreter for the better part of a read."""

LOCKED_PAUSE_S: Final = 0.02
"""How long (s) until a file is asked for again that another process is just opening."""

SQLITE_MIN: Final = (3, 35, 0)
"""The first version that has RETURNING."""

CHECKED_BYTES_MAX: Final = 64 * 1024 * 1024
"""Up to this size the whole file is checked at every start; a larger one only after a process that didn't close it."""

_KINDS: Final[Mapping[int, type[StoreFailed]]] = {
    sqlite3.SQLITE_BUSY: StoreUnavailable,
    sqlite3.SQLITE_LOCKED: StoreUnavailable,
    sqlite3.SQLITE_CANTOPEN: StoreUnavailable,
    sqlite3.SQLITE_PERM: StoreUnavailable,
    sqlite3.SQLITE_IOERR: StoreUnavailable,
    sqlite3.SQLITE_PROTOCOL: StoreUnavailable,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_CORRUPT: StoreCorrupt,
    sqlite3.SQLITE_NOTADB: StoreCorrupt,
}
"""What SQLite's primary result codes mean for an operator (SQLite docs, Result and Error Codes)."""

COMPILED_MAX: Final = 500
"""How many statements are kept as SQL: as many as SQLAlchemy's engines keep by themselves."""

_COMPILED: Final = LRUCache[object, object](COMPILED_MAX)
"""Statements as SQL, for all stores of the process. Compiling them is a third of what a store costs that is open for
some moments, and scenarios and tests open one after the other."""

_OF_THE_FILE: Final = (StoreReadOnly, StoreCorrupt)
"""What a connection takes the file for from then on, whatever becomes of the file: the next one looks anew."""


class SqliteBackend:
    """A file that is open: one thread that writes, and some that read. In memory all is done by the one thread."""

    batch_max: ClassVar[int] = 256

    def __init__(self, place: SqlitePlace) -> None:
        self.place = place
        self._engine = sa.create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=pool.StaticPool if place.path is None else pool.QueuePool,
            execution_options={"compiled_cache": _COMPILED},
        )
        self._engine.dialect = _dialect()
        event.listen(self._engine, "begin", _begin)
        self._connections: dict[int, sa.Connection] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader") if place.path else self._writer

    async def open(self, migrations: Mapping[int, Migrate]) -> None:
        """Check the file, or create it, and migrate it. Raises `StoreFailed`."""
        await self._in(self._writer, self._prepare, migrations)

    async def write(self, work: Work[T]) -> T:
        """Run `work`, which ends the transactions it begins, on a connection that may write. Raises `StoreFailed`."""
        return await self._in(self._writer, self._work, work, True)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a connection that reads. Raises `StoreFailed`."""
        return await self._in(self._readers, self._work, work, False)

    async def check(self) -> None:
        """Look the file through, unless it is a large one. Raises `StoreFailed`."""
        await self._in(self._readers, self._checked)

    async def close(self) -> None:
        """Close the file, which leaves it in one piece: the last connection takes the log into it."""
        if self._readers is not self._writer:
            self._readers.shutdown()  # what they still read, with connections that are closed now
        await self._in(self._writer, self._dispose)
        self._writer.shutdown()

    async def _in(self, threads: ThreadPoolExecutor, do: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, do, *arguments)

    def _connect(self) -> sqlite3.Connection:
        name = str(self.place.path or ":memory:")
        # The pool hands a connection from thread to thread, and to one at a time.
        connection = sqlite3.connect(name, timeout=self.place.busy_s, isolation_level=None, check_same_thread=False)
        try:
            self._configure(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        self._log_ahead(connection)
        for pragma in (
            "synchronous = full",  # what was answered for is on the disk: a batch pays for it once
            "temp_store = memory",  # a savepoint would write a file
            "foreign_keys = off",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if self.place.bytes_max is not None:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(1, self.place.bytes_max // page_bytes)}")

    def _log_ahead(self, connection: sqlite3.Connection) -> None:
        """Have readers beside the writer, and one wait for the disk a commit.

        SQLite waits for no other process that is just asking for the same: one of the two is told at once that the file
        is locked.
        """
        give_up_at = time.monotonic() + self.place.busy_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = wal")
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up_at:
                    raise
                time.sleep(LOCKED_PAUSE_S)
            else:
                return

    def _work(self, work: Work[T], is_writing: bool) -> T:
        try:
            connection = self._connection()
            try:
                return work(connection.execution_options(is_writing=is_writing))
            except BaseException as fault:
                self._let_go(connection, fault)
                raise
        except (exc.DBAPIError, sqlite3.Error) as fault:
            raise self._named(_of_the_driver(fault)) from None

    def _connection(self) -> sa.Connection:
        """Return this thread's connection, which it keeps: to be given one costs as much as two statements."""
        thread = threading.get_ident()
        if thread not in self._connections:
            self._connections[thread] = self._engine.connect()
        return self._connections[thread]

    def _let_go(self, connection: sa.Connection, fault: BaseException) -> None:
        """Give this thread's connection back, whatever state it is in."""
        del self._connections[threading.get_ident()]
        with connection:
            named = self._named(_of_the_driver(fault)) if isinstance(fault, (exc.DBAPIError, sqlite3.Error)) else None
            if isinstance(named, _OF_THE_FILE) and self.place.path is not None:
                connection.invalidate()  # what it has seen of the file it would go by for ever

    def _dispose(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._engine.dispose()

    def _named(self, fault: BaseException | None) -> BaseException:
        """Return the fault as one of the store's; one that is ours, an error in a statement, as it is."""
        assert fault is not None, "SQLAlchemy wraps what the driver raised"
        # Above the primary code stand details; a fault of the driver's own has no code at all.
        kind = _KINDS.get(getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF)
        return kind(str(self.place), str(fault)) if kind else fault

    def _prepare(self, migrations: Mapping[int, Migrate]) -> None:
        if sqlite3.sqlite_version_info < SQLITE_MIN:
            raise StoreUnavailable(str(self.place), f"SQLite {sqlite3.sqlite_version} is older than this needs")
        is_checked = self.place.path is not None and _wants_check(_made(self.place.path, str(self.place)))
        if is_checked:
            self._work(self._check, False)
        found, newest = self._work(partial(_migrated, migrations=migrations), True), max(migrations)
        if found > newest:
            raise StoreOfALaterVersion(str(self.place), f"its version is {found}, and {newest} the newest known here")

    def _checked(self) -> None:
        path = self.place.path
        if path is not None and path.exists() and path.stat().st_size <= CHECKED_BYTES_MAX:
            self._work(self._check, False)

    def _check(self, connection: sa.Connection) -> None:
        with connection.begin():
            (verdict,) = connection.exec_driver_sql("PRAGMA quick_check(1)").one()
        if verdict != "ok":
            connection.invalidate()  # it would find the pages damaged that it has read, whatever becomes of the file
            raise StoreCorrupt(str(self.place), verdict)


@cache
def _dialect() -> sa.Dialect:
    """Return SQLite's SQL. All stores have the same, because what is compiled is kept for that very object."""
    engine = sa.create_engine("sqlite://", poolclass=pool.NullPool)
    engine.connect().close()  # which has it find out what this SQLite can do
    return engine.dialect


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction by hand: the driver's own would begin at the first change, too late for what was read.

    It goes past SQLAlchemy, which would take longer over it than SQLite does: every unit begins so.
    """
    statement = "BEGIN IMMEDIATE" if connection.get_execution_options().get("is_writing") else "BEGIN"
    try:
        connection.connection.cursor().execute(statement)
    except sqlite3.Error as fault:
        raise exc.DBAPIError(statement, None, fault) from None


def _of_the_driver(fault: Exception) -> BaseException | None:
    return fault.orig if isinstance(fault, exc.DBAPIError) else fault


def _migrated(connection: sa.Connection, migrations: Mapping[int, Migrate]) -> int:
    with connection.begin():
        return migrate(connection, migrations)


def _made(path: Path, place: str) -> Path:
    """Return the path, with the folder that it lies in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreUnavailable(place, fault.strerror or str(fault)) from None
    return path


def _wants_check(path: Path) -> bool:
    """Tell whether the file should be read as a whole: it is small, or the last process did not close it."""
    if not path.exists():
        return False
    return path.stat().st_size <= CHECKED_BYTES_MAX or path.with_name(path.name + "-wal").exists()
