"""Runs the steps of one handler: a stack of positions, one step at a time.

Nothing of the interpreter lives on Python's own stack between two steps, so a run can be told to go into a branch, to
stop, or (later) to be put away and resumed.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from runner.actions.action import Action, StepFailed
from runner.compile import CompiledStep, Program
from runner.engine.acknowledger import Acknowledger, MaybeSaid
from runner.engine.context import Directory, caller
from runner.engine.guards import admit_check
from runner.engine.memory import Here, Memory
from runner.fields import Steps
from runner.lifecycle.machine import Event, State
from runner.logs import Log
from runner.messages import Message
from runner.rest import Rest, RestRefused
from runner.stored import Stored
from runner.templates import RenderError

Json = Mapping[str, Any]
T = TypeVar("T")


class Run:
    """One run of one handler's steps; what an action sees as its `Step`."""

    __slots__ = ("_acknowledger", "_deferral", "_directory", "_entered", "_here", "_interaction", "_is_stopped", "_log",
                 "_memory", "_program", "_rest", "_stack", "_state", "_written", "at", "context",
                 "is_ephemeral")  # fmt: skip

    def __init__(
        self,
        program: Program,
        interaction: Json,
        acknowledger: Acknowledger,
        context: dict[str, Any],
        rest: Rest,
        directory: Directory,
        log: Log,
        memory: Memory,
        *,
        deferral: Event,
        is_ephemeral: bool,
        state: tuple[str, ...] = (),
    ) -> None:
        """`state` are the values of the state that templates of the handler read."""
        self._program = program
        self._interaction = interaction
        self._acknowledger = acknowledger
        self._rest = rest
        self._directory = directory
        self._log = log
        self._memory = memory
        self._state = state
        self._written: dict[str, Any] = {}
        self._here = Here(self.guild_id, self.channel_id, caller(interaction)["id"])
        self._deferral = deferral
        self._stack: list[tuple[tuple[CompiledStep, ...], int]] = []
        self._entered: Steps | None = None
        self._is_stopped = False
        self.context = context
        self.is_ephemeral = is_ephemeral
        self.at: CompiledStep | None = None

    @property
    def may_open(self) -> bool:
        """Whether the step under way, or one that may follow it, opens a form: the first response is left to it."""
        if not self._stack or self.at is None:
            return False
        return self.at.may_open or any(step.may_open for items, index in self._stack for step in items[index:])

    async def execute(self, steps: Steps) -> None:
        """Run `steps` to their end or to a `stop`. Raises what the failing step raised."""
        self._stack.append((steps.items, 0))
        try:
            await self._unwind()
        finally:
            self._stack.clear()

    async def _unwind(self) -> None:
        stack = self._stack
        while stack and not self._is_stopped:
            items, index = stack.pop()
            if index == len(items):
                continue
            stack.append((items, index + 1))
            await self._step(items[index])
            if self._entered is not None:
                stack.append((self._entered.items, 0))
                self._entered = None

    async def _step(self, step: CompiledStep) -> None:
        self.at = step
        if step.reads_state:
            await self.read_state()
        if step.when is not None and not step.when(self.context):
            self._keep(step, None)
            return
        try:
            await self._do(step)
        except (StepFailed, RenderError) as failure:
            if step.catch is None:
                raise
            self._keep(step, None)
            self.context["error"] = {"reference": "", "message": public_message(failure), "step": step.name}
            self._log.info("step caught", step=step.name, place=step.place, reason=loggable(step, failure))
            self._entered = step.catch

    async def _do(self, step: CompiledStep) -> None:
        if step.is_slow:
            await self._acknowledged_before(step)
        action = step.action if step.render is None else step.render(self.context)
        if step.timeout_s is None:
            self._keep(step, await action.run(self))
        else:
            self._keep(step, await self._within(action, step.timeout_s))

    async def _within(self, action: Action, timeout_s: float) -> Mapping[str, object] | None:
        scope = asyncio.timeout(timeout_s)
        try:
            async with scope:
                return await action.run(self)
        except TimeoutError:
            if scope.expired():
                raise StepFailed(f"the step took longer than its timeout of {timeout_s:g} s") from None
            raise

    def _keep(self, step: CompiledStep, outputs: Mapping[str, object] | None) -> None:
        if step.id is not None:
            self.context.setdefault("steps", {})[step.id] = outputs

    async def _acknowledged_before(self, step: CompiledStep) -> None:
        """Acknowledge before a step that leaves the process, with the visibility of the answer that follows it.

        Raises `Closed` where the user has been told already that nothing happened: then nothing should.
        """
        if self._acknowledger.is_unanswered:
            is_ephemeral = self.is_ephemeral if step.defers_privately is None else step.defers_privately
            await self._acknowledger.respond(self._deferral, Message(), is_ephemeral=is_ephemeral)
        elif self._acknowledger.state is State.EXPIRED_UNACKED:
            self._acknowledger.ensure_open()

    @property
    def channel_id(self) -> str | None:
        """The channel in which the interaction was started."""
        found: str | None = self._interaction.get("channel_id")
        return found

    @property
    def guild_id(self) -> str | None:
        """The server in which it was started; None in a direct message."""
        found: str | None = self._interaction.get("guild_id")
        return found

    async def respond(self, event: Event, message: Message) -> None:
        """Answer through the acknowledger, with the handler's visibility unless the message says its own."""
        is_ephemeral = self.is_ephemeral if message.is_ephemeral is None else message.is_ephemeral
        if event is Event.DEFER:
            self.is_ephemeral = is_ephemeral  # the answers to come take the spinner's place
            if self._acknowledger.state in (State.DEFERRED_SOURCE, State.DEFERRED_UPDATE):
                return  # the watchdog was faster
        try:
            await self._acknowledger.respond(event, message, is_ephemeral=is_ephemeral)
        except MaybeSaid as doubt:  # to say it again, or that it failed, may be wrong: what is certain is for the log
            self._log.warning("answer in doubt", id=self._interaction["id"], reason=str(doubt))

    async def open_modal(self, name: str) -> None:
        """Open a form, rendered with what templates read here."""
        body = self._program.modals[name].render(self.context)
        await self._acknowledger.respond(Event.MODAL, Message(modal=body), is_ephemeral=self.is_ephemeral)

    async def rest(self, method: str, route: str, json: object = None, **parts: str) -> Any:
        """Call Discord with the bot's own token. Any: Discord's JSON."""
        try:
            return await self._rest.request(method, route, json, **parts)
        except RestRefused as refusal:
            raise StepFailed(f"Discord refused: {refusal}") from None

    async def read_state(self) -> None:
        """Read the values of the state that the handler's templates read, unless that has been done: in one query.

        What a step of this run has written is what it has written, whoever has written since.
        """
        if self._state and "state" not in self.context:
            unknown = [name for name in self._state if name not in self._written]
            read = await self._memory.read_own(self._program, self._here, unknown) if unknown else {}
            self.context["state"] = {**read, **self._written}

    async def write(self, unit: Callable[[Stored], T]) -> T:
        """Run a function on what the bot keeps; templates of later steps read what it has written."""
        written = await self._memory.write(self._program, self._here, unit)
        self._written.update(written.own)
        if "state" in self.context:
            self.context["state"] = {**self.context["state"], **written.own}
        value: T = written.value
        return value

    async def read(self, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps."""
        return await self._memory.read(self._program, self._here, unit)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def channel(self, named: str) -> str:
        """Return the id of a channel given by id or as `#name`."""
        if not named.startswith("#"):
            return named
        found = self._directory.channel_named(self.guild_id or "", named[1:])
        if found is None:
            raise StepFailed("there is no channel of that name in this server")
        return found

    def require(self, check: str, denied: str) -> None:
        """Raise `Refused` unless the named check passes."""
        admit_check(self._program.checks[check], self._interaction, self.context, self._directory, denied)

    def button_rows(self, names: tuple[str, ...]) -> tuple[Mapping[str, object], ...]:
        """Return the buttons as action rows of at most five."""
        buttons = [self._program.buttons[name] for name in names]
        return tuple({"type": 1, "components": buttons[at : at + 5]} for at in range(0, len(buttons), 5))

    def set_variable(self, name: str, value: object) -> None:
        """Make `vars.<name>` visible to the steps that follow, in this run alone."""
        known = self.context.get("vars") or self._program.variables
        self.context["vars"] = {**known, name: value}

    def enter(self, steps: Steps) -> None:
        """Run `steps` next."""
        self._entered = steps

    def stop(self) -> None:
        """End the run after this step."""
        self._is_stopped = True

    def log(self, level: str, message: str) -> None:
        """Write the author's line to the operator's log."""
        getattr(self._log, level)("step", message=message)


def public_message(failure: Exception) -> str:
    """Return what users may read of a failure: what its author wrote for them, and nothing else. Empty if blank."""
    public = failure.public if isinstance(failure, StepFailed) else ""
    return public if public.strip() else ""


def loggable(step: CompiledStep | None, failure: Exception) -> str:
    """Return what the log may have of a failure: not the author's own sentence where a template may have put into it
    what users wrote."""
    is_rendered = step is None or step.render is not None
    if isinstance(failure, StepFailed) and failure.public and is_rendered:
        return "the step's own message"
    return str(failure) or type(failure).__name__
