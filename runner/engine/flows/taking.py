"""Taking a run up that waits: its program, its stack and its context, in the record of whatever has come for it."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import field, replace
from typing import Any, Final

from runner.actions.action import Action, StepFailed
from runner.compile import Handler, Program
from runner.data import dataclass
from runner.engine.coming import Coming
from runner.engine.context import NOWHERE
from runner.engine.flows import units
from runner.engine.flows.books import Books
from runner.engine.flows.interactions import marked
from runner.engine.flows.putting import Putting
from runner.engine.flows.services import NotRebuilt, Services, before_anything, here_of
from runner.engine.frames import Asked, Frame, waiting_in
from runner.engine.held import Held
from runner.engine.live import Live
from runner.engine.machines import Machine, Unreadable
from runner.engine.references import short
from runner.engine.steps import Run, Shared
from runner.engine.voices import Afterwards, Voice
from runner.lifecycle.machine import State
from runner.messages import Message
from runner.rest import RestRefused
from runner.store.errors import StoreFailed
from runner.store.flows import Flow, Flows
from runner.templates import RenderError

Json = Mapping[str, Any]  # Any: JSON

HEARD: Final = "heard"
"""What is noted, in the place of an answer's word, of a run that an event has taken up: no button has that word."""

OVER_MAX: Final = 10_000
"""Of how many runs it is remembered that they have ended, while the store takes nothing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A run that has been taken up, with what it stands on."""

    live: Live
    held: Held
    run: Run
    handler: Handler

    def waiting(self, number: int) -> Frame | None:
        """Return the frame that waits with the question of that number."""
        found = (each for each in waiting_in(self.run.stack) if each.asked and each.asked.number == number)
        return next(found, None)

    def action(self, frame: Frame) -> Action:
        """Return the action of a frame, rendered as it is now."""
        step = frame.at
        action: Action = step.action if step.render is None else step.render(self.run.context)
        return action

    def coming(self, number: int, word: str, now: float, heard: Json | None = None) -> None:
        """Note what it was taken up with, for whoever has to do that again."""
        by = marked(self.live, now, with_answer=True)
        self.held.coming = replace(self.held.machine, running=(number, word), by=by, heard=heard)

    def speak_through(self, voice: Voice) -> None:
        """Have the run and its endings speak through `voice`."""
        self.live.acknowledger = voice
        self.run.speak_through(voice)


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes runs up, and lets them go on. `over` are the ids of those that have ended while the store took nothing."""

    services: Services
    putting: Putting
    over: set[str] = field(default_factory=set[str])

    async def take(self, live: Live, row: Flow) -> Taken | None:
        """Take a run up; None where that can't be done any more: then it has ended, and its user has been told.

        Raises `Untaken`.
        """
        try:
            machine = Machine.from_json(row.machine)
            if "token" not in live.interaction:  # nobody has clicked
                live.interaction = {**NOWHERE, **machine.who}
            with before_anything():
                program = await self.services.programs.program(row)
            handler = program.handler(machine.handler)
            if handler is None:
                raise NotRebuilt(f"there is no {machine.handler}")
            taken = self._restored(live, row, machine, program, handler)
            if any(frame.at.reads_state for frame in waiting_in(taken.run.stack)):
                with before_anything():  # the question itself reads it, and is rendered anew
                    await taken.run.read_state()
            return taken
        except Unreadable as fault:  # it stays where it is, for whoever can
            await self._lost(live, row, fault)
        except (NotRebuilt, KeyError) as fault:
            with before_anything():
                await self.end(row)
            await self._lost(live, row, fault)
        return None

    async def _lost(self, live: Live, row: Flow, fault: Exception) -> None:
        self.services.log.error("flow lost", flow=short(row.id), handler=row.name, at=row.at, reason=str(fault))
        live.outcome = "flow lost"
        await self.services.host.tell(live, "flow_lost")

    def _restored(self, live: Live, row: Flow, machine: Machine, program: Program, handler: Handler) -> Taken:
        services = self.services
        whole = services.contexts(handler, program, machine.who)
        values = whole.renew(machine.context)
        stack = whole.shape.restored(machine.stack, values)
        live.program, live.handler, live.name = program, handler, handler.name
        held = live.held = Held(row, machine, machine.asked)
        shared = Shared(services.now, Books(services, live, held), machine.asked)
        run = live.run = services.host.new_run(live, handler, values, machine.is_ephemeral, shared=shared)
        run.take_up(stack)
        run.keep_for(here_of(row))
        return Taken(live, held, run, handler)

    async def go_on(self, taken: Taken, number: int, coming: Coming) -> None:
        """Go on with a run as far as it goes, and put it away again where it waits."""
        await taken.run.go_on_with(number, coming)
        await self.settle(taken)

    async def go_back(self, taken: Taken) -> None:
        """Stand where the run stood with the question before, and ask that anew."""
        held, services = taken.held, self.services
        held.machine = held.machine.gone_back()
        whole = services.contexts(taken.handler, taken.live.program, held.machine.who)
        taken.run.context = whole.renew(held.machine.context)
        taken.run.take_up(whole.shape.restored(held.machine.stack, taken.run.context))
        taken.run.ask_again()
        await self.settle(taken)

    async def settle(self, taken: Taken) -> None:
        """Put a run away where it waits, and disable the questions that it waits for no more."""
        await self.putting.put_away(taken.live)
        for frame in taken.run.take_dropped():
            if frame.asked is not None:
                await self.close(taken, frame, self.services.voice(taken.live, frame.asked))

    async def close(self, taken: Taken, frame: Frame, voice: Afterwards) -> None:
        """Disable the buttons of a question, as far as its message can be reached: what can't be is not tried."""
        asked = frame.asked
        if asked is None or (asked.message_id is None and asked.state in ("", State.MODAL_SHOWN.value)):
            return
        try:
            question = taken.action(frame).question(frame.kept or {})
            if question is not None:
                shown = self.putting.shown(taken.held, asked, question, is_over=True)
                closed = Message(
                    more={"components": (shown.more or {})["components"]},
                    flags=shown.flags if shown.is_laid_out else None,
                    is_unsigned=shown.is_unsigned,
                )
                await voice.change(await taken.run.completed(closed))
        except (StepFailed, RenderError, RestRefused) as failure:
            flow = short(taken.held.row.id)
            self.services.log.debug("question not closed", flow=flow, reason=str(failure))

    async def in_time(self, taken: Taken, work: Awaitable[None]) -> None:
        """Do something within the handler's `timeout`."""
        async with asyncio.timeout(taken.handler.timeout_s) as taken.live.scope:
            await work

    async def finish(self, live: Live) -> None:
        """Take a run that has ended out of the store. Raises `Superseded` where it isn't ours, and `StoreFailed`."""
        held = live.held
        if held is None or (live.run is not None and live.run.is_waiting):
            return
        live.held = None
        if held.row.revision:
            await self._end(held.row, is_claimed=held.is_claimed)

    async def _end(self, row: Flow, *, is_claimed: bool) -> None:
        """End a run; one that can't be taken out of the store now is remembered, so that nobody takes it up again."""
        try:
            await self.services.write(lambda tx: units.end(tx, row=row, is_claimed=is_claimed))
        except StoreFailed:
            if is_claimed and len(self.over) < OVER_MAX:
                self.over.add(row.id)
            raise

    async def end(self, row: Flow) -> None:
        """Take a run out of the store, whatever is the case with it. Raises `StoreFailed`."""
        await self.services.database.write(lambda tx: Flows(tx).end(row.id))
        self.over.discard(row.id)


def of(asked: Asked | None) -> Asked:
    """Return what a frame waits with; of one that shows nothing, nothing that could be reached."""
    return asked or Asked(0)
