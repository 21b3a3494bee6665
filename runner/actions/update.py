"""`update`: change the message that a button is on."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.config.document import MessageChange, lacks_content, time_of
from runner.data import dataclass
from runner.fields import keys_of
from runner.lifecycle.machine import Event
from runner.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Action):
    """Change the message that the clicked button is on. What is left out stays as it is.

    Example:
        - update: {content: "Taken by {{ user.mention }}", components: []}
    """

    short: ClassVar[str | None] = "content"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.UPDATE

    message: Message = keys_of(MessageChange)

    def lacks(self) -> str:
        """Ask for something to change."""
        return lacks_content(self.message)

    def takes_s(self) -> float:
        """Take the time of its files: without any it doesn't leave the process."""
        return time_of(self.message)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Update through the one acknowledger."""
        await step.respond(Event.UPDATE, self.message)
        return None
