"""Waits for what is due later and hands it to whoever takes it: at the right second, and again after a crash.

A timer is claimed, taken and only then finished. So one that was under way when the process died is taken again at
the next start; one that has brought the process down too often is dropped and logged.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from runner.logs import Log
from runner.store.errors import StoreFailed

if TYPE_CHECKING:
    from runner.store.timers import Timer  # its package brings SQLAlchemy along, which a bot without timers lacks

RUNNING_MAX: Final = 100
"""How many timers are taken at once. The others that are due wait in the store."""

ATTEMPTS_MAX: Final = 3
"""How often a timer is begun with: after as many crashes it is taken for their cause."""

RENEW_S: Final = 20.0
"""How often claims are renewed, in seconds: often enough that one or two failures lose none."""

LOOK_S: Final = 30.0
"""The longest sleep, in seconds: the clock may be set, and another process may leave its timers to us."""

RETRY_S: Final = 5.0
"""How long a store that fails is left alone, in seconds."""

TICK_S: Final = 0.001
"""The shortest sleep, in seconds: a loop's timer may come a little early."""

Take = Callable[["Timer"], Awaitable[None]]
"""Does what a timer is for. What it raises is logged, and the timer is finished all the same.

Only after a `StoreFailed` it is called again, as often as it takes: what it is for is still in the store.
"""


class Queue(Protocol):
    """Where the timers are kept."""

    def tell(self, wake: Callable[[float], None]) -> None:
        """Have `wake` called with the Unix second of each timer that is put."""
        ...

    async def claim(self, limit: int) -> "Sequence[Timer]":
        """Return timers that are due, the earliest first, and keep others from them."""
        ...

    async def renew(self) -> None:
        """Keep what is claimed."""
        ...

    async def release(self) -> None:
        """Give up what is claimed."""
        ...

    async def finish(self, timer: "Timer") -> None:
        """Take a timer out of the queue, unless it was put anew."""
        ...

    async def next_due(self) -> float | None:
        """Return the Unix second at which something is due next."""
        ...


class Scheduler:
    """Takes timers when they are due, each by the function for its kind."""

    def __init__(
        self, queue: Queue, takers: Mapping[str, Take], *, now: Callable[[], float], log: Log, slack: float = 1.0
    ) -> None:
        """`now` gives Unix seconds, by the clock of the queue. `slack`: how many times rarer it renews and looks."""
        self._queue = queue
        self._takers = takers
        self._now = now
        self._log = log
        self._slack = slack
        self._wanted = asyncio.Event()
        self._sleeps_until = 0.0
        self._is_draining = False
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take what is due, for ever. Cancel it to end it: what is under way is cancelled, and due again."""
        self._queue.tell(self.wake)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._renew())
            await self._persistently(self._queue.release)
            while not self._is_draining:
                await self._persistently(lambda: self._take_what_is_due(tasks))
            await asyncio.Future[None]()  # until cancelled: claims are renewed as long as something is under way

    def wake(self, due_at: float) -> None:
        """Look again in time for what falls due at a Unix second."""
        if due_at < self._sleeps_until:
            self._wanted.set()

    async def drain(self, within_s: float) -> None:
        """Begin with no further timer, and let what is under way end for at most `within_s` seconds."""
        self._is_draining = True
        self._wanted.set()
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)

    async def _take_what_is_due(self, tasks: asyncio.TaskGroup) -> None:
        self._wanted.clear()
        self._sleeps_until = math.inf  # what is put from here on may be too late for the look, whenever it is due
        room = RUNNING_MAX - len(self._running)
        claimed = await self._queue.claim(room) if room else ()
        for timer in claimed:
            task = tasks.create_task(self._take(timer))
            self._running.add(task)
            task.add_done_callback(self._ended)
        if len(claimed) < room:
            await self._sleep(await self._queue.next_due())
        elif len(self._running) == RUNNING_MAX:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)

    async def _sleep(self, due_at: float | None) -> None:
        """Sleep until something is due, or is put that is due earlier."""
        now = self._now()
        self._sleeps_until = min(due_at or now + LOOK_S * self._slack, now + LOOK_S * self._slack)
        try:
            async with asyncio.timeout(max(TICK_S, self._sleeps_until - now)):
                await self._wanted.wait()
        except TimeoutError:
            pass

    async def _take(self, timer: "Timer") -> None:
        take = self._takers.get(timer.kind)
        if take is None or timer.attempts > ATTEMPTS_MAX:
            reason = "nothing takes its kind" if take is None else f"begun {ATTEMPTS_MAX} times and never ended"
            self._log.error("timer dropped", kind=timer.kind, key=timer.key, reason=reason)
        else:
            await self._taken(timer, take)
        await self._persistently(lambda: self._queue.finish(timer))

    async def _taken(self, timer: "Timer", take: Take) -> None:
        while True:
            try:
                await take(timer)
            except StoreFailed as failure:
                self._log.error("timer waits for the store", kind=timer.kind, key=timer.key, reason=str(failure))
                await asyncio.sleep(RETRY_S)
            except Exception as failure:
                self._log.error("timer failed", kind=timer.kind, key=timer.key, exception=failure)
                return
            else:
                return

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S * self._slack)
            if self._running:
                await self._persistently(self._queue.renew)

    async def _persistently(self, do: Callable[[], Awaitable[None]]) -> None:
        """Do something with the store, as often as it takes; each failure is logged."""
        while True:
            try:
                await do()
            except Exception as failure:
                self._log.error("timers wait for the store", reason=str(failure))
                await asyncio.sleep(RETRY_S)
            else:
                return
