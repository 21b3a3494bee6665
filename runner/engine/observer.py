"""What an engine tells whoever looks on, as it happens: nothing is asked of them, and nobody waits for them.

An engine that nobody looks at pays one comparison with None for each step. Whoever looks gets values that say what was
done and why, never the means to change it; what is told may come from another thread, where a transaction runs.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from runner.actions.action import Action
from runner.compile import CompiledStep, Program
from runner.data import dataclass
from runner.fields import Steps
from runner.lifecycle.machine import Call, Event, State


@dataclass(frozen=True, slots=True)
class Subject:
    """What runs: an interaction, or a handler that comes by the clock, whose `id` is empty.

    `kind` is the interaction's type, None by the clock; `handler` is what the log calls it. The ids are of where it
    runs and for whom, None where there is no such thing.
    """

    id: str
    kind: int | None
    handler: str
    guild_id: str | None
    channel_id: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step's turn has come: the step at `index` of the run of steps at `address`."""

    address: str
    index: int
    step: CompiledStep


@dataclass(frozen=True, slots=True)
class StepGiven:
    """A step was rendered and is about to run. It comes again for each attempt."""

    address: str
    index: int
    action: Action


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step's `when` was false."""

    address: str
    index: int


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step has run; `outputs` is its result. One with steps inside of it may come again, behind them."""

    address: str
    index: int
    outputs: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class StepBroken:
    """A step has failed, or its guard has refused; `reason` says why."""

    address: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A run of steps begins: a handler's own, or the branch that the step under way has taken."""

    steps: Steps


@dataclass(frozen=True, slots=True)
class Because:
    """Why the answer that follows is given now."""

    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the acknowledger has decided: in this state that event is this call, and what comes of it that state.

    Told when the call is about to be made. `why_not` says why it refuses instead, and there is no call then.
    """

    event: Event
    before: State
    after: State
    call: Call | None
    is_ephemeral: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A step's call with the bot's own token has come back. `status` and `code` are of a refusal, None of a success."""

    address: str
    index: int
    method: str
    path: str
    status: int | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over: in which way, and the reference that the log and the user have of a failure."""

    outcome: str
    reference: str | None


Occurrence = (
    StepBegun
    | StepGiven
    | StepSkipped
    | StepEnded
    | StepBroken
    | Entered
    | Because
    | Answered
    | Called
    | Ended
)  # fmt: skip

Watch = Callable[[Occurrence], None]
"""Is told what happens in one run."""


class Observer(Protocol):
    """Looks on while an engine works. Its methods return at once and raise nothing."""

    def watch(self, subject: Subject, program: Program) -> Watch:
        """Return what is to be told of something that begins now, on a program."""
        ...

    def swapped(self, program: Program) -> None:
        """Learn that whatever comes from now on runs on another program."""
        ...
