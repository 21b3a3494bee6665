"""What exists on the local Discord: guilds, channels, roles, people and their messages, as they stand now."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runner.emulator import permissions
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

JsonObject = dict[str, Any]
"""A JSON object as it travels. `Any`: its values are whatever a client sent, or what the API's schema says."""


def listed(value: Any) -> list[Any]:  # `Any`: a list out of checked JSON
    """Return a JSON list that may also be absent or null."""
    return list[Any](value or ())


THREADS = frozenset({ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})
"""The channel types that take their permissions from a parent."""

FORUMS = frozenset({ChannelType.GUILD_FORUM, ChannelType.GUILD_MEDIA})
"""The channel types that hold posts, each a thread, and no messages of their own."""

VOICE = frozenset({ChannelType.GUILD_VOICE, ChannelType.GUILD_STAGE_VOICE})
"""The channel types that one can speak in."""

THREAD_STARTER_MESSAGE = 21
"""The type of the message that stands at the beginning of a thread for the one that it was started from."""

MESSAGES_PER_CHANNEL_MAX = 10_000
"""Messages that a channel keeps; the oldest are forgotten."""

AUDIT_LOG_MAX = 1_000
"""Entries that the audit log of a guild keeps; the oldest are forgotten."""


@dataclass(slots=True, kw_only=True)
class User:
    """A person, or a bot. `dms_open` is whether strangers from a shared guild may write to them.

    `status` is how they show themselves: online, idle, dnd, invisible or offline.
    """

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"
    status: str = "online"
    activities: list[JsonObject] = field(default_factory=list[JsonObject])

    @property
    def display_name(self) -> str:
        """The name that others read."""
        return self.global_name or self.username


@dataclass(slots=True, kw_only=True)
class Role:
    """A role of a guild. The role whose id is the guild's is `@everyone`."""

    id: int
    name: str
    permissions: Permissions = Permissions(0)
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed_by: int | None = None


@dataclass(slots=True, kw_only=True)
class VoiceState:
    """Where in a guild somebody speaks. What moderators did to them is on the member."""

    channel_id: int
    session_id: str
    self_mute: bool = False
    self_deaf: bool = False


@dataclass(slots=True, kw_only=True)
class Member:
    """A user's place in a guild. Instants are Unix seconds."""

    user_id: int
    joined_at: float
    role_ids: list[int] = field(default_factory=list[int])
    nick: str | None = None
    timed_out_until: float | None = None
    mute: bool = False
    deaf: bool = False
    voice: VoiceState | None = None


@dataclass(slots=True, kw_only=True)
class Poll:
    """A poll. `votes` maps an answer's number to the users who chose it; `ends_at` is a Unix second."""

    question: JsonObject
    answers: list[JsonObject]
    ends_at: float
    allow_multiselect: bool = False
    layout_type: int = 1
    votes: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    is_finalized: bool = False


@dataclass(slots=True, kw_only=True)
class Message:
    """A message. `visible_to` is set on ephemeral ones; `earlier` holds the contents before each edit.

    The author of a webhook's message is the webhook, shown under the name and the avatar in `shown_as`. Reactions are
    by emoji: a character, or `name:id`. `snapshots` are what a forward carries along.
    """

    id: int
    channel_id: int
    author_id: int
    content: str = ""
    type: int = 0
    flags: int = 0
    embeds: list[JsonObject] = field(default_factory=list[JsonObject])
    components: list[JsonObject] = field(default_factory=list[JsonObject])
    attachments: list[JsonObject] = field(default_factory=list[JsonObject])
    mention_ids: list[int] = field(default_factory=list[int])
    mention_role_ids: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    edited_at: float | None = None
    pinned_at: float | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    reference: JsonObject | None = None
    interaction_metadata: JsonObject | None = None
    interaction: JsonObject | None = None
    application_id: int | None = None
    webhook_id: int | None = None
    shown_as: tuple[str, str | None] | None = None
    visible_to: int | None = None
    nonce: str | int | None = None
    poll: Poll | None = None
    sticker_ids: list[int] = field(default_factory=list[int])
    snapshots: list[JsonObject] = field(default_factory=list[JsonObject])
    position: int | None = None
    tts: bool = False
    deleted: bool = False
    earlier: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class Tag:
    """A tag that posts of a forum can have."""

    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True, kw_only=True)
class Thread:
    """What makes a channel a thread. Instants are Unix seconds; `members` maps a user's id to when they joined.

    `archived_at` is when it was last archived or unarchived.
    """

    owner_id: int
    created_at: float
    archived_at: float
    auto_archive_minutes: int = limits.THREAD_AUTO_ARCHIVE_DEFAULT_MINUTES
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    members: dict[int, float] = field(default_factory=dict[int, float])
    message_count: int = 0
    total_message_sent: int = 0
    tag_ids: list[int] = field(default_factory=list[int])


@dataclass(slots=True, kw_only=True)
class Forum:
    """What makes a channel a forum: its tags, and what new posts begin with."""

    tags: list[Tag] = field(default_factory=list[Tag])
    default_reaction: JsonObject | None = None
    default_sort_order: int | None = None
    default_layout: int = 0


@dataclass(slots=True, kw_only=True)
class Channel:
    """A place to write in. `guild_id` is None for direct messages, whose members are `recipient_ids`.

    Threads have a `thread`, forums and media channels a `forum`.
    """

    id: int
    type: ChannelType
    name: str | None = None
    guild_id: int | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    flags: int = 0
    rate_limit_per_user: int = 0
    default_thread_rate_limit_per_user: int = 0
    default_auto_archive_minutes: int | None = None
    bitrate: int = limits.VOICE_BITRATE_DEFAULT
    user_limit: int = 0
    rtc_region: str | None = None
    video_quality_mode: int = 1
    overwrites: list[permissions.Overwrite] = field(default_factory=list[permissions.Overwrite])
    recipient_ids: list[int] = field(default_factory=list[int])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    last_message_id: int | None = None
    last_pin_at: float | None = None
    thread: Thread | None = None
    forum: Forum | None = None

    def add(self, message: Message) -> None:
        """Keep a message, and forget the oldest beyond `MESSAGES_PER_CHANNEL_MAX`.

        A thread counts its messages, but not the one that it began with.
        """
        if self.thread is not None:
            message.position = self.thread.message_count
            if not self._began_with(message):
                self.thread.message_count += 1
                self.thread.total_message_sent += 1
        self.messages[message.id] = message
        self.last_message_id = message.id
        while len(self.messages) > MESSAGES_PER_CHANNEL_MAX:
            del self.messages[next(iter(self.messages))]

    def remove(self, message: Message) -> None:
        """Forget a message that is deleted."""
        message.deleted = True
        if self.messages.pop(message.id, None) is not None and self.thread is not None:
            self.thread.message_count -= not self._began_with(message)

    def _began_with(self, message: Message) -> bool:
        """Return whether a thread began with a message: a forum's post, or the one that stands for its source."""
        return message.id == self.id or message.type == THREAD_STARTER_MESSAGE


@dataclass(slots=True, kw_only=True)
class Emoji:
    """A picture that can be put into texts, of a guild or of the application."""

    id: int
    name: str
    user_id: int
    animated: bool = False
    role_ids: list[int] = field(default_factory=list[int])


@dataclass(slots=True, kw_only=True)
class Sticker:
    """A picture that can be sent beside a text."""

    id: int
    name: str
    description: str | None = None
    tags: str = ""
    format_type: int = 1


@dataclass(slots=True, kw_only=True)
class Webhook:
    """A door through which messages get into a channel without a bot.

    One that follows an announcement channel, `source_id`, has no token: what is published there comes through it.
    """

    id: int
    name: str
    guild_id: int
    channel_id: int
    user_id: int
    token: str
    avatar: str | None = None
    source_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Invite:
    """A way into a guild. `max_age_s` and `max_uses` 0 are without bound."""

    code: str
    guild_id: int
    channel_id: int
    inviter_id: int
    created_at: float
    max_age_s: int
    max_uses: int = 0
    uses: int = 0
    temporary: bool = False

    def is_over(self, now: float) -> bool:
        """Return whether nobody can use it any more."""
        is_too_old = self.max_age_s != 0 and now >= self.created_at + self.max_age_s
        return is_too_old or (self.max_uses != 0 and self.uses >= self.max_uses)


@dataclass(slots=True, kw_only=True)
class ScheduledEvent:
    """Something that a guild has planned. Instants are Unix seconds; `location` is set on external ones."""

    id: int
    guild_id: int
    creator_id: int
    name: str
    entity_type: int
    starts_at: float
    ends_at: float | None = None
    channel_id: int | None = None
    location: str | None = None
    description: str | None = None
    status: int = 1
    user_ids: list[int] = field(default_factory=list[int])


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that somebody did with a permission. `changes` and `options` are as Discord shows them."""

    id: int
    action: int
    user_id: int
    target_id: int | None
    reason: str | None
    changes: tuple[JsonObject, ...] = ()
    options: JsonObject | None = None


@dataclass(slots=True, kw_only=True)
class Guild:
    """A server of Discord's. `bans` maps a user's id to the reason; `audit_log` has the newest entry last."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    bans: dict[int, str | None] = field(default_factory=dict[int, str | None])
    emojis: dict[int, Emoji] = field(default_factory=dict[int, Emoji])
    stickers: dict[int, Sticker] = field(default_factory=dict[int, Sticker])
    events: dict[int, ScheduledEvent] = field(default_factory=dict[int, ScheduledEvent])
    audit_log: deque[AuditEntry] = field(default_factory=lambda: deque[AuditEntry](maxlen=AUDIT_LOG_MAX))
    features: list[str] = field(default_factory=list[str])
    description: str | None = None
    system_channel_id: int | None = None
    locale: str = "en-US"

    def positions(self, member: Member) -> dict[int, int]:
        """Return the member's roles with their positions, for the hierarchy."""
        return {role: self.roles[role].position for role in member.role_ids if role in self.roles}


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that exists, by id. `bot_id` is the application's bot user, and the application's own id.

    `emojis` are the application's own, `invites` are by their codes, `uploads` are files that people have chosen for
    options and forms, as attachment objects. An application that `has_activities` may launch one as a first response,
    and one that `is_monetized` may ask for a purchase. `interactions_endpoint_url` is what its owner has written into
    the developer portal.
    """

    bot_id: int
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    webhooks: dict[int, Webhook] = field(default_factory=dict[int, Webhook])
    invites: dict[str, Invite] = field(default_factory=dict[str, Invite])
    emojis: dict[int, Emoji] = field(default_factory=dict[int, Emoji])
    uploads: dict[int, JsonObject] = field(default_factory=dict[int, JsonObject])
    has_activities: bool = False
    is_monetized: bool = False
    interactions_endpoint_url: str | None = None

    @property
    def bot(self) -> User:
        """The application's bot user."""
        return self.users[self.bot_id]

    def channels_of(self, guild_id: int) -> list[Channel]:
        """Return the channels and threads of a guild."""
        return [channel for channel in self.channels.values() if channel.guild_id == guild_id]

    def guild_of(self, channel: Channel) -> Guild | None:
        """Return the guild that a channel is in, None for direct messages."""
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def threads_of(self, channel_id: int) -> list[Channel]:
        """Return the threads of a channel, archived ones too."""
        return [each for each in self.channels.values() if each.thread is not None and each.parent_id == channel_id]

    def emoji(self, emoji_id: int) -> Emoji | None:
        """Return an emoji that the bot can use."""
        guilds = [guild for guild in self.guilds.values() if self.bot_id in guild.members]
        known = [self.emojis, *(guild.emojis for guild in guilds)]
        return next((emojis[emoji_id] for emojis in known if emoji_id in emojis), None)

    def sticker(self, sticker_id: int) -> Sticker | None:
        """Return a sticker of any guild."""
        guilds = self.guilds.values()
        return next((guild.stickers[sticker_id] for guild in guilds if sticker_id in guild.stickers), None)

    def shares_guild(self, user_id: int) -> bool:
        """Return whether a user is in a guild with the bot."""
        return any(user_id in guild.members and self.bot_id in guild.members for guild in self.guilds.values())

    def dm_with(self, user_id: int) -> Channel | None:
        """Return the direct messages of the bot and a user, if they were ever opened."""
        for channel in self.channels.values():
            if channel.type is ChannelType.DM and user_id in channel.recipient_ids:
                return channel
        return None

    def message(self, message_id: int) -> Message | None:
        """Return a message by its id alone, unless it was deleted."""
        for channel in self.channels.values():
            if message_id in channel.messages:
                return channel.messages[message_id]
        return None

    def permissions_in(self, user_id: int, channel: Channel, now: float) -> Permissions:
        """Return what a user may do in a channel at an instant; nothing for a stranger to it."""
        guild = self.guild_of(channel)
        if guild is None:
            return DM_PERMISSIONS if user_id in {self.bot_id, *channel.recipient_ids} else Permissions(0)
        if channel.thread is None:
            return _computed(guild, user_id, now, channel.overwrites)
        parent = self.channels.get(channel.parent_id or 0, channel)
        is_open = channel.type is not ChannelType.PRIVATE_THREAD or user_id in channel.thread.members
        return _computed(guild, user_id, now, parent.overwrites, is_thread=True, may_see_thread=is_open)

    def guild_permissions(self, user_id: int, guild: Guild, now: float) -> Permissions:
        """Return what a user may do in a guild as a whole; nothing for a stranger to it."""
        return _computed(guild, user_id, now, ())


DM_PERMISSIONS = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.ADD_REACTIONS
    | Permissions.ATTACH_FILES
    | Permissions.EMBED_LINKS
    | Permissions.MENTION_EVERYONE
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_EXTERNAL_STICKERS
    | Permissions.SEND_POLLS
    | Permissions.PIN_MESSAGES
)
"""What either side may do in direct messages."""


def _computed(
    guild: Guild,
    user_id: int,
    now: float,
    overwrites: Iterable[permissions.Overwrite],
    *,
    is_thread: bool = False,
    may_see_thread: bool = True,
) -> Permissions:
    member = guild.members.get(user_id)
    if member is None:
        return Permissions(0)
    return permissions.compute(
        owner_id=guild.owner_id,
        everyone_role_id=guild.id,
        roles={role.id: role.permissions for role in guild.roles.values()},
        member_role_ids=member.role_ids,
        member_id=user_id,
        overwrites=list(overwrites),
        timed_out=member.timed_out_until is not None and member.timed_out_until > now,
        is_thread=is_thread,
        may_see_thread=may_see_thread,
    )
