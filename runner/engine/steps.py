"""Runs the steps of one handler: a stack of positions, one step at a time.

Nothing of the interpreter lives on Python's own stack between two steps, so a run can be told to go into a branch, to
go on behind it, to leave what it is in, or to be put away and resumed.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import field, replace
from functools import partial
from random import Random
from typing import Any, Final, ParamSpec, TypeVar

from runner.actions.action import (
    NOTHING,
    Action,
    Begun,
    Ending,
    FailureKind,
    Kept,
    Later,
    Leave,
    Refused,
    Repeats,
    Retry,
    StepFailed,
)
from runner.compile import CompiledStep, Flow, Foreseen, Handler, Program
from runner.config.document import PARAM_SHAPES
from runner.custom_ids import Types, Values
from runner.data import dataclass
from runner.engine.acknowledger import MaybeSaid, TokenExpired
from runner.engine.calls import CALLS_NESTED_MAX, given, taken
from runner.engine.carried import Carrier
from runner.engine.coming import CalledOff, Coming, NotAsked, TimeOver
from runner.engine.context import Directory, caller_id
from runner.engine.durable import Durable
from runner.engine.failures import error_root, refused_call
from runner.engine.foresight import Obstructed, obstacle_to
from runner.engine.frames import Asked, Frame, Strand, waiting_in
from runner.engine.guards import Who, ask
from runner.engine.hierarchy import caller_obstacle, roles_of
from runner.engine.late import is_done_late
from runner.engine.memory import Here, Remembers, to_the_end
from runner.engine.observer import (
    Because,
    Called,
    Entered,
    StepBegun,
    StepBroken,
    StepEnded,
    StepGiven,
    StepSkipped,
    Watch,
)
from runner.engine.sentences import public_message
from runner.engine.speaker import Speaker
from runner.engine.strands import Outcome, run_beside
from runner.fields import BadValue, Checks, Steps, coerce
from runner.formats import shortened
from runner.lifecycle import budget
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import AUDIT_LOG_REASON_MAX
from runner.lifecycle.machine import Event, State, resumed_event
from runner.logs import Log
from runner.messages import EmptyMessage, FileContent, Message, SentFile, edit_body, new_body, with_contents
from runner.outside import HttpAnswer, HttpCall, Outside
from runner.questions import Answer
from runner.rest import Rest, RestRefused
from runner.stored import Stored
from runner.templates import RenderError
from runner.templates.named_mentions import has_names, with_ids

Json = Mapping[str, Any]

EVERYONE: Final = "@everyone"
"""The role that every member has; its id is the server's. Source: Discord docs, Topics: Permissions."""

STEPS_MAX: Final = 20_000
"""How many steps one run may take between two waits, whatever its loops say."""

_HIDDEN: Final = "•••"  # in the place of a webhook's token

_KEY_BYTES: Final = 18  # 24 characters; Discord takes 25

YIELD_EVERY: Final = 50
"""After how many steps the run lets others have the event loop: steps that only calculate never wait for anything."""

LOCAL_ROOTS: Final = frozenset(
    {"options", "fields", "params", "vars", "values", "steps", "message", "error", "item", "loop"}
)
"""What a handler's or a flow's templates read that no flow which it runs can read."""

P = ParamSpec("P")
T = TypeVar("T")


class TimeIsUp(StepFailed):
    """A step took longer than its `timeout`; `depth` is how many frames there are with that step in the topmost."""

    def __init__(self, timeout_s: float, depth: int) -> None:
        super().__init__(f"the step took longer than its timeout of {timeout_s:g} s", kind=FailureKind.TIMEOUT)
        self.depth = depth


@dataclass(slots=True)
class Shared:
    """What the strands of a run have in common: how many questions it has asked, and those that are waited for no more.

    `now` gives Unix seconds. `durable` keeps the books, once the run has waited. `has_acted` says that anything has
    been done that a refusal would come too late for.
    """

    now: Callable[[], float]
    durable: Durable | None = None
    asked: int = 0
    has_acted: bool = False
    dropped: list[Frame] = field(default_factory=list[Frame])


class Run:
    """One run of one handler's steps; what an action sees as its `Step`."""

    __slots__ = ("_acknowledger", "_calls", "_carrier", "_coming", "_directory", "_entered", "_handler",
                 "_held_up", "_here", "_interaction", "_is_waiting", "_key", "_leave", "_left", "_left_inside",
                 "_log", "_loop", "_memory", "_now", "_outside", "_path", "_program", "_rest", "_shared",
                 "_stack", "_taken", "_wanted", "_watch", "_writes", "_written", "at", "chance",
                 "context", "is_ephemeral", "left_by")  # fmt: skip

    def __init__(
        self,
        program: Program,
        interaction: Json,
        acknowledger: Speaker,
        context: dict[str, Any],
        rest: Rest,
        outside: Outside,
        chance: Random,
        directory: Directory,
        log: Log,
        memory: Remembers,
        *,
        carrier: Carrier,
        handler: Handler,
        is_ephemeral: bool,
        held_up: Callable[[CompiledStep, float], None],
        now: Callable[[], float],
        shared: Shared,
        watch: Watch | None = None,
    ) -> None:
        """`held_up` is told of a step after which others must have the loop, and since when it was this run's.

        `now` gives Unix seconds; `watch` is told of each step.
        """
        self._program = program
        self._interaction = interaction
        self._acknowledger = acknowledger
        self._rest = rest
        self._outside = outside
        self.chance = chance
        self._directory = directory
        self._log = log
        self._carrier = carrier
        self._memory = memory
        self._now = now
        self._written: dict[str, Any] = {}
        self._here = Here(interaction.get("guild_id"), interaction.get("channel_id"), caller_id(interaction))
        self._handler = handler
        self._held_up = held_up
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self._stack: list[Frame] = []
        self._entered: tuple[Steps, Kept | None] | None = None
        self._leave: Leave | None = None
        self._taken = 0
        self._shared = shared
        self._coming: tuple[int, Coming] | None = None
        self._wanted: tuple[Kept, float | None] | None = None
        self._is_waiting = False
        self._path = ""
        self._key: str | None = None
        self._writes = 0
        self._calls: list[int] = []  # for each flow under way, how many frames are below its own
        self._left: list[tuple[Flow, dict[str, Any]]] = []
        self._left_inside: list[tuple[Flow, dict[str, Any]]] = []
        self.context: dict[str, Any] = context
        self.is_ephemeral = is_ephemeral
        self.left_by: Leave | None = None
        self.at: CompiledStep | None = None

    @property
    def may_open(self) -> bool:
        """Whether the step under way, or one that may follow it, opens a form: the first response is left to it."""
        if not self._stack or self.at is None:
            return False
        to_come = (frame.steps.items[frame.index - (frame.kept is not None) :] for frame in self._stack)
        return self.at.may_open or any(step.may_open for steps in to_come for step in steps)

    @property
    def stack(self) -> list[Frame]:
        """Where it stands."""
        return self._stack

    @property
    def is_waiting(self) -> bool:
        """Whether it has come as far as it can, and waits for something."""
        return bool(self._stack) and self._is_waiting

    async def execute(self, steps: Steps) -> None:
        """Run `steps` to their end, until they are left, or wait. Raises what the failing step raised."""
        self._stack.append(Frame(steps))
        if self._watch is not None:
            self._watch(Entered(steps))
        await self.go_on()

    def take_up(self, stack: list[Frame]) -> None:
        """Stand where another run has stood when it was put away."""
        self._stack = stack
        self._calls = [depth for depth, frame in enumerate(stack, 1) if frame.scope is not None]
        self._is_waiting = True
        self._bind_names()

    @property
    def has_acted(self) -> bool:
        """Whether anything has been done that a refusal would come too late for."""
        return self._shared.has_acted

    @property
    def asked(self) -> int:
        """How many questions it has asked."""
        return self._shared.asked

    def shared_books(self) -> Shared:
        """Return what another run of steps has in common with this one, that comes behind it: the books."""
        return Shared(self._shared.now, self._shared.durable)

    def ask_again(self) -> None:
        """Ask anew what it waits for, as a new question."""
        for frame in waiting_in(self._stack):
            waits = frame.at.waits
            self._shared.asked += 1
            until = None if waits is None or waits.timeout_s is None else self._shared.now() + waits.timeout_s
            action = frame.at.action if frame.at.render is None else frame.at.render(self.context)
            frame.asked = Asked(self._shared.asked, until, action=action)

    def speak_through(self, voice: Speaker) -> None:
        """Answer through `voice` from now on."""
        self._acknowledger = voice

    def keep_for(self, here: Here) -> None:
        """Read and write what is kept for this place and this user: those of whoever started the run."""
        self._here = here

    def act_for(self, interaction: Json) -> None:
        """Ask guards of whoever started this interaction from now on."""
        self._interaction = interaction

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._stack, self._is_waiting = [], False

    def take_dropped(self) -> list[Frame]:
        """Return the questions of strands that others have ended, once."""
        dropped, self._shared.dropped = self._shared.dropped, []
        return dropped

    def expired(self, flow: str) -> tuple[Steps | None, dict[str, Any]]:
        """Return what a flow that has been left says for when it expires, and its context."""
        for left, context in self._left:
            if left.name == flow:
                return left.on_expired, context
        return None, self.context

    async def claim(self) -> None:
        """Make sure that nobody else acts on what this run was taken up with. Raises `Superseded`."""
        if self._shared.durable is not None:
            await self._shared.durable.claim()

    async def go_on_with(self, number: int, coming: Coming) -> None:
        """Go on from the question of that number, with what has come. Raises what the failing step raised."""
        self._coming = (number, coming)
        await self.go_on()

    async def abandon(self) -> None:
        """Leave for good the steps that have been cut. What always follows them is run, and raises what it raises."""
        for frame in self._stack:
            for strand in (frame.strands or {}).values():
                if strand is not None:
                    await self._strand(strand).abandon()
            frame.strands = None
        self._unwind(Leave(Ending.STOP))
        await self.go_on()

    def rescue(self, *, is_timeout: bool) -> tuple[Steps | None, dict[str, Any]]:
        """Return what the innermost flow that has been left says for a failure or a timeout, and its context.

        Where none says anything it is None, and the handler's context.
        """
        for flow, context in self._left:
            steps = flow.on_timeout if is_timeout else flow.on_error
            if steps is not None:
                return steps, context
        return None, self.context

    async def go_on(self) -> None:
        """Take steps until there are none left. Raises what the failing step raised."""
        self._is_waiting = False
        held_from = self._loop.time()
        while self._stack and not self._is_waiting:
            if self._loop.time() - held_from > budget.HOLD_MAX_S and self.at is not None:
                self._held_up(self.at, held_from)
                await asyncio.sleep(0)
                held_from = self._loop.time()
            try:
                await self._advance()
            except TimeIsUp as failure:
                self._leave = Leave(Ending.FAIL, failure, depth=failure.depth)
                self._tell_broken(failure)
            except Obstructed as failure:
                self._leave = Leave(Ending.FAIL, failure, depth=len(self._stack) - 1 if failure.is_ahead else None)
                self._tell_broken(failure)
            except (StepFailed, RenderError, Refused) as failure:
                self._leave = Leave(Ending.FAIL, failure)
                self._tell_broken(failure)
            if self._leave is not None:
                self._unwind(self._leave)
            elif self._entered is not None:
                self._push(*self._entered)

    def _tell_broken(self, failure: Exception) -> None:
        if self._watch is not None:
            frame = self._stack[-1]
            self._watch(StepBroken(frame.steps.address, frame.index - 1, str(failure) or type(failure).__name__))

    async def _advance(self) -> None:
        """Take one step: the next one of the topmost steps, or, behind their end, on in those around them."""
        frame = self._stack[-1]
        if frame.strands is not None:
            self.at = frame.at
            await self._beside(frame)
        elif frame.kept is not None:
            await (self._again(frame) if self._coming is None else self._come(frame, *self._coming))
        elif frame.has_ended:
            self._stack.pop()
            self._bind_names()
        else:
            frame.index += 1
            await self._step(frame)

    async def _step(self, frame: Frame) -> None:
        step = self.at = frame.at
        frame.deadline = self._key = None
        self._writes = 0
        if self._watch is not None:
            self._watch(StepBegun(frame.steps.address, frame.index - 1, step))
        await self._spend()
        self._foresee(step.ahead, is_ahead=True)
        if step.reads_state:
            await self.read_state()
        if step.when is not None and not step.when(self.context):
            self._keep(step, None)
            if self._watch is not None:
                self._watch(StepSkipped(frame.steps.address, frame.index - 1))
            return
        self._foresee(step.own)
        if step.is_slow:
            await self._acknowledged_before(frame)
        await (self._do(frame) if step.retry is None else self._retry(frame, step.retry))

    def foresee(self, steps: Steps) -> None:
        """Raise `Obstructed` if something that these steps certainly need is known to be missing."""
        if steps.items:
            self._foresee(steps.items[0].ahead)

    def _foresee(self, foreseen: Foreseen | None, *, is_ahead: bool = False) -> None:
        """Raise it; what is needed `is_ahead` is no failure of the step under way, which could catch it."""
        if foreseen is not None and (obstacle := obstacle_to(foreseen, self._who)) is not None:
            obstacle.is_ahead = is_ahead
            raise obstacle

    async def _spend(self) -> None:
        """Count a step, against loops that go on and on."""
        self._taken += 1
        if self._taken > STEPS_MAX:
            raise StepFailed(f"this took more than {STEPS_MAX} steps")
        if self._taken % YIELD_EVERY == 0:
            await asyncio.sleep(0)

    async def _do(self, frame: Frame, attempt: int = 1) -> None:
        step, durable = frame.at, self._shared.durable
        if step.timeout_s is not None:
            frame.deadline = self._loop.time() + step.timeout_s
        action = step.action if step.render is None else step.render(self.context)
        if self._watch is not None:
            self._watch(StepGiven(frame.steps.address, frame.index - 1, action))
        if durable is None or action.means_twice() is Repeats.FREE:
            outputs = await self._in_time(action.run, self)
        else:
            outputs = await durable.once(self._position, attempt, step, lambda: self._in_time(action.run, self))
        self._done(frame, outputs)
        self._waits_next(frame, action)

    async def _again(self, frame: Frame) -> None:
        """Go on with a step behind the steps inside of it."""
        step = self.at = frame.at
        kept, frame.kept = frame.kept or {}, None
        self._done(frame, await self._in_time(step.action.again, self, kept))
        self._bind_names()

    async def _come(self, frame: Frame, number: int, coming: Coming) -> None:
        """Go on with a step that waits, or with the one of its strands that does."""
        step = self.at = frame.at
        self._coming, kept, frame.kept, frame.asked = None, frame.kept or {}, None, None
        if step.reads_state:
            await self.read_state()
        action = step.action if step.render is None else step.render(self.context)
        match coming:
            case Answer():
                self._done(frame, await self._in_time(action.answered, self, kept, coming))
            case TimeOver():
                self._done(frame, await action.timed_out(self, kept))
            case CalledOff():
                self._done(frame, await action.cancelled(self, kept))
            case NotAsked(failure):
                raise failure
        self._waits_next(frame, action)

    def _waits_next(self, frame: Frame, action: Action) -> None:
        """Stop here if the step has asked something, until an answer comes."""
        if self._wanted is None:
            return
        (kept, timeout_s), self._wanted = self._wanted, None
        frame.kept, self._is_waiting = kept, True
        self._shared.asked += 1
        until = None if timeout_s is None else self._shared.now() + timeout_s
        frame.asked = Asked(self._shared.asked, until, action=action)

    async def _retry(self, frame: Frame, retry: Retry) -> None:
        for attempt in range(1, retry.attempts):
            try:
                return await self._do(frame, attempt)
            except StepFailed as failure:
                if isinstance(failure, TimeIsUp) and failure.depth < len(self._stack):
                    raise
                reason = loggable(frame.at, failure)
                self._log.info("step tried again", step=frame.at.name, place=frame.at.place, reason=reason)
            frame.deadline = None
            await self._in_time(asyncio.sleep, retry.delay_s(attempt))
        return await self._do(frame, retry.attempts)

    async def _in_time(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it before the time of every step around it is up. Raises `TimeIsUp`."""
        limits = [(frame.deadline, depth) for depth, frame in enumerate(self._stack, 1) if frame.deadline is not None]
        if not limits:
            return await work(*args, **kwargs)
        deadline, depth = min(limits)
        is_over = TimeIsUp(self._stack[depth - 1].at.timeout_s or 0.0, depth)
        if self._loop.time() >= deadline:  # a step that waits for nothing would not notice
            raise is_over
        scope = asyncio.timeout_at(deadline)
        try:
            async with scope:
                return await work(*args, **kwargs)
        except TimeoutError:
            if scope.expired():
                raise is_over from None
            raise

    def _push(self, steps: Steps, kept: Kept | None) -> None:
        self._entered, frame = None, self._stack[-1]
        frame.kept = kept
        if frame.at.flow is not None and kept is not None:
            expires_s = self._program.flows[frame.at.flow].expires_s
            frame.kept = {} if expires_s is None else {"until": self._shared.now() + expires_s}
            frame.scope = self.context
            shared: dict[str, Any] = {name: value for name, value in self.context.items() if name not in LOCAL_ROOTS}
            self.context = {**shared, **kept, "vars": self._program.variables, "steps": {}}
            self._calls.append(len(self._stack))
        self._stack.append(Frame(steps))
        if self._watch is not None:
            self._watch(Entered(steps))
        self._bind_names()

    def _bind_names(self) -> None:
        """Let templates read what the loops around the next step say."""
        for frame in self._stack[self._calls[-1] if self._calls else 0 :]:
            if frame.kept is not None:
                self.context.update(frame.at.action.names(frame.kept))

    def _unwind(self, leave: Leave) -> None:
        """Leave the steps under way, as far as nothing catches or ends that; raises what nothing has caught."""
        self._leave = self._entered = None
        if self._stack:
            self._left, self._left_inside = [*self._left_inside, *self._flows_under_way()], []
        if leave.depth is not None:
            for frame in self._stack[leave.depth - 1 :]:
                frame.deadline = None  # what always follows them has time of its own
        left: Steps | None = None
        while self._stack:
            if self._stack[-1].index and self._holds_up(self._stack[-1], left, leave):
                return
            left = self._stack.pop().steps
        self.left_by, failure = leave, leave.failure
        if failure is not None:
            try:
                raise failure
            finally:
                del failure, leave  # its traceback knows this frame

    def _flows_under_way(self) -> list[tuple[Flow, dict[str, Any]]]:
        """Return the flows that the step under way stands in, the innermost first, each with its context."""
        found: list[tuple[Flow, dict[str, Any]]] = []
        context = self.context
        for frame in reversed(self._stack):
            if frame.scope is not None and frame.at.flow is not None:
                found.append((self._program.flows[frame.at.flow], context))
                context = frame.scope
        return found

    def _holds_up(self, frame: Frame, left: Steps | None, leave: Leave) -> bool:
        """Tell whether the step under way keeps what is `left` inside of it from leaving it, too."""
        step, kept, frame.kept, frame.strands = frame.at, frame.kept, None, None
        failure = self._catchable(step, left, leave)
        if failure is not None and step.catch is not None:
            if frame.scope is not None:  # it has failed in a flow, whose names are not those of this `catch`
                self.come_back({}, leave)
            self._caught(step, failure, step if leave.depth else self.at or step)
            self._push(step.catch, None if step.ending is None else kept)
        elif kept is None or not step.action.unwound(self, kept, leave):
            return False
        elif self._entered is not None:
            self._push(*self._entered)
        return True

    def _catchable(self, step: CompiledStep, left: Steps | None, leave: Leave) -> Exception | None:
        """Return the failure that a step's `catch` would catch: it is none of a guard, nor of the `catch` itself."""
        is_inside = leave.depth is not None and len(self._stack) > leave.depth
        is_behind = left is not None and (left is step.catch or left is step.ending)
        is_failure = isinstance(leave.failure, (StepFailed, RenderError))
        return leave.failure if is_failure and not is_inside and not is_behind else None

    def _caught(self, step: CompiledStep, failure: Exception, failed: CompiledStep) -> None:
        self._keep(step, None)
        message = public_message(failure, self._program, self._interaction)
        self.context["error"] = error_root(failure, reference="", message=message, step=failed.name)
        self._log.info("step caught", step=failed.name, place=failed.place, reason=loggable(failed, failure))

    def _keep(self, step: CompiledStep, outputs: Mapping[str, object] | None) -> None:
        if step.id is not None:
            self.context.setdefault("steps", {})[step.id] = outputs

    def _done(self, frame: Frame, outputs: Mapping[str, object] | None) -> None:
        self._keep(frame.at, outputs)
        if self._watch is not None:
            self._watch(StepEnded(frame.steps.address, frame.index - 1, outputs))

    async def _acknowledged_before(self, frame: Frame) -> None:
        """Acknowledge before a step that leaves the process, with the visibility of the answer that follows it.

        Raises `Closed` where the user has been told already that nothing happened: then nothing should.
        """
        if self._acknowledger.is_unanswered:
            await self.claim()
            step, address = frame.at, f"{frame.steps.address}/{frame.index - 1}"
            is_ephemeral = self._handler.defer_before.get(address, self.is_ephemeral)
            is_answer = self._shared.durable is not None
            deferral = resumed_event(self._acknowledger.origin) if is_answer else self._handler.plan.deferral
            if self._watch is not None:
                self._watch(Because(f"`{step.name}` at {step.place} may take longer than Discord waits"))
            await self._acknowledger.respond(deferral, Message(), is_ephemeral=is_ephemeral)
        elif self._acknowledger.state is State.EXPIRED_UNACKED:
            self._acknowledger.ensure_open()

    @property
    def is_read(self) -> bool:
        """Whether the step under way has an `id`, by which later ones can read what it gives."""
        return self.at is not None and self.at.id is not None

    @property
    def key(self) -> str:
        """What stands for this step of this run and no other; the same when it is repeated."""
        if self._key is None:
            durable = self._shared.durable
            self._key = durable.key(self._position) if durable else secrets.token_urlsafe(_KEY_BYTES)
        return self._key

    @property
    def _position(self) -> str:
        """Where the run stands, as text: the same whenever it comes here again behind the same wait."""
        places = [
            f"{frame.steps.address}/{frame.index - 1}@{(frame.kept or {}).get('at', '')}" for frame in self._stack
        ]
        return "|".join([self._path, *places])

    @property
    def channel_id(self) -> str | None:
        """The channel in which the run was started: a question may have been answered in another one."""
        found: str | None = self._here.channel_id or self._interaction.get("channel_id")
        return found

    @property
    def guild_id(self) -> str | None:
        """The server in which it was started; None in a direct message."""
        found: str | None = self._interaction.get("guild_id")
        return found

    @property
    def user_id(self) -> str | None:
        """Whoever has started the interaction; None where nobody has."""
        return caller_id(self._interaction)

    @property
    def now(self) -> float:
        """The time, in Unix seconds."""
        return self._now()

    @property
    def _who(self) -> Who:
        return Who(self._interaction, self.context, self._directory)

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool | None = None) -> None:
        """Answer through the acknowledger, with the handler's visibility unless something nearer says its own."""
        await self.claim()
        if is_ephemeral is None:
            is_ephemeral = self.is_ephemeral if message.is_ephemeral is None else message.is_ephemeral
        if event is Event.DEFER:
            self.is_ephemeral = is_ephemeral  # the answers to come take the spinner's place
            if self._acknowledger.state in (State.DEFERRED_SOURCE, State.DEFERRED_UPDATE):
                return  # the watchdog was faster
        else:
            self._shared.has_acted = True
        self._because_of_the_step()
        message = await self.completed(message)
        if self._shared.durable is not None:
            message = replace(message, key=self.key)
        try:
            await self._acknowledger.respond(event, message, is_ephemeral=is_ephemeral)
        except MaybeSaid as doubt:  # to say it again, or that it failed, may be wrong: what is certain is for the log
            self._log.warning("answer in doubt", id=self._interaction["id"], reason=str(doubt))
        except TokenExpired as end:
            spoken_on = self._acknowledger.spoken_on
            if spoken_on is None or not await is_done_late(
                spoken_on, self._rest, event, message, is_ephemeral=is_ephemeral
            ):
                end.unsaid = message
                raise

    def _because_of_the_step(self) -> None:
        if self._watch is not None and self.at is not None:
            self._watch(Because(f"`{self.at.name}` at {self.at.place} says so"))

    async def open_modal(self, name: str, given: Mapping[str, object]) -> None:
        """Open a form, rendered with what templates read here and with what it is given."""
        self._shared.has_acted = True
        await self.claim()
        modal = self._program.modals[name]
        body = modal.render(self.context, _typed(modal.params, given))
        opened = Message(modal=body, is_unsigned=bool(modal.params))
        message = await self._carrier.signed(opened) if modal.params else opened
        self._because_of_the_step()
        await self._acknowledger.respond(Event.MODAL, message, is_ephemeral=self.is_ephemeral)

    async def rest(
        self, method: str, route: str, json: object = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Call Discord with the bot's own token. Any: Discord's JSON."""
        await self.claim()
        if method != "GET":
            self._shared.has_acted = True
        noted = shortened(reason, AUDIT_LOG_REASON_MAX) if reason else None
        shown = {name: _HIDDEN if name.endswith("_token") else part for name, part in parts.items()}
        try:
            answer = await self._rest.request(method, route, json, reason=noted, **parts)
        except RestRefused as refused:
            self._tell_called(method, route.format_map(shown), refused)
            action = self.at.action if self.at else None
            needs = action.asks() or action.needs if action else Permissions(0)
            has_targets = bool(action and action.targets)
            raise refused_call(refused, needs, parts.get("channel_id"), self._who, has_targets=has_targets) from None
        self._tell_called(method, route.format_map(shown), None)
        return answer

    async def call_outside(self, asked: HttpCall) -> HttpAnswer:
        """Call another server than Discord's, as far as the config allows it."""
        await self.claim()
        if asked.method not in ("GET", "HEAD"):
            self._shared.has_acted = True
        return await self._outside.call(asked, self._program.hosts)

    def _tell_called(self, method: str, path: str, refusal: RestRefused | None) -> None:
        if self._watch is not None:
            place = self._stack[-1].steps.address, self._stack[-1].index - 1
            said = () if refusal is None else (refusal.status, refusal.code)
            self._watch(Called(*place, method, path, *said))

    async def rest_message(
        self,
        method: str,
        route: str,
        message: Message,
        beside: Mapping[str, object] = NOTHING,
        *,
        under: str = "",
        reason: str | None = None,
        **parts: str,
    ) -> Any:
        """Call Discord with a message as the body. Any: Discord's JSON."""
        message = await self.completed(message)
        try:
            body = edit_body(message) if method == "PATCH" else new_body(message)
        except EmptyMessage:
            reason = "there was nothing in the message that Discord would show"
            raise StepFailed(reason, kind=FailureKind.INVALID) from None
        said = {**({under: body} if under else body), **beside}
        return await self.rest(method, route, with_contents(said, message), reason=reason, **parts)

    async def completed(self, message: Message) -> Message:
        """Return a message with its names found, its custom_ids written, its files at hand. Raises `StepFailed`."""
        if message.encoded is None and has_names(message):
            found, guild = self._directory, self.guild_id or ""
            message = with_ids(message, partial(found.role_named, guild), partial(found.channel_named, guild))
        if message.files:
            from runner.engine.files import fetched  # most bots send none

            message = await fetched(message, self._interaction, self.context, self._rest)
        return await self._carrier.signed(message) if message.is_unsigned else message

    async def content_of(self, file: FileContent | SentFile, most: int) -> bytes:
        """Return what is in a file of the config's, or of a user's."""
        from runner.engine.files import content_of  # few bots look into any

        return await content_of(file, most, self._interaction, self.context, self._rest)

    async def read_state(self) -> None:
        """Read the values of the state that the handler's templates read, unless that has been done: in one query.

        What a step of this run has written is what it has written, whoever has written since.
        """
        if self._handler.state and "state" not in self.context:
            unknown = [name for name in self._handler.state if name not in self._written]
            read = await self._memory.read_own(self._program, self._here, unknown) if unknown else {}
            self.context["state"] = {**read, **self._written}

    async def write(self, unit: Callable[[Stored], T]) -> T:
        """Run a function on what the bot keeps; templates of later steps read what it has written."""
        self._shared.has_acted = True
        durable = self._shared.durable
        if durable is None:
            written = await self._memory.write(self._program, self._here, unit)
        else:
            self._writes += 1
            written = await durable.write(f"{self._position}#{self._writes}", unit)
        self._written.update(written.own)
        if "state" in self.context:
            self.context["state"] = {**self.context["state"], **written.own}
        value: T = written.value
        return value

    async def read(self, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps."""
        return await self._memory.read(self._program, self._here, unit)

    async def atomically(self, steps: Steps) -> None:
        """Run steps in one transaction of the store. What they have set is seen behind it, if they have not failed."""
        durable = self._shared.durable
        if durable is not None:
            self._behind(await durable.atomically(self._position, lambda memory: self._alone(steps, memory).done()))
            return
        done = await self._memory.atomically(self._program, partial(self._alone, steps))
        self.context, self._written, self.at = done.context, done._written, done.at
        if done.left_by is not None:
            self._left_inside, self._leave = done._left, done.left_by

    def done(self) -> Json:
        """Return what the run has come to, as JSON can say it: what it has set, and how it was left."""
        left = None if self.left_by is None else [self.left_by.ending.value, self.left_by.value]
        seen = {name: self.context[name] for name in ("steps", "vars", "error") if name in self.context}
        if "vars" in seen:
            declared = self._program.variables
            seen["vars"] = {n: v for n, v in seen["vars"].items() if n not in declared or declared[n] is not v}
        return {"seen": seen, "written": self._written, "left": left}

    def _behind(self, done: Json) -> None:
        """Go on behind steps of which `done` says what they have come to."""
        self.context.update(done["seen"])
        if "vars" in done["seen"]:
            self.context["vars"] = {**self._program.variables, **done["seen"]["vars"]}
        self._written.update(done["written"])
        if "state" in self.context:
            self.context["state"] = {**self.context["state"], **done["written"]}
        if done["left"] is not None:
            ending, value = done["left"]
            self._leave = Leave(Ending(ending), value=value)

    def _alone(self, steps: Steps, memory: Remembers) -> "Run":
        """Run steps to their end, here and now: it may be on another thread, and it may be for the second time."""
        strand = self._strand(self._begun(steps))
        strand._memory, strand._shared = memory, replace(self._shared, durable=None)
        strand._held_up = _nobody_is_held_up
        strand._written = dict(self._written)
        strand.context = {**self.context, "steps": dict(self.context.get("steps") or {})}
        try:
            to_the_end(strand.go_on())
        except Exception:
            self.at = strand.at  # for the log
            raise
        return strand

    async def begin_later(self, later: Later) -> Begun:
        """Have a flow begun later."""
        if (durable := self._shared.durable) is not None:
            return await durable.begin_later(self._position, later, self._interaction)
        return await self._memory.begin_later(self._program, later, self._interaction)

    async def cancel_later(self, key: str) -> bool:
        """Have a flow not begun after all."""
        if (durable := self._shared.durable) is not None:
            return await durable.cancel_later(self._position, key, self._interaction)
        return await self._memory.cancel_later(self._program, key, self._interaction)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def channel(self, named: str) -> str:
        """Return the id of a channel given by id or as `#name`."""
        if not named.startswith("#"):
            return named
        found = self._directory.channel_named(self.guild_id or "", named[1:])
        if found is None:
            raise StepFailed("there is no channel of that name in this server", kind=FailureKind.UNKNOWN_CHANNEL)
        return found

    def sticker(self, named: str) -> str:
        """Return the id of a sticker given by id or by its name."""
        found = named if named.isdecimal() else self._directory.sticker_named(self.guild_id or "", named)
        if found is None:
            raise StepFailed("there is no sticker of that name in this server", kind=FailureKind.NOT_FOUND)
        return found

    def role(self, named: str) -> str:
        """Return the id of a role given by id or as `@name`."""
        if not named.startswith("@"):
            return named
        if named == EVERYONE:
            return self.guild_id or ""
        found = self._directory.role_named(self.guild_id or "", named[1:])
        if found is None:
            raise StepFailed("there is no role of that name in this server", kind=FailureKind.UNKNOWN_ROLE)
        return found

    async def roles_of(self, user_id: str) -> Sequence[str]:
        """Return the ids of a member's roles: as the interaction tells them, else as Discord does."""
        known = roles_of(user_id, self._interaction)
        if known is not None:
            return known
        route = "/guilds/{guild_id}/members/{user_id}"
        member = await self.rest("GET", route, guild_id=self.guild_id or "", user_id=user_id)
        return tuple(member["roles"])

    async def ensure_below(self, user_id: str) -> None:
        """Raise `StepFailed` unless the caller stands above a member, or the user is none."""
        try:
            roles = await self.roles_of(user_id)
        except StepFailed as failure:
            if failure.kind not in (FailureKind.UNKNOWN_MEMBER, FailureKind.UNKNOWN_USER):
                raise
            return
        if (refusal := caller_obstacle(user_id, roles, self._interaction, self._directory)) is not None:
            raise Obstructed(refusal)

    def require(self, checks: Checks, denied: str) -> None:
        """Raise `Refused` unless all of the checks pass."""
        ask(checks, self._who, denied)

    def set_variable(self, name: str, value: object) -> None:
        """Make `vars.<name>` visible to the steps that follow, in this run alone."""
        known = self.context.get("vars") or self._program.variables
        self.context["vars"] = {**known, name: value}

    def enter(self, steps: Steps, kept: Kept | None = None) -> None:
        """Run `steps` next, then go on behind the step under way; with `kept`, by its action's `again`."""
        self._entered = (steps, kept)

    def together(self, named: Mapping[str, Steps], *, is_any: bool) -> None:
        """Run several runs of steps beside each other, and go on behind them with the name of the first that ended."""
        frame = self._stack[-1]
        frame.kept = {"is_any": is_any, "first": ""}
        frame.strands = {name: self._begun(steps) for name, steps in named.items()}

    async def _beside(self, frame: Frame) -> None:
        """Run the strands of a step as far as they go, or, where something has come, the one that it has come for."""
        kept, strands = frame.kept or {}, frame.strands or {}
        under_way = {name: strand for name, strand in strands.items() if strand is not None}
        if self._coming is not None:
            number = self._coming[0]
            under_way = {name: each for name, each in under_way.items() if _asks(each, number)}
        runs = {name: self._strand(strand) for name, strand in under_way.items()}
        self._coming = None
        try:
            outcome = await self._in_time(run_beside, runs, is_any=kept["is_any"])
        except TimeIsUp:
            for run in runs.values():
                await run.abandon()
            raise
        for name, run in runs.items():
            strands[name] = Strand(run.stack, run.context) if run.is_waiting else None
        kept["first"] = kept["first"] or outcome.first or ""
        is_over = bool(outcome.left or outcome.failures or (kept["is_any"] and kept["first"]))
        if not is_over and any(strands.values()):
            self._is_waiting = True
            return
        self._shared.dropped += [each for strand in strands.values() if strand for each in waiting_in(strand.stack)]
        frame.strands = frame.kept = None
        self._take_over(outcome, runs)
        self._done(frame, {"first": kept["first"]})

    def _take_over(self, outcome: Outcome, runs: "Mapping[str, Run]") -> None:
        """Leave what one of the strands has left; raises what one of them has raised."""
        if outcome.left is not None:
            left = runs[outcome.left]
            self.at, self._left_inside, self._leave = left.at, left._left, left.left_by
        if outcome.failures:
            self._leave, failure = None, outcome.failures[0]
            raise StepFailed(failure.detail) if isinstance(failure, TimeIsUp) else failure

    def _begun(self, steps: Steps) -> Strand:
        if self._watch is not None:
            self._watch(Entered(steps))
        return Strand([Frame(steps)], self.context)

    def _strand(self, strand: Strand) -> "Run":
        run = copy(self)
        run._left, run.left_by, run.context, run._path = [], None, strand.context, self._position
        run.take_up(strand.stack)
        return run

    def call(self, flow: str, values: Mapping[str, object]) -> None:
        """Run a flow next, with values for its parameters, in a context of its own."""
        called = self._program.flows[flow]
        params = taken(called, values)
        if len(self._calls) == CALLS_NESTED_MAX:
            raise StepFailed(f"{CALLS_NESTED_MAX} flows run inside of each other, and that is as many as can be")
        self._entered = (called.steps, {"params": params})

    def come_back(self, kept: Kept, leave: Leave | None) -> bool:
        """Leave a flow, and keep what it returned as the step's result."""
        frame = self._stack[-1]
        step, scope, frame.scope = frame.at, frame.scope or {}, None
        if "state" in self.context:
            scope["state"] = self.context["state"]  # what the flow has written is seen behind it
        self.context = scope
        self._calls.pop()
        if leave is None or leave.ending is not Ending.RETURN:
            return False
        self._keep(step, {"result": given(self._program.flows[step.flow or ""], leave.value)})
        return True

    def wait(self, kept: Kept, timeout_s: float | None = None) -> None:
        """Put the run away after this step."""
        self._wanted = (kept, timeout_s)

    def leave(self, leave: Leave) -> None:
        """Leave the steps under way after this one."""
        self._leave = leave

    def evaluate(self, late: object, **names: object) -> Any:
        """Return what a field that is declared `late` gives now, with these names besides. Any: a template's value."""
        return late({**self.context, **names}) if callable(late) else late

    def log(self, level: str, message: str) -> None:
        """Write the author's line to the operator's log."""
        getattr(self._log, level)("step", message=message)


def _typed(types: Types, given: Mapping[str, object]) -> Values:
    """Return parameters in the types that they are declared with. Raises `StepFailed` for what is none."""
    try:
        return {name: coerce(PARAM_SHAPES[kind], given[name]) for name, kind in types.items()}
    except BadValue as bad:
        raise StepFailed(
            f"a parameter was given something else than it takes: {bad}", kind=FailureKind.INVALID
        ) from None


def _nobody_is_held_up(step: CompiledStep, since: float) -> None:
    """Do nothing: the steps of a transaction run on a thread of the store, and hold up nothing but that."""


def is_expected(failure: Exception) -> bool:
    """Tell whether a failure says all there is to say: a step's own, not a defect of ours."""
    return isinstance(failure, (StepFailed, RenderError, Refused, TimeoutError))


def _asks(strand: Strand, number: int) -> bool:
    return any(frame.asked is not None and frame.asked.number == number for frame in waiting_in(strand.stack))


def loggable(step: CompiledStep | None, failure: Exception) -> str:
    """Return what the log may have of a failure: not the author's own sentence where a template may have put into it
    what users wrote."""
    is_rendered = step is None or step.render is not None
    if isinstance(failure, StepFailed) and failure.public and is_rendered:
        return "the step's own message"
    return str(failure) or type(failure).__name__
