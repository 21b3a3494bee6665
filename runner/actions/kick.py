"""`kick`: send a member away."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import MEMBER, Telling, server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Kick(Telling):
    """Send a member away, who can come back with an invite.

    Example:
        - kick: {user: "{{ user }}", reason: Spam, dm: You have been kicked.}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.KICK_MEMBERS

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Tell them, then send them away."""
        guild_id, user_id = server_of(step), await self.whom(step)
        was_told = await self.tell(step, user_id)
        await step.rest("DELETE", MEMBER, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return {"was_told": was_told}
