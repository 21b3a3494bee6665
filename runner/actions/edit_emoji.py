"""`edit_emoji`: change an emoji of the server."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_channel import changed
from runner.actions._on_emoji import EMOJI, EMOJI_ROLES_MAX, NAME_PATTERN, NAME_TAKES, OnEmoji
from runner.actions._on_member import server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Role, option


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEmoji(OnEmoji):
    """Change what an emoji of the server is called, or who may use it. Its picture stays.

    Example:
        - edit_emoji: {emoji: "<:party:123456789012345678>", name: celebration}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE

    name: str | None = option(
        "What it is called between the colons from now on.", default=None, pattern=NAME_PATTERN, takes=NAME_TAKES
    )
    roles: tuple[Role, ...] | None = option(
        "Who alone may use it: each an id or `@name`; an empty list for everybody.",
        default=None,
        single=True,
        max_items=EMOJI_ROLES_MAX,
    )

    def lacks(self) -> str:
        """Ask for something to change."""
        return "" if self.name is not None or self.roles is not None else "`name` or `roles`"

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it."""
        roles = None if self.roles is None else [step.role(role) for role in self.roles]
        body = changed(name=self.name, roles=roles)
        where = {"guild_id": server_of(step), "emoji_id": self.emoji_id}
        await step.rest("PATCH", EMOJI, body, reason=self.reason, **where)
        return None
