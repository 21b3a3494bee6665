"""What happens on Discord besides interactions, as far as a bot can listen to it: one table.

Each event has Discord's own name on the gateway and the intent without which it doesn't come. What templates read of
each is in `templates.event_roots`, and how it is read from Discord's payload in `engine.events`.
Source: Discord docs, Events: Gateway Events, and Gateway, Gateway Intents.
"""

from collections.abc import Mapping
from typing import Final, Literal

from runner.data import dataclass
from runner.lifecycle.bits import Intents

Told = Literal["nobody", "id", "user", "member"]
"""What Discord tells of who does something: nothing, an id, a user, or a member with roles."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. `gateway` is Discord's name for it; several kinds of ours may share one.

    `who` is what is told of whoever does it. `has_channel` says that it happens in a channel, `has_content` that it has
    the text of a message, which takes an intent more.
    """

    gateway: str
    intents: Intents
    who: Told = "nobody"
    has_channel: bool = False
    has_content: bool = False

    @property
    def tells_id(self) -> bool:
        """Whether it is known who does it."""
        return self.who != "nobody"

    @property
    def tells_bots(self) -> bool:
        """Whether it is known if a bot does it."""
        return self.who in ("user", "member")

    @property
    def tells_roles(self) -> bool:
        """Whether the roles are known of whoever does it."""
        return self.who == "member"


_I = Intents
_MEMBERS: Final = _I.GUILDS | _I.GUILD_MEMBERS
_BANS: Final = _I.GUILDS | _I.GUILD_MODERATION
_MESSAGES: Final = _I.GUILDS | _I.GUILD_MESSAGES
_REACTIONS: Final = _I.GUILDS | _I.GUILD_MESSAGE_REACTIONS
_POLLS: Final = _I.GUILDS | _I.GUILD_MESSAGE_POLLS
_VOICE: Final = _I.GUILDS | _I.GUILD_VOICE_STATES
_SCHEDULED: Final = _I.GUILDS | _I.GUILD_SCHEDULED_EVENTS

KINDS: Final[Mapping[str, Kind]] = {
    "member_join": Kind("GUILD_MEMBER_ADD", _MEMBERS, "member"),
    "member_leave": Kind("GUILD_MEMBER_REMOVE", _MEMBERS, "user"),
    "member_update": Kind("GUILD_MEMBER_UPDATE", _MEMBERS, "member"),
    "member_ban": Kind("GUILD_BAN_ADD", _BANS, "user"),
    "member_unban": Kind("GUILD_BAN_REMOVE", _BANS, "user"),
    "message": Kind("MESSAGE_CREATE", _MESSAGES, "member", has_channel=True, has_content=True),
    "message_edit": Kind("MESSAGE_UPDATE", _MESSAGES, "member", has_channel=True, has_content=True),
    "message_delete": Kind("MESSAGE_DELETE", _MESSAGES, has_channel=True),
    "reaction_add": Kind("MESSAGE_REACTION_ADD", _REACTIONS, "member", has_channel=True),
    "reaction_remove": Kind("MESSAGE_REACTION_REMOVE", _REACTIONS, "id", has_channel=True),
    "reaction_clear": Kind("MESSAGE_REACTION_REMOVE_ALL", _REACTIONS, has_channel=True),
    "poll_vote_add": Kind("MESSAGE_POLL_VOTE_ADD", _POLLS, "id", has_channel=True),
    "poll_vote_remove": Kind("MESSAGE_POLL_VOTE_REMOVE", _POLLS, "id", has_channel=True),
    "voice_join": Kind("VOICE_STATE_UPDATE", _VOICE, "member", has_channel=True),
    "voice_leave": Kind("VOICE_STATE_UPDATE", _VOICE, "member", has_channel=True),
    "voice_move": Kind("VOICE_STATE_UPDATE", _VOICE, "member", has_channel=True),
    "thread_create": Kind("THREAD_CREATE", _I.GUILDS, has_channel=True),
    "thread_update": Kind("THREAD_UPDATE", _I.GUILDS, has_channel=True),
    "thread_delete": Kind("THREAD_DELETE", _I.GUILDS, has_channel=True),
    "channel_create": Kind("CHANNEL_CREATE", _I.GUILDS, has_channel=True),
    "channel_update": Kind("CHANNEL_UPDATE", _I.GUILDS, has_channel=True),
    "channel_delete": Kind("CHANNEL_DELETE", _I.GUILDS, has_channel=True),
    "role_create": Kind("GUILD_ROLE_CREATE", _I.GUILDS),
    "role_update": Kind("GUILD_ROLE_UPDATE", _I.GUILDS),
    "role_delete": Kind("GUILD_ROLE_DELETE", _I.GUILDS),
    "guild_join": Kind("GUILD_CREATE", _I.GUILDS),
    "guild_leave": Kind("GUILD_DELETE", _I.GUILDS),
    "emojis_update": Kind("GUILD_EMOJIS_UPDATE", _I.GUILDS | _I.GUILD_EXPRESSIONS),
    "scheduled_event_create": Kind("GUILD_SCHEDULED_EVENT_CREATE", _SCHEDULED),
    "scheduled_event_update": Kind("GUILD_SCHEDULED_EVENT_UPDATE", _SCHEDULED),
    "scheduled_event_delete": Kind("GUILD_SCHEDULED_EVENT_DELETE", _SCHEDULED),
    "scheduled_event_join": Kind("GUILD_SCHEDULED_EVENT_USER_ADD", _SCHEDULED, "id"),
    "scheduled_event_leave": Kind("GUILD_SCHEDULED_EVENT_USER_REMOVE", _SCHEDULED, "id"),
}
"""Every event that a bot can listen to, by its name in YAML."""

BULK_DELETE: Final = "MESSAGE_DELETE_BULK"
"""Several deletions of messages at once, which Discord tells in one event. Each of them is a `message_delete`."""

CLEARED_EMOJI: Final = "MESSAGE_REACTION_REMOVE_EMOJI"
"""That all reactions with one emoji are gone: a `reaction_clear`, as it is when all reactions are."""


def kind_name(name: str) -> str:
    """Return which kind of event something is done at: what a pack does at one is called `pack.member_join`."""
    return name.rpartition(".")[2]


GATEWAY_NAMES: Final = frozenset({BULK_DELETE, CLEARED_EMOJI, *(kind.gateway for kind in KINDS.values())})
"""Discord's own names of them all."""

INTENT_NAMES: Final[Mapping[Intents, str]] = {
    Intents.GUILD_MEMBERS: "Server Members Intent",
    Intents.GUILD_PRESENCES: "Presence Intent",
    Intents.MESSAGE_CONTENT: "Message Content Intent",
}
"""The privileged intents, as Discord's developer portal calls their switches (page Bot)."""
