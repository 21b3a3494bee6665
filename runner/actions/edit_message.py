"""`edit_message`: change a message that the bot has posted."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.bits import Permissions
from runner.messages import Mention, Message, edit_body


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage(OnMessage):
    """Change a message that the bot has posted, at any time later. What is left out stays as it is.

    Example:
        - edit_message: {message: "{{ message.id }}", content: "Closed by {{ user.mention }}", components: []}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL

    content: str | None = option("The new text, at most 2000 characters; longer text is cut.", default=None)
    components: tuple[str, ...] | None = option(
        "The buttons it has from now on, by name; an empty list removes them.",
        default=None,
        static=True,
        max_items=25,
        refers="components",
    )
    mentions: tuple[Mention, ...] = option("Whom the text may ping; nobody unless named here.", default=())

    def lacks(self) -> str:
        """Ask for something to change."""
        return "" if self.content is not None or self.components is not None else "`content` or `components`"

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it, with the bot's own token."""
        rows = None if self.components is None else step.button_rows(self.components)
        body = edit_body(Message(content=self.content, mentions=self.mentions, components=rows))
        await step.rest("PATCH", MESSAGE, body, channel_id=self.channel_id(step), message_id=self.message)
        return None
