"""`disconnect_member`: take a member out of their voice channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import MEMBER, OnMember, server_of, user_of
from runner.actions.action import Repeats, Step, Target
from runner.data import dataclass
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectMember(OnMember):
    """Take a member out of the voice channel that they are in.

    Example:
        - disconnect_member: "{{ user }}"
          catch: [{log: "{{ user.name }} is in no voice channel"}]
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.MOVE_MEMBERS
    targets: ClassVar[Mapping[str, Target]] = {}  # no rank protects from it

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Disconnect them."""
        guild_id, user_id = server_of(step), user_of(self, step)
        changed = {"channel_id": None}
        await step.rest("PATCH", MEMBER, changed, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return None
