"""`transaction`: change several things that the bot keeps, all of them or none."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import Steps, option
from runner.inside import Inside, OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Action):
    """Change several things that the bot keeps, all of them or none. Nobody else changes them meanwhile.

    Example:
        - transaction:
            - increment: {state: points, by: -5}
            - insert: {into: tickets, values: {owner: "{{ user }}", subject: Paid}}
    """

    whole: ClassVar[str | None] = "steps"
    is_local: ClassVar[bool] = True
    holds_local: ClassVar[bool] = True

    steps: Steps = option("Steps on the state and the records, and such as only calculate and decide.")

    def inside(self) -> Inside | None:
        """Return the steps: they are executed once."""
        return OneOf((self.steps,))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Run them as one."""
        await step.atomically(self.steps)
        return None
