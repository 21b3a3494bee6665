"""The contract that every action keeps, and what an action sees of the interaction it runs in.

An action is one module of this folder, named as the action is (`if_.py` holds `if`), with one subclass of `Action`.
Nothing else in the tree names it: `load_actions` lists the folder, and the schema, the checks, the compiler and the
engine learn from the class alone what they need to know.
"""

import importlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum, StrEnum
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, Protocol, TypeGuard, TypeVar

from runner.data import dataclass
from runner.declarations import Declarations
from runner.diagnostics import Span
from runner.fields import Authored as Authored
from runner.fields import Checks, Duration, Entry, Expression, Role, Shape, Steps, Text, option
from runner.inside import Ensured, Inside, Waits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.machine import Event
from runner.messages import FileContent, Message, SentFile
from runner.outside import HttpAnswer, HttpCall
from runner.questions import Answer, Form, Question
from runner.stored import Stored
from runner.templates.types import Type
from runner.templates.values import is_list

T = TypeVar("T")
LOOP_MAX = 1000
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
"""How many times the steps of a loop can be run at most."""

RETRY_DELAY_MAX_S = 60.0
"""How long the longest wait between two attempts at a step is, in seconds."""


class FailureKind(StrEnum):
    """What a failure is about; `error.kind` in YAML."""

    MISSING_PERMISSION = "missing_permission"  # the bot lacks a permission, or can't see what it is about
    HIERARCHY = "hierarchy"  # a role or a member that is not below the bot, or below the caller
    UNKNOWN_USER = "unknown_user"
    UNKNOWN_MEMBER = "unknown_member"  # the user is not in the server
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_CHANNEL = "unknown_channel"
    UNKNOWN_MESSAGE = "unknown_message"
    NOT_FOUND = "not_found"  # anything else that is not there
    ARCHIVED = "archived"  # a thread that nothing can be changed of but that
    LIMIT_REACHED = "limit_reached"  # there are as many as Discord allows: roles, channels, pins, …
    NOT_CONNECTED = "not_connected"  # the member is in no voice channel
    RATE_LIMITED = "rate_limited"  # `error.retry_after` seconds
    CLOSED_DM = "closed_dm"  # the user takes no direct messages from the bot
    TIMEOUT = "timeout"
    REFUSED = "refused"  # by Discord, for another reason
    HTTP_STATUS = "http_status"  # another server has answered with an error; `error.code` is which
    UNREACHABLE = "unreachable"  # another server gives no answer
    NOT_ALLOWED = "not_allowed"  # a host or an address that must not be called
    TOO_LARGE = "too_large"  # more than can be sent or read
    INVALID = "invalid"  # something that a place, or Discord, doesn't take
    FAILED = "failed"  # the author's own `fail`
    UNKNOWN = "unknown"


class Refused(Exception):
    """A guard said no. `text` is the author's own sentence, or empty for the built-in one named by `reason`.

    `values` are what the built-in sentence reads.
    """

    def __init__(self, reason: str, text: str = "", **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.values = values

    def __str__(self) -> str:
        """Return the reason and its values, for the operator's log."""
        values = (", ".join(map(str, value)) if is_list(value) else str(value) for value in self.values.values())
        return ": ".join((self.reason, *values))


class StepFailed(Exception):
    """A step could not do what it says. `public` may be shown to the user; `detail` is for the operator's log.

    `code` is Discord's, if it is a refusal of Discord's, or the HTTP status that another server answered with;
    `retry_after_s` is how long it asks to wait. `sentence` names the built-in text that the user reads if there is
    nothing else to show; `refusal` says what the bot may not do.
    """

    def __init__(
        self,
        detail: str,
        public: str = "",
        *,
        sentence: str = "failed",
        kind: FailureKind = FailureKind.UNKNOWN,
        code: int | None = None,
        retry_after_s: float | None = None,
        refusal: Refused | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.public = public
        self.sentence = sentence
        self.kind = kind
        self.code = code
        self.retry_after_s = retry_after_s
        self.refusal = refusal


class Repeats(Enum):
    """What it means that an action is done twice, as may be where the process ends before it knows that it was done."""

    FREE = "free"  # nothing outside, or nothing that anybody notices: it is not even written down
    SAFE = "safe"  # the second time changes nothing
    KEYED = "keyed"  # the far side takes a key, `Step.key`, and drops the second one
    ONCE = "once"  # there are two of it
    ANSWER = "answer"  # an answer to an interaction, of which Discord can be asked whether it has it


OnCrash = Literal["repeat", "skip", "fail"]
"""What to do with a step of which nobody knows whether it was done."""


class Ending(Enum):
    """What an action ends, so that nothing can follow it: the handler, or the flow that it stands in."""

    STOP = "stop"  # the handler, as a success
    RETURN = "return"  # the flow, or outside of one the handler
    FAIL = "fail"  # whatever doesn't catch it


@dataclass(frozen=True, slots=True)
class Leave:
    """Why the steps under way are left before their end: a failure, a `stop`, or a `return` with its value."""

    ending: Ending
    failure: Exception | None = None
    value: object = None
    depth: int | None = None  # of a step whose time is up: no step inside of it may catch that


Kept = dict[str, Any]
"""What an action keeps while the steps inside of it run, or while it waits: JSON, because it may be saved."""


class Located(Protocol):
    """Something that stands in a file."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        ...


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that an action uses: under which section of the config it is declared, and which field says it."""

    section: Literal["state", "records"]
    name: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """What an action can't do, with what the config declares or at all. `attribute` is the field to change.

    Where a `word` is none of those that are `known`, the nearest of them is the repair.
    """

    attribute: str
    headline: str
    why: str
    fix: str = ""
    word: str = ""
    known: tuple[str, ...] = ()
    slug: str = "not-as-declared"


@dataclass(frozen=True, slots=True)
class Seeing:
    """Whom a step lets see a channel (`may`), or doesn't: a role or a user, as they are written.

    `attribute` is the field that says it. `is_new` says that nobody else's permissions are said there: the channel is
    made by the step.
    """

    role: object
    user: object
    may: bool
    attribute: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What stands for a condition: a value of a shape, a list of such, or a mapping of `stored.COMPARISONS`."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Later:
    """A flow that is to be begun later: after some seconds, at a Unix second, or again and again by a cron expression.

    `key` is what it can be cancelled by; another one of the same key takes its place. `is_skipped_late` says that it
    is not begun when its time came while the bot was down.
    """

    flow: str
    values: Mapping[str, object]
    key: str | None = None
    after_s: float | None = None
    at: float | None = None
    cron: str | None = None
    timezone: str = "UTC"
    is_skipped_late: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """When a flow is to be begun, in Unix seconds, and the key that it can be cancelled by."""

    at: float
    key: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: its name in YAML, what templates read of it, and the roles of whoever has caused it.

    `id` is that of no other event. `user_id` is who that is, `is_own` whether it is the bot itself, `channel_ids` are
    where it happened: the channel first, and then the one that this is a thread of. None and nothing where Discord
    doesn't tell.
    """

    id: str
    name: str
    reads: Mapping[str, Any]  # Any: what templates read
    user_id: str | None = None
    is_bot: bool = False
    is_own: bool = False
    role_ids: frozenset[str] = frozenset()
    channel_ids: tuple[str, ...] = ()


Taken = Shape | Compared
"""What a value of an action may be, where the config's own declarations decide that."""


class Step(Protocol):
    """What an action sees while it runs: the interaction, in the engine's hands."""

    @property
    def context(self) -> dict[str, Any]: ...  # Any: template values, whose types the check stage has seen
    @property
    def channel_id(self) -> str | None: ...
    @property
    def guild_id(self) -> str | None: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def now(self) -> float: ...  # in Unix seconds

    @property
    def chance(self) -> Random:
        """What decides where chance is to decide."""
        ...

    @property
    def key(self) -> str:
        """What stands for this step of this run and no other, at most 25 characters; the same when it is repeated."""
        ...

    async def respond(self, event: Event, message: Message, *, is_ephemeral: bool | None = None) -> None:
        """Answer the user: `event` says what is wanted, the lifecycle machine which call that is now.

        `is_ephemeral` None leaves who sees it to the message, and that to the handler.
        """
        ...

    @property
    def is_read(self) -> bool:
        """Whether the step has an `id`, by which later steps can read what it gives."""
        ...

    async def open_modal(self, name: str, given: Mapping[str, object]) -> None:
        """Open the form with this name and these parameters, as the first response.

        Raises `StepFailed` when there has been one, or for a parameter that the form doesn't take.
        """
        ...

    async def rest(
        self, method: str, route: str, json: object = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Call Discord with the bot's own token; `StepFailed` when Discord refuses. Any: Discord's JSON.

        `reason` is for the server's audit log, and is cut to what that takes.
        """
        ...

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
        """Call Discord with a message as the body: a new one by POST, an edit by PATCH. As `rest` otherwise.

        `beside` are further keys of that body; `under` is the one that the message stands under, if it isn't all of it.
        """
        ...

    async def content_of(self, file: FileContent | SentFile, most: int) -> bytes:
        """Return what is in a file of at most so many bytes: one that lies beside the config, or that a user has sent.

        `StepFailed` for one that is larger, can't be fetched, or that nobody has sent to this run.
        """
        ...

    async def call_outside(self, asked: HttpCall) -> HttpAnswer:
        """Call another server than Discord's and return its answer, whatever that is.

        `StepFailed` where none comes, or where the config doesn't allow it.
        """
        ...

    async def write(self, unit: Callable[[Stored], T]) -> T:
        """Run a function on what the bot keeps: as a whole, or not at all. `StepFailed` when that can't be done."""
        ...

    async def read(self, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps; `StepFailed` when that can't be done."""
        ...

    async def atomically(self, steps: Steps) -> None:
        """Run steps that are all `is_local` in one transaction: if one fails, none of them has changed anything."""
        ...

    async def begin_later(self, later: Later) -> Begun:
        """Have a flow begun later. `StepFailed` when that can't be kept."""
        ...

    async def cancel_later(self, key: str) -> bool:
        """Have a flow not begun after all; False if none was waiting under this key."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; ends early when the handler is cancelled."""
        ...

    def channel(self, named: str) -> str:
        """Return the id of a channel given by id or as `#name`; `StepFailed` when this server has none of that name."""
        ...

    def sticker(self, named: str) -> str:
        """Return the id of a sticker given by id or by name; `StepFailed` when this server has none of that name."""
        ...

    def role(self, named: str) -> str:
        """Return the id of a role given by id or as `@name`; `StepFailed` when this server has none of that name."""
        ...

    async def roles_of(self, user_id: str) -> Sequence[str]:
        """Return the ids of a member's roles, without `@everyone`; `StepFailed` when the user is no member here."""
        ...

    async def ensure_below(self, user_id: str) -> None:
        """Raise `StepFailed` unless whoever runs this stands above a member, or nobody does; others are below anybody.

        Where nobody can tell, it raises as well: what guards may not guess.
        """
        ...

    def require(self, checks: Checks, denied: str) -> None:
        """Raise `Refused` unless all of the checks pass; `denied` replaces their own sentences."""
        ...

    def set_variable(self, name: str, value: object) -> None:
        """Make `vars.<name>` visible to the steps that follow."""
        ...

    def enter(self, steps: Steps, kept: Kept | None = None) -> None:
        """Run `steps` next, then go on behind this step; with `kept`, by the action's `again`, which gets it back."""
        ...

    def leave(self, leave: Leave) -> None:
        """Leave the steps under way when this one returns."""
        ...

    def wait(self, kept: Kept, timeout_s: float | None = None) -> None:
        """Put the run away when this step returns, showing its action's `question` or opening its `form`.

        It goes on by `answered`, which gets `kept` back, or after `timeout_s` by `timed_out`.
        """
        ...

    def together(self, named: Mapping[str, Steps], *, is_any: bool) -> None:
        """Run several runs of steps beside each other, and go on behind this step.

        Its output is the name of the one that ended `first`; with `is_any` that one ends the others.
        """
        ...

    def call(self, flow: str, values: Mapping[str, object]) -> None:
        """Run a flow next, with values for its parameters; `StepFailed` when one of them is not what it takes.

        The action is asked `again` behind it, and calls `come_back`.
        """
        ...

    def come_back(self, kept: Kept, leave: Leave | None) -> bool:
        """Leave the flow that was entered with `kept`; True when it returned a value, which is the step's result."""
        ...

    def evaluate(self, late: object, **names: object) -> Any:
        """Return what a field that is declared `late` gives now, with these names besides. Any: a template's value."""
        ...

    def log(self, level: str, message: str) -> None:
        """Write a line to the operator's log."""
        ...


class Place(Enum):
    """Where the bot must hold what an action needs, if not in a channel that the action names."""

    HERE = "here"  # the channel of the interaction
    SERVER = "server"  # whatever its channels allow or deny


class Target(Enum):
    """What an action acts on that has to be below the bot in a server's hierarchy.

    Source: Discord docs, Topics: Permissions, Permission Hierarchy.
    """

    ROLE = "role"
    MEMBER = "member"  # a field that is left out stands for the caller


class Action(Entry):
    """One kind of step. A subclass is a frozen dataclass whose fields are the keys under the action's name.

    `effect` is what it does to the interaction, `ends` what it ends, so that nothing can follow it, `may_end` whether
    in some runs nothing does, `needs` which permissions the bot must hold, `targets` which fields name a role or a
    member that must be below the bot, `worst_case_s` how long it may take once it leaves the process (0: it never
    does), `outputs` what `steps.<id>` holds afterwards. `whole` names the one field that is the value under the
    action's key, `beside` the fields that are written next to that key instead of under it. `renders_again` says that
    `again` reads what its templates give then, and not what is constant in it alone. `is_local` says that it does
    nothing that a database could not undo, and waits for nothing else; `holds_local` that nothing but such steps may
    stand in it. `guards` says that it asks whether to go on, `needs_server` that it means nothing in direct messages.
    `late_names` is what its late fields read besides everything else. `repeats` says what it means that it is done
    twice. `written_by_others` names the outputs that are empty for a bot which may not read what others write.

    An output of the type `PRIVATE_ID` is the id of the step's own message, which is private where that is.
    """

    __slots__ = ()
    templated: ClassVar[bool] = True
    effect: ClassVar[Event | None] = None
    ends: ClassVar[Ending | None] = None
    may_end: ClassVar[bool] = False
    needs: ClassVar[Permissions] = Permissions(0)
    targets: ClassVar[Mapping[str, Target]] = {}
    worst_case_s: ClassVar[float] = 0.0
    outputs: ClassVar[Mapping[str, Type]] = {}
    whole: ClassVar[str | None] = None
    beside: ClassVar[tuple[str, ...]] = ()
    renders_again: ClassVar[bool] = False
    is_local: ClassVar[bool] = False
    holds_local: ClassVar[bool] = False
    guards: ClassVar[bool] = False
    needs_server: ClassVar[bool] = False
    late_names: ClassVar[Mapping[str, Type]] = {}
    repeats: ClassVar[Repeats] = Repeats.FREE
    written_by_others: ClassVar[frozenset[str]] = frozenset()

    def needs_in(self) -> object:
        """Return where the bot must hold `needs`: a `Place`, or a channel as it is written."""
        return Place.HERE

    def asks(self) -> Permissions:
        """Return what of `needs` the bot must hold for this step as it is written."""
        return self.needs

    def powers(self) -> Permissions:
        """Return what of `needs` it uses on others than the caller: what not everybody may have it do."""
        return self.needs

    def to_grant(self) -> Permissions:
        """Return which permissions the bot is to be invited with for this step as it is written."""
        return self.needs

    def intents(self) -> Intents:
        """Return which intents it takes to do this step as it is written."""
        return Intents(0)

    def means_twice(self) -> Repeats:
        """Return what it means that this step, as it is written, is done twice."""
        return self.repeats

    def reaches(self) -> object:
        """Return the address of another server that it calls, as it is written; None if it calls none."""
        return None

    def is_for_caller(self) -> bool:
        """Tell whether the caller, too, must be above the members that it acts on."""
        return False

    def takes_s(self) -> float:
        """Return the longest this step may take outside the process, in seconds; 0 for a fast step."""
        return self.worst_case_s

    def takes_at_least_s(self) -> float:
        """Return the time, in seconds, that this step takes even when all goes well."""
        return 0.0

    def inside(self) -> Inside | None:
        """Return how the steps inside of this one are run; None for an action without any."""
        return None

    def branches(self) -> tuple[Steps, ...]:
        """Return every run of steps that stands inside of this one, in the order of the file."""
        inside = self.inside()
        return () if inside is None else inside.runs

    def condition(self) -> object:
        """Return the expression that decides: which of two runs is executed, or, without any, whether to go on."""
        return None

    def opens(self) -> str | None:
        """Return the name of the form that this step opens, if it opens one."""
        return None

    def late_reads(self) -> Mapping[str, Type]:
        """Return what its late fields read besides everything else."""
        return self.late_names

    def hears(self, step: Step, kept: Kept, happened: Happened) -> bool:
        """Tell whether something that has happened is what the step waits for with `kept`."""
        return False

    def lacks(self) -> str:
        """Return, as `a` or `b`, the keys of which one is missing for the step to do anything; empty when it does."""
        return ""

    def binds(self) -> Mapping[str, Type]:
        """Return the names under `vars` that this step sets, with their types."""
        return {}

    def to_come(self) -> Mapping[str, object]:
        """Return, by attribute, the instants as they are written that have to lie in the future when it runs."""
        return {}

    def seeing(self) -> tuple[Seeing, ...]:
        """Return whom it lets see a channel, and whom not."""
        return ()

    def refers(self) -> tuple[Reference, ...]:
        """Return the names of what the config keeps that this step uses."""
        return ()

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Return what it takes from the run without saying so: of `user`, `channel` and `guild`."""
        return frozenset()

    def elsewhere(self) -> str | None:
        """Return the channel that it names for its question, which the bot asks with its own token."""
        return None

    def repair(self, word: str) -> str:
        """Return what to write where the run has no such thing; empty where that is the same for all steps."""
        return ""

    def takes(self, declared: Declarations) -> Mapping[str, Taken | Mapping[str, Taken]]:
        """Return what the config's declarations ask of this step's fields, by attribute, and by key where one has any.

        The values are held to it: constants and types when the config is read, what templates give in each run.
        """
        return {}

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Yield what this step can't do with what the config declares."""
        yield from ()

    def settles(self, declared: Declarations) -> Mapping[str, Type]:
        """Return what values of the state are, by name, once this step has run."""
        return {}

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return what `steps.<id>` holds afterwards."""
        return self.outputs

    def returns(self) -> object:
        """Return what an action that ends a flow gives for its result."""
        return None

    def names(self, kept: Kept) -> Mapping[str, object]:
        """Return what templates inside of this step read besides, by its name, while it keeps `kept`."""
        return {}

    def run(self, step: Step) -> Awaitable[Mapping[str, object] | None]:
        """Do it. Returns the step's outputs, or None; raises `StepFailed` or `Refused`."""
        raise NotImplementedError

    def again(self, step: Step, kept: Kept) -> Awaitable[Mapping[str, object] | None]:
        """Go on behind the steps that were entered with `kept`. Returns and raises as `run` does."""
        raise NotImplementedError

    def question(self, kept: Kept) -> Question | None:
        """Return what is asked by the step that waits with `kept`; None when it asks nothing."""
        return None

    def adds(self) -> tuple[int, int]:
        """Return how many rows its question adds to its message at most, and how many buttons and selects."""
        return 0, 0

    def form(self, kept: Kept) -> Form | None:
        """Return the form that the step opens when it waits with `kept`: at once, or from a button of its question."""
        return None

    def who(self) -> "Who | None":
        """Return who may answer; None when the step waits for nobody in particular."""
        return None

    def answered(self, step: Step, kept: Kept, answer: Answer) -> Awaitable[Mapping[str, object] | None]:
        """Go on with an answer to what was asked with `kept`. Returns and raises as `run` does, or waits again."""
        raise NotImplementedError

    async def timed_out(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on when no answer has come in time, or what was waited for is that time."""
        waits = self.inside()
        assert isinstance(waits, Waits), "nothing else waits"
        self._end_waiting(step, waits.on_timeout, goes_on=waits.goes_on)
        return None

    async def cancelled(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on when somebody has called it off."""
        waits = self.inside()
        assert isinstance(waits, Waits), "nothing else waits"
        self._end_waiting(step, waits.on_cancel, goes_on=False)
        return None

    def _end_waiting(self, step: Step, steps: Steps, *, goes_on: bool) -> None:
        if steps.items:
            step.enter(steps)
        elif not goes_on:
            step.leave(Leave(Ending.STOP))

    def unwound(self, step: Step, kept: Kept, leave: Leave) -> bool:
        """Deal with steps that were entered with `kept` and are being left. True holds that up, and may enter others.

        What is held up goes on by `step.leave`.
        """
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Who(Entry):
    """Who may answer. Of several rules all must hold; where one is said and `who` is not, it may be anyone else."""

    short: ClassVar[str | None] = "who"

    who: Literal["invoker", "anyone"] | None = option(
        "`invoker`, who started the handler, or `anyone`.", default=None, static=True
    )
    role: Role | None = option("Who has this role: an id or `@name`.", default=None, static=True)
    check: Checks | None = option("Whom a check lets pass: one from `checks:`, or written here.", default=None)
    if_: Expression | None = option(
        "Of whom this expression is true: it reads them as `event.user` and `event.member`.", default=None, late=True
    )
    denied: Text | None = option("What everybody else reads, privately.", default=None, late=True)

    @property
    def is_invoker(self) -> bool:
        """Whether only whoever started the handler may answer."""
        return self.who == "invoker" or (self.who is None and not (self.role or self.check or self.if_ is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Entry):
    """How often a step that fails is tried again, and how long after."""

    short: ClassVar[str | None] = "attempts"

    attempts: int = option("How often it is tried altogether.", minimum=2, maximum=10)
    delay: Duration = option("How long to wait before the second attempt.", default=1.0, minimum=0.0, maximum=60.0)
    backoff: float = option(
        "How many times longer each wait is than the one before.", default=2.0, minimum=1.0, maximum=10.0
    )

    def delay_s(self, attempt: int) -> float:
        """Return how long to wait behind this attempt, the first being 1, in seconds; at most a minute."""
        return min(self.delay * self.backoff ** (attempt - 1), RETRY_DELAY_MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStep:
    """A step as the author wrote it: the action's name and fields, and what stands beside it.

    `at` is what names the action in the file, `places` gives the places of its fields by attribute. Few steps are ever
    part of a fault, so places are worked out when somebody asks.
    """

    name: str
    action: Action
    at: Located = field(repr=False, compare=False)
    places: Callable[[], Mapping[str, Span]] = field(repr=False, compare=False)
    id: str | None = None
    when: Authored | None = None
    timeout_s: float | None = None
    retry: Retry | None = None
    on_crash: OnCrash | None = None
    catch: Steps | None = None
    kept: dict[str, Any] = field(default_factory=dict[str, Any], init=False, repr=False, compare=False)
    """What the rules have found out of this step alone, by their own names: dozens of them walk over every step."""

    @property
    def key(self) -> Span:
        """The place of the action's name."""
        return self.at.span

    @property
    def within(self) -> "tuple[WrittenStep, ...]":
        """The steps inside of this one in the order of the file, those inside of them included."""
        found: tuple[WrittenStep, ...] | None = self.kept.get("within")
        if found is None:
            runs = (*self.action.branches(), *((self.catch,) if self.catch else ()))
            found = tuple(inner for run in runs for step in run.items for inner in (step, *step.within))
            self.kept["within"] = found
        return found

    @property
    def spans(self) -> Mapping[str, Span]:
        """The places of the action's fields, of the items in them as `components.0`, and of the step's `id`."""
        return self.places()

    @property
    def caught(self) -> tuple[Steps, ...]:
        """The runs of steps inside of it whose failures are its own, for `catch`."""
        inside = self.action.inside()
        return (inside.body,) if isinstance(inside, Ensured) else self.action.branches()


class ActionFolder(Mapping[str, type[Action]]):
    """Every action by its name in YAML. A module is imported when its action is asked for: a bot uses few of them."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        """`modules` are the modules' names by those of the actions."""
        self._modules = modules
        self._loaded: dict[str, type[Action]] = {}

    def __getitem__(self, name: str) -> type[Action]:
        found = self._loaded.get(name)
        if found is None:
            module = importlib.import_module(self._modules[name])
            (found,) = (item for item in vars(module).values() if _is_own_action(item, module.__name__))
            self._loaded[name] = found
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def load_actions() -> ActionFolder:
    """Return every action by its name in YAML, read from this folder."""
    names = os.listdir(Path(__file__).parent)  # noqa: PTH208  to make paths of a hundred names takes ten times as long
    files = (name for name in sorted(names) if name.endswith(".py") and name[0] != "_")
    modules = (name.removesuffix(".py") for name in files)
    return ActionFolder({name.rstrip("_"): f"runner.actions.{name}" for name in modules if name != "action"})


def _is_own_action(item: object, module: str) -> TypeGuard[type[Action]]:
    return isinstance(item, type) and issubclass(item, Action) and item.__module__ == module
