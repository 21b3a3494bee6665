"""Time for the local Discord: the real clock, and an event loop on which fifteen minutes take milliseconds.

Everything on the loop (discord.py, aiohttp, the engine, this server) reads the loop's time. So nothing has to be
changed or patched to run on virtual time: the loop itself jumps to the next timer when there is nothing else to do.
"""

import asyncio
import selectors
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any, Protocol, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

VIRTUAL_HOURS_MAX = 48.0
"""Virtual hours after which a loop gives up: a timer that rearms itself for ever would otherwise spin unseen."""

SETTLE_S = 0.001
"""Real seconds for which sockets are watched before time jumps. Loopback delivers within the sender's system call,
but on a busy machine the kernel may hand the work to another thread."""

JOB_PACE = 0.5
"""How much of a real second counts for the timers that wait while a job is in a thread."""

VIRTUAL_START_S = 1_800_000_000.0
"""Unix second at which a `VirtualClock` starts unless told otherwise, so that a run's ids and texts repeat exactly."""


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> float:
        """Return the current Unix time in seconds."""
        ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the current Unix time in seconds."""
        return time.time()


class VirtualTimeExhausted(Exception):
    """The loop ran past its bound of virtual hours, which means that something waits for ever."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer whenever no callback is ready and no socket has anything.

    While a job is in an executor (`asyncio.to_thread`, name resolution) time can't jump, because the job takes its own.
    It then passes only for a timer that is due before the job has ended, and at `JOB_PACE` of the machine's, so that
    what a job takes on a busy machine is not what it takes in the test. With no timer at all the loop waits for its
    sockets like any other. Sockets must lead to the same loop or answer at once: to a slow peer elsewhere, virtual
    timers look as if they fired early.

    Without threads (`has_threads`) a job is done on the loop instead, as soon as there is nothing else to do. What else
    is under way comes before its end, in the same order every time, and nothing is spent on handing the job over. That
    is for jobs that wait for nothing which the loop has to do meanwhile.

    `hours_max` bounds the virtual time; `VirtualTimeExhausted` leaves `run_forever` beyond it.
    """

    def __init__(self, *, hours_max: float = VIRTUAL_HOURS_MAX, has_threads: bool = True) -> None:
        self._elapsed_s = 0.0
        self._bound_s = hours_max * 3600
        self._has_threads = has_threads
        self._to_do: deque[Callable[[], None]] = deque()
        self._jobs = 0
        self._waited_s = 0.0  # for the jobs that are under way, and for no timer yet
        super().__init__(_JumpingSelector(selectors.DefaultSelector(), self._wait))

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._elapsed_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run `func` in a thread, as any loop does, and let time pass at the machine's pace until it is done."""
        if not self._has_threads:
            here: asyncio.Future[T] = self.create_future()
            self._to_do.append(partial(_do, partial(func, *args), here))
            return here
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_done)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait until the threads have ended, however long: Python 3.12 and later give them a time, which would jump."""
        del timeout
        await super().shutdown_default_executor()

    def _job_done(self, _: object) -> None:
        self._jobs -= 1
        self._waited_s = 0.0

    def _wait(self, select: "Select", timeout: float | None) -> "Ready":
        """Wait as `select` would for `timeout` seconds: for real, or by moving the virtual time."""
        if self._to_do and (timeout is None or timeout > 0):
            return select(0) or self._do_next()
        if timeout is None or timeout <= 0:
            return select(timeout)
        if self._jobs:
            return self._wait_for_real(select, timeout)
        if ready := select(0) or select(0) or select(SETTLE_S):
            return ready
        self._advance(timeout)
        return []

    def _do_next(self) -> "Ready":
        self._to_do.popleft()()
        return []

    def _wait_for_real(self, select: "Select", timeout: float) -> "Ready":
        started = time.monotonic()
        ready = select(max(0.0, timeout - self._waited_s) / JOB_PACE)
        self._waited_s += (time.monotonic() - started) * JOB_PACE
        if self._waited_s >= timeout:
            self._advance(timeout)
        return ready

    def _advance(self, seconds: float) -> None:
        self._elapsed_s += seconds
        self._waited_s = 0.0
        if self._elapsed_s > self._bound_s:
            raise VirtualTimeExhausted(f"more than {self._bound_s / 3600:g} virtual hours went by")


def _do(job: Callable[[], T], future: asyncio.Future[T]) -> None:
    if future.done():  # nobody waits any more
        return
    try:
        future.set_result(job())
    except Exception as fault:
        future.set_exception(fault)


class VirtualClock:
    """A clock that follows a loop's time, so that ids and deadlines agree with its timers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, start_s: float = VIRTUAL_START_S) -> None:
        self._loop = loop
        self._start_s = start_s

    def now(self) -> float:
        """Return the start plus the loop's time, in Unix seconds."""
        return self._start_s + self._loop.time()


class LeapLoop(asyncio.SelectorEventLoop):
    """An ordinary event loop whose time can be moved forward: whatever was due in between is due at once."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        super().__init__()

    def time(self) -> float:
        """Return the machine's monotonic seconds, and those that were leapt over."""
        return super().time() + self.ahead_s

    def leap(self, seconds: float) -> None:
        """Move the time forward. Raises ValueError for a leap back: timers that have rung can't ring again."""
        if seconds < 0:
            raise ValueError("time can't be moved back")
        self.ahead_s += seconds
        self.call_soon(lambda: None)  # the loop looks at its timers


class LeapClock:
    """The machine's clock, ahead by what a loop has leapt over."""

    def __init__(self, loop: LeapLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Return the Unix time in seconds, as the loop has it."""
        return time.time() + self._loop.ahead_s


Ready = list[tuple[selectors.SelectorKey, int]]
Select = Callable[[float | None], Ready]


class _JumpingSelector(selectors.BaseSelector):
    """A selector that lets the loop decide what waiting means. All else is the wrapped selector's."""

    def __init__(self, inner: selectors.BaseSelector, wait: Callable[[Select, float | None], Ready]) -> None:
        self._inner = inner
        self._decide = wait

    def select(self, timeout: float | None = None) -> Ready:
        return self._decide(self._inner.select, timeout)

    def register(self, fileobj: "FileLike", events: int, data: object = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: "FileLike") -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: "FileLike", events: int, data: object = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Any:  # the standard library's type for files has no public name
        return self._inner.get_map()

    def close(self) -> None:
        self._inner.close()


class _HasFileno(Protocol):
    def fileno(self) -> int: ...


FileLike = int | _HasFileno


async def elapse(seconds: float) -> None:
    """Let time pass on a `VirtualLoop`, where it costs none. Raises RuntimeError on a loop that would sleep."""
    if not isinstance(asyncio.get_running_loop(), VirtualLoop):
        raise RuntimeError("time elapses by itself on this loop; wait for what is to happen instead")
    await asyncio.sleep(seconds)
