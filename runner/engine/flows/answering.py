"""An answer has come: who gives it, whether it is still wanted, and what follows."""

from collections.abc import Mapping
from typing import Any, Final

from runner.actions._asking import BACK, CANCEL
from runner.actions.action import Action, Refused, Who
from runner.compile.modals import form_body
from runner.data import dataclass
from runner.engine import context
from runner.engine.acknowledger import Acknowledger, Superseded
from runner.engine.coming import CalledOff, Coming
from runner.engine.entered import NotAsked
from runner.engine.flows.interactions import answer_of
from runner.engine.flows.putting import expiries
from runner.engine.flows.services import Services, before_anything
from runner.engine.flows.taking import Taken, Taking, of
from runner.engine.frames import Frame, waiting_in
from runner.engine.guards import Who as Asker
from runner.engine.guards import holds
from runner.engine.live import Live
from runner.engine.outcomes import Untaken
from runner.engine.references import FORM, Reference
from runner.engine.voices import Answered
from runner.fields import Checks
from runner.lifecycle.machine import Event
from runner.messages import Message
from runner.questions import Answer
from runner.store.flows import Flows

Json = Mapping[str, Any]

OPEN_FORM = "open"
"""The word of the button that opens a form."""

LOOKS_MAX: Final = 3
"""How often a run is looked at that somebody else saves at the same moment: not only answers do."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Acts on clicks and submitted forms."""

    services: Services
    taking: Taking

    async def answer(self, live: Live, ref: Reference) -> None:
        """Act on the answer to a question, or tell its user why not. Raises `Untaken`.

        Whoever is overtaken looks again: it may have been by another answer, or by the note that the question is shown.
        """
        plain = live.acknowledger
        for _ in range(LOOKS_MAX):
            try:
                await self._answer(live, ref)
            except Superseded:
                live.acknowledger, live.held = plain, None  # the question is somebody else's to close
            except Untaken:
                live.acknowledger, live.held = plain, None  # it stays open
                raise
            else:
                return
        await self._turn_away(live, "question_answered")

    async def _answer(self, live: Live, ref: Reference) -> None:
        with before_anything():
            row = await self.services.database.read(lambda tx: Flows(tx).load(ref.flow_id))
        if row is None:
            await self._turn_away(live, "question_over")
            return
        taken = await self.taking.take(live, row)
        if taken is None:
            return
        frame = taken.waiting(ref.number)
        if frame is None and taken.held.machine.showing and taken.held.machine.running is None:
            await self._show_missed(taken)
        elif reason := self._unwanted(taken, frame):
            live.held = None
            await self._turn_away(live, reason)
        elif frame is not None:
            await self._answered(taken, frame, ref)

    async def _show_missed(self, taken: Taken) -> None:
        """Show what a crash has kept from being shown, to whoever clicks the question before it."""
        live = taken.live
        for frame in [*waiting_in(taken.run.stack)]:
            action = taken.action(frame)
            self._admit(taken, action, answer_of(live.interaction, "", action, frame.kept or {}))
            of(frame.asked).action = action
        plain = live.acknowledger
        assert isinstance(plain, Acknowledger), "nobody has answered this yet"
        taken.speak_through(Answered(plain, live.interaction.get("message"), taken.held.row.id))
        await self.taking.settle(taken)

    def _unwanted(self, taken: Taken, frame: Frame | None) -> str:
        """Return the name of what is said where nobody waits for the answer any more; empty where somebody does."""
        if frame is None or frame.asked is None or taken.held.machine.running is not None:
            return "question_answered"
        now = self.services.now()
        until = frame.asked.until
        return "question_over" if min([*expiries(taken.run.stack), now + 1 if until is None else until]) <= now else ""

    async def _answered(self, taken: Taken, frame: Frame, ref: Reference) -> None:
        live, action = taken.live, taken.action(frame)
        self._admit(taken, action, answer_of(live.interaction, "", action, frame.kept or {}))
        form = action.form(frame.kept or {}) if ref.word == OPEN_FORM else None
        if form is not None:  # nothing of the run changes: it may be opened as often as one likes
            live.held, live.outcome = None, "form opened"
            body = form_body(form, Reference(ref.flow_id, ref.number, FORM).custom_id)
            await live.acknowledger.respond(Event.MODAL, Message(modal=body), is_ephemeral=False)
            return
        answer = self._answer_to(taken, frame, action, ref.word)
        plain = live.acknowledger
        assert isinstance(plain, Acknowledger), "nobody has answered this yet"
        taken.speak_through(Answered(plain, live.interaction.get("message"), taken.held.row.id))
        await self.taking.in_time(taken, self._act(taken, ref, answer))

    def _answer_to(self, taken: Taken, frame: Frame, action: Action, word: str) -> Answer:
        """Return the answer. Raises `NotAsked` for one that was not on offer; the question stays open then."""
        try:
            return answer_of(taken.live.interaction, word, action, frame.kept or {})
        except NotAsked:
            taken.live.held = None
            raise

    async def _act(self, taken: Taken, ref: Reference, answer: Answer) -> None:
        taken.coming(ref.number, ref.word, self.services.now())
        if ref.word == BACK and taken.held.machine.past is not None:
            await self.taking.go_back(taken)
        else:
            coming: Coming = CalledOff() if ref.word == CANCEL else answer
            await self.taking.go_on(taken, ref.number, coming)
        if not taken.run.is_waiting and not taken.held.is_claimed:
            with before_anything():
                await self.taking.finish(taken.live)  # nothing is said yet: two answers at once are told apart here

    def _admit(self, taken: Taken, action: Action, answer: Answer) -> None:
        """Raise `Refused` unless this user may answer."""
        who = action.who()
        if who is not None and not self._may(taken, who, answer):
            taken.live.held = None
            said = taken.run.evaluate(who.denied, event=dict(answer.event)) if who.denied is not None else None
            raise Refused("refused_answer", str(said or ""))

    def _may(self, taken: Taken, who: Who, answer: Answer) -> bool:
        interaction, run = taken.live.interaction, taken.run
        if who.is_invoker and context.caller(interaction)["id"] != taken.held.row.owner_id:
            return False
        if who.role is not None and not self._has_role(interaction, who.role):
            return False
        if who.check is not None and not self._pass(taken, who.check, answer):
            return False
        return who.if_ is None or bool(run.evaluate(who.if_, event=dict(answer.event)))

    def _pass(self, taken: Taken, checks: Checks, answer: Answer) -> bool:
        values = {**taken.run.context, **answer.event}
        asker = Asker(taken.live.interaction, values, self.services.directory)
        return all(holds(check, asker) for check in checks.items)

    def _has_role(self, interaction: Json, role: str) -> bool:
        member: Json = interaction.get("member") or {}
        guild_id: str = interaction.get("guild_id") or ""
        named = self.services.directory.role_named(guild_id, role[1:]) if role.startswith("@") else role
        return named is not None and named in (member.get("roles") or ())

    async def _turn_away(self, live: Live, name: str) -> None:
        live.outcome = name.replace("_", " ")
        await self.services.host.tell(live, name)
