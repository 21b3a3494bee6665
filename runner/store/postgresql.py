"""PostgreSQL, by asyncpg: for a bot that outgrows one machine. All that is PostgreSQL's own stands here.

Several processes write at once. What is read to be changed is locked row by row (`with_for_update`, which SQLite, with
its one writer, leaves out); two that wait for each other's rows are told so, and run again one by one.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from runner.store.errors import (
    StoreCorrupt,
    StoreFailed,
    StoreFull,
    StoreOfALaterVersion,
    StoreReadOnly,
    StoreUnavailable,
)
from runner.store.migrations import Migrate, migrate
from runner.store.place import PostgresqlPlace

T = TypeVar("T")

CONNECTIONS: Final = 5
"""How many connections a process has: one that writes, the others read."""

CONNECT_S: Final = 5.0
"""How long a connection may take to come about, in seconds; also how long one is waited for."""

STATEMENT_S: Final = 5.0
"""How long a statement may take, a row's lock included, in seconds."""

ATTEMPTS_MAX: Final = 5
"""How often something is done that the server undoes because of what others do."""

_UNDONE: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock detected

_MIGRATION_LOCK: Final = 0x6C696665  # any number, the same in every process

_KINDS: Final[Mapping[str, type[StoreFailed]]] = {
    "08": StoreUnavailable,  # connection exception
    "28": StoreUnavailable,  # the role or the password
    "3D": StoreUnavailable,  # no such database
    "53": StoreUnavailable,  # too many connections, out of memory
    "53100": StoreFull,  # disk full
    "55P03": StoreUnavailable,  # a lock that is not given
    "57": StoreUnavailable,  # shutting down, starting, a statement that took too long
    "25006": StoreReadOnly,  # a read-only transaction: a standby
    "42501": StoreReadOnly,  # the role may not write
    "58": StoreUnavailable,  # the disk
    "XX001": StoreCorrupt,
    "XX002": StoreCorrupt,
}
"""What SQLSTATE codes and their classes mean for an operator (PostgreSQL docs, Appendix A)."""


class PostgresqlBackend:
    """A pool of connections to one database."""

    batch_max: ClassVar[int] = 64

    def __init__(self, place: PostgresqlPlace) -> None:
        self.place = place
        self._url = sa.make_url(place.url).set(drivername="postgresql+asyncpg")

    async def open(self, migrations: Mapping[int, Migrate]) -> None:
        """Connect and migrate. Raises `StoreFailed`."""
        try:
            self._engine = create_async_engine(
                self._url,
                pool_size=CONNECTIONS,
                max_overflow=0,
                pool_timeout=CONNECT_S,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={
                    "timeout": CONNECT_S,
                    "command_timeout": 2 * STATEMENT_S,  # the server says why, if it still speaks
                    "server_settings": {
                        "application_name": "lifecycle-runner",
                        "jit": "off",
                        "statement_timeout": f"{STATEMENT_S:g}s",
                        "idle_in_transaction_session_timeout": f"{2 * STATEMENT_S:g}s",  # of a process that hangs
                    },
                },
            )
        except ImportError:
            fix = "PostgreSQL needs asyncpg: pip install 'lifecycle-runner[postgres]'"
            raise StoreUnavailable(str(self.place), fix) from None
        found = await self.write(partial(_migrated, migrations=migrations))
        if found > (newest := max(migrations)):
            raise StoreOfALaterVersion(str(self.place), f"its version is {found}, and {newest} the newest known here")

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` on a connection that may write. Raises `StoreFailed`.

        It is run again when the server has undone it, because others held what it needed and waited for what it held.
        """
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return await self._on_connection(work, {})
            except exc.DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) not in _UNDONE:
                    raise
        return await self._on_connection(work, {})

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` on a connection that reads. Raises `StoreFailed`."""
        return await self._on_connection(work, {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})

    async def check(self) -> None:
        """Leave it to the server, which knows how it is."""

    async def close(self) -> None:
        """Close every connection."""
        if hasattr(self, "_engine"):
            await self._engine.dispose()

    async def _on_connection(self, work: Callable[[sa.Connection], T], options: Mapping[str, object]) -> T:
        try:
            async with self._engine.connect() as connection:
                made: AsyncConnection = await connection.execution_options(**options)
                return await made.run_sync(work)
        except (exc.SQLAlchemyError, OSError, TimeoutError) as fault:
            raise self._named(fault) from None

    def _named(self, fault: Exception) -> Exception:
        """Return the fault as one of the store's; one that is ours, an error in a statement, as it is."""
        origin = fault.orig if isinstance(fault, exc.DBAPIError) else fault
        code: str = getattr(origin, "sqlstate", None) or ("08" if _is_lost(fault) else "")
        kind = _KINDS.get(code) or _KINDS.get(code[:2])
        cause = str(origin).splitlines()[0] if str(origin) else type(origin).__name__
        return kind(str(self.place), cause) if kind else fault


def _is_lost(fault: Exception) -> bool:
    """Tell whether there was no answer from the server: it has no code for that."""
    if isinstance(fault, exc.DBAPIError):
        return fault.connection_invalidated or isinstance(fault, exc.InterfaceError)
    return isinstance(fault, (OSError, TimeoutError, exc.TimeoutError))


def _migrated(connection: sa.Connection, migrations: Mapping[int, Migrate]) -> int:
    with connection.begin():
        # Of two processes that start at once one waits here, and finds nothing to do.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        return migrate(connection, migrations)
