"""`send`: post a message to a channel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, cast

from runner.actions.action import Action, Authored, Place, Repeats, Step, StepFailed
from runner.config.document import NewMessage, ReplyTo, lacks_content
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, keys_of, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
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

    reply_to: ReplyTo | None = option("The message that it is a reply to.", default=None)
    stickers: tuple[str, ...] = option(
        "Stickers of the server, by name or id.",
        default=(),
        single=True,
        min_length=1,
        max_items=limits.MESSAGE_STICKERS_MAX,
    )

    def lacks(self) -> str:
        """Ask for something to say."""
        return "" if self.stickers else lacks_content(self.message)

    def asks(self) -> Permissions:
        """Return what it takes to write there, and to reply to what has been written before."""
        return self.needs if self.reply_to is None else self.needs | Permissions.READ_MESSAGE_HISTORY

    def to_grant(self) -> Permissions:
        """Return the same."""
        return self.asks()

    def intents(self) -> Intents:
        """Return what it takes to know the server's stickers by their names."""
        names = (each for each in self.stickers if isinstance(each, Authored) or not each.isdecimal())
        return Intents.GUILD_EXPRESSIONS if any(True for _ in names) else Intents(0)

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want the channel of the interaction where none is named, and its server where one is named as `#name`."""
        if self.channel is None:
            return frozenset({"channel"})
        channel = cast(object, self.channel)  # before it is rendered it may be a template
        is_named = isinstance(channel, str) and channel.startswith("#")
        return frozenset({"guild"}) if is_named or self.stickers else frozenset()

    def needs_in(self) -> object:
        """Return the channel, if it names one."""
        return self.channel or Place.HERE

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Post it and return the ids of the message and its channel."""
        channel = step.channel(self.channel) if self.channel else step.channel_id
        if channel is None:
            raise StepFailed("send: this interaction has no channel; name one with `channel:`")
        unique = {"nonce": step.key, "enforce_nonce": True}  # Discord docs, Create Message: a second one is dropped
        route, beside = "/channels/{channel_id}/messages", {**unique, **self._reference()}
        sent = await step.rest_message("POST", route, self._said(step), beside, channel_id=channel)
        return {"message_id": sent["id"], "channel_id": channel}

    def _said(self, step: Step) -> Message:
        """Return the message with its stickers, and with whom it pings. Raises `StepFailed` for an unknown sticker."""
        message = self.message
        if self.reply_to is not None and self.reply_to.ping:
            mentions = {**(message.mentions or {"parse": []}), "replied_user": True}
            message = replace(message, mentions=mentions, encoded=None)
        if self.stickers:
            ids = [step.sticker(each) for each in self.stickers]
            message = replace(message, more={**(message.more or {}), "sticker_ids": ids}, encoded=None)
        return message

    def _reference(self) -> Mapping[str, object]:
        """Return what says in Discord's JSON that it is a reply. Source: Discord docs, Message Reference Structure."""
        if self.reply_to is None:
            return {}
        reply = self.reply_to
        reference = {"message_id": reply.message, "fail_if_not_exists": reply.fail_if_not_exists}
        return {"message_reference": reference}
