"""How an interaction ends for its user: the result, a refusal, a friendly error, a notice, but never a spinner."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from runner.actions.action import Refused, StepFailed
from runner.compile import Handler
from runner.engine.acknowledger import Closed, Superseded, TokenExpired
from runner.engine.carried import Forged
from runner.engine.entered import NotAsked
from runner.engine.failures import error_root
from runner.engine.late import is_done_late
from runner.engine.live import Counts, Live, Words
from runner.engine.outcomes import Untaken
from runner.engine.sentences import public_message
from runner.engine.speaker import Nobody, Speaker
from runner.engine.steps import Run, Shared, is_expected, loggable
from runner.engine.stragglers import say
from runner.engine.voices import Afterwards, Answered, Voice
from runner.lifecycle import budget
from runner.lifecycle.machine import Event, Origin, State
from runner.logs import Log
from runner.messages import Message
from runner.rest import Rest

_WHY: Mapping[str, str] = {
    "refused": "a guard has refused",
    "turned away": "there is no room for one more, or the bot is about to stop",
    "cancelled": "the steps have been cut",
    "unknown": "no handler is there any more",
    "failed": "a step has failed, and nothing else has told the user",
    "timeout": "the handler's time is up, and nothing else has told the user",
}
"""Why a built-in sentence is said, by the way in which an interaction ends."""


class NewRun(Protocol):
    """Makes a run of a handler's steps."""

    def __call__(
        self,
        live: Live,
        handler: Handler,
        values: dict[str, Any],
        is_ephemeral: bool,
        speaker: Speaker | None = None,
        shared: Shared | None = None,
    ) -> Run:
        """Make one with the values that templates read, and the visibility of its answers.

        `speaker` answers for it, unless that is the interaction's own acknowledger; `shared` is what it has in common
        with the run that it comes behind.
        """
        ...


_ABOUT_THE_BOT: Final = frozenset({"refused_bot", "refused_bot_in", "refused_role_above", "refused_member_above"})
"""Refusals for what the bot itself may not do: the operator wants to know of them, and can do something about it."""


class Endings:
    """Brings the interactions of one engine to their ends."""

    def __init__(self, counts: Counts, rest: Rest, log: Log, new_reference: Callable[[], str], new_run: NewRun) -> None:
        self._counts = counts
        self._rest = rest
        self._log = log
        self._new_reference = new_reference
        self._new_run = new_run

    async def refuse(self, live: Live, refusal: Refused) -> None:
        """Tell the user, privately, what a guard has said."""
        live.outcome = "refused"
        if refusal.reason in _ABOUT_THE_BOT:
            guild = live.interaction.get("guild_id")
            self._log.warning("not permitted", handler=live.name, guild=guild, reason=str(refusal))
        elif isinstance(refusal, NotAsked):
            reason = f"{refusal.field}: {refusal.detail}"
            self._log.warning("not asked for", id=live.id, handler=live.name, reason=reason)
        elif isinstance(refusal, Forged):
            self._log.warning("forged custom_id", id=live.id, handler=live.name)
        await self._tell(live, _refusal_text(live, refusal), live.sentence("refused_check"), is_ephemeral=True)

    async def turn_away(self, live: Live, reason: str) -> None:
        """Tell the user to come again; `reason` is the name of the sentence that says so."""
        live.outcome = "turned away"
        await self._tell(live, live.sentence(reason), is_ephemeral=True)

    async def stop(self, live: Live) -> None:
        """Tell the user that the steps have been cut, unless that has been done."""
        if not await _is_given_up(live):
            live.outcome = "cancelled" if live.cut_by == "restarting" else live.cut_by
            await self._abandon(live)
            await self._tell(live, live.sentence(live.cut_by), is_ephemeral=None)

    async def expire(self, live: Live, end: TokenExpired) -> None:
        """Give what could not be said to `on_expired`; the log line and the count are there in any case."""
        live.outcome, live.reference = end.outcome, live.reference or self._new_reference()
        self._counts.expired += 1
        at = live.run.at if live.run else None
        self._log.warning(
            end.outcome,
            id=live.id,
            handler=live.name,
            step=at.name if at else None,
            place=at.place if at else None,
            reference=live.reference,
        )
        if live.handler is not None and live.run is not None and not live.is_cut:
            await self._run_late(live, live.handler, live.run, end.unsaid)

    async def _run_late(self, live: Live, handler: Handler, ended: Run, unsaid: Message | None) -> None:
        """Run the steps of `on_expired`, which speak to nobody. Raises nothing."""
        if handler.on_expired is None:
            return
        nobody = Nobody(live.origin, State.TOKEN_EXPIRED)
        run = self._new_run(live, handler, ended.context, ended.is_ephemeral, nobody)
        content = unsaid.content if unsaid else None
        run.context["late"] = {
            "reference": live.reference,
            "content": content or "",
            "step": ended.at.name if ended.at else "",
        }
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S) as live.scope:
                await run.execute(handler.on_expired)
        except Exception as failure:
            self._failed_again(live, run, failure)

    async def say(self, live: Live, name: str, **values: str) -> None:
        """Tell the user a built-in sentence, privately."""
        await self._tell(live, live.sentence(name, **values), is_ephemeral=True)

    async def supersede(self, live: Live) -> None:
        """Tell the user that somebody else has been quicker: the question is theirs."""
        live.outcome, live.held = Superseded.outcome, None
        if isinstance(live.acknowledger, Answered):
            live.acknowledger = live.acknowledger.spoken_on
        if isinstance(live.acknowledger, Afterwards):
            return  # nobody has come
        with suppress(Closed):
            await self.say(live, "question_answered")

    async def leave_waiting(self, live: Live, end: Untaken) -> None:
        """Tell the user, if it is one that has come, that the run can't be taken up now: it waits as it did."""
        live.outcome, live.held, live.reference = end.outcome, None, self._new_reference()
        self._log.warning(end.outcome, handler=live.name, reference=live.reference, reason=str(end))
        if not isinstance(live.acknowledger, Afterwards):
            with suppress(Closed):
                await self.say(live, "store_failed", reference=live.reference)

    async def complete(self, live: Live) -> None:
        """Give an answer where the steps have given none: nobody is left with a spinner."""
        await live.acknowledger.settled()
        if isinstance(live.acknowledger, Answered):
            await live.acknowledger.close()
        match live.acknowledger.state:
            case State.RECEIVED if live.origin is Origin.COMPONENT:
                live.because("the steps have ended without an answer")
                await live.acknowledger.respond(Event.DEFER_UPDATE, Message(), is_ephemeral=False)
            case State.EXPIRED_UNACKED:  # the watchdog has learnt it, behind the steps' back
                live.acknowledger.ensure_open()
            case state if state is State.RECEIVED or live.acknowledger.owes_an_end:
                await self._tell(live, live.sentence("done"), is_ephemeral=None)
            case _:
                return

    async def answer_unknown(self, live: Live) -> None:
        """Answer what no handler knows any more: an old button, an old form, a removed command."""
        live.outcome = "unknown"
        match live.origin:
            case Origin.COMMAND:
                await self._tell(live, live.sentence("unknown_command"), is_ephemeral=True)
            case Origin.COMPONENT:
                await self._tell(live, live.sentence("unknown_component"), is_ephemeral=True)
            case Origin.MODAL_FROM_COMMAND | Origin.MODAL_FROM_COMPONENT:
                await self._tell(live, live.sentence("unknown_form"), is_ephemeral=True)
            case Origin.AUTOCOMPLETE:
                await live.acknowledger.respond(Event.AUTOCOMPLETE, Message(), is_ephemeral=False)
            case Origin.PING:
                await live.acknowledger.respond(Event.PONG, Message(), is_ephemeral=False)
            case Origin.NO_INTERACTION:
                return

    async def rescue(self, live: Live, failure: Exception | None) -> None:
        """Run `on_error` or `on_timeout`; where there is none, or it fails too, say the built-in sentence."""
        if await _is_given_up(live):
            return
        live.outcome = "failed" if failure else "timeout"
        live.reference = self._new_reference()
        self.report(live, failure)
        message = public_message(failure, live.program, live.interaction)
        await self._abandon(live)
        if live.is_cut or not await self._rescued(live, failure, message):
            neutral = live.sentence(_sentence_for(failure), reference=live.reference)
            is_refused = isinstance(failure, StepFailed) and failure.refusal is not None
            await self._tell(live, message or neutral, neutral, is_ephemeral=True if is_refused else None)

    async def _abandon(self, live: Live) -> None:
        """Run what always follows steps, behind those that have been cut."""
        if live.run is None:
            return
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S):
                await live.run.abandon()
        except Closed:
            raise
        except Exception as failure:
            self._failed_again(live, live.run, failure)

    async def _rescued(self, live: Live, failure: Exception | None, message: str) -> bool:
        """Tell whether the author's own steps have dealt with it, so that the user has an answer."""
        handler, failed = live.handler, live.run
        if handler is None or failed is None:
            return False
        steps, context = failed.rescue(is_timeout=failure is None)
        steps = steps or (handler.on_timeout if failure is None else handler.on_error)
        if steps is None:
            return False
        run = self._new_run(live, handler, context, failed.is_ephemeral, shared=failed.shared_books())
        step = failed.at.name if failed.at else ""
        run.context["error"] = error_root(failure, reference=live.reference or "", message=message, step=step)
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S) as live.scope:
                await run.execute(steps)
        except Closed:
            raise
        except Exception as failure:  # errors in error handlers end in the built-in sentence
            self._failed_again(live, run, failure)
            return False
        return live.acknowledger.state is not State.RECEIVED and not live.acknowledger.owes_an_end

    def _failed_again(self, live: Live, run: Run, failure: Exception) -> None:
        self._log.warning(
            "rescue failed",
            id=live.id,
            reference=live.reference,
            reason=loggable(run.at, failure),
            exception=None if is_expected(failure) else failure,
        )

    def report(self, live: Live, failure: Exception | None = None) -> None:
        """Write the log line of a step that failed, or without a `failure` of a handler that was too slow."""
        at = live.run.at if live.run else None
        self._log.warning(
            "step failed" if failure else "handler timed out",
            reference=live.reference,
            handler=live.name,
            step=at.name if at else None,
            place=at.place if at else None,
            reason=loggable(at, failure) if failure else None,
            exception=failure if failure is not None and not is_expected(failure) else None,
        )

    async def _tell(self, live: Live, text: str, neutral: str = "", *, is_ephemeral: bool | None) -> None:
        """Say a sentence to the user in whatever state this is in; one that can't be said is kept, or logged as lost.

        `neutral` is said instead where Discord refuses `text`. Raises `Closed`, and nothing else. `is_ephemeral` None
        takes the visibility of what the user sees already, and is private when that is nothing. Where nobody waits for
        a word, nothing is said.
        """
        if live.is_nobodys:
            return
        acknowledger = live.acknowledger
        words = Words(text, neutral, is_ephemeral is not False)
        live.because(_WHY.get(live.outcome, "the steps have ended without an answer"))
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S):
                if is_ephemeral is None:
                    words = Words(text, neutral, await _is_private(acknowledger))
                await self._say(acknowledger, words)
        except Closed:
            raise
        except Exception as failure:
            live.unsaid = words
            if not acknowledger.owes_an_end:  # nobody is left to tell
                self._log.warning("could not tell the user", id=live.id, reason=str(failure) or type(failure).__name__)

    async def _say(self, voice: Voice, words: Words) -> None:
        """Say a sentence: on the token, or when that has died where the bot's own one reaches."""
        try:
            await say(voice, words)
        except TokenExpired:
            said, spoken_on = Message(content=words.text), voice.spoken_on
            if spoken_on is None or not await is_done_late(
                spoken_on, self._rest, Event.REPLY, said, is_ephemeral=words.is_ephemeral
            ):
                raise


async def _is_private(voice: Voice) -> bool:
    """Tell whether a sentence that takes the place of what its user sees is for them alone: as that is, if it is there.

    What may be there counts, for one call puts a sentence into a spinner's place, and it takes two that both arrive to
    put it beside another. Raises what the first response does that is under way.
    """
    await voice.settled()
    return voice.place_is_private is not False


async def _is_given_up(live: Live) -> bool:
    """Tell whether the watchdog has told the user that a form comes too late; what it is just saying, it ends first."""
    if live.is_giving_up and live.acknowledging is not None:
        await asyncio.wait((live.acknowledging,))
    return live.is_given_up


def _refusal_text(live: Live, refusal: Refused) -> str:
    if refusal.text.strip():
        return refusal.text
    return live.sentence(refusal.reason, **refusal.values)


def _sentence_for(failure: Exception | None) -> str:
    """Return the name of the sentence that says what went wrong; None is a handler whose time is up."""
    if failure is None:
        return "timeout"
    return failure.sentence if isinstance(failure, StepFailed) else "failed"
