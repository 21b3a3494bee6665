"""`cooldown:` and `concurrency:` how often a handler may be used, and how many of its runs may be under way."""

from typing import ClassVar, Literal

from runner.data import dataclass
from runner.fields import Checks, Duration, Entry, Text, option
from runner.lifecycle import budget

ScopeName = Literal["user", "member", "channel", "guild", "global"]
"""Whose uses are counted together. Outside of servers `member` is the user, and `guild` the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(Entry):
    """How often a handler may be used. A use that a guard refuses does not count, nor one that is cut short."""

    short: ClassVar[str | None] = "per"

    uses: int = option(
        "How many uses there are in any stretch of `per`.", default=1, minimum=1, maximum=budget.COOLDOWN_USES_MAX
    )
    per: Duration = option("How long a use counts.", minimum=0.1, maximum=budget.COOLDOWN_MAX_S)
    scope: ScopeName = option("Whose uses are counted together.", default="user")
    exempt: Checks = option(
        "Uses by those for whom one of these checks holds don't count.", default=Checks(), min_items=1
    )
    refund: bool = option("A use that ends in an error or a timeout does not count either.", default=False)
    denied: Text | None = option(
        "What the user reads; `retry_at` is when there is a use again.", default=None, min_length=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency(Entry):
    """How many runs of a handler may be under way at once."""

    short: ClassVar[str | None] = "limit"

    limit: int = option("How many.", default=1, minimum=1, maximum=budget.CONCURRENCY_MAX)
    scope: ScopeName = option("Whose runs are counted together.", default="user")
    when_busy: Literal["refuse", "wait", "restart"] = option(
        "What becomes of one more: it is refused, waits for its turn, or ends the oldest and takes its place.",
        default="refuse",
    )
    denied: Text | None = option("What the user of one that is refused reads.", default=None, min_length=1)
