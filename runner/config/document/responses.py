"""`response:` how a handler answers."""

from typing import ClassVar, Literal

from runner.data import dataclass
from runner.fields import Duration, Entry, option
from runner.lifecycle import budget

ResponseWord = Literal["auto", "reply", "defer", "update", "modal", "ephemeral"]
STRATEGIES = frozenset({"auto", "reply", "defer", "update", "modal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Entry):
    """How a handler answers: a strategy, and whether only the user sees it."""

    short: ClassVar[str | None] = "strategy"

    strategy: tuple[ResponseWord, ...] = option(
        "`auto` (the compiler decides), `reply`, `defer`, `update` or `modal`; `ephemeral` may stand beside it.",
        default=("auto",),
        words={
            "auto": "The compiler decides: a quick answer is given at once, a slow one is announced by a spinner.",
            "reply": "Answer at once; nothing slow may stand before the first `reply`.",
            "defer": "Show a spinner at once; the first `reply` takes its place.",
            "update": "Change the message that the button is on.",
            "modal": "Open a form, on every path.",
            "ephemeral": "Only the user sees the answer.",
        },
        single=True,
        max_items=2,
    )
    ephemeral: bool = option("Only the user sees the answer.", default=False)
    defer_after: Duration = option(
        "Under `auto`: defer when nothing has answered by then.",
        default=budget.DEFER_AFTER_S,
        minimum=0.0,
        maximum=budget.LAST_SAFE_ACK_S,
    )
