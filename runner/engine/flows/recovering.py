"""A process has died in the middle of a run: what Discord shows and what the books say tell how far it had come."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from runner.actions._asking import BACK, CANCEL
from runner.actions.action import StepFailed
from runner.data import dataclass
from runner.engine.acknowledger import Acknowledger, Closed
from runner.engine.coming import CalledOff, Coming, TimeOver
from runner.engine.flows import units
from runner.engine.flows.expiring import EXPIRED, Expiring
from runner.engine.flows.interactions import answer_of, remember
from runner.engine.flows.services import Services, before_anything
from runner.engine.flows.taking import HEARD, Taken, Taking, of
from runner.engine.frames import Asked, Frame, waiting_in
from runner.engine.live import Live
from runner.engine.references import Reference, short
from runner.engine.voices import Afterwards, Answered, Voice, is_of
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.deadline import snowflake_created_at
from runner.lifecycle.limits import INITIAL_RESPONSE_S
from runner.lifecycle.machine import Origin, State
from runner.questions import Answer
from runner.store.effects import Effects
from runner.store.flows import Flow, Flows
from runner.templates import RenderError

Json = Mapping[str, Any]

OPEN_MAX: Final = 1_000
"""How many runs that a crash has left in the middle are taken up at the start; the others when their leases run out."""


@dataclass(frozen=True, slots=True)
class Recovering:
    """Brings runs on that a process has left in the middle."""

    services: Services
    taking: Taking
    expiring: Expiring

    async def left_open(self) -> list[Flow]:
        """Return the runs on which a process was acting when it ended."""
        found = await self.services.database.read(
            lambda tx: Flows(tx).waiting(units.OPEN, guild_id=None, channel_id=None, user_id=None, limit=OPEN_MAX)
        )
        return [row for row in found if not self.services.host.holds(row.id)]

    async def recover(self, taken: Taken) -> None:
        """Bring a run on: show what it has asked, or act once more on what had come."""
        row = taken.held.row
        self.services.log.warning("flow recovered", flow=short(row.id), handler=row.name, at=row.at)
        if taken.held.machine.running is None:
            await self._show(taken)
        else:
            await self._act(taken, *taken.held.machine.running)

    async def _act(self, taken: Taken, number: int, word: str) -> None:
        """Act once more on what had come: what is in the books is not done again."""
        held, by = taken.held, taken.held.machine.by
        frame = taken.waiting(number)
        if frame is None:
            return
        with before_anything():
            found = await self.services.database.read(lambda tx: Effects(tx).load(held.row.id))
        held.known = {(key.position, key.attempt): effect for key, effect in found.items()}
        held.coming = replace(held.machine, recovered=held.machine.recovered + 1)
        await taken.run.claim()  # the lease is ours from now on
        coming: Coming = Answer(word=HEARD, event=dict(held.machine.heard or {})) if word == HEARD else TimeOver()
        voice: Voice = self.services.voice(taken.live, of(frame.asked))
        if by is not None:
            self._stand_in(taken.live, by)
            taken.run.act_for(taken.live.interaction)
            interaction, is_open = await self._interaction(by)
            held.is_unsaid = is_open is False and not held.machine.recovered
            voice = Answered(interaction, by.get("message"), held.row.id) if interaction and is_open else voice
            coming = CalledOff() if word == CANCEL else self._answer(taken, frame, word)
        if word == EXPIRED:
            await self.expiring.leave(taken)
            return
        taken.speak_through(voice)
        if isinstance(voice, Afterwards):
            await self.taking.close(taken, frame, voice)
        if word == BACK and held.machine.past is not None:
            await self.taking.in_time(taken, self.taking.go_back(taken))
        else:
            await self.taking.in_time(taken, self.taking.go_on(taken, number, coming))

    def _answer(self, taken: Taken, frame: Frame, word: str) -> Answer:
        return answer_of(taken.live.interaction, word, taken.action(frame), frame.kept or {})

    async def _show(self, taken: Taken) -> None:
        """Show the questions of which it isn't known whether they are shown, unless Discord shows them."""
        live, machine = taken.live, taken.held.machine
        await taken.run.claim()
        by = machine.by
        interaction = None
        if by is not None:
            found, is_open = await self._interaction(by)
            interaction = found if is_open else None
            self._stand_in(live, by)
        for frame in [*waiting_in(taken.run.stack)]:
            if frame.asked is not None and frame.asked.number in machine.showing:
                await self._show_one(taken, frame, interaction, by)
        if any(frame.asked and not frame.asked.state for frame in waiting_in(taken.run.stack)):
            self.services.log.warning("question not shown", flow=short(taken.held.row.id), handler=taken.handler.name)
            if min(machine.showing) == 1:
                taken.run.forget()  # nobody has seen anything of it, and Discord has said that it failed
                return
            await self.taking.putting.leave(live)
            return
        await self.taking.putting.confirm(live)

    async def _show_one(self, taken: Taken, frame: Frame, interaction: Acknowledger | None, by: Json | None) -> None:
        live, asked = taken.live, of(frame.asked)
        prefix = Reference(taken.held.row.id, asked.number, "").custom_id
        if interaction is not None and interaction.shows(prefix):
            asked.message_id, asked.is_private = interaction.asked_id, interaction.is_ephemeral
            taken.speak_through(interaction)
            remember(asked, live, self.services.now())
            return
        if interaction is not None:
            taken.speak_through(Answered(interaction, by.get("message") if by else None, taken.held.row.id))
        elif by is not None and not is_of(by.get("message") or {}, taken.held.row.id):
            return  # whoever has sent the form, or the command, has read that it failed, and can send it again
        else:
            taken.speak_through(self._channel(live, by))
        asked.action = taken.action(frame)
        try:
            await self.taking.putting.show(live, taken.run, frame)
        except (StepFailed, RenderError, Closed) as failure:
            asked.action = None
            self.services.log.info("question not shown again", flow=short(taken.held.row.id), reason=str(failure))

    def _channel(self, live: Live, by: Json | None) -> Afterwards:
        """Return what changes the message that was clicked with the bot's own token, if everybody sees that one."""
        message: Json = (by or {}).get("message") or {}
        is_private = bool(message.get("flags", 0) & MessageFlags.EPHEMERAL)
        asked = Asked(0, None, message.get("id"), is_private)
        is_in_place = asked.message_id is not None
        return Afterwards(self.services.rest, live.interaction.get("channel_id"), asked, None, is_in_place=is_in_place)

    def _stand_in(self, live: Live, by: Json) -> None:
        """Make the record that of the interaction which was being answered."""
        who: Json = by.get("who") or live.interaction
        opened = {name: by[name] for name in ("id", "token", "message") if name in by}
        live.interaction, live.origin = {**who, **opened}, Origin(by["origin"])
        age_s = self.services.now() - snowflake_created_at(by["id"])
        live.created = asyncio.get_running_loop().time() - age_s

    async def _interaction(self, by: Json) -> tuple[Acknowledger | None, bool | None]:
        """Return the interaction that was being answered, as Discord shows it, and what `Acknowledger.look` says."""
        left_s = by["until"] - self.services.now()
        if left_s <= 0:
            return None, None
        loop, age_s = asyncio.get_running_loop(), self.services.now() - snowflake_created_at(by["id"])
        asked = Asked(0, None, None, False, by["id"], by["token"], by["until"], by["origin"], State.RECEIVED.value)
        made = Acknowledger.of_earlier(
            self.services.answers,
            self.services.application_id,
            asked,
            loop.time() + left_s,
            is_ephemeral=False,
            ack_by=loop.time() + INITIAL_RESPONSE_S - age_s,
        )
        source: Json = by.get("message") or {}
        return made, await made.look(source.get("id"))
