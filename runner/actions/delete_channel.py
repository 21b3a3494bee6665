"""`delete_channel`: delete a channel or a thread."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_channel import CHANNEL, OnChannel
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Channel, option
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteChannel(OnChannel):
    """Delete a channel or a thread with everything in it. Nobody can bring it back.

    Example:
        - delete_channel: {channel: "#support", reason: Resolved}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "channel"
    needs: ClassVar[Permissions] = Permissions.MANAGE_CHANNELS

    channel: Channel = option("Which: a channel, an id or `#name`.")  # said, because it can't be undone

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete it."""
        await step.rest("DELETE", CHANNEL, reason=self.reason, channel_id=step.channel(self.channel))
        return None
