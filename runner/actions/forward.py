"""`forward`: post a message again in another channel, as Discord's own Forward does."""

from collections.abc import Mapping
from typing import ClassVar, Final, cast

from runner.actions._on_channel import CHANNEL
from runner.actions._on_message import OnMessage, message_url
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, option
from runner.lifecycle.bits import Permissions
from runner.templates.types import SNOWFLAKE, STRING, Type

_FORWARD: Final = 1  # Discord docs, Resources: Message, Message Reference Types


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(OnMessage):
    """Post a message again in another channel, with what it says now: a snapshot, which later edits don't change.

    Example:
        - forward: {message: "{{ message.id }}", to: "#support"}
    """

    repeats: ClassVar[Repeats] = Repeats.KEYED
    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL | Permissions.SEND_MESSAGES
    outputs: ClassVar[Mapping[str, Type]] = {"message_id": SNOWFLAKE, "channel_id": SNOWFLAKE, "url": STRING}

    to: Channel = option("Where to: a channel, an id or `#name`.")

    def needs_in(self) -> object:
        """Return where it is posted."""
        return self.to

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a server where the other channel is named as `#name`, too."""
        named = cast(object, self.to)  # before it is rendered it may be a template
        is_name = isinstance(named, str) and named.startswith("#")
        return OnMessage.wants(self, declared) | ({"guild"} if is_name else set[str]())

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Post it, and return where it is now."""
        reference = {"type": _FORWARD, "message_id": self.message, "channel_id": self.channel_id(step)}
        body = {"message_reference": reference, "nonce": step.key, "enforce_nonce": True}
        channel_id = step.channel(self.to)
        sent = await step.rest("POST", CHANNEL + "/messages", body, channel_id=channel_id)
        url = message_url(step.guild_id, channel_id, sent["id"])
        return {"message_id": sent["id"], "channel_id": channel_id, "url": url}
