"""`cancel_schedule`: don't begin a flow after all."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import KEYS, option
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSchedule(Action):
    """Don't begin a flow that `schedule` was to begin later. Does nothing if there is none.

    Example:
        - cancel_schedule: "greet {{ user.id }}"
    """

    is_local: ClassVar[bool] = True
    short: ClassVar[str | None] = "key"
    outputs: ClassVar[Mapping[str, Type]] = {"was_scheduled": BOOLEAN}

    key: str = option("The key that `schedule` was given in this server.", min_length=1, max_length=200, refers=KEYS)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Cancel it."""
        return {"was_scheduled": await step.cancel_later(self.key)}
