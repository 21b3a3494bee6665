"""Who may: the doors through which every call about a channel, a guild, a member or a role has to pass.

50001 is not seeing the place, 50013 is seeing it and not being allowed. Source: Discord docs, Topics: Permissions.
"""

from runner.emulator.core import Core
from runner.emulator.permissions import effective, outranks, outranks_role
from runner.emulator.refusals import refusal
from runner.emulator.world import Channel, Guild, Member, Role
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

NOTHING = Permissions(0)
"""For calls that need no permission beyond seeing the place."""


def allowed_channel(core: Core, channel_id: int, needed: Permissions = NOTHING) -> Channel:
    """Return a channel that the bot sees and in which it has `needed`; refused with 10003, 50001 or 50013."""
    channel = core.world.channels.get(channel_id)
    if channel is None:
        raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    if not held_in(core, channel) & Permissions.VIEW_CHANNEL:
        raise refusal(ErrorCode.MISSING_ACCESS)
    require_in(core, channel, needed)
    return channel


def allowed_guild_channel(core: Core, channel_id: int, needed: Permissions = NOTHING) -> tuple[Guild, Channel]:
    """Return a channel as `allowed_channel` does, and its guild; direct messages are refused with 50003."""
    channel = allowed_channel(core, channel_id)
    guild = core.world.guild_of(channel)
    if guild is None:
        raise refusal(ErrorCode.NOT_IN_A_DM_CHANNEL)
    require_in(core, channel, needed)
    return guild, channel


def held_in(core: Core, channel: Channel) -> Permissions:
    """Return what the bot has in a channel and what counts of it."""
    held = core.world.permissions_in(core.world.bot_id, channel, core.clock.now())
    return effective(held, channel.type)


def require_in(core: Core, channel: Channel, needed: Permissions) -> None:
    """Refuse with 50013 unless the bot has all of `needed` in a channel."""
    if held_in(core, channel) & needed != needed:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def allowed_guild(core: Core, guild_id: int, needed: Permissions = NOTHING) -> Guild:
    """Return a guild that the bot is in and in which it has `needed`; refused with 10004, 50001 or 50013."""
    guild = core.world.guilds.get(guild_id)
    if guild is None:
        raise refusal(ErrorCode.UNKNOWN_GUILD)
    if core.world.bot_id not in guild.members:
        raise refusal(ErrorCode.MISSING_ACCESS)
    require_there(core, guild, needed)
    return guild


def held_there(core: Core, guild: Guild) -> Permissions:
    """Return what the bot has in a guild as a whole."""
    return core.world.guild_permissions(core.world.bot_id, guild, core.clock.now())


def require_there(core: Core, guild: Guild, needed: Permissions) -> None:
    """Refuse with 50013 unless the bot has all of `needed` in a guild."""
    if held_there(core, guild) & needed != needed:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def require_own(core: Core, guild: Guild, wanted: int) -> None:
    """Refuse with 50013 to give away permissions that the bot does not have itself."""
    if wanted & ~int(held_there(core, guild)):
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def require_above(core: Core, guild: Guild, target: Member) -> None:
    """Refuse with 50013 unless the bot stands above a member."""
    bot = guild.members[core.world.bot_id]
    is_below = outranks(
        owner_id=guild.owner_id,
        actor_id=bot.user_id,
        actor_roles=guild.positions(bot),
        target_id=target.user_id,
        target_roles=guild.positions(target),
    )
    if not is_below:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def require_above_role(core: Core, guild: Guild, role: Role) -> None:
    """Refuse with 50013 unless the bot's highest role is above this one."""
    bot = guild.members[core.world.bot_id]
    is_below = outranks_role(
        owner_id=guild.owner_id,
        actor_id=bot.user_id,
        actor_roles=guild.positions(bot),
        role_id=role.id,
        position=role.position,
    )
    if not is_below:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def known_member(guild: Guild, user_id: int) -> Member:
    """Return a member; refused with 10007."""
    member = guild.members.get(user_id)
    if member is None:
        raise refusal(ErrorCode.UNKNOWN_MEMBER)
    return member


def known_role(guild: Guild, role_id: int) -> Role:
    """Return a role; refused with 10011."""
    role = guild.roles.get(role_id)
    if role is None:
        raise refusal(ErrorCode.UNKNOWN_ROLE)
    return role
