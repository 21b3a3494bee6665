"""`pin`: pin a message."""

from collections.abc import Mapping

from runner.actions._on_pins import OnPin
from runner.actions.action import Step
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(OnPin):
    """Pin a message to its channel. Does nothing if it is pinned already.

    Example:
        - pin: "{{ message.id }}"
    """

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Pin it."""
        await self.change(step, "PUT")
        return None
