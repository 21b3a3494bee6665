"""`remove_timeout`: let a member write and speak again."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import MEMBER, Moderating, server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Snowflake, option
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTimeout(Moderating):
    """Let a member write and speak again. Does nothing where there is no timeout.

    Example:
        - remove_timeout: "{{ user }}"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.MODERATE_MEMBERS

    user: Snowflake = option("Whom: a user, or an id.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """End it."""
        guild_id, user_id = server_of(step), await self.whom(step)
        changed = {"communication_disabled_until": None}
        await step.rest("PATCH", MEMBER, changed, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return None
