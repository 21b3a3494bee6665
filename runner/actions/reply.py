"""`reply`: answer the user who started the interaction."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.config.document import NewMessage, lacks_content, time_of
from runner.data import dataclass
from runner.fields import keys_of, option
from runner.lifecycle.machine import Event
from runner.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answer the user. Right at any moment: it is the first response, the end of the spinner, or a follow-up.

    Example:
        - reply: "Hello {{ user.mention }}"
    """

    short: ClassVar[str | None] = "content"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.REPLY

    message: Message = keys_of(NewMessage)
    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)

    def lacks(self) -> str:
        """Ask for something to say."""
        return lacks_content(self.message)

    def takes_s(self) -> float:
        """Take the time of its files: without any it doesn't leave the process."""
        return time_of(self.message)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Answer through the one acknowledger."""
        await step.respond(Event.REPLY, self.message, is_ephemeral=self.ephemeral)
        return None
