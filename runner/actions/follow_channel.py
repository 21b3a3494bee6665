"""`follow_channel`: have what an announcement channel publishes come into a channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_channel import CHANNEL, OnChannel, channel_of
from runner.actions.action import Place, Repeats, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, option
from runner.lifecycle.bits import Permissions
from runner.templates.types import SNOWFLAKE, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowChannel(OnChannel):
    """Have the messages that are published in an announcement channel come into a channel of this server.

    `delete_webhook` ends it.

    Example:
        - follow_channel: {channel: "123456789012345678", into: "#general"}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "channel"
    needs: ClassVar[Permissions] = Permissions.MANAGE_WEBHOOKS
    outputs: ClassVar[Mapping[str, Type]] = {"webhook_id": SNOWFLAKE}

    channel: Channel = option("What to follow: an announcement channel of any server that the bot sees, or `#name`.")
    into: Channel | None = option(
        "Where its messages come: a channel, an id or `#name`. Left out: this one.", default=None
    )

    def needs_in(self) -> object:
        """Return the channel that they come into."""
        return self.into or Place.HERE

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a server, and a channel where none is named that they come into."""
        return frozenset({"guild"} if self.into is not None else {"guild", "channel"})

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Follow it; gives the webhook that they come through."""
        body = {"webhook_channel_id": channel_of(self.into, step)}
        route, channel_id = CHANNEL + "/followers", step.channel(self.channel)
        made = await step.rest("POST", route, body, reason=self.reason, channel_id=channel_id)
        return {"webhook_id": made["webhook_id"]}
