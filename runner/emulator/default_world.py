"""The guild that the local Discord has when it is told of no other."""

from dataclasses import dataclass

from runner.emulator import permissions
from runner.emulator.clock import Clock
from runner.emulator.snowflake import Snowflakes
from runner.emulator.world import Channel, Guild, Member, Role, User, World
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

EVERYONE_PERMISSIONS = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.ADD_REACTIONS
    | Permissions.ATTACH_FILES
    | Permissions.EMBED_LINKS
    | Permissions.CHANGE_NICKNAME
    | Permissions.CREATE_INSTANT_INVITE
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.CREATE_PRIVATE_THREADS
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_EXTERNAL_STICKERS
    | Permissions.USE_EXTERNAL_APPS
    | Permissions.SEND_POLLS
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
BOT_PERMISSIONS = (
    _MODERATOR
    | Permissions.MANAGE_GUILD
    | Permissions.MANAGE_ROLES
    | Permissions.MANAGE_CHANNELS
    | Permissions.MANAGE_WEBHOOKS
    | Permissions.MANAGE_EVENTS
    | Permissions.CREATE_EVENTS
    | Permissions.MANAGE_GUILD_EXPRESSIONS
    | Permissions.CREATE_GUILD_EXPRESSIONS
    | Permissions.MOVE_MEMBERS
    | Permissions.MUTE_MEMBERS
    | Permissions.DEAFEN_MEMBERS
)
"""What the role of the bot's own may do: all that a moderating bot needs."""

_WORLD_WORKER = 1  # keeps the world's ids apart from those that the server mints on the same clock
WORLD_AGE_S = 30 * 86_400.0
"""For how long (s) a world has been there when the local Discord begins."""

_STAFF_ONLY = int(Permissions.VIEW_CHANNEL)


def default_world(clock: Clock) -> World:
    """Return a small friendly guild, "Lighthouse", that exists for thirty days.

    Olive owns it, Mo moderates, Sam is in Support, Robin and Kim are ordinary members, and the bot has a role of its
    own above all but the owner. #general, #support and #staff (for Support and Moderator) are under "Harbour".
    """
    since = clock.now() - WORLD_AGE_S
    ids = Snowflakes(Fixed(since), worker=_WORLD_WORKER)
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
class Fixed:
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
        Role(id=ids.next(), name="Keeper", position=4, permissions=BOT_PERMISSIONS, managed_by=bot_id),
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
