"""`create_webhook`: a webhook of the bot's own in a channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_channel import CHANNEL, OnChannel, channel_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.templates.types import SNOWFLAKE, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook(OnChannel):
    """Make a webhook, by which messages come under a name and a picture of their own.

    Example:
        - create_webhook: {name: News, channel: "#general"}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "name"
    needs: ClassVar[Permissions] = Permissions.MANAGE_WEBHOOKS
    outputs: ClassVar[Mapping[str, Type]] = {"webhook_id": SNOWFLAKE}

    name: str = option("Its name: 80 characters, longer text is cut; `discord` is no part of it.", min_length=1)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Make it; gives its id. Its token is a secret, and stays where it is."""
        body = {"name": shortened(self.name, limits.WEBHOOK_NAME_MAX)}
        channel_id = channel_of(self.channel, step)
        made = await step.rest("POST", CHANNEL + "/webhooks", body, reason=self.reason, channel_id=channel_id)
        return {"webhook_id": made["id"]}
