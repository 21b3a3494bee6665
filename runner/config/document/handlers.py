"""What every handler has, and what all of them inherit."""

from typing import ClassVar

from runner.config.document.guards import PermissionRules
from runner.config.document.pace import Concurrency, Cooldown
from runner.config.document.responses import Response
from runner.data import dataclass
from runner.fields import Checks, Duration, Entry, Steps, option
from runner.lifecycle import budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards(Entry):
    """What is asked before a handler's first step. What a handler says itself takes the place of the default."""

    permissions: PermissionRules | None = option("Discord permissions, enforced on each run.", default=None)
    check: Checks | None = option("A check: from `checks:`, or written here; of several all must hold.", default=None)
    cooldown: tuple[Cooldown, ...] | None = option(
        "How often it may be used; of several all must allow it.", default=None, single=True, max_items=5
    )
    concurrency: Concurrency | None = option("How many of its runs may be under way at once.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Guards):
    """What every handler inherits unless it says otherwise."""

    response: Response = option("How handlers answer.", default=Response())
    timeout: Duration = option(
        "How long a handler may run, at most 1h. Discord takes no answer after 15 minutes: see `on_expired`.",
        default=budget.HANDLER_TIMEOUT_S,
        minimum=0.1,
        maximum=budget.HANDLER_TIMEOUT_MAX_S,
    )
    on_error: Steps | None = option("What runs when a step fails.", default=None)
    on_timeout: Steps | None = option("What runs when the time is up.", default=None)
    on_expired: Steps | None = option(
        "What runs when an answer comes too late for Discord: `late.content` is what it would have said.", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler(Guards):
    """What every handler has: guards, a way of answering, steps, and what happens when they don't work out."""

    sketch: ClassVar[tuple[str, ...]] = ("reply",)

    response: Response | None = option("How it answers; left out, the compiler decides.", default=None)
    timeout: Duration | None = option(
        "How long it may run, at most 1h. Discord takes no answer after 15 minutes: see `on_expired`.",
        default=None,
        minimum=0.1,
        maximum=budget.HANDLER_TIMEOUT_MAX_S,
    )
    reply: Steps | None = option("Short for one `reply` step.", default=None, action="reply")
    steps: Steps | None = option("What it does.", default=None)
    on_error: Steps | None = option("What runs when a step fails.", default=None)
    on_timeout: Steps | None = option("What runs when the time is up.", default=None)
    on_expired: Steps | None = option(
        "What runs when an answer comes too late for Discord: `late.content` is what it would have said.", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattended(Handler):
    """What runs without an interaction: nobody asks for it, and nobody is answered."""

    # What a handler has besides, and this has not. Without `option` they are no keys.
    permissions: None = None
    check: None = None
    cooldown: None = None
    concurrency: None = None
    response: None = None
    reply: None = None
    on_expired: None = None
    timeout: Duration | None = option(
        "How long it may run, at most 1h.", default=None, minimum=0.1, maximum=budget.HANDLER_TIMEOUT_MAX_S
    )
