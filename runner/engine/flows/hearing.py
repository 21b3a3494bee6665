"""Something has happened that runs wait for: each of them that is meant goes on with it."""

import asyncio
from functools import partial
from typing import Final

from runner.actions.action import Happened, StepFailed
from runner.data import dataclass
from runner.engine.flow_door import EVENTS, event_kind
from runner.engine.flows.answering import LOOKS_MAX
from runner.engine.flows.services import Services, before_anything
from runner.engine.flows.taking import HEARD, Taken, Taking, of
from runner.engine.flows.timing import nobody
from runner.engine.frames import Asked, Frame, waiting_in
from runner.engine.live import Live
from runner.engine.outcomes import Superseded, Untaken
from runner.engine.voices import Afterwards
from runner.lifecycle.machine import Origin
from runner.questions import Answer
from runner.store.flows import Flow, Flows
from runner.store.transaction import Transaction
from runner.templates import RenderError

HEARERS_MAX: Final = 100
"""How many runs that wait for an event at a place are asked whether it is theirs, those first that wait longest."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Acts on events."""

    services: Services
    taking: Taking

    async def hear(self, happened: Happened, guild_id: str) -> None:
        """Have every run go on that waits for an event. Raises `StoreFailed`."""
        for row in await self.services.database.read(partial(_hearers, happened=happened, guild_id=guild_id)):
            if await self._is_meant(row, happened):
                live = self._record(row)
                live.work = partial(self._act, live, row.id, happened)
                await self.services.host.conduct(live)

    async def _is_meant(self, row: Flow, happened: Happened) -> bool:
        """Tell whether a run waits for this event, so that only one which does is worth a line in the log."""
        try:
            taken = await self.taking.take(self._record(row), row)
        except Untaken as end:
            raise end.fault from None
        return taken is not None and self._hearing(taken, happened) is not None

    def _record(self, row: Flow) -> Live:
        """Return a record of work that nobody has clicked for."""
        now = asyncio.get_running_loop().time()
        voice = Afterwards(self.services.rest, row.channel_id, Asked(0), None)
        program = self.services.host.program
        return Live(row.id, 0, nobody(row), Origin.COMMAND, None, row.name, program, voice, now, now, None)

    async def _act(self, live: Live, flow_id: str, happened: Happened) -> None:
        """Go on with a run, if this is what it waits for. Whoever is overtaken looks again."""
        for _ in range(LOOKS_MAX):
            try:
                await self._look(live, flow_id, happened)
            except Superseded:
                live.held = live.run = None
            else:
                return
        live.outcome = Superseded.outcome

    async def _look(self, live: Live, flow_id: str, happened: Happened) -> None:
        with before_anything():
            row = await self.services.database.read(lambda tx: Flows(tx).load(flow_id))
        taken = await self.taking.take(live, row) if row is not None else None
        if taken is None:
            return
        frame = self._hearing(taken, happened)
        if frame is None:
            live.held, live.outcome = None, Superseded.outcome
            return
        asked = of(frame.asked)
        taken.coming(asked.number, HEARD, self.services.now(), heard=dict(happened.reads))
        taken.speak_through(self.services.voice(live, asked))
        await taken.run.claim()
        answer = Answer(word=HEARD, event=dict(happened.reads))
        await self.taking.in_time(taken, self.taking.go_on(taken, asked.number, answer))

    def _hearing(self, taken: Taken, happened: Happened) -> Frame | None:
        """Return the first of the frames that wait for this event; none of a run that is being acted on.

        None, too, of the run that this very event has begun: that waits for another one.
        """
        machine = taken.held.machine
        if machine.running is not None or machine.who.get("id") == happened.id:
            return None
        return next((frame for frame in waiting_in(taken.run.stack) if self._hears(taken, frame, happened)), None)

    def _hears(self, taken: Taken, frame: Frame, happened: Happened) -> bool:
        """Tell whether a frame waits for this event; one whose filter fails waits on, and the log has why."""
        try:
            return bool(taken.action(frame).hears(taken.run, frame.kept or {}, happened))
        except (RenderError, StepFailed) as failure:
            place = frame.at.place
            self.services.log.warning("filter failed", handler=taken.handler.name, place=place, reason=str(failure))
            return False


def _hearers(tx: Transaction, *, happened: Happened, guild_id: str) -> list[Flow]:
    """Return the runs that may wait for an event."""
    kinds, where = (event_kind(happened.name), EVENTS), happened.channel_ids
    return Flows(tx).hearing(kinds, guild_id=guild_id, channel_ids=where, user_id=happened.user_id, limit=HEARERS_MAX)
