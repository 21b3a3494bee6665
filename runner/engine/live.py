"""The record of one interaction under way, and the counts of all so far."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from runner.actions.action import Refused
from runner.compile import Cooldown, Handler, Program
from runner.data import dataclass
from runner.engine.machines import READS
from runner.engine.observer import Because, Watch
from runner.engine.sentences import sentence
from runner.engine.steps import Run
from runner.engine.voices import Afterwards, Voice
from runner.lifecycle import budget
from runner.lifecycle.machine import Event, Origin, resumed_event, watchdog_event
from runner.uses import Bucket

if TYPE_CHECKING:
    from runner.engine.held import Held
    from runner.store.timers import Timer

Json = Mapping[str, Any]  # Any: Discord's JSON


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for a user, and the `neutral` one that is said instead where Discord refuses it."""

    text: str
    neutral: str
    is_ephemeral: bool


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
    acknowledger: Voice
    started: float
    created: float  # by the best estimate
    turned_away: str | None  # the name of the sentence that sends it off, when there is no room for it
    outcome: str = "ok"
    reference: str | None = None
    run: Run | None = None
    watchdog: asyncio.TimerHandle | None = None
    acknowledging: asyncio.Task[None] | None = None  # what the watchdog has begun
    hand_over: asyncio.TimerHandle | None = None
    handing_over: asyncio.Task[None] | None = None
    scope: asyncio.Timeout | None = None  # the author's steps, while they run
    work: Callable[[], Awaitable[None]] | None = None  # what it is for, where that is no handler's steps
    held: "Held | None" = None  # the run that it goes on with, or that has waited in it
    is_cut: bool = False
    said_by: float = 0.0  # when it is cut: by then its last sentence is said, or never
    unsaid: Words | None = None  # the last sentence, if it could not be said
    cut_by: str = "restarting"  # the name of the sentence that tells the user why
    is_waiting: bool = False  # to be let in
    waits_for: Refused | None = None  # what its user reads if its turn does not come in time
    taken: tuple[tuple[Cooldown, Bucket], ...] = ()  # the uses of cooldowns that it has had
    is_giving_up: bool = False  # the watchdog is about to tell the user what follows
    known_as: str = ""  # the name in its custom_id
    payload: str = ""  # and what that carries
    is_given_up: bool = False  # the watchdog has told the user that a form comes too late
    watch: Watch | None = None  # who looks on, if anybody does
    begun_by: "Timer | None" = None  # what goes once its run is kept in the store itself

    def because(self, why: str) -> None:
        """Tell whoever looks on why the next answer is given."""
        if self.watch is not None:
            self.watch(Because(why))

    def cut(self, now: float) -> None:
        """End the author's steps, at the instant `now` of the loop. A built-in sentence is said to its end."""
        self.is_cut = True
        self.said_by = now + budget.RESCUE_TIMEOUT_S
        if self.scope is not None:
            with suppress(RuntimeError):  # they have ended
                self.scope.reschedule(now)

    def let_go(self) -> None:
        """Forget what knows this record, so that all is freed when it has ended and not by a collection."""
        if self.run is not None:
            self.run.left_by = None  # a failure's traceback knows the run
        self.run = self.work = None

    def replace(self) -> None:
        """End the author's steps, because another run takes the place of this one."""
        self.cut_by = "replaced"
        self.cut(asyncio.get_running_loop().time())

    def sentence(self, name: str, **values: object) -> str:
        """Return a built-in sentence in the words that this interaction's user reads."""
        return sentence(self.program, self.interaction, name, values)

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody waits for a word of it: nobody has begun its run, and nobody has clicked."""
        return READS in self.interaction and isinstance(self.acknowledger, Afterwards)

    @property
    def deferral(self) -> Event:
        """What to defer with."""
        if self.work is not None:
            return resumed_event(self.origin)
        return self.handler.plan.deferral if self.handler else watchdog_event(self.origin)

    @property
    def patience_s(self) -> float:
        """When the watchdog answers, as things stand, in seconds from the interaction's creation.

        While a form may still open, nobody may defer: then it waits longer, and fails politely instead.
        """
        if self.work is not None:
            return budget.DEFER_AFTER_S
        if self.may_open:
            return budget.MODAL_BUDGET_S
        return self.handler.plan.watchdog_s if self.handler else budget.DEFER_AFTER_S

    @property
    def may_open(self) -> bool:
        """Whether a form may still open."""
        if self.is_waiting:
            return self.handler is not None and self.handler.plan.may_open
        return self.run is not None and self.run.may_open


@dataclass(slots=True)
class Counts:
    """What has happened so far, for whoever wants to know.

    `waiting` is how many users wait for an end now because Discord can't be reached; `events` is how many events were
    handled or are to be, and `dropped` for how many there was no room; `lags` how often the event loop was held up, and
    `lag_max_s` the longest time.
    """

    received: int = 0
    duplicates: int = 0
    late: int = 0
    watchdog: int = 0
    expired: int = 0
    waiting: int = 0
    events: int = 0
    dropped: int = 0
    lags: int = 0
    lag_max_s: float = 0.0
    forged: int = 0
