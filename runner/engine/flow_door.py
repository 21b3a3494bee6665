"""The door to the runs that wait: opened, and what is behind it imported, when a bot first needs that."""

import asyncio
import importlib
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from runner.compile import Program
from runner.engine.acknowledger import Answers
from runner.engine.context import Directory
from runner.engine.memory import Memory
from runner.logs import Log
from runner.rest import Rest

if TYPE_CHECKING:
    from runner.actions.action import Happened
    from runner.engine.flows.desk import FlowDesk
    from runner.engine.flows.services import Host, Pinned
    from runner.store.timers import Timer

WAITING: Final = "flow"
"""The kind of the timers that take up runs. Each run that waits has one."""

EVENTS: Final = "event"
"""What a run waits for that waits for several kinds of events; for one it is `event_kind` of that."""

ID_BYTES: Final = 12
"""How many random bytes a run's id has: nobody guesses 96 bits."""

Rebuild = Callable[[Mapping[str, str], int], Program | None]
"""Builds a program from the texts of its files, the bot's own first, for a generation; None where that fails."""


def event_kind(name: str) -> str:
    """Return what a run waits for that waits for the event of that name."""
    return f"{EVENTS} {name}"


class FlowDoor:
    """Opens the desk of runs that wait, once."""

    def __init__(
        self,
        host: "Host",
        memory: Memory,
        *,
        application_id: str,
        answers: Answers,
        rest: Rest,
        directory: Directory,
        now: Callable[[], float],
        log: Log,
        rebuild: Rebuild,
    ) -> None:
        self._host = host
        self._memory = memory
        self._application_id = application_id
        self._answers = answers
        self._rest = rest
        self._directory = directory
        self._now = now
        self._log = log
        self._rebuild = rebuild
        self._opening = asyncio.Lock()
        self._desk: FlowDesk | None = None
        self._programs: Pinned | None = None
        self._awaited = set(host.program.awaits)

    def awaits(self, event: str) -> bool:
        """Tell whether a run may wait for an event of that name."""
        return event in self._awaited

    async def hear(self, happened: "Happened", guild_id: str) -> None:
        """Have the runs go on that wait for an event. Raises `StoreFailed`."""
        await (await self.desk()).hear(happened, guild_id)

    async def desk(self) -> "FlowDesk":
        """Return the desk. Raises `StoreFailed`."""
        async with self._opening:
            if self._desk is None:
                self._desk = await self._opened()
            return self._desk

    async def _opened(self) -> "FlowDesk":
        database = await self._memory.prepare(self._host.program)
        await asyncio.to_thread(importlib.import_module, "runner.engine.flows.desk")  # interactions are under way
        from runner.engine.flows.desk import FlowDesk
        from runner.engine.flows.services import Pinned, Services, awaited

        self._programs = Pinned(database, lambda: self._host.program, self._rebuild)
        services = Services(
            self._host,
            database,
            self._memory,
            self._application_id,
            self._answers,
            self._rest,
            self._directory,
            self._now,
            self._log,
            lambda: secrets.token_urlsafe(ID_BYTES),
            self._programs,
        )
        self._awaited |= await database.read(awaited)  # by runs of programs before this one
        return FlowDesk(services)

    async def due(self, timer: "Timer") -> None:
        """Do what the timer of a run is for. Raises `StoreFailed`."""
        await (await self.desk()).due(timer)

    async def recover(self) -> None:
        """Take up what a process that has died has left in the middle. Raises `StoreFailed`."""
        await (await self.desk()).recover()

    def pin(self, program: Program) -> None:
        """Keep a program that another one takes the place of, for the runs that began on it."""
        if self._programs is not None:
            self._programs.keep(program, program.digest)

    def listen(self, program: Program) -> None:
        """Listen to what runs of a program can wait for, too."""
        self._awaited |= program.awaits
