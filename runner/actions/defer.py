"""`defer`: show the spinner now and answer later."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.machine import Event
from runner.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer(Action):
    """Acknowledge now with a spinner; the next `reply` takes its place, with the visibility chosen here.

    Example:
        - defer: {ephemeral: true}
    """

    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.DEFER

    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Defer through the one acknowledger."""
        await step.respond(Event.DEFER, Message(is_ephemeral=self.ephemeral))
        return None
