"""`react`: add reactions to a message."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage, emoji_part
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class React(OnMessage):
    """Add an emoji, or several, to a message. Does nothing where the reaction is there already.

    Example:
        - react: {emoji: "👍", message: "{{ message.id }}"}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.READ_MESSAGE_HISTORY | Permissions.ADD_REACTIONS

    emoji: tuple[str, ...] = option(
        "A character, or a server's own emoji as `<:name:id>`; or a list of such, in their order.",
        single=True,
        min_items=1,
        max_items=limits.REACTIONS_PER_MESSAGE_MAX,
    )

    def powers(self) -> Permissions:
        """Return nothing: a reaction of the bot's harms nobody."""
        return Permissions(0)

    def takes_s(self) -> float:
        """Allow for a call for each emoji; what a template gives is taken for one."""
        return limits.REST_CALL_S * max(1, len(self.emoji))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Add them one after the other: Discord keeps them in the order in which they come."""
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        for emoji in self.emoji:
            await step.rest("PUT", MESSAGE + "/reactions/{emoji}/@me", emoji=emoji_part(emoji), **where)
        return None
