"""`unpin`: take the pin of a message away."""

from collections.abc import Mapping

from runner.actions._on_pins import OnPin
from runner.actions.action import Step
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpin(OnPin):
    """Take the pin of a message away. Does nothing if it isn't pinned.

    Example:
        - unpin: "{{ message.id }}"
    """

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take it away."""
        await self.change(step, "DELETE")
        return None
