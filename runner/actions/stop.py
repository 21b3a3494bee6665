"""`stop`: end the handler here."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Ending, Leave, Step
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Action):
    """End the handler, as a success. Nothing after it runs.

    Example:
        - stop
    """

    is_local: ClassVar[bool] = True
    ends: ClassVar[Ending | None] = Ending.STOP

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Leave the handler."""
        step.leave(Leave(Ending.STOP))
        return None
