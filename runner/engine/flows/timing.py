"""The time has come: for a question that nobody has answered, for a flow, for a wait."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from runner.data import dataclass
from runner.engine.coming import TimeOver
from runner.engine.flow_door import WAITING
from runner.engine.flows.expiring import Expiring
from runner.engine.flows.putting import expiries
from runner.engine.flows.recovering import Recovering
from runner.engine.flows.services import Services
from runner.engine.flows.taking import Taken, Taking, of
from runner.engine.frames import Asked, Frame, waiting_in
from runner.engine.live import Live
from runner.engine.outcomes import Untaken
from runner.engine.references import short
from runner.engine.voices import Afterwards
from runner.lifecycle.machine import Origin
from runner.store.flows import Flow, Flows
from runner.store.timers import Timer, Timers

Json = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Timing:
    """Acts on the timers of runs."""

    services: Services
    taking: Taking
    expiring: Expiring
    recovering: Recovering

    async def due(self, timer: Timer) -> None:
        """Do what the timer of a run is for. Raises `StoreFailed`: then it is as it was."""
        row = await self.services.database.read(lambda tx: Flows(tx).load(timer.key))
        if row is None:
            return
        await (self.taking.end(row) if row.id in self.taking.over else self._conduct(row))

    async def recover(self) -> None:
        """Take up what a crash has left in the middle. Raises `StoreFailed`."""
        for row in await self.recovering.left_open():
            await self._conduct(row)

    async def _conduct(self, row: Flow) -> None:
        live, untaken = self._record(row), list[Untaken]()
        live.work = partial(self._acted, live, row, untaken)
        await self.services.host.conduct(live)
        for end in untaken:
            raise end.fault

    def _record(self, row: Flow) -> Live:
        """Return a record of work that nobody has clicked for."""
        now = asyncio.get_running_loop().time()
        voice = Afterwards(self.services.rest, row.channel_id, Asked(0), None)
        program = self.services.host.program
        return Live(row.id, 0, nobody(row), Origin.COMMAND, None, row.name, program, voice, now, now, None)

    async def _acted(self, live: Live, row: Flow, untaken: list[Untaken]) -> None:
        """Act on a run. What keeps it from being taken up is kept for whoever has to try again."""
        try:
            await self._act(live, row)
        except Untaken as end:
            untaken.append(end)
            raise

    async def _act(self, live: Live, row: Flow) -> None:
        taken = await self.taking.take(live, row)
        if taken is None:
            return
        machine, now = taken.held.machine, self.services.now()
        late = [each for each in waiting_in(taken.run.stack) if each.asked and _until(each, now) <= now]
        if machine.running is not None or machine.showing:
            await self.recovering.recover(taken)
        elif min(expiries(taken.run.stack), default=now + 1) <= now:
            await self.expiring.expire(taken)
        elif late:
            await self._time_over(taken, late[0])
        else:
            await self._wait_on(taken)

    async def _time_over(self, taken: Taken, frame: Frame) -> None:
        """Go on with a run whose question nobody has answered in time, or that has waited for this."""
        asked = of(frame.asked)
        voice = self.services.voice(taken.live, asked)
        taken.coming(asked.number, "", self.services.now())
        taken.speak_through(voice)
        await taken.run.claim()
        await self.taking.close(taken, frame, voice)
        await self.taking.in_time(taken, self.taking.go_on(taken, asked.number, TimeOver()))

    async def _wait_on(self, taken: Taken) -> None:
        """Set the timer anew: it came too early."""
        row, waiting = taken.held.row, [*waiting_in(taken.run.stack)]
        now = self.services.now()
        due = min([*expiries(taken.run.stack), *(_until(frame, now) for frame in waiting)], default=now + 1)
        timer = Timer(due_at=due, kind=WAITING, key=row.id, flow_id=row.id)
        taken.live.held, taken.live.outcome = None, "too early"
        self.services.log.debug("flow timer too early", flow=short(row.id))
        await self.services.database.write(lambda tx: Timers(tx).put(timer))


def nobody(row: Flow) -> Json:
    """Stand for the interaction that started a run, until that is read from what was saved."""
    return {"id": "0", "user": {"id": row.owner_id}, "guild_id": row.guild_id, "channel_id": row.channel_id}


def _until(frame: Frame, now: float) -> float:
    """Return until when a frame waits."""
    until = of(frame.asked).until
    return now + 1 if until is None else until
