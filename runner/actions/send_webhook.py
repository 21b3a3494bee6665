"""`send_webhook`: post a message through a webhook."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions._on_webhook import OnWebhook
from runner.actions.action import Repeats, Step
from runner.config.document import NewMessage, lacks_content
from runner.data import dataclass
from runner.fields import Snowflake, keys_of, option
from runner.formats import shortened
from runner.lifecycle import limits
from runner.messages import Message
from runner.templates.types import SNOWFLAKE, Type

_ROUTE: Final = "/webhooks/{webhook_id}/{webhook_token}?wait=true&with_components=true"
"""Components are left out of a message through a webhook that is no application's, unless they are asked for.

Source: Discord docs, Resources: Webhook, Execute Webhook.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWebhook(OnWebhook):
    """Post a message through a webhook, under a name and a picture of its own if you like.

    Example:
        - send_webhook: {webhook: "123456789012345678", content: Hello, username: News}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    outputs: ClassVar[Mapping[str, Type]] = {"message_id": SNOWFLAKE, "channel_id": SNOWFLAKE}

    message: Message = keys_of(NewMessage)
    username: str | None = option("The name it comes under: 80 characters, longer text is cut.", default=None)
    avatar_url: str | None = option("The picture it comes with.", default=None)
    thread: Snowflake | None = option("The thread of its channel that it goes to: an id.", default=None)

    def lacks(self) -> str:
        """Ask for something to say, and which webhook is meant."""
        return lacks_content(self.message) or OnWebhook.lacks(self)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Post it, and return the ids of the message and its channel."""
        shown: dict[str, object] = {}
        if self.username:
            shown["username"] = shortened(self.username, limits.WEBHOOK_NAME_MAX)
        if self.avatar_url:
            shown["avatar_url"] = self.avatar_url
        route = _ROUTE + (f"&thread_id={self.thread}" if self.thread else "")
        sent = await step.rest_message("POST", route, self.message, shown, **await self.key(step))
        return {"message_id": sent["id"], "channel_id": sent["channel_id"]}
