"""`try`: steps that may fail, and what happens then, and always."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Kept, Leave, Step
from runner.data import dataclass
from runner.fields import Steps, option
from runner.inside import Ensured, Inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Try(Action):
    """Run steps; `catch` beside it runs when one of them fails, and `finally` in any case.

    Example:
        - try: [{fail: The queue is closed.}]
          catch: [{log: "{{ error.message }}"}]
          finally: [{log: Done}]
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "try_"
    beside: ClassVar[tuple[str, ...]] = ("finally_",)

    try_: Steps = option("The steps that may fail.")
    finally_: Steps = option(
        "The steps to run behind them, however they end: also by `stop`, `return`, or when the time is up.",
        default=Steps(),
    )

    def inside(self) -> Inside | None:
        """Return both runs."""
        return Ensured(self.try_, self.finally_)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Begin."""
        step.enter(self.try_, {})
        return None

    async def again(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on behind the steps, or behind those of `catch`, with `finally`; behind that, go on leaving."""
        if "leave" not in kept:
            step.enter(self.finally_, {"leave": None})
        elif kept["leave"] is not None:
            step.leave(kept["leave"])
        return None

    def unwound(self, step: Step, kept: Kept, leave: Leave) -> bool:
        """Hold the leaving up until `finally` has run, unless that is what is being left."""
        if "leave" in kept:
            return False
        step.enter(self.finally_, {"leave": leave})
        return True
