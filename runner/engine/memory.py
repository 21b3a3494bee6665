"""What a bot remembers: the store of its program, opened where the program keeps something, and its units run there."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

from runner.actions.action import Begun, Later, StepFailed
from runner.compile import Program
from runner.data import dataclass
from runner.declarations import IN_SERVERS_ONLY
from runner.store.cooldowns import Cooldowns
from runner.store.errors import LimitReached, StoreFailed, StoreUnfit, TooLarge, UniqueViolated, WrongKind
from runner.store.place import SqlitePlace, parse
from runner.store.scope import Scope
from runner.stored import Json, Stored
from runner.uses import Bucket

if TYPE_CHECKING:
    from runner.store.database import Database
    from runner.store.transaction import Transaction

T = TypeVar("T")

TIDY_EVERY_S: Final = 3600.0
"""How often values and cooldowns whose time is over are deleted, in seconds. They are as good as gone before."""

TIDY_MAX: Final = 1000
"""How many of each are deleted at once: others wait meanwhile."""

IN_THE_DATA: Final = (UniqueViolated, LimitReached, TooLarge, WrongKind)
"""What a unit may meet in the data, and not in the store itself."""

_SENTENCES: Final[Mapping[type[Exception], str]] = {
    UniqueViolated: "already_there",
    LimitReached: "no_room",
    TooLarge: "no_room",
}
"""What users read when a unit meets something in the data."""


def step_failure(fault: Exception) -> StepFailed:
    """Return what a step says of what its unit has met in the data."""
    return StepFailed(str(fault), sentence=_SENTENCES.get(type(fault), "failed"))


@dataclass(frozen=True, slots=True)
class Here:
    """Where and by whom a run was started: ids, or None where there is none."""

    guild_id: str | None
    channel_id: str | None
    user_id: str | None

    def scope(self, kind: str, of: str | None = None) -> Scope:
        """Return the scope that is meant; `of` is a user or a channel other than this one. Raises `StepFailed`."""
        if kind == "global":
            return Scope("global")
        if kind in IN_SERVERS_ONLY and self.guild_id is None:
            raise StepFailed(f"the scope `{kind}` exists only in a server", sentence="refused_server")
        if kind == "guild":
            return Scope("guild", self.guild_id or "")
        owner = of or (self.channel_id if kind == "channel" else self.user_id)
        if owner is None:
            raise StepFailed(f"there is no {kind} here: say whose it is with `of:`")
        if kind == "channel":
            return Scope("channel", owner)
        return Scope("user", owner) if kind == "user" else Scope("member", f"{self.guild_id}:{owner}")


Around = Callable[["Transaction", Callable[[], Any]], Any]  # Any: what JSON can say
"""Runs something within a transaction, or returns what the books say came of it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a unit returned, and what it has made of the values of whoever started the run, by name."""

    value: Any  # a unit returns what it likes
    own: Mapping[str, Json]


class Remembers(Protocol):
    """What a run keeps things with: the bot's memory, or in a transaction that. All of it raises `StepFailed`."""

    async def write(self, program: Program, here: Here, unit: Callable[[Stored], T]) -> Written:
        """Run a function on what the bot keeps."""
        ...

    async def read(self, program: Program, here: Here, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps."""
        ...

    async def read_own(self, program: Program, here: Here, names: Sequence[str]) -> dict[str, Json]:
        """Return values of whoever started a run."""
        ...

    async def begin_later(self, program: Program, later: Later, interaction: Json) -> Begun:
        """Keep a flow that is to be begun later."""
        ...

    async def cancel_later(self, program: Program, key: str, interaction: Json) -> bool:
        """Forget a flow that was to be begun later."""
        ...

    async def atomically(self, program: Program, work: "Callable[[Remembers], T]") -> T:
        """Do work in one transaction; it may wait for nothing but what it is given, and may be done a second time."""
        ...


def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing, without an event loop."""
    try:
        while work.send(None) is None:
            pass  # it lets others have the loop, of which there is none
    except StopIteration:
        return
    work.close()
    raise RuntimeError("a step in a transaction waits for something")


class Memory:
    """The store of a bot. Use it as an asynchronous context manager: what it opens, it closes.

    Nothing is opened before a program needs it, SQLAlchemy not even imported. `directory` is where relative paths
    begin, `now` gives Unix seconds. What is over is deleted rarer by the factor `slack`.
    """

    def __init__(self, directory: Path, *, now: Callable[[], float], slack: float = 1.0) -> None:
        self._directory = directory
        self._now = now
        self._tidy_every_s = TIDY_EVERY_S * slack
        self._tasks = asyncio.TaskGroup()
        self._closing = asyncio.Event()
        self._opening = asyncio.Lock()
        self._opened: asyncio.Future[Database] | None = None
        self._is_open = asyncio.Event()
        self._fits: Program | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._tasks.__aexit__(None, None, None)

    @property
    def is_open(self) -> bool:
        """Whether some program has needed the store, and it could be opened."""
        return self._is_open.is_set()

    async def prepare(self, program: Program) -> "Database":
        """Open the store, if it isn't, and make it fit for a program. Raises `StoreFailed`."""
        if self._opened is not None and self._fits_by_now(program):
            return self._opened.result()
        async with self._opening:
            database = await self._database(program)
            if not self._fits_by_now(program):
                await _define(database, program)
                self._fits = program
            return database

    async def has_store(self, program: Program) -> bool:
        """Tell whether there is a file already, in which something may wait that an earlier program has begun."""
        place = parse(program.store, self._directory)
        path = place.path if isinstance(place, SqlitePlace) else None
        return path is not None and await asyncio.to_thread(path.exists)

    async def opened(self) -> "Database":
        """Return the store as soon as some program has needed it."""
        await self._is_open.wait()
        assert self._opened is not None, "it is open"
        return await self._opened

    async def write(
        self, program: Program, here: Here, unit: Callable[[Stored], T], *, around: "Around | None" = None
    ) -> Written:
        """Run a function on what the bot keeps. Raises `StepFailed`. `around` runs it, within the same transaction."""
        return await self._unit(program, here, unit, is_writing=True, around=around)

    async def read(self, program: Program, here: Here, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps. Raises `StepFailed`."""
        found: T = (await self._unit(program, here, unit, is_writing=False)).value
        return found

    async def read_own(self, program: Program, here: Here, names: Sequence[str]) -> dict[str, Json]:
        """Return values of whoever started a run, in one query. Raises `StepFailed`."""
        return await self.read(program, here, lambda stored: stored.read_own(names))

    async def begin_later(
        self, program: Program, later: Later, interaction: Json, *, around: "Around | None" = None
    ) -> Begun:
        """Keep a flow that is to be begun later. Raises `StepFailed`."""

        def unit(tx: "Transaction") -> Begun:
            from runner.engine.later import put  # it brings SQLAlchemy along, which has been imported by now

            return Begun(*_around(around, tx, lambda: astuple(put(tx, later, interaction))))

        return await self._kept(program, unit)

    async def cancel_later(
        self, program: Program, key: str, interaction: Json, *, around: "Around | None" = None
    ) -> bool:
        """Forget a flow that was to be begun later; False if there was none. Raises `StepFailed`."""

        def unit(tx: "Transaction") -> bool:
            from runner.engine.later import cancel

            return bool(_around(around, tx, lambda: cancel(tx, key, interaction)))

        return await self._kept(program, unit)

    async def use(self, program: Program, buckets: Sequence[Bucket]) -> tuple[float, ...]:
        """Take a use of each bucket that must be kept, or none at all; returns for each when it has one, 0 for now.

        Raises `StepFailed`: where nobody can tell, nobody is let in.
        """
        return await self._kept(program, lambda tx: Cooldowns(tx).take(buckets))

    async def give_back(self, program: Program, buckets: Sequence[Bucket]) -> None:
        """Take back the latest use of each bucket. Raises `StepFailed`."""
        await self._kept(program, lambda tx: Cooldowns(tx).give_back(buckets))

    async def keep_params(self, program: Program, values: Mapping[str, Json]) -> str:
        """Keep parameters that are too long for a custom_id, and return their key. Raises `StepFailed`."""

        def unit(tx: "Transaction") -> str:
            from runner.store.params import Params  # it brings SQLAlchemy along, which has been imported by now

            return Params(tx).put(values)

        return await self._kept(program, unit)

    async def load_params(self, program: Program, key: str) -> Mapping[str, Json] | None:
        """Return parameters by their key; None where they are not kept any more. Raises `StepFailed`."""

        def load(tx: "Transaction") -> tuple[Mapping[str, Json], bool] | None:
            from runner.store.params import Params

            return Params(tx).load(key)

        def use(tx: "Transaction") -> None:
            from runner.store.params import Params

            Params(tx).use(key)

        found = await self._kept(program, load, is_writing=False)
        if found is None:
            return None
        values, is_noteworthy = found
        if is_noteworthy:
            await self._kept(program, use)
        return values

    async def atomically(
        self, program: Program, work: Callable[[Remembers], T], *, around: "Around | None" = None
    ) -> T:
        """Do work in one transaction. Raises `StepFailed`, and what the work raises: then nothing has been changed."""

        def unit(tx: "Transaction") -> T:
            from runner.engine.stored import InTransaction

            done: T = _around(around, tx, lambda: work(InTransaction(tx)))
            return done

        return await self._kept(program, unit)

    async def _unit(
        self,
        program: Program,
        here: Here,
        unit: Callable[[Stored], T],
        *,
        is_writing: bool,
        around: "Around | None" = None,
    ) -> Written:
        def stored(tx: "Transaction") -> Written:
            from runner.engine.stored import StoredInUnit

            kept = StoredInUnit(tx, program, here, is_holding=is_writing)
            return Written(_around(around, tx, lambda: kept.written_by(unit).value), kept.own)

        return await self._kept(program, stored, is_writing=is_writing)

    async def _kept(self, program: Program, unit: "Callable[[Transaction], T]", *, is_writing: bool = True) -> T:
        """Run a unit. What it meets in the data and what the store says is a step's failure."""
        try:
            database = await self.prepare(program)
            return await (database.write if is_writing else database.read)(unit)
        except StoreFailed as fault:
            raise StepFailed(str(fault), sentence="store_failed") from None
        except IN_THE_DATA as fault:
            raise step_failure(fault) from None

    def _fits_by_now(self, program: Program) -> bool:
        """Tell whether the store was made fit for a program, or for a later one: what runs on of an old one follows."""
        fits = self._fits
        return fits is not None and (fits.digest == program.digest or fits.generation > program.generation)

    async def _database(self, program: Program) -> "Database":
        """Return the store, opened by a task of its own: whoever needs it first may end, and it stays open."""
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._tasks.create_task(self._keep(program, self._opened))
        try:
            return await asyncio.shield(self._opened)
        except StoreFailed:
            self._opened = None  # the next one who needs it tries again
            raise

    async def _tidy(self, database: "Database") -> None:
        """Delete what is over from time to time, until the end."""
        while not self._closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._tidy_every_s):
                    await self._closing.wait()
            with suppress(StoreFailed):  # it is over all the same, and whoever needs the store is told
                while not self._closing.is_set() and await database.write(_swept) >= TIDY_MAX:
                    pass

    async def _keep(self, program: Program, opened: "asyncio.Future[Database]") -> None:
        """Open the store and close it at the end."""
        try:
            # Importing it takes 150 ms, which may be those of a bot that runs already.
            module = await asyncio.to_thread(importlib.import_module, "runner.store.database")
            await asyncio.to_thread(importlib.import_module, "runner.engine.stored")
            place = parse(program.store, self._directory)
            async with module.Database(place, now=self._now) as database:
                opened.set_result(database)
                self._is_open.set()
                await self._tidy(database)
        except Exception as fault:
            if opened.done():
                raise
            opened.set_exception(fault)


def _around(around: Around | None, tx: "Transaction", do: Callable[[], Any]) -> Any:  # as of `Around`
    return do() if around is None else around(tx, do)


def _swept(tx: "Transaction") -> int:
    """Delete a bounded part of what is over, and return how much of the larger kind that was."""
    from runner.store.state import State

    return max(State(tx).sweep(TIDY_MAX), Cooldowns(tx).sweep(TIDY_MAX))


async def _define(database: "Database", program: Program) -> None:
    """Make the tables of the store what the program declares. Raises `StoreUnfit` where records are in the way."""
    from runner.engine.stored import table_of
    from runner.store.records import define

    for name, declared in program.declarations.records.items():
        table = table_of(declared)
        try:
            await database.write(partial(define, table=table))
        except UniqueViolated as fault:
            reason = f"records of `{name}` have the same {' and '.join(fault.fields)}, which has to be unique now"
            raise StoreUnfit(str(database.place), reason) from None
