"""Everything that is done to runs that wait, behind one door."""

from runner.actions.action import Happened
from runner.engine.flows.answering import Answering
from runner.engine.flows.expiring import Expiring
from runner.engine.flows.hearing import Hearing
from runner.engine.flows.putting import Putting
from runner.engine.flows.recovering import Recovering
from runner.engine.flows.services import Services
from runner.engine.flows.taking import Taking
from runner.engine.flows.timing import Timing
from runner.engine.live import Live
from runner.engine.references import Reference
from runner.store.timers import Timer


class FlowDesk:
    """Looks after the runs that wait."""

    def __init__(self, services: Services) -> None:
        self._putting = Putting(services)
        self._taking = Taking(services, self._putting)
        self._answering = Answering(services, self._taking)
        self._hearing = Hearing(services, self._taking)
        expiring = Expiring(services, self._taking)
        self._timing = Timing(services, self._taking, expiring, Recovering(services, self._taking, expiring))

    async def put_away(self, live: Live) -> None:
        """Put the run of a record away where it waits. Raises what the run raises, and `Closed`."""
        await self._putting.put_away(live)

    async def answer(self, live: Live, ref: Reference) -> None:
        """Act on the answer to a question. Raises what the run raises, `Refused` and `Closed`."""
        await self._answering.answer(live, ref)

    async def finish(self, live: Live) -> None:
        """Take the run of a record out of the store, if it has ended. Raises `Superseded` where it isn't ours."""
        await self._taking.finish(live)

    async def due(self, timer: Timer) -> None:
        """Do what the timer of a run is for."""
        await self._timing.due(timer)

    async def hear(self, happened: Happened, guild_id: str) -> None:
        """Have the runs go on that wait for an event. Raises `StoreFailed`."""
        await self._hearing.hear(happened, guild_id)

    async def recover(self) -> None:
        """Take up what a crash has left in the middle."""
        await self._timing.recover()
