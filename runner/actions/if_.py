"""`if`: choose between two runs of steps."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import Expression, Steps, option
from runner.inside import Inside, OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Action):
    """Run `then` when the expression is true, else `else`.

    Example:
        - if: user.name == "Robin"
          then: [{reply: Hello Robin}]
          else: [{reply: Hello stranger}]
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "if_"
    beside: ClassVar[tuple[str, ...]] = ("then", "else_")

    if_: Expression = option("A template expression, without braces.")
    then: Steps = option("The steps to run when it is true.")
    else_: Steps = option("The steps to run when it is false.", default=Steps())

    def inside(self) -> Inside | None:
        """Return both sides; a missing `else` is an empty one."""
        return OneOf((self.then, self.else_))

    def condition(self) -> object:
        """Return the expression; what it says of the context holds inside the branch."""
        return self.if_

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Go into the side that the expression chose."""
        step.enter(self.then if self.if_ else self.else_)
        return None
