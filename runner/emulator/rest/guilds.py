"""Guilds, members, roles and moderation, with the permissions and the hierarchy that each call needs.

Source: Discord docs, Resources: Guild, and Topics: Permissions, Permission Hierarchy.
"""

from datetime import datetime

from runner.emulator.core import Core
from runner.emulator.permissions import outranks, outranks_role
from runner.emulator.refusals import invalid_field, refusal
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.channels import NOTHING
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.guilds import guild_json, member_json, role_json
from runner.emulator.shapes.users import user_json
from runner.emulator.world import Guild, JsonObject, Member, Role
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions


def allowed_guild(core: Core, guild_id: int, needed: Permissions = NOTHING) -> Guild:
    """Return a guild that the bot is in and in which it has `needed`; refused with 10004, 50001 or 50013."""
    guild = core.world.guilds.get(guild_id)
    if guild is None:
        raise refusal(ErrorCode.UNKNOWN_GUILD)
    if core.world.bot_id not in guild.members:
        raise refusal(ErrorCode.MISSING_ACCESS)
    held = core.world.guild_permissions(core.world.bot_id, guild, core.clock.now())
    if held & needed != needed:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    return guild


def get_guild(core: Core, call: Call) -> Answer:
    """GET a guild."""
    return Answer(200, guild_json(core.world, allowed_guild(core, call.id(0))))


def list_channels(core: Core, call: Call) -> Answer:
    """GET a guild's channels."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, [channel_json(core.world, channel) for channel in core.world.channels_of(guild.id)])


def list_roles(core: Core, call: Call) -> Answer:
    """GET a guild's roles."""
    return Answer(200, [role_json(role) for role in allowed_guild(core, call.id(0)).roles.values()])


def get_role(core: Core, call: Call) -> Answer:
    """GET a role."""
    return Answer(200, role_json(_role(allowed_guild(core, call.id(0)), call.id(1))))


def get_member(core: Core, call: Call) -> Answer:
    """GET a member."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, member_json(core.world, _member(guild, call.id(1))))


def list_members(core: Core, call: Call) -> Answer:
    """GET members in the order of their ids."""
    guild = allowed_guild(core, call.id(0))
    limit = call.number("limit", 1, limits.MEMBERS_FETCH_MAX)
    after = int(call.query.get("after", "0"))
    ids = sorted(user for user in guild.members if user > after)[:limit]
    return Answer(200, [member_json(core.world, guild.members[user]) for user in ids])


def edit_member(core: Core, call: Call) -> Answer:
    """PATCH a member's nickname, roles or timeout; each key needs its own permission."""
    guild = allowed_guild(core, call.id(0))
    member, body = _member(guild, call.id(1)), call.json
    if "nick" in body:
        _set_nick(core, guild, member, body["nick"])
    if "roles" in body:
        _set_roles(core, guild, member, call.numbers("roles"))
    if "communication_disabled_until" in body:
        _set_timeout(core, guild, member, body["communication_disabled_until"])
    core.announcer.member_updated(guild, member)
    return Answer(200, member_json(core.world, member))


def edit_own_member(core: Core, call: Call) -> Answer:
    """PATCH the bot's own nickname."""
    guild = allowed_guild(core, call.id(0), _P.CHANGE_NICKNAME)
    member = guild.members[core.world.bot_id]
    _check_nick(call.json.get("nick"))
    member.nick = call.json.get("nick") or None
    core.announcer.member_updated(guild, member)
    return Answer(200, member_json(core.world, member))


def add_role(core: Core, call: Call) -> Answer:
    """PUT a role on a member. One that is there already stays."""
    guild, member, role = _role_change(core, call)
    if role.id not in member.role_ids:
        member.role_ids = [*member.role_ids, role.id]
        core.announcer.member_updated(guild, member)
    return Answer(204)


def remove_role(core: Core, call: Call) -> Answer:
    """DELETE a role from a member. One that is not there stays away."""
    guild, member, role = _role_change(core, call)
    if role.id in member.role_ids:
        member.role_ids = [held for held in member.role_ids if held != role.id]
        core.announcer.member_updated(guild, member)
    return Answer(204)


def kick(core: Core, call: Call) -> Answer:
    """DELETE a member."""
    guild = allowed_guild(core, call.id(0), _P.KICK_MEMBERS)
    member = _member(guild, call.id(1))
    _check_outranked(core, guild, member)
    del guild.members[member.user_id]
    core.announcer.member_removed(guild, member.user_id)
    return Answer(204)


def ban(core: Core, call: Call) -> Answer:
    """PUT a ban on a user, whether a member or not."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    user_id = call.id(1)
    if user_id not in core.world.users:
        raise refusal(ErrorCode.UNKNOWN_USER)
    member = guild.members.get(user_id)
    if member is not None:
        _check_outranked(core, guild, member)
        del guild.members[user_id]
        core.announcer.member_removed(guild, user_id)
    guild.bans[user_id] = None
    core.announcer.ban(guild, user_id, "GUILD_BAN_ADD")
    return Answer(204)


def unban(core: Core, call: Call) -> Answer:
    """DELETE a ban."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    if guild.bans.pop(call.id(1), _NOT_BANNED) is _NOT_BANNED:
        raise refusal(ErrorCode.UNKNOWN_BAN)
    core.announcer.ban(guild, call.id(1), "GUILD_BAN_REMOVE")
    return Answer(204)


def get_ban(core: Core, call: Call) -> Answer:
    """GET one ban."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    if call.id(1) not in guild.bans:
        raise refusal(ErrorCode.UNKNOWN_BAN)
    return Answer(200, _ban_json(core, guild, call.id(1)))


def list_bans(core: Core, call: Call) -> Answer:
    """GET every ban."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    return Answer(200, [_ban_json(core, guild, user) for user in guild.bans])


_NOT_BANNED = "not banned"


def _ban_json(core: Core, guild: Guild, user_id: int) -> JsonObject:
    return {"reason": guild.bans[user_id], "user": user_json(core.world.users[user_id])}


def _member(guild: Guild, user_id: int) -> Member:
    member = guild.members.get(user_id)
    if member is None:
        raise refusal(ErrorCode.UNKNOWN_MEMBER)
    return member


def _role(guild: Guild, role_id: int) -> Role:
    role = guild.roles.get(role_id)
    if role is None:
        raise refusal(ErrorCode.UNKNOWN_ROLE)
    return role


def _require(core: Core, guild: Guild, needed: Permissions) -> None:
    allowed_guild(core, guild.id, needed)


def _role_change(core: Core, call: Call) -> tuple[Guild, Member, Role]:
    guild = allowed_guild(core, call.id(0), _P.MANAGE_ROLES)
    member, role = _member(guild, call.id(1)), _role(guild, call.id(2))
    _check_grantable(core, guild, role)
    return guild, member, role


def _check_grantable(core: Core, guild: Guild, role: Role) -> None:
    """Refuse `@everyone` and managed roles (50028), and roles that are not below the bot's highest (50013)."""
    if role.id == guild.id or role.managed_by is not None:
        raise refusal(ErrorCode.INVALID_ROLE)
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


def _check_outranked(core: Core, guild: Guild, target: Member) -> None:
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


def _set_nick(core: Core, guild: Guild, member: Member, nick: str | None) -> None:
    _check_nick(nick)
    if member.user_id == core.world.bot_id:
        _require(core, guild, _P.CHANGE_NICKNAME)
    else:
        _require(core, guild, _P.MANAGE_NICKNAMES)
        _check_outranked(core, guild, member)
    member.nick = nick or None


def _check_nick(nick: str | None) -> None:
    if nick is not None and len(nick) > limits.NICKNAME_MAX:
        raise invalid_field("nick", "BASE_TYPE_BAD_LENGTH", f"Must be {limits.NICKNAME_MAX} or fewer in length.")


def _set_roles(core: Core, guild: Guild, member: Member, wanted: list[int]) -> None:
    _require(core, guild, _P.MANAGE_ROLES)
    for role_id in set(wanted) ^ set(member.role_ids):
        _check_grantable(core, guild, _role(guild, role_id))
    member.role_ids = wanted


def _set_timeout(core: Core, guild: Guild, member: Member, until: str | None) -> None:
    """Set or end a timeout of at most 28 days; owners and administrators cannot be timed out."""
    _require(core, guild, _P.MODERATE_MEMBERS)
    _check_outranked(core, guild, member)
    now = core.clock.now()
    if core.world.guild_permissions(member.user_id, guild, now) & _P.ADMINISTRATOR:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    end = None if until is None else _instant(until)
    if end is not None and end - now > limits.MEMBER_TIMEOUT_MAX_S:
        text = "The timeout must end within 28 days."
        raise invalid_field("communication_disabled_until", "DATETIME_TYPE_MAX", text)
    member.timed_out_until = end


def _instant(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        detail = f"Could not parse {text}. Should be ISO8601."
        raise invalid_field("communication_disabled_until", "DATE_TIME_TYPE_PARSE", detail) from None


_GUILD = "/guilds/*"
_MEMBERS = f"{_GUILD}/members"
_BANS = f"{_GUILD}/bans"

ROUTES = (
    Route("GET", _GUILD, get_guild),
    Route("GET", f"{_GUILD}/channels", list_channels),
    Route("GET", f"{_GUILD}/roles", list_roles),
    Route("GET", f"{_GUILD}/roles/*", get_role),
    Route("GET", _MEMBERS, list_members),
    Route("PATCH", f"{_MEMBERS}/@me", edit_own_member),
    Route("GET", f"{_MEMBERS}/*", get_member),
    Route("PATCH", f"{_MEMBERS}/*", edit_member),
    Route("DELETE", f"{_MEMBERS}/*", kick),
    Route("PUT", f"{_MEMBERS}/*/roles/*", add_role),
    Route("DELETE", f"{_MEMBERS}/*/roles/*", remove_role),
    Route("GET", _BANS, list_bans),
    Route("GET", f"{_BANS}/*", get_ban),
    Route("PUT", f"{_BANS}/*", ban),
    Route("DELETE", f"{_BANS}/*", unban),
)
"""The endpoints in this file. Literal paths stand before the patterns that would swallow them."""
