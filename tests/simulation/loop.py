"""An event loop without sockets, on which time is a number: it jumps to the next timer when nothing else is to do."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

HOURS_MAX: Final = 48.0
"""Virtual hours after which a loop gives up: something rearms itself for ever."""


class NothingLeftToDo(Exception):
    """Something waits for what can never come: no callback is ready and no timer is set."""


class _NoSockets:
    """Stands where the loop expects its selector, and lets time pass instead of waiting."""

    def __init__(self, advance: Callable[[float | None], None]) -> None:
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[Any]:  # Any: a selector's events; there are none
        if timeout is None or timeout > 0:
            self._advance(timeout)
        return []


class SimulatedLoop(asyncio.BaseEventLoop):
    """A loop for one thread, no files and no sockets. The same callbacks give the same run, whatever the machine does.

    `run_forever` raises `NothingLeftToDo` when it would wait for ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self._elapsed_s = 0.0
        self._selector = _NoSockets(self._advance)
        self._live_timers: Callable[[], list[asyncio.TimerHandle]] = lambda: vars(self)["_scheduled"]

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._elapsed_s

    def stall(self, seconds: float) -> None:
        """Let time pass without running anything, as a callback does that blocks."""
        self._elapsed_s += seconds

    def timers(self) -> list[asyncio.TimerHandle]:
        """Return the timers that are set and have not been cancelled."""
        return [handle for handle in self._live_timers() if not handle.cancelled()]

    def _advance(self, timeout: float | None) -> None:
        if timeout is None:
            raise NothingLeftToDo
        self._elapsed_s += timeout
        if self._elapsed_s > HOURS_MAX * 3600:
            raise NothingLeftToDo

    def _process_events(self, event_list: list[Any]) -> None:
        """Part of `BaseEventLoop`'s contract; without sockets there are none."""

    def _write_to_self(self) -> None:
        """Part of `BaseEventLoop`'s contract; nothing wakes this loop from outside."""

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run `func` here and now: a thread would make a run depend on the machine."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as failure:
            future.set_exception(failure)
        return future
