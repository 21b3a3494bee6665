"""`move_member`: take a member to another voice channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import MEMBER, OnMember, server_of, user_of
from runner.actions.action import Repeats, Step, Target
from runner.data import dataclass
from runner.fields import Channel, option
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMember(OnMember):
    """Take a member who is in a voice channel to another one.

    Example:
        - move_member: "#Lounge"
          catch: [{log: "{{ user.name }} is in no voice channel"}]
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "channel"
    needs: ClassVar[Permissions] = Permissions.MOVE_MEMBERS | Permissions.CONNECT
    targets: ClassVar[Mapping[str, Target]] = {}  # no rank protects from it

    channel: Channel = option("Where to: an id or `#name`.")

    def needs_in(self) -> object:
        """Return the channel."""
        return self.channel

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Move them."""
        guild_id, changed = server_of(step), {"channel_id": step.channel(self.channel)}
        user_id = user_of(self, step)
        await step.rest("PATCH", MEMBER, changed, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return None
