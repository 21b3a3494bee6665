"""`reply`: answer the user who started the interaction."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.config.document import NewMessage, lacks_content, time_of
from runner.data import dataclass
from runner.fields import keys_of, option
from runner.lifecycle.machine import Event
from runner.messages import Message
from runner.templates.types import PRIVATE_ID, SNOWFLAKE, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answer the user. Right at any moment: it is the first response, the end of the spinner, or a follow-up.

    Example:
        - reply: "Hello {{ user.mention }}"
    """

    short: ClassVar[str | None] = "content"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.REPLY
    outputs: ClassVar[Mapping[str, Type]] = {"message_id": PRIVATE_ID, "channel_id": SNOWFLAKE}

    message: Message = keys_of(NewMessage)
    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)

    def lacks(self) -> str:
        """Ask for something to say."""
        return lacks_content(self.message)

    def takes_s(self) -> float:
        """Take the time of its files: without any it doesn't leave the process."""
        return time_of(self.message)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Answer through the one acknowledger. Discord is asked for the message's id only where steps can read it."""
        ids: list[str] = []
        message = replace(self.message, told=ids.append) if step.is_read else self.message
        await step.respond(Event.REPLY, message, is_ephemeral=self.ephemeral)
        return {"message_id": next(iter(ids), None), "channel_id": step.channel_id} if step.is_read else None
