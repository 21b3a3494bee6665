"""What exists on the local Discord: guilds, channels, roles, people and their messages, as they stand now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runner.emulator import permissions
from runner.emulator.clock import Clock
from runner.emulator.snowflake import Snowflakes
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

JsonObject = dict[str, Any]
"""A JSON object as it travels. `Any`: its values are whatever a client sent, or what the API's schema says."""


def listed(value: Any) -> list[Any]:  # `Any`: a list out of checked JSON
    """Return a JSON list that may also be absent or null."""
    return list[Any](value or ())


THREADS = frozenset({ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})
"""The channel types that take their permissions from a parent."""

MESSAGES_PER_CHANNEL_MAX = 10_000
"""Messages that a channel keeps; the oldest are forgotten."""


@dataclass(slots=True, kw_only=True)
class User:
    """A person, or a bot. `dms_open` is whether strangers from a shared guild may write to them."""

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"

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
class Member:
    """A user's place in a guild. Instants are Unix seconds."""

    user_id: int
    joined_at: float
    role_ids: list[int] = field(default_factory=list[int])
    nick: str | None = None
    timed_out_until: float | None = None
    mute: bool = False
    deaf: bool = False


@dataclass(slots=True, kw_only=True)
class Message:
    """A message. `visible_to` is set on ephemeral ones; `earlier` holds the contents before each edit."""

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
    visible_to: int | None = None
    nonce: str | int | None = None
    poll: JsonObject | None = None
    tts: bool = False
    deleted: bool = False
    earlier: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class Channel:
    """A place to write in. `guild_id` is None for direct messages, whose members are `recipient_ids`."""

    id: int
    type: ChannelType
    name: str | None = None
    guild_id: int | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    rate_limit_per_user: int = 0
    overwrites: list[permissions.Overwrite] = field(default_factory=list[permissions.Overwrite])
    recipient_ids: list[int] = field(default_factory=list[int])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    last_message_id: int | None = None

    def add(self, message: Message) -> None:
        """Keep a message, and forget the oldest beyond `MESSAGES_PER_CHANNEL_MAX`."""
        self.messages[message.id] = message
        self.last_message_id = message.id
        while len(self.messages) > MESSAGES_PER_CHANNEL_MAX:
            del self.messages[next(iter(self.messages))]


@dataclass(slots=True, kw_only=True)
class Guild:
    """A server of Discord's. `bans` maps a user's id to the reason."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    bans: dict[int, str | None] = field(default_factory=dict[int, str | None])
    system_channel_id: int | None = None
    locale: str = "en-US"

    def positions(self, member: Member) -> dict[int, int]:
        """Return the member's roles with their positions, for the hierarchy."""
        return {role: self.roles[role].position for role in member.role_ids if role in self.roles}


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that exists, by id. `bot_id` is the application's bot user, and the application's own id."""

    bot_id: int
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])

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
        source = self.channels.get(channel.parent_id or 0, channel) if channel.type in THREADS else channel
        return _computed(guild, user_id, now, source.overwrites, is_thread=channel.type in THREADS)

    def guild_permissions(self, user_id: int, guild: Guild, now: float) -> Permissions:
        """Return what a user may do in a guild as a whole; nothing for a stranger to it."""
        return _computed(guild, user_id, now, (), is_thread=False)


DM_PERMISSIONS = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.ADD_REACTIONS
    | Permissions.ATTACH_FILES
    | Permissions.EMBED_LINKS
    | Permissions.MENTION_EVERYONE
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.PIN_MESSAGES
)
"""What either side may do in direct messages."""


def _computed(
    guild: Guild, user_id: int, now: float, overwrites: Iterable[permissions.Overwrite], *, is_thread: bool
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
    )


EVERYONE_PERMISSIONS = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.ADD_REACTIONS
    | Permissions.ATTACH_FILES
    | Permissions.EMBED_LINKS
    | Permissions.CHANGE_NICKNAME
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_EXTERNAL_APPS
    | Permissions.CONNECT
    | Permissions.SPEAK
)
"""What `@everyone` may do in the default guild, much as in a new guild of Discord's."""

_MODERATOR = (
    Permissions.MANAGE_MESSAGES
    | Permissions.PIN_MESSAGES
    | Permissions.KICK_MEMBERS
    | Permissions.BAN_MEMBERS
    | Permissions.MODERATE_MEMBERS
    | Permissions.MANAGE_NICKNAMES
    | Permissions.MANAGE_THREADS
    | Permissions.VIEW_AUDIT_LOG
    | Permissions.MENTION_EVERYONE
)
_BOT = _MODERATOR | Permissions.MANAGE_ROLES | Permissions.MANAGE_CHANNELS | Permissions.MANAGE_WEBHOOKS
_WORLD_WORKER = 1  # keeps the world's ids apart from those that the server mints on the same clock
_WORLD_AGE_S = 30 * 86_400.0
_STAFF_ONLY = int(Permissions.VIEW_CHANNEL)


def default_world(clock: Clock) -> World:
    """Return a small friendly guild, "Lighthouse", that exists for thirty days.

    Olive owns it, Mo moderates, Sam is in Support, Robin and Kim are ordinary members, and the bot has a role of its
    own above all but the owner. #general, #support and #staff (for Support and Moderator) are under "Harbour".
    """
    since = clock.now() - _WORLD_AGE_S
    ids = Snowflakes(_Fixed(since), worker=_WORLD_WORKER)
    people = {
        name: User(id=ids.next(), username=name, global_name=name.title())
        for name in ("olive", "mo", "sam", "robin", "kim")
    }
    bot = User(id=ids.next(), username="Keeper", bot=True)
    guild = Guild(id=ids.next(), name="Lighthouse", owner_id=people["olive"].id)
    roles = _add_roles(guild, ids, bot.id)
    held = {"mo": [roles["Moderator"]], "sam": [roles["Support"]]}
    for name, person in people.items():
        guild.members[person.id] = Member(user_id=person.id, joined_at=since, role_ids=held.get(name, []))
    guild.members[bot.id] = Member(user_id=bot.id, joined_at=since, role_ids=[roles["Keeper"]])
    world = World(bot_id=bot.id, users={user.id: user for user in (*people.values(), bot)}, guilds={guild.id: guild})
    _add_channels(world, guild, ids, roles)
    return world


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A clock that stands still."""

    at: float

    def now(self) -> float:
        return self.at


def _add_roles(guild: Guild, ids: Snowflakes, bot_id: int) -> dict[str, int]:
    guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=EVERYONE_PERMISSIONS)
    roles = (
        Role(id=ids.next(), name="Muted", position=1),
        Role(id=ids.next(), name="Support", position=2, color=0x2ECC71, hoist=True, mentionable=True),
        Role(id=ids.next(), name="Moderator", position=3, color=0xE67E22, hoist=True, permissions=_MODERATOR),
        Role(id=ids.next(), name="Keeper", position=4, permissions=_BOT, managed_by=bot_id),
    )
    guild.roles.update((role.id, role) for role in roles)
    return {role.name: role.id for role in roles}


def _add_channels(world: World, guild: Guild, ids: Snowflakes, roles: dict[str, int]) -> None:
    category = Channel(id=ids.next(), type=ChannelType.GUILD_CATEGORY, name="Harbour", guild_id=guild.id)
    staff = [permissions.Overwrite(guild.id, 0, 0, _STAFF_ONLY)] + [
        permissions.Overwrite(roles[name], 0, _STAFF_ONLY, 0) for name in ("Support", "Moderator", "Keeper")
    ]
    muted = permissions.Overwrite(roles["Muted"], 0, 0, int(Permissions.SEND_MESSAGES))
    texts = (("general", "Talk about anything", [muted]), ("support", "Ask for help", [muted]), ("staff", None, staff))
    world.channels[category.id] = category
    for position, (name, topic, overwrites) in enumerate(texts):
        channel = Channel(
            id=ids.next(),
            type=ChannelType.GUILD_TEXT,
            name=name,
            guild_id=guild.id,
            parent_id=category.id,
            position=position,
            topic=topic,
            overwrites=overwrites,
        )
        world.channels[channel.id] = channel
        guild.system_channel_id = guild.system_channel_id or channel.id
    voice = Channel(
        id=ids.next(), type=ChannelType.GUILD_VOICE, name="Lounge", guild_id=guild.id, parent_id=category.id
    )
    world.channels[voice.id] = voice
