"""Keeps a bot's time: takes its timers, as long as this process is the one that does.

Of several processes with one store one takes the timers: the one that has the lease. It is renewed while the process
lives, given up when it ends, and runs out some seconds after a crash.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING, Final

from runner.data import dataclass
from runner.engine.timers import Scheduler, Take
from runner.logs import Log
from runner.store.errors import StoreFailed

if TYPE_CHECKING:
    from runner.store.database import Database

LEASE_S: Final = 20.0
"""How long a lease holds that is not renewed, in seconds: after a crash the next process waits as long."""

RENEW_S: Final = 6.0
"""How often the lease is renewed, or asked for by a process that has not got it, in seconds."""


async def _nothing() -> None:
    """There is nothing to begin with."""


@dataclass(slots=True)
class TimeKeeper:
    """Takes the timers of one bot, named by its application's id, by the functions for their kinds.

    `began` is called when the lease has come to this process: another one, if there was one, has ended. The lease is
    longer, and renewed rarer, by the factor `slack`.
    """

    name: str
    takers: Mapping[str, Take]
    now: Callable[[], float]
    log: Log
    began: Callable[[], Coroutine[object, None, None]] = _nothing
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    slack: float = 1.0
    _scheduler: Scheduler | None = None

    async def keep(self, database: "Database") -> None:
        """Take timers whenever the lease is ours, until cancelled."""
        from runner.store.leases import Leases  # it brings SQLAlchemy along, which the store has imported by now

        try:
            while True:
                await self._until_ours(database)
                await self._while_ours(database)
        finally:
            with suppress(Exception):  # it runs out by itself
                await database.write(lambda tx: Leases(tx).release(self.name, self.holder))

    async def has_timers(self, database: "Database") -> bool:
        """Tell whether there is anything to take; a store that can't say so is taken to have some."""
        from runner.store.queue import TimerQueue

        try:
            return await TimerQueue(database, self.name).next_due() is not None
        except StoreFailed:
            return True

    async def drain(self, within_s: float) -> None:
        """Begin with no further timer, and let what is under way end."""
        if self._scheduler is not None:
            await self._scheduler.drain(within_s)

    async def _until_ours(self, database: "Database") -> None:
        is_told = False
        while not await self._could_take(database):
            if not is_told:
                self.log.warning("another process takes the timers", again_every_s=RENEW_S)
                is_told = True
            await asyncio.sleep(RENEW_S * self.slack)

    async def _could_take(self, database: "Database") -> bool:
        try:
            return await self._is_ours(database)
        except StoreFailed as fault:
            self.log.warning("timers wait for the store", reason=str(fault))
            return False

    async def _while_ours(self, database: "Database") -> None:
        from runner.store.queue import TimerQueue

        queue = TimerQueue(database, self.name, self.slack)
        self._scheduler = Scheduler(queue, self.takers, now=self.now, log=self.log, slack=self.slack)
        async with asyncio.TaskGroup() as tasks:
            began = tasks.create_task(self.began())
            running = tasks.create_task(self._scheduler.run())
            held_until = self.now() + LEASE_S * self.slack
            while self.now() < held_until:
                await asyncio.sleep(RENEW_S * self.slack)
                try:
                    is_ours = await self._is_ours(database)
                except StoreFailed as fault:
                    self.log.warning("lease not renewed", reason=str(fault))
                    continue
                if not is_ours:
                    break
                held_until = self.now() + LEASE_S * self.slack
            running.cancel()  # another process begins again with what is under way
            began.cancel()

    async def _is_ours(self, database: "Database") -> bool:
        """Take or renew the lease, and tell whether that was possible."""
        from runner.store.leases import Leases

        lease = await database.write(lambda tx: Leases(tx).take(self.name, self.holder, for_s=LEASE_S * self.slack))
        return lease.holder == self.holder
