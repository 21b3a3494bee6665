"""The database: opened, migrated, checked, and given to units in batches, one batch after the other."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Final, Protocol, Self, TypeVar

import sqlalchemy as sa

from runner.store.batches import Outcome, run_batch, run_reads
from runner.store.errors import StoreCorrupt, StoreFailed, StoreUnavailable
from runner.store.leases import Leases
from runner.store.migrations import Migrate, load_migrations
from runner.store.place import Place, SqlitePlace
from runner.store.transaction import Transaction, Unit

T = TypeVar("T")

WAITING_MAX: Final = 50_000
"""How many units may wait for the writer. More would only wait until nobody wants to know any more."""


class Backend(Protocol):
    """What the two databases do each in their own way. All of it raises `StoreFailed`."""

    batch_max: ClassVar[int]
    """How many units share a commit."""

    async def open(self, migrations: Mapping[int, Migrate]) -> None:
        """Check what is there and migrate it."""
        ...

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` on a connection that may write, off the loop's thread or without blocking it."""
        ...

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` on a connection that reads, beside others."""
        ...

    async def check(self) -> None:
        """Look what is there through as a whole, where that is a matter of moments."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


class Database:
    """A store that is open: `async with Database(place, now=…) as database`.

    Opening raises `StoreUnavailable`, `StoreReadOnly`, `StoreCorrupt` or `StoreOfALaterVersion`.
    """

    def __init__(
        self,
        place: Place,
        *,
        now: Callable[[], float],
        migrations: Mapping[int, Migrate] | None = None,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        """`now` gives Unix seconds. `migrations` are those of this package unless given."""
        self.place = place
        self._now = now
        self._migrations = migrations or load_migrations()
        self._waiting_max = waiting_max
        self._waiting: deque[tuple[Unit[Any], asyncio.Future[Any]]] = deque()
        self._wanted = asyncio.Event()
        self._is_closing = False
        self._told_of_timers: Callable[[float], None] = lambda _due_at: None
        self._told_of_faults: Callable[[StoreFailed | None], None] = lambda _fault: None
        self._is_damaged = False
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        self._backend = _backend(self.place)
        try:
            await self._backend.open(self._migrations)
        except BaseException:
            await self._backend.close()
            raise
        await self._tasks.__aenter__()
        self._tasks.create_task(self._serve())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Save what waits to be saved, and close."""
        self._is_closing = True
        self._wanted.set()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._backend.close()

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` and return what it returned, once that is durable.

        Units run one at a time, in the order of the calls, and several share one commit. What a unit raises undoes
        that unit alone and is raised here. A caller that is cancelled while its unit runs doesn't stop it: it is
        whole or not there. Raises `StoreFailed`; then nothing of the unit was saved.
        """
        if self._is_closing:
            raise StoreUnavailable(str(self.place), "it is being closed")
        if len(self._waiting) >= self._waiting_max:
            raise StoreUnavailable(str(self.place), f"{self._waiting_max} changes wait to be written already")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, done))
        self._wanted.set()
        return await done

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, beside the writer; it sees one state of the whole database."""
        if self._is_closing:
            raise StoreUnavailable(str(self.place), "it is being closed")
        try:
            return await self._backend.read(partial(run_reads, unit=unit, now=self._now))
        except StoreCorrupt as fault:
            self._tell_of_fault(fault)
            raise

    async def probe(self) -> None:
        """Have something written, and where the store was found to be damaged, have it looked through before.

        Raises `StoreFailed`. What is written means nothing, but differs each time: nothing else would reach the disk.
        """
        if self._is_damaged:
            await self._backend.check()
        await self.write(_touch)

    def tell_of_timers(self, tell: Callable[[float], None]) -> None:
        """Have `tell` called whenever a timer is put, with the Unix second at which it falls due, once it is saved."""
        self._told_of_timers = tell

    def tell_of_faults(self, tell: Callable[[StoreFailed | None], None]) -> None:
        """Have `tell` called with what a write has failed with, or None after one that has not.

        It is called as well where a read finds that the store is damaged.
        """
        self._told_of_faults = tell

    def _tell_of_fault(self, fault: StoreFailed | None) -> None:
        self._is_damaged = isinstance(fault, StoreCorrupt)
        self._told_of_faults(fault)

    async def _serve(self) -> None:
        """Write batch after batch, until the end."""
        while not self._is_closing or self._waiting:
            await self._wanted.wait()
            batch = self._next_batch()
            outcomes = await self._written([unit for unit, _ in batch])
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                _settle(done, outcome)
                if outcome.earliest_due is not None:
                    self._told_of_timers(outcome.earliest_due)
            if outcomes:
                faults = (each.fault for each in outcomes if isinstance(each.fault, StoreFailed))
                self._tell_of_fault(next(faults, None))

    def _next_batch(self) -> list[tuple[Unit[Any], "asyncio.Future[Any]"]]:
        waiting = self._waiting
        batch = [waiting.popleft() for _ in range(min(len(waiting), self._backend.batch_max))]
        if not waiting and not self._is_closing:
            self._wanted.clear()
        return [(unit, done) for unit, done in batch if not done.done()]  # its caller was cancelled

    async def _written(self, units: list[Unit[Any]]) -> list[Outcome]:
        """Write units together, or, where the database refuses that, each by itself: the others can't help it."""
        if not units:
            return []
        try:
            return await self._backend.write(partial(run_batch, units=units, now=self._now))
        except StoreUnavailable as fault:  # it would not take them one by one either, and each would wait for that
            return [Outcome(fault=type(fault)(fault.place, fault.cause)) for _ in units]
        except Exception as fault:
            if len(units) == 1:
                return [Outcome(fault=fault)]
        return [outcome for unit in units for outcome in await self._written([unit])]


def _touch(tx: Transaction) -> None:
    Leases(tx).take("probe", "probe", for_s=0.0)


def _settle(done: "asyncio.Future[Any]", outcome: Outcome) -> None:
    if done.done():
        return  # its caller was cancelled while the unit ran
    if outcome.fault is None:
        done.set_result(outcome.value)
    else:
        done.set_exception(outcome.fault)


def _backend(place: Place) -> Backend:
    # Imported here, so that SQLite doesn't pay for PostgreSQL.
    if isinstance(place, SqlitePlace):
        from runner.store.sqlite import SqliteBackend

        return SqliteBackend(place)
    from runner.store.postgresql import PostgresqlBackend

    return PostgresqlBackend(place)
