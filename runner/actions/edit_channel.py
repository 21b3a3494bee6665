"""`edit_channel`: change a channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_channel import CHANNEL, OnChannel, changed, channel_of, seconds
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Channel, Duration, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class EditChannel(OnChannel):
    """Change a channel's name, topic, place or pace. Discord takes two new names or topics in ten minutes.

    Example:
        - edit_channel: {topic: "{{ user.name }} was here", slowmode: 5s}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.MANAGE_CHANNELS

    name: str | None = option("Its new name: 100 characters, longer text is cut.", default=None, min_length=1)
    topic: str | None = option("What stands beside its name: 1024 characters, longer text is cut.", default=None)
    category: Channel | None = option("The category to move it to: an id or `#name`.", default=None)
    position: int | None = option("Its place among the others, the first being 0.", default=None, minimum=0)
    slowmode: Duration | None = option(
        "How long members wait between two messages, at most 6h; 0s for not at all.",
        default=None,
        maximum=limits.SLOWMODE_MAX_S,
    )
    nsfw: bool | None = option("Only for adults.", default=None)
    user_limit: int | None = option(
        "How many may be in a voice channel; 0 for any number.", default=None, minimum=0, maximum=limits.VOICE_USERS_MAX
    )

    def lacks(self) -> str:
        """Ask for something to change."""
        values = (self.name, self.topic, self.category, self.position, self.slowmode, self.nsfw, self.user_limit)
        return "" if any(value is not None for value in values) else "`name`, `topic`, `category` or `slowmode`"

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change it."""
        body = changed(
            name=None if self.name is None else shortened(self.name, limits.CHANNEL_NAME_MAX),
            topic=None if self.topic is None else shortened(self.topic, limits.CHANNEL_TOPIC_MAX),
            parent_id=step.channel(self.category) if self.category else None,
            position=self.position,
            rate_limit_per_user=seconds(self.slowmode),
            nsfw=self.nsfw,
            user_limit=self.user_limit,
        )
        await step.rest("PATCH", CHANNEL, body, reason=self.reason, channel_id=channel_of(self.channel, step))
        return None
