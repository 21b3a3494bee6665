"""What happens to an interaction, from its arrival to its end.

Every one is tracked in a record, runs in a task of its own and ends in one log line. A watchdog stands outside that
task and acknowledges whatever the steps do. All failures of the steps meet in `_conclude`, and behind it is always a
friendly line to the user (`endings`), unless Discord takes none any more.
"""

import asyncio
import math
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from random import Random, SystemRandom
from types import TracebackType
from typing import Any, Final, Self

from runner.actions.action import Refused, StepFailed
from runner.compile import CompiledStep, Handler, Program
from runner.custom_ids import Outdated
from runner.engine import context
from runner.engine.acknowledger import Acknowledger, AnsweredElsewhere, Answers, Closed, Superseded, TokenExpired
from runner.engine.autocomplete import Suggester
from runner.engine.carried import Carrier, Forged, LongParams
from runner.engine.claim import Claim, LooksAfter
from runner.engine.context import Directory
from runner.engine.endings import Endings
from runner.engine.events.intake import Intake
from runner.engine.flow_door import WAITING, FlowDoor, Rebuild
from runner.engine.foresight import Obstructed
from runner.engine.guards import Who, admit
from runner.engine.lag import Lag
from runner.engine.live import Counts, Live
from runner.engine.memory import Memory
from runner.engine.observer import Ended, Observer, Subject, Watch
from runner.engine.outcomes import Untaken
from runner.engine.pacer import Pacer
from runner.engine.references import Reference, short
from runner.engine.responses import deferral
from runner.engine.rivals import Rivals
from runner.engine.routing import Routed, route
from runner.engine.schedules import DUE, LATER, LATER_RUN, RUN, Schedules
from runner.engine.speaker import Speaker
from runner.engine.steps import Run, Shared
from runner.engine.stragglers import Stragglers
from runner.engine.timers import Take
from runner.engine.unattended import Unattended
from runner.engine.watchdog import Watchdog
from runner.lifecycle import budget
from runner.lifecycle.deadline import SkewEstimate, ack_deadline, snowflake_created_at, token_deadline
from runner.lifecycle.limits import INITIAL_RESPONSE_S
from runner.lifecycle.machine import Origin
from runner.logs import Log
from runner.messages import Message
from runner.outside import Outside
from runner.rest import Rest
from runner.store.errors import StoreFailed
from runner.web import Nowhere

Json = Mapping[str, Any]  # Any: Discord's JSON

LIVE_MAX: Final = 5_000
"""How many interactions may be under way, unless an engine is given another bound."""

SEEN_MAX: Final = 10_000
"""How many interaction ids are remembered, so that one that is delivered twice is answered once."""

SKEW_EVERY_S: Final = 1.0
"""How often an arrival of no special quickness is learnt from: the estimate costs more than a lookup."""

PREPARE_AGAIN_S: Final = 5.0
"""How long until a store that was not fit for a program is tried again, in seconds."""

LATE_S: Final = 1.0
"""How old an interaction must be on arrival for its log line to say so: it leaves little time for an answer."""

_REFERENCE_BYTES: Final = 4
_SECRET_BYTES: Final = 32


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
        memory: Memory,
        now: Callable[[], float],
        log: Log,
        new_reference: Callable[[], str] = lambda: secrets.token_hex(_REFERENCE_BYTES),
        live_max: int = LIVE_MAX,
        secret: str | None = None,
        standby: LooksAfter | None = None,
        observer: Observer | None = None,
        outside: Outside | None = None,
        chance: Random | None = None,
        rebuild: Rebuild = lambda _files, _generation: None,
    ) -> None:
        """`now` gives Unix seconds; `new_reference` what ties a user's error message to the log.

        While `live_max` interactions are under way, a further one is told to come again. What custom_ids carry is
        signed with a key of `secret`, unless the program has one of its own; without any it is valid in this process
        only. `standby` is the last resort for when the loop
        stands still; with it, the loop is measured too. Both go by the machine's own time. `observer` is told what
        happens, as it does. `outside` calls other servers; without it none is called. `chance` decides what is left to
        chance; without it, the system does. `rebuild` builds the program of an earlier generation again, off the
        loop's thread.
        """
        self.program = program
        self.counts = Counts()
        self._application_id = application_id
        self._answers = answers
        self._rest = rest
        self._outside = outside or Nowhere()
        self._chance = chance or SystemRandom()
        self._directory = directory
        self._memory = memory
        self._now = now
        self._log = log
        self._live_max = live_max
        self._observer = observer
        self._secret = secret or secrets.token_hex(_SECRET_BYTES)
        self._carriers: dict[str, Carrier] = {}
        self._skew = SkewEstimate()
        self._skew_s = 0.0
        self._most_skew_s = math.inf
        self._quickest_s = math.inf
        self._learn_at = -math.inf
        self._live: dict[str, Live] = {}
        self._seen: set[str] = set()
        self._seen_in_order: deque[str] = deque()
        self._tasks = asyncio.TaskGroup()
        self._endings = Endings(self.counts, rest, log, new_reference, self.new_run)
        self._flows = FlowDoor(
            self,
            memory,
            application_id=application_id,
            answers=answers,
            rest=rest,
            directory=directory,
            now=now,
            log=log,
            rebuild=rebuild,
        )
        self._lag = Lag(self.counts, log)
        self._suggester = Suggester(directory, memory, self._outside, now, log)
        unattended = self._unattended = Unattended(self, self._endings, rest, directory, now, log, observer)
        self.schedules = Schedules(lambda: self.program, memory, unattended, now, log)
        self.events = Intake(lambda: self.program, self._tasks, self.counts, directory, log, unattended, self._flows)
        self.timers_wanted = asyncio.Event()
        if program.needs_timers:
            self.timers_wanted.set()
        self.takers: dict[str, Take] = {
            DUE: self.schedules.due,
            RUN: self.schedules.run,
            LATER: self.schedules.later_due,
            LATER_RUN: self.schedules.begin,
            WAITING: self._flows.due,
        }
        self._stragglers = Stragglers(self.counts, log)
        self._rivals = Rivals(log)
        self._standby = standby
        self._worked = 0
        self._watchdog = Watchdog(self._tasks, self.counts, log, new_reference, self._endings.report)
        self._pacer = Pacer(asyncio.get_running_loop().time, now, memory, log)
        self._idle: asyncio.Future[None] | None = None
        self._is_draining = False
        self._preparing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._loop = asyncio.get_running_loop()
        if self._standby is not None:
            self._lag.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lag.stop()
        await self._tasks.__aexit__(kind, error, trace)

    @property
    def live(self) -> tuple[Live, ...]:
        """The interactions under way."""
        return tuple(self._live.values())

    def swap(self, program: Program) -> None:
        """Answer with `program` from the next interaction on; what is under way ends on its own program."""
        self._flows.pin(self.program)
        self._flows.listen(program)
        self.program = program
        if self._observer is not None:
            self._observer.swapped(program)
        if program.needs_timers:
            self.timers_wanted.set()
        if program.needs_store:
            self._tasks.create_task(self.prepare(program))

    async def prepare(self, program: Program) -> None:
        """Make the store fit for a program, before somebody waits for that, and put what it does by the clock.

        Where that fails it is tried again until it is done, or another program has taken the place of this one.
        """
        since = self._now()
        try:
            await self._prepare(program, since)
        except StoreFailed as fault:  # who needs it meanwhile tries for itself, and tells its user
            self._log.error("store not ready", generation=program.generation, reason=str(fault))
            self._stop_preparing()
            if not self._is_draining:
                self._preparing = self._tasks.create_task(self._prepare_again(program, since))

    def _stop_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()

    async def _prepare(self, program: Program, since: float) -> None:
        await self.schedules.put(program, since)
        if program.waits:
            await self._flows.desk()

    async def _prepare_again(self, program: Program, since: float) -> None:
        while True:
            await asyncio.sleep(PREPARE_AGAIN_S)
            if self.program is not program:
                return
            with suppress(StoreFailed):  # that has been said
                await self._prepare(program, since)
                self._log.info("store ready", generation=program.generation)
                return

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
        self._watchdog.watch(live)
        task = self._tasks.create_task(self._run(live))
        task.add_done_callback(partial(self._forget, live))  # comes also if it is cancelled before its first step

    async def drain(self, within_s: float) -> None:
        """Let what is under way end; after `within_s` seconds, cut the steps that still run and tell their users."""
        await asyncio.gather(self._drain(within_s), self.events.drain(within_s))

    async def _drain(self, within_s: float) -> None:
        self._is_draining = True
        self._stop_preparing()
        self._stragglers.hurry()
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
        routed = route(self.program, interaction)
        if routed is None:
            self._log.warning("unknown interaction type", id=interaction["id"], type=interaction["type"])
            return None
        if now - self._most_skew_s >= token_deadline(interaction["id"], 0.0):  # for certain, unless the clock was set
            self.counts.late += 1
            self._log.warning(
                "interaction too late", id=interaction["id"], handler=routed.name, late_ms=round(-left_s * 1000)
            )
            return None
        # Neither end depends on what we take for the time. Discord may refuse the first response before `ack_by`; if it
        # takes one, at most the 3 s had passed on the way here, so that the token lives until `token_by` for certain.
        created = started + min(left_s, INITIAL_RESPONSE_S) - INITIAL_RESPONSE_S
        watch = self._watched(interaction, routed)
        acknowledger = Acknowledger(
            self._answers,
            self._application_id,
            interaction,
            routed.origin,
            ack_by=started + INITIAL_RESPONSE_S,
            token_by=started + budget.TOKEN_USABLE_S,
            keeps_original=routed.handler is not None and routed.handler.plan.outlives,
            claim=self._claim(interaction, routed, started - created),
            watch=watch,
        )
        live = Live(
            interaction["id"],
            interaction["type"],
            interaction,
            routed.origin,
            routed.handler,
            routed.name,
            self.program,
            acknowledger,
            started,
            created,
            self._turned_away(),
            known_as=routed.known_as,
            payload=routed.payload,
            watch=watch,
        )
        if routed.reference is not None:
            live.work = partial(self._answer, live, routed.reference)
        return live

    def _claim(self, interaction: Json, routed: Routed, age_s: float) -> Claim | None:
        """Have another thread look after an interaction, if there is one; it was created `age_s` seconds ago."""
        if self._standby is None:
            return None
        now = self._standby.now()
        claim = Claim(
            f"/interactions/{interaction['id']}/{interaction['token']}/callback",
            deferral(routed.origin, routed.deferral, routed.is_ephemeral),
            due=now + budget.STANDBY_S - age_s,
            end=now + INITIAL_RESPONSE_S,
        )
        self._standby.watch(claim)
        return claim

    def _watched(self, interaction: Json, routed: Routed) -> Watch | None:
        """Return what is to be told of an interaction, None if nobody looks."""
        if self._observer is None:
            return None
        place = interaction.get("guild_id"), interaction.get("channel_id"), context.caller(interaction)["id"]
        subject = Subject(interaction["id"], interaction["type"], routed.name, *place)
        return self._observer.watch(subject, self.program)

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

    async def _run(self, live: Live) -> None:
        """Handle one interaction to its end, whatever happens."""
        try:
            await self._conclude(live)
            self._pacer.leave(live)  # its steps are over, however long its user may have to wait for the last word
            await self._stragglers.see_through(live)
        except Superseded:
            await self._endings.supersede(live)
        except Untaken as end:
            await self._endings.leave_waiting(live, end)
        except TokenExpired as end:
            await self._endings.expire(live, end)
        except AnsweredElsewhere as end:
            live.outcome = end.outcome
            self._rivals.met(live.id, live.name)
        except Closed as end:
            live.outcome = end.outcome
            self._log.warning(end.outcome, id=live.id, handler=live.name, reference=live.reference)
        except Exception as failure:  # what is met here is a defect of the rescue: it must not end the engine
            live.outcome = "failed"
            self._log.error("rescue failed", id=live.id, reference=live.reference, exception=failure)
        if live.taken:
            await self._pacer.settle(live)
        await self.finish(live)

    async def finish(self, live: Live) -> None:
        """Take a run that has waited, and does so no more, out of the store. Raises nothing."""
        if live.held is None:
            return
        try:
            await (await self._flows.desk()).finish(live)
        except (Closed, StoreFailed) as fault:  # its timer ends it
            self._log.warning("flow not ended", id=live.id, handler=live.name, reason=str(fault))

    async def conduct(self, live: Live) -> None:
        """Do the work of a record that no interaction has started, with everything that can go wrong."""
        self._worked += 1
        live.id = f"{short(live.id)}#{self._worked}"
        self._live[live.id] = live
        try:
            await self._run(live)
        finally:
            self._gone(live)
            self._log_work(live)

    async def recover(self) -> None:
        """Take up what a process that has died has left in the middle. Raises nothing."""
        try:
            await self._flows.recover()
        except StoreFailed as fault:  # leases run out
            self._log.warning("flows not recovered", reason=str(fault))

    def holds(self, flow_id: str) -> bool:
        """Tell whether this process is acting on a run that has waited."""
        under_way = (*self._live.values(), *self._unattended.live.values())
        return any(live.held is not None and live.held.row.id == flow_id for live in under_way)

    async def tell(self, live: Live, name: str, **values: str) -> None:
        """Tell the user of an interaction a built-in sentence, privately."""
        await self._endings.say(live, name, **values)

    async def _conclude(self, live: Live) -> None:
        """Handle it, and turn what goes wrong into an end that the user sees."""
        try:
            await self._handle(live)
        except Closed:
            raise
        except Refused as refusal:
            self.counts.forged += isinstance(refusal, Forged)
            await self._endings.refuse(live, refusal)
        except Obstructed as failure:
            has_acted = live.run is not None and live.run.has_acted
            await (self._endings.rescue(live, failure) if has_acted else self._endings.refuse(live, failure.refusal))
        except Outdated:
            await self._endings.answer_unknown(live)
        except TimeoutError:
            await self._end_early(live)
        except Exception as failure:
            await self._endings.rescue(live, failure)

    async def _end_early(self, live: Live) -> None:
        """Tell the user why it is over: it has been cut, its turn has not come, or it has taken too long."""
        if live.is_cut:
            await self._endings.stop(live)
        elif live.waits_for is not None:
            await self._endings.refuse(live, live.waits_for)
        else:
            await self._endings.rescue(live, None)

    async def _handle(self, live: Live) -> None:
        if live.origin is Origin.AUTOCOMPLETE:
            await self._suggester.answer(live)
            return
        if live.handler is None and live.work is None:
            await self._endings.answer_unknown(live)
            return
        if live.turned_away is not None:
            await self._endings.turn_away(live, live.turned_away)
        elif live.is_cut:  # before its first step
            await self._endings.stop(live)
        elif live.work is not None:
            await live.work()
            await self._complete(live)
        elif live.handler is not None:
            await self._execute(live, live.handler)

    async def _answer(self, live: Live, answered: Reference) -> None:
        """Go on with a run that has waited for this."""
        try:
            desk = await self._flows.desk()
        except StoreFailed as fault:
            raise StepFailed(str(fault), sentence="store_failed") from None
        await desk.answer(live, answered)

    async def _execute(self, live: Live, handler: Handler) -> None:
        values = context.build(handler, live.program, live.interaction, self._directory, self._now())
        async with asyncio.timeout_at(live.started + handler.timeout_s) as live.scope:
            if handler.params:
                values["params"] = await self._carrier(live.program).read(handler, live.known_as, live.payload)
            who = Who(live.interaction, values, self._directory)
            live.run = self.new_run(live, handler, values, handler.plan.is_ephemeral)
            if handler.guard_reads_state:
                await live.run.read_state()
            if handler.guard is not None or handler.needs_server:
                admit(handler, who)
            if handler.pace is not None:
                live.run.foresee(handler.steps)  # who is refused for this does not wait for a turn
                await self._pacer.admit(live, handler.pace, who)
            if handler.plan.first is not None and live.acknowledger.is_unanswered:
                live.run.foresee(handler.steps)  # a refusal needs no spinner
                live.because("this handler answers so before its first step")
                await live.run.respond(handler.plan.first, Message())
            await live.run.execute(handler.steps)
            if live.run.is_waiting:
                await self.put_away(live)
        await self._complete(live)

    async def put_away(self, live: Live) -> None:
        """Put a run away where it waits. Raises what the run raises, and `Closed`."""
        try:
            desk = await self._flows.desk()
        except StoreFailed as fault:
            raise StepFailed(str(fault), sentence="store_failed") from None
        await desk.put_away(live)

    async def _complete(self, live: Live) -> None:
        """Give the answer that the steps have not given. A run that waits has seen to that."""
        if live.run is not None and live.run.is_waiting:
            live.outcome = "waiting"
            return
        if live.handler is not None:
            await self._endings.complete(live)
        if live.acknowledger.acknowledged_at is None:
            live.outcome = "in doubt"  # every attempt may have arrived, but Discord has not said that one did

    def new_run(
        self,
        live: Live,
        handler: Handler,
        values: dict[str, Any],
        is_ephemeral: bool,
        speaker: Speaker | None = None,
        shared: Shared | None = None,
    ) -> Run:
        """Make a run of a handler's steps; `shared` is what it has in common with the run that it goes on with."""
        return Run(
            live.program,
            live.interaction,
            speaker or live.acknowledger,
            values,
            self._rest,
            self._outside,
            self._chance,
            self._directory,
            self._log,
            self._memory,
            carrier=self._carrier(live.program),
            handler=handler,
            shared=shared or Shared(self._now),
            is_ephemeral=is_ephemeral,
            now=self._now,
            held_up=partial(self._held_up, live),
            watch=live.watch,
        )

    def _held_up(self, live: Live, step: CompiledStep, since: float) -> None:
        self._lag.suspect(live.name, step, since)
        self._watchdog.look(live)

    def _carrier(self, program: Program) -> Carrier:
        """Return what signs and reads the custom_ids of a program."""
        secret = program.signing_key or self._secret
        if secret not in self._carriers:
            kept = LongParams(self._memory, lambda: self.program)
            self._carriers = {secret: Carrier(secret, kept)}  # the key changes with a reload, if at all
        return self._carriers[secret]

    def _forget(self, live: Live, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            live.outcome = "cancelled"
        self._gone(live)
        self._log_line(live)

    def _gone(self, live: Live) -> None:
        for waiting in (live.watchdog, live.acknowledging, live.hand_over, live.handing_over):
            if waiting is not None:
                waiting.cancel()
        self._live.pop(live.id, None)
        live.let_go()
        if live.handler is not None and live.handler.pace is not None:
            self._pacer.leave(live)
        if self._idle is not None and not self._live and not self._idle.done():
            self._idle.set_result(None)
        if live.watch is not None:
            live.watch(Ended(live.outcome, live.reference))

    def _log_work(self, live: Live) -> None:
        self._log.info(
            "flow",
            flow=live.id.partition("#")[0],
            handler=live.name,
            outcome=live.outcome,
            total_ms=round((self._loop.time() - live.started) * 1000, 1),
            generation=live.program.generation,
            reference=live.reference,
        )

    def _log_line(self, live: Live) -> None:
        ended, acknowledged_at = self._loop.time(), live.acknowledger.acknowledged_at
        self._log.info(
            "interaction",
            id=live.id,
            type=live.kind,
            handler=live.name,
            outcome=live.outcome,
            late_ms=round((live.started - live.created) * 1000) if live.started - live.created > LATE_S else None,
            ack_ms=None if acknowledged_at is None else round((acknowledged_at - live.started) * 1000, 1),
            total_ms=round((ended - live.started) * 1000, 1),
            token_expires=round(token_deadline(live.id, 0.0)),
            generation=live.program.generation,
            reference=live.reference,
        )
