"""`nickname`: call a member by another name in this server."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import MEMBER, Moderating, server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.formats import shortened
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import NICKNAME_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Nickname(Moderating):
    """Call a member by another name in this server.

    Example:
        - nickname: "{{ user.name }} the Brave"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "name"
    needs: ClassVar[Permissions] = Permissions.MANAGE_NICKNAMES

    name: str = option("The name: 32 characters, longer text is cut. An empty one takes the nickname away.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Set it."""
        guild_id, user_id = server_of(step), await self.whom(step)
        changed = {"nick": shortened(self.name, NICKNAME_MAX)}
        await step.rest("PATCH", MEMBER, changed, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return None
