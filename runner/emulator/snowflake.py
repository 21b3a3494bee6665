"""Discord's ids: a time in milliseconds and a counter, unique and in order."""

from runner.emulator.clock import Clock
from runner.lifecycle import limits

_INCREMENTS = 1 << 12


class Snowflakes:
    """A source of ids that are unique, ascending and stamped with the clock's time.

    `worker` (0 to 31) keeps two sources apart that share a clock. More than 4096 ids in a millisecond borrow from
    the next one, so an id never repeats. Source: Discord docs, API Reference, Snowflakes.
    """

    def __init__(self, clock: Clock, *, worker: int = 0) -> None:
        self._clock = clock
        self._worker = worker
        self._last: tuple[int, int] = (0, -1)

    def next(self) -> int:
        """Return an id for this instant."""
        millisecond = int(self._clock.now() * 1000)
        increment: int = 0
        last_millisecond, last_increment = self._last
        if millisecond <= last_millisecond:
            millisecond, increment = last_millisecond, last_increment + 1
        if increment == _INCREMENTS:
            millisecond, increment = millisecond + 1, 0
        self._last = (millisecond, increment)
        return _snowflake(millisecond, self._worker, increment)


def created_at(snowflake: int) -> float:
    """Return the Unix second that is stamped into an id."""
    return ((snowflake >> 22) + limits.SNOWFLAKE_EPOCH_MS) / 1000


def _snowflake(millisecond: int, worker: int, increment: int) -> int:
    return (millisecond - limits.SNOWFLAKE_EPOCH_MS) << 22 | worker << 17 | increment
