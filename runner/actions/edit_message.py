"""`edit_message`: change a message that the bot has posted."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage
from runner.actions.action import Repeats, Step
from runner.config.document import MessageEdit, lacks_content
from runner.data import dataclass
from runner.fields import keys_of
from runner.lifecycle.bits import Permissions
from runner.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage(OnMessage):
    """Change a message that the bot has posted, at any time later. What is left out stays as it is.

    Example:
        - edit_message: {message: "{{ message.id }}", content: "Closed by {{ user.mention }}", components: []}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL

    said: Message = keys_of(MessageEdit)

    def lacks(self) -> str:
        """Ask for something to change."""
        return lacks_content(self.said)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it, with the bot's own token."""
        await step.rest_message("PATCH", MESSAGE, self.said, channel_id=self.channel_id(step), message_id=self.message)
        return None
