"""Putting a run away where it waits: saved first, then shown, then confirmed."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, Final

from runner.actions.action import StepFailed
from runner.compile.components import menu_json
from runner.compile.messages import fitting
from runner.compile.modals import form_body
from runner.data import dataclass
from runner.engine import context
from runner.engine.acknowledger import Superseded
from runner.engine.coming import NotAsked
from runner.engine.flow_door import EVENTS, event_kind
from runner.engine.flows import units
from runner.engine.flows.interactions import marked, remember
from runner.engine.flows.services import Services, before_anything
from runner.engine.frames import Asked, Frame, waiting_in
from runner.engine.held import Held
from runner.engine.live import Live
from runner.engine.machines import Machine, trimmed
from runner.engine.references import FORM, Reference, short
from runner.engine.steps import Run
from runner.engine.voices import Afterwards, Answered, is_of
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.machine import Event, Origin, State
from runner.messages import Message, with_rows
from runner.questions import Question
from runner.store.errors import LimitReached, StoreFailed, TooLarge
from runner.store.flows import NOBODY, Flow, Waits
from runner.templates import RenderError

Json = Mapping[str, Any]  # Any: Discord's JSON

_KEY_LENGTH: Final = 22  # Discord takes 25
_IN_PLACE = (State.RECEIVED, State.DEFERRED_UPDATE, State.UPDATED)


@dataclass(frozen=True, slots=True)
class Putting:
    """Puts runs away."""

    services: Services

    async def put_away(self, live: Live) -> None:
        """Put the run of a record away where it waits, and show what it asks.

        A question that can't be asked is a failure of its step, which the run may catch: so it may wait for something
        else then, or for nothing. Raises what the run raises, and `Closed`.
        """
        run = live.run
        assert run is not None, "it has been run"
        while run.is_waiting:
            fresh = [frame for frame in waiting_in(run.stack) if frame.asked and frame.asked.action]
            fresh.sort(key=lambda frame: not _shows(frame))  # what shows nothing need not say then that it waits
            failed = fresh[0] if fresh else None
            try:
                await self._save(live, run, fresh)
                for failed in fresh:
                    await self.show(live, run, failed)
            except (StepFailed, RenderError) as failure:
                await run.go_on_with(_number(failed), NotAsked(failure))
            except (StoreFailed, LimitReached, TooLarge) as fault:
                await run.go_on_with(_number(failed), NotAsked(_not_saved(fault)))
            else:
                await self.confirm(live)
                return

    async def _save(self, live: Live, run: Run, fresh: list[Frame]) -> None:
        """Save where the run waits, before anybody sees it. Raises `Superseded` where it isn't ours, and `Untaken`."""
        handler = live.handler
        assert handler is not None, "it has been found"
        held = live.held = live.held or _new(live, self.services.new_id())
        before = held.machine
        machine = replace(self._machine(live, run), showing=[_number(frame) for frame in fresh])
        if held.row.revision and any(_back(frame) for frame in fresh):
            machine = replace(machine, past=before.as_past())
        held.machine = replace(machine, by=marked(live, self.services.now(), with_answer=False))
        due = self.services.lease(handler)
        row = self._row(held, run, Waits(kind=units.OPEN), due)
        if not any(map(_shows, fresh)):
            row = replace(row, waits=self._waits(held, run))  # nobody is shown anything that would come before it
        is_first = held.is_claimed or not row.revision
        with before_anything() if not is_first or _may_begin_again(live, run) else nullcontext():
            unit = partial(units.put, row=row, due=due, program=live.program, begun_by=live.begun_by)
            held.row = await self.services.write(unit)
        held.is_claimed = True

    def _machine(self, live: Live, run: Run) -> Machine:
        assert live.handler is not None, "it has been found"
        assert live.held is not None, "it has been made"
        held = live.held.machine
        whole = self.services.contexts(live.handler, live.program, held.who)
        return Machine(
            handler=held.handler,
            who=held.who,
            stack=whole.shape.saved(run.stack, run.context),
            context=whole.keep(run.context),
            asked=run.asked,
            is_ephemeral=run.is_ephemeral,
        )

    def _row(self, held: Held, run: Run, waits: Waits, due: float) -> Flow:
        first = next(waiting_in(run.stack))
        asked = first.asked
        return replace(
            held.row,
            machine=held.machine.as_json(),
            at=first.at.place,
            message_id=asked.message_id if asked else None,
            waits=waits,
            deadline=asked.until if asked else None,
            expires_at=min(expiries(run.stack), default=due),
        )

    def _waits(self, held: Held, run: Run) -> Waits:
        """Return what a run waits for, by which events are found that are nobody's click."""
        waiting = [*waiting_in(run.stack)]
        heard = [frame for frame in waiting if frame.at.waits is not None and frame.at.waits.event]
        if not heard:
            return Waits(kind=next((frame.at.waits.kind for frame in waiting if frame.at.waits is not None), "click"))
        if len(heard) > 1:
            return Waits(kind=EVENTS, guild_id=held.row.guild_id)
        (frame,) = heard
        event, kept = frame.at.waits.event if frame.at.waits else "", frame.kept or {}
        return Waits(kind=event_kind(event), guild_id=held.row.guild_id, channel_id=kept.get("channel"))

    async def confirm(self, live: Live) -> None:
        """Save that the questions are shown, and where. Whoever has answered one in the meantime knows that already."""
        held, run = live.held, live.run
        assert held is not None, "it has been saved"
        assert run is not None, "it has been run"
        past = held.machine.past
        waiting = [*waiting_in(run.stack)]
        for frame in waiting:
            if frame.asked is not None:
                frame.asked.action = None
        held.machine = replace(self._machine(live, run), past=past)
        due = min([*expiries(run.stack), *(f.asked.until for f in waiting if f.asked and f.asked.until is not None)])
        row = self._row(held, run, self._waits(held, run), due)
        try:
            held.row = await self.services.write(partial(units.put, row=row, due=due))
        except (Superseded, StoreFailed) as fault:
            self.services.log.info("question not confirmed", flow=short(row.id), reason=str(fault) or "it is answered")

    async def leave(self, live: Live) -> None:
        """Leave a run with questions that could not be shown: whoever clicks the one before them sees them."""
        held, run = live.held, live.run
        assert held is not None, "it has been saved"
        assert run is not None, "it has been run"
        waiting = [*waiting_in(run.stack)]
        due = min([*expiries(run.stack), *(f.asked.until for f in waiting if f.asked and f.asked.until is not None)])
        row = replace(held.row, waits=self._waits(held, run))
        held.row = await self.services.write(partial(units.put, row=row, due=due))

    async def show(self, live: Live, run: Run, frame: Frame) -> None:
        """Open a form or show a question; where there is neither, see to it that the user has an answer."""
        asked, held = frame.asked, live.held
        assert asked is not None, "it waits"
        assert asked.action is not None, "it has just been rendered"
        assert held is not None, "it has just been saved"
        action, kept = asked.action, frame.kept or {}
        form = action.form(kept)
        if form is not None and may_open(live) and action.elsewhere() is None:
            body = form_body(form, Reference(held.row.id, asked.number, FORM).custom_id)
            await live.acknowledger.respond(Event.MODAL, Message(modal=body), is_ephemeral=run.is_ephemeral)
            source = live.interaction.get("message")
            if source and is_of(source, held.row.id):  # it takes what follows, and is closed with the form
                asked.message_id, asked.is_private = source["id"], bool(source.get("flags", 0) & MessageFlags.EPHEMERAL)
        elif (question := action.question(kept)) is not None:
            await self._ask(live, run, asked, self.shown(held, asked, question), action.elsewhere())
            if asked.channel_id:
                await self._answer_meanwhile(live, run, "listening", asked)
        else:
            is_event = frame.at.waits is not None and bool(frame.at.waits.event)
            await self._answer_meanwhile(live, run, "listening" if is_event else "later", asked)
        self._keep_open(live, asked)

    def shown(self, held: Held, asked: Asked, question: Question, *, is_over: bool = False) -> Message:
        """Return a question as a message with its components."""
        made = partial(Reference, held.row.id, asked.number)
        rows = question.components(lambda word: made(word).custom_id, menu_json, is_over=is_over)
        said = with_rows(question.message, rows)
        return replace(said, more=fitting({**(said.more or {})}))

    async def _ask(self, live: Live, run: Run, asked: Asked, message: Message, named: str | None) -> None:
        """Show a question: in the place of the one that has just been answered, else as an answer of its own.

        In a channel that the step has `named` it is a message of the bot's own.
        """
        assert live.held is not None, "it has just been saved"
        voice = live.acknowledger
        is_private = run.is_ephemeral if message.is_ephemeral is None else message.is_ephemeral
        source = voice.question if isinstance(voice, Answered) else None
        message = replace(await run.completed(message), key=_key(live.held.row.id, asked.number))
        if named is not None:
            asked.channel_id, source, is_private = run.channel(named), None, False
            voice = Afterwards(self.services.rest, asked.channel_id, Asked(0), None)
        await voice.settled()
        if source is not None and voice.state in _IN_PLACE and _can_take_the_place(message, source):
            await voice.ask(Event.UPDATE, _in_place_of(source, message), is_ephemeral=is_private)
            asked.message_id = voice.asked_id or source["id"]
            asked.is_private = bool(source.get("flags", 0) & MessageFlags.EPHEMERAL)
        else:
            await voice.ask(Event.REPLY, message, is_ephemeral=is_private)
            asked.message_id, asked.is_private = voice.asked_id, is_private

    async def _answer_meanwhile(self, live: Live, run: Run, name: str, asked: Asked) -> None:
        """Give the answer that the steps have not given: nobody is left with a spinner while the run waits.

        `name` is that of the sentence that says so.
        """
        voice = live.acknowledger
        await voice.settled()
        if voice.state is State.RECEIVED and voice.origin is Origin.COMPONENT:
            await voice.respond(Event.DEFER_UPDATE, Message(), is_ephemeral=False)
        elif voice.state in (State.RECEIVED, State.DEFERRED_SOURCE):
            text = live.sentence(name, at=round(asked.until or self.services.now()))
            await voice.respond(Event.REPLY, Message(content=text), is_ephemeral=run.is_ephemeral)

    def _keep_open(self, live: Live, asked: Asked) -> None:
        """Keep with the question what opens its interaction; one without an interaction takes that over."""
        if isinstance(live.acknowledger, Afterwards):
            earlier = live.acknowledger.asked
            asked.interaction_id, asked.token, asked.token_until = (
                earlier.interaction_id,
                earlier.token,
                earlier.token_until,
            )
            asked.origin, asked.state = earlier.origin, earlier.state or State.REPLIED.value
        else:
            remember(asked, live, self.services.now())


def _new(live: Live, flow_id: str) -> Held:
    handler, interaction = live.handler, live.interaction
    assert handler is not None, "it has been found"
    row = Flow(
        id=flow_id,
        name=handler.name,
        program=live.program.digest,
        generation=live.program.generation,
        at="",
        machine="",
        owner_id=context.caller_id(interaction) or NOBODY,
        guild_id=interaction.get("guild_id"),
        channel_id=interaction.get("channel_id"),
        expires_at=0.0,
    )
    return Held(row, Machine(handler=handler.key, who=trimmed(interaction)))


def expiries(stack: list[Frame]) -> list[float]:
    """Return when the flows that a stack stands in expire."""
    return [frame.kept["until"] for frame in stack if frame.scope is not None and frame.kept and "until" in frame.kept]


def may_open(live: Live) -> bool:
    """Tell whether Discord takes a form now. Source: Discord docs, Interaction Callback Type."""
    return live.acknowledger.is_unanswered and live.origin in (Origin.COMMAND, Origin.COMPONENT)


def _can_take_the_place(message: Message, source: Json) -> bool:
    """Tell whether an edit can make one message of another: what is laid out stays laid out.

    Source: Discord docs, Resources: Message, Message Flags.
    """
    return message.is_laid_out or not source.get("flags", 0) & MessageFlags.IS_COMPONENTS_V2


def _in_place_of(source: Json, message: Message) -> Message:
    """Return a message that takes the place of another one, of which an edit would leave what it says nothing of."""
    more = message.more or {}
    if source.get("embeds") and "embeds" not in more and not message.is_laid_out:
        more = {**more, "embeds": ()}
    is_bare = source.get("attachments") and message.files is None
    return replace(message, more=more, files=() if is_bare else message.files)


def _key(flow_id: str, number: int) -> str:
    """Return what stands for a question, so that one which is asked again after a crash is not shown twice."""
    return urlsafe_b64encode(hashlib.sha256(f"{flow_id}?{number}".encode()).digest()).decode()[:_KEY_LENGTH]


def _may_begin_again(live: Live, run: Run) -> bool:
    """Tell whether a run that has not been saved yet comes again, and has done nothing so far."""
    return live.begun_by is not None and not run.has_acted


def _number(frame: Frame | None) -> int:
    return frame.asked.number if frame is not None and frame.asked is not None else 0


def _back(frame: Frame) -> object:
    return getattr(frame.asked.action, "back", None) if frame.asked is not None else None


def _shows(frame: Frame) -> bool:
    """Tell whether a step that has just been rendered opens a form or shows a question."""
    action, kept = frame.asked.action if frame.asked else None, frame.kept or {}
    return action is not None and (action.form(kept) is not None or action.question(kept) is not None)


def _not_saved(fault: Exception) -> StepFailed:
    name = "too_many_flows" if isinstance(fault, LimitReached) else "store_failed"
    return StepFailed(f"the run can't be put away: {fault}", sentence=name)
