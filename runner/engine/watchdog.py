"""The watchdog: timers outside the steps' task, which see to an interaction whatever its steps do.

One acknowledges it; the other, where a handler may outlive the token, takes the spinner away before that is too late.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from runner.actions.action import StepFailed
from runner.engine.acknowledger import Rejected
from runner.engine.live import Counts, Live
from runner.lifecycle import budget
from runner.lifecycle.machine import Event
from runner.logs import Log
from runner.messages import Message

HAND_OVER_PAUSE_S: Final = 1.0
"""How long until the spinner's end is tried again, when Discord could not be reached."""


class Watchdog:
    """Watches over the interactions of one engine. `report` writes the log line of a handler that was too slow."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        counts: Counts,
        log: Log,
        new_reference: Callable[[], str],
        report: Callable[[Live], None],
    ) -> None:
        self._tasks = tasks
        self._counts = counts
        self._log = log
        self._new_reference = new_reference
        self._report = report
        self._loop = asyncio.get_running_loop()

    def watch(self, live: Live) -> None:
        """Answer for `live` if nothing else has when the time for it has come."""
        self._arm(live, _first_look_s(live))
        if live.handler is not None and live.handler.plan.outlives:
            live.hand_over = self._loop.call_at(live.started + budget.HAND_OVER_S, self._hand_over, live)

    def look(self, live: Live) -> None:
        """Do now what the loop was kept from doing: it has been held up, and its timers are late."""
        timer = live.watchdog
        if timer is not None and live.acknowledging is None and timer.when() <= self._loop.time():
            timer.cancel()
            self._bark(live)

    def _arm(self, live: Live, after_s: float) -> None:
        """Set the timer that answers if nothing else has, `after_s` seconds from the interaction's creation."""
        when = live.created + after_s
        live.watchdog = self._loop.call_at(max(when, live.started), self._bark, live)

    def _bark(self, live: Live) -> None:
        if live.acknowledger.acknowledged_at is None:
            due = live.created + live.patience_s
            if self._loop.time() < due:
                self._arm(live, live.patience_s)
            else:
                live.acknowledging = self._tasks.create_task(self._acknowledge_for(live))

    async def _acknowledge_for(self, live: Live) -> None:
        is_ephemeral = live.handler.plan.is_ephemeral if live.handler else True
        live.because(f"nothing had answered after {live.patience_s:g} s")
        try:
            if live.may_open:
                await self._give_up(live)
            elif await live.acknowledger.acknowledge(live.deferral, is_ephemeral=is_ephemeral):
                self._counts.watchdog += 1
        except Exception as failure:  # the run finds the same state and reports it; here it must not end the engine
            self._log.warning("watchdog failed", id=live.id, reason=str(failure) or type(failure).__name__)

    def _hand_over(self, live: Live) -> None:
        live.handing_over = self._tasks.create_task(self._hand_over_for(live))

    async def _hand_over_for(self, live: Live) -> None:
        """Put a sentence in the spinner's place: with the token dies the chance to take it away."""
        said = Message(content=live.sentence("takes_longer"))
        live.because("the token is about to die, and a spinner would stay for ever")
        try:
            while live.acknowledger.owes_an_end:
                if not await _is_handed_over(live, said):
                    await asyncio.sleep(HAND_OVER_PAUSE_S)
        except Exception as failure:
            self._log.warning("hand over failed", id=live.id, reason=str(failure) or type(failure).__name__)

    async def _give_up(self, live: Live) -> None:
        """Tell the user that the form comes too late, and end the run: a form can't follow a deferral.

        Nothing of the run happens any more, because the user has been asked to try again.
        """
        reference = self._new_reference()
        said = Message(content=live.sentence("form_too_late", reference=reference))
        await live.acknowledger.settled()
        live.is_giving_up = live.acknowledger.is_unanswered  # a step that fails meanwhile has nothing to add
        if await live.acknowledger.acknowledge(Event.REPLY, said, is_ephemeral=True):
            self._counts.watchdog += 1
            live.is_given_up, live.reference, live.outcome = True, reference, "timeout"
            self._report(live)
            live.cut(self._loop.time())


async def _is_handed_over(live: Live, said: Message) -> bool:
    """Try once; False when Discord could not be reached. Raises `Rejected` and `Closed`."""
    try:
        await live.acknowledger.hand_over(said)
    except Rejected:
        raise
    except StepFailed:
        return False
    return True


def _first_look_s(live: Live) -> float:
    """Return when the watchdog looks first: no path of the handler is to be answered sooner."""
    opens = live.handler is not None and live.handler.plan.may_open
    return min(live.patience_s, budget.MODAL_BUDGET_S) if opens else live.patience_s
