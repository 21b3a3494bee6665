"""What everything in this package stands on: the store, the ways to Discord, and the engine itself."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from runner.compile import Handler, Program
from runner.data import dataclass
from runner.engine.acknowledger import Acknowledger, Answers, Superseded
from runner.engine.context import Directory
from runner.engine.flow_door import EVENTS
from runner.engine.frames import Asked
from runner.engine.live import Live
from runner.engine.machines import Contexts, contexts
from runner.engine.memory import Here, Memory
from runner.engine.outcomes import Untaken
from runner.engine.speaker import Speaker
from runner.engine.steps import Run, Shared
from runner.engine.voices import Afterwards
from runner.events import KINDS
from runner.lifecycle import budget
from runner.logs import Log
from runner.rest import Rest
from runner.store.database import Database
from runner.store.errors import Outdated, StoreFailed
from runner.store.flows import Flow, Flows, Programs
from runner.store.transaction import Transaction

Json = Mapping[str, Any]  # Any: JSON
T = TypeVar("T")

PROGRAMS_MAX: Final = 8
"""How many programs of earlier generations are kept in memory; others are built again from what is stored."""

LEASE_MARGIN_S: Final = 30.0
"""How long after the longest time that a run may take it is taken for abandoned, in seconds."""

Rebuild = Callable[[Mapping[str, str], int], Program | None]
"""Builds a program from the texts of its files, the bot's own first, for a generation; None where that fails."""


class NotRebuilt(Exception):
    """The program that a run began on can't be built any more, or hasn't what the run needs."""


class Host(Protocol):
    """What the engine does for runs that wait."""

    @property
    def program(self) -> Program:
        """The program of the newest generation."""
        ...

    def new_run(
        self,
        live: Live,
        handler: Handler,
        values: dict[str, Any],
        is_ephemeral: bool,
        speaker: Speaker | None = None,
        shared: Shared | None = None,
    ) -> Run:
        """Make a run of a handler's steps."""
        ...

    def holds(self, flow_id: str) -> bool:
        """Tell whether this process is acting on a run."""
        ...

    async def tell(self, live: Live, name: str, **values: str) -> None:
        """Tell the user of an interaction a built-in sentence, privately."""
        ...

    async def conduct(self, live: Live) -> None:
        """Do the work of a record, with everything that can go wrong turned into an end."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the ways to Discord, and the engine. `now` gives Unix seconds, `new_id` what can't be guessed."""

    host: Host
    database: Database
    memory: Memory
    application_id: str
    answers: Answers
    rest: Rest
    directory: Directory
    now: Callable[[], float]
    log: Log
    new_id: Callable[[], str]
    programs: "Pinned"

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit. Raises `Superseded` where somebody else has saved the run since it was read."""
        try:
            return await self.database.write(unit)
        except Outdated:
            raise Superseded from None

    def lease(self, handler: Handler) -> float:
        """Return the Unix second from which on a run under way is taken for abandoned."""
        return self.now() + handler.timeout_s + budget.RESCUE_TIMEOUT_S + LEASE_MARGIN_S

    def contexts(self, handler: Handler, program: Program, who: Json) -> Contexts:
        """Return what makes the contexts of a run that was started by the interaction `who`."""
        return contexts(handler, program, who, self.directory, self.now())

    def voice(self, live: Live, asked: Asked) -> Afterwards:
        """Return what is left to speak by of the interaction that has asked."""
        earlier, left_s = None, asked.token_until - self.now()
        if asked.token and left_s > 0:
            by = asyncio.get_running_loop().time() + left_s
            earlier = Acknowledger.of_earlier(
                self.answers, self.application_id, asked, by, is_ephemeral=asked.is_private
            )
        return Afterwards(self.rest, live.interaction.get("channel_id"), asked, earlier)


@contextmanager
def before_anything() -> Generator[None]:
    """Stand around what has to be read or written before anything is done. Raises `Untaken` where the store fails."""
    try:
        yield
    except StoreFailed as fault:
        raise Untaken(fault) from None


def here_of(row: Flow) -> Here:
    """Return where and by whom a run was begun."""
    return Here(row.guild_id, row.channel_id, row.owner_id or None)


def awaited(tx: Transaction) -> set[str]:
    """Return the names of the events that runs wait for."""
    kinds = Flows(tx).kinds()
    several = set(KINDS) if EVENTS in kinds else set[str]()
    return several | {name for kind in kinds for word, _, name in [kind.partition(" ")] if word == EVENTS and name}


class Pinned:
    """The programs that runs in flight began on: each run ends on its own."""

    def __init__(self, database: Database, current: Callable[[], Program], rebuild: Rebuild) -> None:
        self._database = database
        self._current = current
        self._rebuild = rebuild
        self._kept: OrderedDict[str, Program] = OrderedDict()

    async def program(self, row: Flow) -> Program:
        """Return the program that a run began on. Raises `NotRebuilt`."""
        current = self._current()
        if row.program == current.digest:
            return current
        if row.program not in self._kept:
            files = await self._database.read(lambda tx: Programs(tx).load(row.program))
            built = await asyncio.to_thread(self._rebuild, files, row.generation) if files else None
            if built is None:
                raise NotRebuilt("the program that it began on can't be built again")
            self.keep(built, row.program)
        self._kept.move_to_end(row.program)
        return self._kept[row.program]

    def keep(self, program: Program, digest: str) -> None:
        """Keep a program for the runs that began on it."""
        self._kept[digest] = program
        while len(self._kept) > PROGRAMS_MAX:
            self._kept.popitem(last=False)
