"""`log`: write a line to the operator's log."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import option


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Action):
    """Write a line to the operator's log.

    Example:
        - log: "{{ user.name }} asked for help"
    """

    short: ClassVar[str | None] = "message"

    message: str = option("The text.")
    level: Literal["debug", "info", "warning", "error"] = option("How loud.", default="info", static=True)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Write it."""
        step.log(self.level, self.message)
        return None
