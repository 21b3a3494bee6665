"""How often sessions may begin. Source: Discord docs, Events: Gateway, Session Start Limit and Sharding."""

import math
from collections import deque

from runner.emulator.clock import Clock
from runner.lifecycle import limits

_DAY_S = 86_400.0


class Starts:
    """Counts the identifies of an application: `max_concurrency` of them in 5 seconds, 1000 in a day."""

    def __init__(self, clock: Clock, max_concurrency: int) -> None:
        self.max_concurrency = max_concurrency
        self._clock = clock
        self._began_at: deque[float] = deque(maxlen=limits.GATEWAY_IDENTIFIES_PER_DAY)
        self._latest: dict[int, float] = {}

    @property
    def remaining(self) -> int:
        """How many sessions may still begin today."""
        self._forget_yesterday()
        return limits.GATEWAY_IDENTIFIES_PER_DAY - len(self._began_at)

    @property
    def reset_after_ms(self) -> int:
        """In how many milliseconds the count begins anew."""
        self._forget_yesterday()
        since = self._began_at[0] if self._began_at else self._clock.now()
        return math.ceil((since + _DAY_S - self._clock.now()) * 1000)

    def take(self, shard: int) -> bool:
        """Count an identify; return whether it may be. Shards whose turns fall together wait for each other."""
        now, turn = self._clock.now(), shard % self.max_concurrency
        if now - self._latest.get(turn, -math.inf) < limits.GATEWAY_IDENTIFY_WINDOW_S:
            return False
        self._latest[turn] = now
        self._began_at.append(now)
        return True

    def _forget_yesterday(self) -> None:
        while self._began_at and self._clock.now() - self._began_at[0] >= _DAY_S:
            self._began_at.popleft()
