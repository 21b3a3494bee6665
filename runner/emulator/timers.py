"""What happens by itself when its time comes: polls end, threads go to the archive."""

import asyncio
from collections.abc import Callable

from runner.emulator.clock import Clock


class Timers:
    """Calls functions at instants of `clock`, one for each key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handles: dict[object, asyncio.TimerHandle] = {}

    def at(self, instant: float, key: object, run: Callable[[], None]) -> None:
        """Call `run` at a Unix second, at once if it is past; what was set for the same key before is called off."""
        self.cancel(key)
        remaining_s = max(instant - self._clock.now(), 0)
        loop = asyncio.get_running_loop()
        self._handles[key] = loop.call_later(remaining_s, self._ring, instant, key, run)

    def cancel(self, key: object) -> None:
        """Call off what is set for a key, if anything is."""
        handle = self._handles.pop(key, None)
        if handle is not None:
            handle.cancel()

    def close(self) -> None:
        """Call off everything."""
        for key in tuple(self._handles):
            self.cancel(key)

    def _ring(self, instant: float, key: object, run: Callable[[], None]) -> None:
        """Run what is due; or wait on, if the clock was set back and disagrees with the loop."""
        if self._clock.now() < instant:
            self.at(instant, key, run)
            return
        del self._handles[key]
        run()
