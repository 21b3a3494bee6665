"""`send`: post a message to a channel."""

from collections.abc import Mapping
from typing import ClassVar, cast

from runner.actions.action import Action, Place, Repeats, Step, StepFailed
from runner.config.document import NewMessage, lacks_content
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, keys_of, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.messages import Message
from runner.templates.types import SNOWFLAKE, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Action):
    """Post a message to a channel, with the bot's own token: it can be edited for ever, and needs no interaction.

    Example:
        - send: {channel: "#general", content: "Welcome {{ user.mention }}"}
    """

    short: ClassVar[str | None] = "content"
    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL | Permissions.SEND_MESSAGES
    repeats: ClassVar[Repeats] = Repeats.KEYED
    worst_case_s: ClassVar[float] = limits.REST_CALL_S
    outputs: ClassVar[Mapping[str, Type]] = {"message_id": SNOWFLAKE, "channel_id": SNOWFLAKE}

    message: Message = keys_of(NewMessage)
    channel: Channel | None = option(
        "Where to: an id or `#name`. Left out: the channel of the interaction.", default=None
    )

    def lacks(self) -> str:
        """Ask for something to say."""
        return lacks_content(self.message)

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want the channel of the interaction where none is named, and its server where one is named as `#name`."""
        if self.channel is None:
            return frozenset({"channel"})
        channel = cast(object, self.channel)  # before it is rendered it may be a template
        is_named = isinstance(channel, str) and channel.startswith("#")
        return frozenset({"guild"}) if is_named else frozenset()

    def needs_in(self) -> object:
        """Return the channel, if it names one."""
        return self.channel or Place.HERE

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Post it and return the ids of the message and its channel."""
        channel = step.channel(self.channel) if self.channel else step.channel_id
        if channel is None:
            raise StepFailed("send: this interaction has no channel; name one with `channel:`")
        unique = {"nonce": step.key, "enforce_nonce": True}  # Discord docs, Create Message: a second one is dropped
        route = "/channels/{channel_id}/messages"
        sent = await step.rest_message("POST", route, self.message, unique, channel_id=channel)
        return {"message_id": sent["id"], "channel_id": channel}
