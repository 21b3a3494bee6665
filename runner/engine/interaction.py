"""What happens to an interaction, from its arrival to its end.

Every one is tracked in a record, runs in a task of its own and ends in one log line. A watchdog stands outside that
task: it is a timer of the loop, and acknowledges whatever the steps do. All failures of the steps meet in `_conclude`,
and behind it is always a friendly line to the user, unless Discord takes none any more.
"""

import asyncio
import math
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

from runner.actions.action import Refused, StepFailed
from runner.compile import CUSTOM_ID_PREFIX, MODAL_PREFIX, Handler, Program
from runner.engine import context
from runner.engine.acknowledger import Acknowledger, Answers, Closed, Rejected
from runner.engine.context import Directory
from runner.engine.guards import admit
from runner.engine.steps import Run, loggable, public_message
from runner.fields import Steps
from runner.lifecycle import budget
from runner.lifecycle.deadline import SkewEstimate, ack_deadline, snowflake_created_at, token_deadline
from runner.lifecycle.limits import INITIAL_RESPONSE_S, TOKEN_LIFETIME_S
from runner.lifecycle.machine import Event, Origin, State, watchdog_event
from runner.logs import Log
from runner.messages import Message
from runner.rest import Rest
from runner.templates import RenderError
from runner.texts import sentence

Json = Mapping[str, Any]  # Any: Discord's JSON

LIVE_MAX: Final = 5_000
"""How many interactions may be under way, unless an engine is given another bound."""

SEEN_MAX: Final = 10_000
"""How many interaction ids are remembered, so that one that is delivered twice is answered once."""

SKEW_EVERY_S: Final = 1.0
"""How often an arrival of no special quickness is learnt from: the estimate costs more than a lookup."""

_REFERENCE_BYTES: Final = 4


@dataclass(slots=True)
class Live:
    """The record of one interaction under way. Instants are of the loop's clock, in seconds."""

    id: str
    kind: int
    interaction: Json
    origin: Origin
    handler: Handler | None
    name: str
    program: Program
    acknowledger: Acknowledger
    started: float
    created: float  # by the best estimate
    turned_away: str | None  # the name of the sentence that sends it off, when there is no room for it
    outcome: str = "ok"
    reference: str | None = None
    run: Run | None = None
    watchdog: asyncio.TimerHandle | None = None
    acknowledging: asyncio.Task[None] | None = None  # what the watchdog has begun
    scope: asyncio.Timeout | None = None  # the author's steps, while they run
    is_cut: bool = False
    is_given_up: bool = False  # the watchdog has told the user that a form comes too late

    def cut(self, now: float) -> None:
        """End the author's steps, at the instant `now` of the loop. A built-in sentence is said to its end."""
        self.is_cut = True
        if self.scope is not None:
            with suppress(RuntimeError):  # they have ended
                self.scope.reschedule(now)

    @property
    def deferral(self) -> Event:
        """What to defer with."""
        return self.handler.plan.deferral if self.handler else watchdog_event(self.origin)

    @property
    def patience_s(self) -> float:
        """When the watchdog answers, as things stand, in seconds from the interaction's creation.

        While a form may still open, nobody may defer: then it waits longer, and fails politely instead.
        """
        if self.may_open:
            return budget.MODAL_BUDGET_S
        return self.handler.plan.watchdog_s if self.handler else budget.DEFER_AFTER_S

    @property
    def may_open(self) -> bool:
        """Whether a form may still open."""
        return self.run is not None and self.run.may_open


@dataclass(slots=True)
class Counts:
    """What has happened so far, for whoever wants to know."""

    received: int = 0
    duplicates: int = 0
    late: int = 0
    watchdog: int = 0


class Engine:
    """Answers interactions with a program. Use it as an asynchronous context manager: its tasks live inside."""

    def __init__(
        self,
        program: Program,
        *,
        application_id: str,
        answers: Answers,
        rest: Rest,
        directory: Directory,
        now: Callable[[], float],
        log: Log,
        new_reference: Callable[[], str] = lambda: secrets.token_hex(_REFERENCE_BYTES),
        live_max: int = LIVE_MAX,
    ) -> None:
        """`now` gives Unix seconds; `new_reference` what ties a user's error message to the log.

        While `live_max` interactions are under way, a further one is told to come again.
        """
        self.program = program
        self.counts = Counts()
        self._application_id = application_id
        self._answers = answers
        self._rest = rest
        self._directory = directory
        self._now = now
        self._log = log
        self._new_reference = new_reference
        self._live_max = live_max
        self._skew = SkewEstimate()
        self._skew_s = 0.0
        self._most_skew_s = math.inf
        self._quickest_s = math.inf
        self._learn_at = -math.inf
        self._live: dict[str, Live] = {}
        self._seen: set[str] = set()
        self._seen_in_order: deque[str] = deque()
        self._tasks = asyncio.TaskGroup()
        self._idle: asyncio.Future[None] | None = None
        self._is_draining = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    @property
    def live(self) -> tuple[Live, ...]:
        """The interactions under way."""
        return tuple(self._live.values())

    def swap(self, program: Program) -> None:
        """Answer with `program` from the next interaction on; what is under way ends on its own program."""
        self.program = program

    def observe_date(self, date_s: float, sent_at: float, received_at: float) -> None:
        """Learn from the `Date` header of an answer of Discord's how far the clocks are apart; all in Unix seconds."""
        self._learn(self._skew.with_date_header(date_s, sent_at, received_at))

    def receive(self, interaction: Json) -> None:
        """Take an interaction as Discord's gateway delivers it. Returns at once.

        A duplicate is dropped, and so is one whose token has died or whose kind is not known. One that seems to be late
        is tried all the same: our clock may be wrong, and Discord is the one to say that it has given it up.
        """
        identity: str = interaction["id"]
        self.counts.received += 1
        if identity in self._seen:
            self.counts.duplicates += 1
            return
        self._remember(identity)
        live = self._record(interaction)
        if live is None:
            return
        self._live[identity] = live
        self._arm(live, _first_look_s(live))
        task = self._tasks.create_task(self._run(live))
        task.add_done_callback(partial(self._forget, live))  # comes also if it is cancelled before its first step

    async def drain(self, within_s: float) -> None:
        """Let what is under way end; after `within_s` seconds, cut the steps that still run and tell their users."""
        self._is_draining = True
        if self._live:
            self._idle = self._loop.create_future()
            done, _ = await asyncio.wait((self._idle,), timeout=within_s)
            if not done:
                for live in self.live:
                    live.cut(self._loop.time())
                await asyncio.wait((self._idle,), timeout=budget.RESCUE_TIMEOUT_S)

    def _remember(self, identity: str) -> None:
        self._seen.add(identity)
        self._seen_in_order.append(identity)
        if len(self._seen_in_order) > SEEN_MAX:
            self._seen.discard(self._seen_in_order.popleft())

    def _record(self, interaction: Json) -> Live | None:
        now, started = self._now(), self._loop.time()
        left_s = ack_deadline(interaction["id"], self._skew_at(interaction["id"], now)) - now
        routed = self._route(interaction)
        if routed is None:
            self._log.warning("unknown interaction type", id=interaction["id"], type=interaction["type"])
            return None
        origin, handler, name = routed
        if now - self._most_skew_s >= token_deadline(interaction["id"], 0.0):  # for certain, unless the clock was set
            self.counts.late += 1
            self._log.warning("interaction too late", id=interaction["id"], handler=name, late_ms=round(-left_s * 1000))
            return None
        # Neither end depends on what we take for the time. Discord may refuse the first response before `ack_by`; if it
        # takes one, at most the 3 s had passed on the way here, so that the token lives until `token_by` for certain.
        ack_by = started + INITIAL_RESPONSE_S
        token_by = ack_by + TOKEN_LIFETIME_S - 2 * INITIAL_RESPONSE_S - budget.TOKEN_MARGIN_S
        acknowledger = Acknowledger(self._answers, self._application_id, interaction, origin, ack_by, token_by)
        return Live(
            interaction["id"],
            interaction["type"],
            interaction,
            origin,
            handler,
            name,
            self.program,
            acknowledger,
            started,
            started + min(left_s, INITIAL_RESPONSE_S) - INITIAL_RESPONSE_S,
            self._turned_away(),
        )

    def _turned_away(self) -> str | None:
        if self._is_draining:
            return "restarting"
        return "busy" if len(self._live) >= self._live_max else None

    def _skew_at(self, interaction_id: str, now: float) -> float:
        """Return our clock minus Discord's. An arrival teaches when it is quick, or the last lesson was long ago."""
        delay_s = now - snowflake_created_at(interaction_id)
        if delay_s < self._quickest_s or now >= self._learn_at:
            self._learn(self._skew.with_arrival(interaction_id, now))
            self._quickest_s, self._learn_at = delay_s, now + SKEW_EVERY_S
        return self._skew_s

    def _learn(self, skew: SkewEstimate) -> None:
        self._skew, self._skew_s, self._most_skew_s = skew, skew.skew_s, skew.most_s

    def _route(self, interaction: Json) -> tuple[Origin, Handler | None, str] | None:
        data: Json = interaction.get("data") or {}
        match interaction["type"]:
            case 2:
                name = str(data.get("name"))
                is_slash = data.get("type", 1) == 1
                return Origin.COMMAND, self.program.commands.get(name) if is_slash else None, "/" + name
            case 3:
                name = _name_in(data, CUSTOM_ID_PREFIX)
                return Origin.COMPONENT, self.program.components.get(name), name
            case 4:
                return Origin.AUTOCOMPLETE, None, "/" + str(data.get("name"))
            case 5:
                origin = Origin.MODAL_FROM_COMPONENT if interaction.get("message") else Origin.MODAL_FROM_COMMAND
                name = _name_in(data, MODAL_PREFIX)
                return origin, self._submitted(name, origin, interaction), "modal " + name
            case 1:
                return Origin.PING, None, "ping"
            case _:
                return None

    def _submitted(self, name: str, origin: Origin, interaction: Json) -> Handler | None:
        """Return what answers a submitted form; None for one of an older config, which may have asked for less."""
        modal = self.program.modals.get(name)
        if modal is None or not modal.required <= context.fields(interaction).keys():
            return None
        return modal.handlers.get(origin)

    def _arm(self, live: Live, after_s: float) -> None:
        """Set the timer that answers if nothing else has, `after_s` seconds from the interaction's creation."""
        when = live.created + after_s
        live.watchdog = self._loop.call_at(max(when, live.started), self._bark, live)

    def _bark(self, live: Live) -> None:
        if live.acknowledger.acknowledged_at is None:
            due = live.created + live.patience_s
            if self._loop.time() < due:
                self._arm(live, live.patience_s)
            else:
                live.acknowledging = self._tasks.create_task(self._acknowledge_for(live))

    async def _acknowledge_for(self, live: Live) -> None:
        is_ephemeral = live.handler.plan.is_ephemeral if live.handler else True
        try:
            if live.may_open:
                await self._give_up(live)
            elif await live.acknowledger.acknowledge(live.deferral, is_ephemeral=is_ephemeral):
                self.counts.watchdog += 1
        except Exception as failure:  # the run finds the same state and reports it; here it must not end the engine
            self._log.warning("watchdog failed", id=live.id, reason=str(failure) or type(failure).__name__)

    async def _give_up(self, live: Live) -> None:
        """Tell the user that the form comes too late, and end the run: a form can't follow a deferral.

        Nothing of the run happens any more, because the user has been asked to try again.
        """
        reference = self._new_reference()
        said = Message(content=sentence("form_too_late", reference=reference))
        if await live.acknowledger.acknowledge(Event.REPLY, said, is_ephemeral=True):
            self.counts.watchdog += 1
            live.is_given_up, live.reference, live.outcome = True, reference, "timeout"
            self._report(live, None)
            live.cut(self._loop.time())

    async def _run(self, live: Live) -> None:
        """Handle one interaction to its end, whatever happens."""
        try:
            await self._conclude(live)
        except Closed as end:
            live.outcome = end.outcome
            self._log.warning(end.outcome, id=live.id, handler=live.name, reference=live.reference)
        except Exception as failure:  # what is met here is a defect of the rescue: it must not end the engine
            live.outcome = "failed"
            self._log.error("rescue failed", id=live.id, reference=live.reference, exception=failure)

    async def _conclude(self, live: Live) -> None:
        """Handle it, and turn what goes wrong into an end that the user sees."""
        try:
            await self._handle(live)
        except Closed:
            raise
        except Refused as refusal:
            live.outcome = "refused"
            await self._tell(live, _refusal_text(refusal), sentence("refused_check"), is_ephemeral=True)
        except TimeoutError:
            await (self._stop(live) if live.is_cut else self._rescue(live, None))
        except Exception as failure:
            await self._rescue(live, failure)

    async def _handle(self, live: Live) -> None:
        if live.handler is None:
            await self._answer_unknown(live)
            return
        if live.turned_away is not None:
            live.outcome = "turned away"
            await self._tell(live, sentence(live.turned_away), is_ephemeral=True)
        elif live.is_cut:  # before its first step
            await self._stop(live)
        else:
            await self._execute(live, live.handler)

    async def _stop(self, live: Live) -> None:
        """Tell the user that the steps have been cut, unless that has been done."""
        if not live.is_given_up:
            live.outcome = "cancelled"
            await self._tell(live, sentence("restarting"), is_ephemeral=None)

    async def _execute(self, live: Live, handler: Handler) -> None:
        values = context.build(handler, live.program, live.interaction, self._directory, self._now())
        admit(handler, live.interaction, values, live.program.checks, self._directory)
        live.run = self._new_run(live, values, handler.plan.is_ephemeral)
        async with asyncio.timeout_at(live.started + handler.timeout_s) as live.scope:
            if handler.plan.first is not None and live.acknowledger.is_unanswered:
                await live.run.respond(handler.plan.first, Message())
            await live.run.execute(handler.steps)
        await self._complete(live)
        if live.acknowledger.acknowledged_at is None:
            live.outcome = "in doubt"  # every attempt may have arrived, but Discord has not said that one did

    def _new_run(self, live: Live, values: dict[str, Any], is_ephemeral: bool) -> Run:
        return Run(
            live.program,
            live.interaction,
            live.acknowledger,
            values,
            self._rest,
            self._directory,
            self._log,
            deferral=live.deferral,
            is_ephemeral=is_ephemeral,
        )

    async def _complete(self, live: Live) -> None:
        """Give an answer where the steps have given none: nobody is left with a spinner."""
        await live.acknowledger.settled()
        match live.acknowledger.state:
            case State.RECEIVED if live.origin is Origin.COMPONENT:
                await live.acknowledger.respond(Event.DEFER_UPDATE, Message(), is_ephemeral=False)
            case State.RECEIVED | State.DEFERRED_SOURCE:
                await self._tell(live, sentence("done"), is_ephemeral=True)
            case State.EXPIRED_UNACKED:  # the watchdog has learnt it, behind the steps' back
                live.acknowledger.ensure_open()
            case _:
                return

    async def _answer_unknown(self, live: Live) -> None:
        """Answer what no handler knows any more: an old button, an old form, a removed command."""
        live.outcome = "unknown"
        match live.origin:
            case Origin.COMMAND:
                await self._tell(live, sentence("unknown_command"), is_ephemeral=True)
            case Origin.COMPONENT:
                await self._tell(live, sentence("unknown_component"), is_ephemeral=True)
            case Origin.MODAL_FROM_COMMAND | Origin.MODAL_FROM_COMPONENT:
                await self._tell(live, sentence("unknown_form"), is_ephemeral=True)
            case Origin.AUTOCOMPLETE:
                await live.acknowledger.respond(Event.AUTOCOMPLETE, Message(), is_ephemeral=False)
            case Origin.PING:
                await live.acknowledger.respond(Event.PONG, Message(), is_ephemeral=False)

    async def _rescue(self, live: Live, failure: Exception | None) -> None:
        """Run `on_error` or `on_timeout`; where there is none, or it fails too, say the built-in sentence."""
        if live.is_given_up:
            return
        live.outcome = "failed" if failure else "timeout"
        live.reference = self._new_reference()
        self._report(live, failure)
        handler, run = live.handler, live.run
        steps = (handler.on_error if failure else handler.on_timeout) if handler else None
        message = public_message(failure) if failure else ""
        if steps is None or run is None or live.is_cut or not await self._rescued(live, run, steps, message):
            neutral = sentence("failed" if failure else "timeout", reference=live.reference)
            await self._tell(live, message or neutral, neutral, is_ephemeral=None)

    async def _rescued(self, live: Live, failed: Run, steps: Steps, message: str) -> bool:
        """Tell whether the author's own steps have dealt with it, so that the user has an answer."""
        run = self._new_run(live, failed.context, failed.is_ephemeral)
        step = failed.at.name if failed.at else ""
        run.context["error"] = {"reference": live.reference, "message": message, "step": step}
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S) as live.scope:
                await run.execute(steps)
        except Closed:
            raise
        except Exception as failure:  # errors in error handlers end in the built-in sentence
            self._log.warning(
                "rescue failed",
                id=live.id,
                reference=live.reference,
                reason=loggable(run.at, failure),
                exception=None if _is_expected(failure) else failure,
            )
            return False
        return live.acknowledger.state not in (State.RECEIVED, State.DEFERRED_SOURCE)

    def _report(self, live: Live, failure: Exception | None) -> None:
        at = live.run.at if live.run else None
        self._log.warning(
            "step failed" if failure else "handler timed out",
            reference=live.reference,
            handler=live.name,
            step=at.name if at else None,
            place=at.place if at else None,
            reason=loggable(at, failure) if failure else None,
            exception=failure if failure is not None and not _is_expected(failure) else None,
        )

    async def _tell(self, live: Live, text: str, neutral: str = "", *, is_ephemeral: bool | None) -> None:
        """Say a sentence to the user in whatever state this is in; a failure to do so is logged.

        `neutral` is said instead where Discord refuses `text`. Raises `Closed`, and nothing else. `is_ephemeral` None
        takes the visibility of what the user sees already, and is private when that is nothing.
        """
        acknowledger = live.acknowledger
        if is_ephemeral is None:
            is_ephemeral = acknowledger.state is not State.DEFERRED_SOURCE or acknowledger.is_ephemeral
        try:
            async with asyncio.timeout(budget.RESCUE_TIMEOUT_S):
                await self._say(acknowledger, (text, neutral), is_ephemeral)
        except Closed:
            raise
        except Exception as failure:  # nobody is left to tell
            self._log.warning("could not tell the user", id=live.id, reason=str(failure) or type(failure).__name__)

    async def _say(self, acknowledger: Acknowledger, texts: tuple[str, str], is_ephemeral: bool) -> None:
        text, neutral = texts
        try:
            await acknowledger.respond(Event.REPLY, Message(content=text), is_ephemeral=is_ephemeral)
        except Rejected:  # it came out empty, or has words that the server's AutoMod blocks
            if neutral in ("", text):
                raise
            await acknowledger.respond(Event.REPLY, Message(content=neutral), is_ephemeral=is_ephemeral)

    def _forget(self, live: Live, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            live.outcome = "cancelled"
        for waiting in (live.watchdog, live.acknowledging):
            if waiting is not None:
                waiting.cancel()
        self._live.pop(live.id, None)
        if self._idle is not None and not self._live and not self._idle.done():
            self._idle.set_result(None)
        self._log_line(live)

    def _log_line(self, live: Live) -> None:
        ended, acknowledged_at = self._loop.time(), live.acknowledger.acknowledged_at
        self._log.info(
            "interaction",
            id=live.id,
            type=live.kind,
            handler=live.name,
            outcome=live.outcome,
            ack_ms=None if acknowledged_at is None else round((acknowledged_at - live.started) * 1000, 1),
            total_ms=round((ended - live.started) * 1000, 1),
            token_expires=round(token_deadline(live.id, 0.0)),
            generation=live.program.generation,
            reference=live.reference,
        )


def _first_look_s(live: Live) -> float:
    """Return when the watchdog looks first: no path of the handler is to be answered sooner."""
    opens = live.handler is not None and live.handler.plan.may_open
    return min(live.patience_s, budget.MODAL_BUDGET_S) if opens else live.patience_s


def _name_in(data: Json, prefix: str) -> str:
    """Return the name that a custom_id carries; of one that isn't ours the whole, in brackets, which names nothing."""
    custom_id = str(data.get("custom_id"))
    return custom_id.removeprefix(prefix) if custom_id.startswith(prefix) else f"[{custom_id}]"


def _refusal_text(refusal: Refused) -> str:
    if refusal.text.strip():
        return refusal.text
    return sentence(refusal.reason, names=" and ".join(f"**{name}**" for name in refusal.names))


def _is_expected(failure: Exception) -> bool:
    """Tell whether a failure says all there is to say: a step's own, not a defect of ours."""
    return isinstance(failure, (StepFailed, RenderError, Refused, TimeoutError))
