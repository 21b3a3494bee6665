"""What every step on a message has that stands in a channel already."""

from typing import ClassVar, Final, cast

from runner.actions._on_channel import CHANNEL, channel_of
from runner.actions.action import Action, Authored, Place, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Channel, PublicMessage, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.regex import regex

MESSAGE: Final = CHANNEL + "/messages/{message_id}"
"""The route of a message."""

_CUSTOM_EMOJI: Final = regex(r"<a?:(\w{2,32}:[0-9]{15,20})>")


@dataclass(frozen=True, slots=True, kw_only=True)
class InChannel(Action):
    """A step on what stands in one channel, in a server or in direct messages."""

    worst_case_s: ClassVar[float] = limits.REST_CALL_S

    channel: Channel | None = option(
        "Where it is: a channel, an id or `#name`. Left out: the channel of the interaction.", default=None
    )

    def needs_in(self) -> object:
        """Return the channel, if it names one."""
        return self.channel or Place.HERE

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a channel where none is named, and its server where one is named as `#name`."""
        if self.channel is None:
            return frozenset({"channel"})
        named = cast(object, self.channel)  # before it is rendered it may be a template
        return frozenset({"guild"}) if isinstance(named, str) and named.startswith("#") else frozenset()

    def channel_id(self, step: Step) -> str:
        """Return the id of the channel. Raises `StepFailed` where there is none."""
        return channel_of(self.channel, step)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMessage(InChannel):
    """A step on one message."""

    message: PublicMessage = option("Which message: an id, as `send` and `reply` give it, or `{{ message.id }}`.")

    def powers(self) -> Permissions:
        """Return nothing for the message that a button is on: it is one of the bot's own."""
        written = cast(object, self.message)  # before it is rendered it may be a template
        is_own = isinstance(written, Authored) and written.template.roots == frozenset({"message"})
        return Permissions(0) if is_own else self.asks() or self.needs


def emoji_part(emoji: str) -> str:
    """Return an emoji as Discord's routes name it: the character itself, or `name:id`.

    Source: Discord docs, Resources: Message, Create Reaction.
    """
    custom = _CUSTOM_EMOJI.fullmatch(emoji)
    return custom[1] if custom else emoji.strip()


def message_url(guild_id: str | None, channel_id: str, message_id: str) -> str:
    """Return the address that opens a message in Discord."""
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"
