"""`parallel`: run several runs of steps beside each other."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import Steps, option
from runner.inside import AllOf, Inside
from runner.templates.types import STRING, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(Action):
    """Run several runs of steps beside each other, and go on when all of them have ended, or the first.

    Example:
        - parallel:
            one: [{log: First}]
            two: [{log: Second}]
    """

    whole: ClassVar[str | None] = "parallel"
    beside: ClassVar[tuple[str, ...]] = ("join",)
    outputs: ClassVar[Mapping[str, Type]] = {"first": STRING}

    parallel: Mapping[str, Steps] = option(
        "The runs of steps, by name.",
        min_items=2,
        max_items=10,
        pattern="[a-z_][a-z0-9_]{0,31}",
        takes="a name of lower-case letters, digits and `_`, at most 32",
    )
    join: Literal["all", "any"] = option(
        "`all` waits for every one of them, `any` for the first and ends the others.", default="all", static=True
    )

    def inside(self) -> Inside | None:
        """Return the runs."""
        return AllOf(self.parallel, is_any=self.join == "any")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Run them all."""
        step.together(self.parallel, is_any=self.join == "any")
        return None
