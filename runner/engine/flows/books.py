"""The books of one run: who acts on it, and what it has done outside."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from runner.actions.action import Begun, Later, Repeats, StepFailed
from runner.compile import CompiledStep
from runner.data import dataclass
from runner.engine.durable import Outputs
from runner.engine.flows import units
from runner.engine.flows.services import Services, before_anything, here_of
from runner.engine.held import Held
from runner.engine.live import Live
from runner.engine.memory import Around, Remembers, Written
from runner.engine.references import short
from runner.engine.voices import Afterwards, Voice
from runner.lifecycle.machine import Event, State
from runner.store.effects import EffectKey
from runner.store.errors import StoreFailed
from runner.store.flows import Waits
from runner.stored import Stored

Json = Mapping[str, Any]  # Any: JSON
T = TypeVar("T")

_KEY_LENGTH: Final = 22


@dataclass(frozen=True, slots=True)
class Books:
    """Keeps the books of a run, from one wait to the next."""

    services: Services
    live: Live
    held: Held

    async def claim(self) -> None:
        """Make sure that this process, and no other, acts on what has come. Raises `Superseded`, `Untaken`."""
        async with self.held.lock:
            if not self.held.is_claimed:
                await self._claim(None)

    async def _claim(self, intent: EffectKey | None) -> None:
        held = self.held
        assert self.live.handler is not None, "it has been found"
        machine = held.machine if held.coming is None else held.coming
        row = replace(held.row, machine=machine.as_json(), waits=Waits(kind=units.OPEN))
        due = self.services.lease(self.live.handler)
        with before_anything():
            held.row = await self.services.write(partial(units.put, row=row, due=due, intent=intent))
        held.is_claimed = True

    async def once(
        self, position: str, attempt: int, step: CompiledStep, do: Callable[[], Awaitable[Outputs]]
    ) -> Outputs:
        """Do what a step does between an intent and a result; or return what the books say came of it."""
        key = self._key(position, attempt)
        known = self.held.known.get((key.position, key.attempt))
        if known is not None and known.state == "done":
            given: Outputs = units.result(known.result)
            return given
        if known is not None and (policy := _policy(step, self.live.acknowledger, self.held)) != "repeat":
            if policy == "fail":
                raise StepFailed(f"{step.name}: nobody knows whether this was done before the process ended")
            return None
        await self._intend(key)
        try:
            outputs = await do()
        except StepFailed as failure:
            await self._note(key, {"failed": [failure.detail, failure.public]})
            raise
        await self._note(key, {"given": outputs})
        return outputs

    async def _intend(self, key: EffectKey) -> None:
        """Write that an effect is about to happen, and claim the run with it if that has not been done."""
        async with self.held.lock:
            if not self.held.is_claimed:
                await self._claim(key)
                return
            try:
                await self.services.write(partial(units.intend, key=key))
            except StoreFailed as fault:
                raise StepFailed(str(fault), sentence="store_failed") from None

    async def _note(self, key: EffectKey, result: Json) -> None:
        """Write what came of an effect. Where the store fails it stays in doubt, for whoever has to do this again."""
        try:
            await self.services.write(partial(units.note, key=key, result=result))
        except StoreFailed as fault:
            self.services.log.warning("effect not noted", flow=short(key.flow_id), reason=str(fault))

    async def write(self, position: str, unit: Callable[[Stored], T]) -> Written:
        """Run a function on what the bot keeps, in one transaction with the note that it has been run."""
        await self.claim()
        here = here_of(self.held.row)
        return await self.services.memory.write(self.live.program, here, unit, around=self._noted(position))

    async def atomically(self, position: str, work: Callable[[Remembers], Json]) -> Json:
        """Do work in one transaction with the note that it has been done."""
        await self.claim()
        return await self.services.memory.atomically(self.live.program, work, around=self._noted(position))

    async def begin_later(self, position: str, later: Later, interaction: Json) -> Begun:
        """Keep a flow that is to be begun later, with the note that this has been done."""
        await self.claim()
        memory, around = self.services.memory, self._noted(position)
        return await memory.begin_later(self.live.program, later, interaction, around=around)

    async def cancel_later(self, position: str, key: str, interaction: Json) -> bool:
        """Forget a flow that was to be begun later, with the note that this has been done."""
        await self.claim()
        memory, around = self.services.memory, self._noted(position)
        return await memory.cancel_later(self.live.program, key, interaction, around=around)

    def _noted(self, position: str) -> Around:
        return partial(units.once_in, self._key(position, 0))

    def key(self, position: str) -> str:
        """Return what stands for the step at a position, in this part of the run alone."""
        return self._digest(self.held.row.id, position)

    def _key(self, position: str, attempt: int) -> EffectKey:
        return EffectKey(self.held.row.id, self._digest("", position), attempt)

    def _digest(self, flow_id: str, position: str) -> str:
        said = hashlib.sha256(f"{flow_id}/{self.held.segment}/{position}".encode()).digest()
        return urlsafe_b64encode(said).decode()[:_KEY_LENGTH]


def _policy(step: CompiledStep, voice: Voice, held: Held) -> str:
    """Return what to do with a step of which nobody knows whether it was done. Of an answer Discord has been asked.

    A change that is made twice is one change. Only of a follow-up nobody knows, and then it is the author who decides.
    """
    if step.action.repeats is not Repeats.ANSWER:
        return step.on_crash
    if step.action.effect is Event.UPDATE or held.is_unsaid:
        return "repeat"
    if isinstance(voice, Afterwards):
        return "repeat" if voice.drops_seconds else step.on_crash
    is_unsaid = voice.state in (State.RECEIVED, State.DEFERRED_SOURCE)  # it would be there, in the spinner's place
    return "repeat" if is_unsaid else step.on_crash
