"""A flow has waited for as long as it may: its questions are closed, and it is left."""

from typing import Final

from runner.data import dataclass
from runner.engine.flows.services import Services
from runner.engine.flows.taking import Taken, Taking, of
from runner.engine.frames import Frame, waiting_in

EXPIRED: Final = "expired"
"""What is noted, in the place of an answer's word, of a run whose flow's time is over: no button has that word."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """Ends flows whose time is over."""

    services: Services
    taking: Taking

    async def expire(self, taken: Taken) -> None:
        """End a run that stands in a flow which has waited for as long as it may."""
        run, number = taken.run, of(next(waiting_in(taken.run.stack)).asked).number
        taken.coming(number, EXPIRED, self.services.now())
        await run.claim()
        await self.leave(taken)

    async def leave(self, taken: Taken) -> None:
        """Close the questions, leave the flow, and run what it says for that. The run has been claimed."""
        live, waiting = taken.live, [*waiting_in(taken.run.stack)]
        flow = _expired(taken.run.stack, self.services.now())
        live.outcome = "expired"
        taken.speak_through(self.services.voice(live, of(waiting[0].asked)))
        for frame in waiting:
            await self.taking.close(taken, frame, self.services.voice(live, of(frame.asked)))
        await self.taking.in_time(taken, self._leave(taken, flow))

    async def _leave(self, taken: Taken, flow: str) -> None:
        run = taken.run
        await run.abandon()
        steps, values = run.expired(flow)
        if steps is not None:
            rescue = self.services.host.new_run(
                taken.live, taken.handler, values, run.is_ephemeral, shared=run.shared_books()
            )
            await rescue.execute(steps)


def _expired(stack: list[Frame], now: float) -> str:
    """Return the outermost flow whose time is over."""
    over = (f for f in stack if f.scope is not None and f.kept and f.kept.get("until", now + 1) <= now)
    return next((frame.at.flow or "" for frame in over), "")
