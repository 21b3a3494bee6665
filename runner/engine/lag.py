"""How long the event loop is held up: a gauge, and a log line that names the step that did it."""

import asyncio
from collections import deque
from typing import Final, NamedTuple

from runner.compile import CompiledStep
from runner.engine.live import Counts
from runner.logs import Log

LAG_S: Final = 0.25
"""How late the loop may be before that is worth a line."""

LOOK_EVERY_S: Final = 0.25
"""How often the gauge looks: a hold-up that is longer than both together is certainly seen."""

SILENCE_S: Final = 10.0
"""How long nothing is said again."""

SUSPECTS_MAX: Final = 32


class _Suspect(NamedTuple):
    began: float
    ended: float
    handler: str
    step: CompiledStep


class Lag:
    """Measures one event loop, once it is started. `counts` has the longest hold-up and the number of all."""

    def __init__(self, counts: Counts, log: Log) -> None:
        self._counts = counts
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._suspects: deque[_Suspect] = deque(maxlen=SUSPECTS_MAX)
        self._timer: asyncio.TimerHandle | None = None
        self._silent_until = 0.0
        self._unsaid = 0

    def start(self) -> None:
        """Begin to look."""
        self._timer = self._loop.call_at(self._loop.time() + LOOK_EVERY_S, self._look, self._loop.time() + LOOK_EVERY_S)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def suspect(self, handler: str, step: CompiledStep, began: float) -> None:
        """Note a step that has taken long: waiting, or holding the loop up. Only the gauge can tell which."""
        ended = self._loop.time()
        if ended - began > LAG_S:
            self._suspects.append(_Suspect(began, ended, handler, step))

    def _look(self, due: float) -> None:
        now = self._loop.time()
        if now - due > LAG_S:
            self._note(due, now)
        self.start()

    def _note(self, due: float, now: float) -> None:
        self._counts.lags += 1
        self._counts.lag_max_s = max(self._counts.lag_max_s, now - due)
        self._unsaid += 1
        if now < self._silent_until:
            return
        culprit = self._culprit(due, now)
        self._log.warning(
            "event loop held up",
            ms=round((now - due) * 1000),
            times=self._unsaid,
            handler=culprit.handler if culprit else None,
            step=culprit.step.name if culprit else None,
            place=culprit.step.place if culprit else None,
        )
        self._unsaid, self._silent_until = 0, now + SILENCE_S

    def _culprit(self, due: float, now: float) -> _Suspect | None:
        """Return the step that held the loop from `due` to `now`: of those that ran then the briefest.

        Others have only waited meanwhile, and for longer.
        """
        held_s = now - due
        able = [each for each in self._suspects if each.ended >= due and each.ended - each.began >= held_s]
        return min(able, key=lambda each: each.ended - each.began, default=None)
