"""The server that a local Discord begins with, on SimCord: the same people, roles and channels."""

from datetime import UTC, datetime

from simcord import Env, GuildHandle, MemberActor
from simcord.backend.models import Channel as SimcordChannel
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from runner.emulator.permissions import ROLE
from runner.emulator.world import Channel, Guild, World
from runner.lifecycle.limits import ChannelType, ErrorCode


def copied(env: Env, guild: Guild, world: World) -> tuple[GuildHandle, dict[str, MemberActor]]:
    """Make the same guild on SimCord; returns it, and its people by the names that they are shown under."""
    env.backend.bot_user.name = world.users[world.bot_id].username
    users = {
        number: env.create_user(user.username, global_name=user.global_name, bot=user.bot)
        for number, user in world.users.items()
        if number != world.bot_id
    }
    made = env.create_guild(guild.name, owner=users[guild.owner_id])
    ids = {world.bot_id: env.backend.bot_user.id, **{number: user.id for number, user in users.items()}}
    ids |= roles_copied(env, made, guild, world)
    people = {world.users[number].display_name: MemberActor(env, made, user) for number, user in users.items()}
    for number in guild.members:
        if number not in (guild.owner_id, world.bot_id):
            made.add_member(users[number])
    stand_as(env, made, guild, ids)
    for channel in sorted(world.channels.values(), key=lambda channel: channel.parent_id is not None):
        if channel.guild_id == guild.id:
            ids[channel.id] = channel_copied(env, made, channel, ids)
    for number, user in users.items():
        if not world.users[number].dms_open:
            path = f"/channels/{user.dm_channel.id}/messages"
            env.inject_error("POST", path, status=403, code=int(ErrorCode.CANNOT_MESSAGE_USER), times=None)
    env.backend.get_guild(made.id).system_channel_id = ids.get(guild.system_channel_id or 0)
    return made, people


def roles_copied(env: Env, made: GuildHandle, guild: Guild, world: World) -> dict[int, int]:
    """Make the same roles, where they stand; returns SimCord's ids by those of the guild's."""
    ids: dict[int, int] = {guild.id: made.id}
    for role in guild.roles.values():
        if role.managed_by == world.bot_id:
            ids[role.id] = made.roles[env.backend.bot_user.name].id
        elif role.id != guild.id:
            ids[role.id] = made.create_role(role.name, mentionable=role.mentionable, hoist=role.hoist).id
    for role in guild.roles.values():
        copy = env.backend.get_role(made.id, ids[role.id])
        copy.position, copy.permissions = role.position, int(role.permissions)
    return ids


def stand_as(env: Env, made: GuildHandle, guild: Guild, ids: dict[int, int]) -> None:
    """Give each member what they have in the guild."""
    for number, member in guild.members.items():
        copy = env.backend.get_guild(made.id).members[ids[number]]
        copy.nick, copy.role_ids = member.nick, [ids[role] for role in member.role_ids]
        copy.joined_at = datetime.fromtimestamp(member.joined_at, UTC).isoformat()


def channel_copied(env: Env, made: GuildHandle, channel: Channel, ids: dict[int, int]) -> int:
    """Make the same channel, with what it allows and denies; returns its id."""
    overwrites = [
        Overwrite(
            ids[each.id],
            OverwriteType.ROLE if each.type == ROLE else OverwriteType.MEMBER,
            int(each.allow),
            int(each.deny),
        )
        for each in channel.overwrites
    ]
    copy: SimcordChannel = env.backend.create_channel(
        made.id,
        channel.name,
        type=int(channel.type),
        overwrites=overwrites,
        topic=channel.topic,
        parent_id=ids.get(channel.parent_id or 0),
        position=channel.position,
        user_limit=channel.user_limit,
    )
    if channel.forum is not None and channel.type is ChannelType.GUILD_FORUM:
        copy.available_tags = [
            {"id": str(tag.id), "name": tag.name, "moderated": tag.moderated, "emoji_id": None, "emoji_name": None}
            for tag in channel.forum.tags
        ]
    return copy.id
