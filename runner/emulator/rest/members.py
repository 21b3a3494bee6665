"""Members: their nicknames, roles, timeouts and voices, and how they are sent away.

Source: Discord docs, Resources: Guild, and Topics: Permissions, Permission Hierarchy.
"""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.guilds import check_member
from runner.emulator.permissions import effective
from runner.emulator.refusals import invalid_field, refusal, require
from runner.emulator.rest.access import (
    allowed_guild,
    known_member,
    known_role,
    require_above,
    require_above_role,
    require_there,
)
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.guilds import member_json
from runner.emulator.shapes.values import instant
from runner.emulator.voices import move_to
from runner.emulator.world import VOICE, Channel, Guild, JsonObject, Member, Role, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions


def get_member(core: Core, call: Call) -> Answer:
    """GET a member."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, member_json(core.world, known_member(guild, call.id(1))))


def list_members(core: Core, call: Call) -> Answer:
    """GET members in the order of their ids."""
    guild = allowed_guild(core, call.id(0))
    limit = call.number("limit", 1, limits.MEMBERS_FETCH_MAX)
    after = call.asked_id("after") or 0
    ids = sorted(user for user in guild.members if user > after)[:limit]
    return Answer(200, [member_json(core.world, guild.members[user]) for user in ids])


def search_members(core: Core, call: Call) -> Answer:
    """GET the members whose name or nickname begins with a text."""
    guild = allowed_guild(core, call.id(0))
    limit = call.number("limit", 1, limits.MEMBERS_SEARCH_MAX)
    prefix = call.query.get("query", "").casefold()
    if not prefix:
        raise invalid_field("query", "BASE_TYPE_REQUIRED", "This field is required")
    found = [each for each in guild.members.values() if any(n.startswith(prefix) for n in _names(core, each))]
    return Answer(200, [member_json(core.world, member) for member in found[:limit]])


def edit_member(core: Core, call: Call) -> Answer:
    """PATCH a member's nickname, roles, timeout or voice; each key needs its own permission, and all must be held."""
    guild = allowed_guild(core, call.id(0))
    member, body = known_member(guild, call.id(1)), call.json
    require(check_member(body))
    for key, check in _CHECKS.items():
        if key in body:
            check(core, guild, member, body)
    before, was_in = member_json(core.world, member), member.voice
    _fill(member, body)
    if "channel_id" in body:
        channel_id = None if body["channel_id"] is None else int(body["channel_id"])
        move_to(core.announcer, guild, member, channel_id, session_id=core.randomness(16))
        _note_move(core, guild, member, call)
    elif was_in is not None and body.keys() & {"mute", "deaf"}:
        core.announcer.voice(guild, member)
    core.announcer.member_updated(guild, member)
    _note_changes(core, guild, member, call, before)
    return Answer(200, member_json(core.world, member))


def edit_own_member(core: Core, call: Call) -> Answer:
    """PATCH the bot's own nickname."""
    guild = allowed_guild(core, call.id(0))
    member = guild.members[core.world.bot_id]
    require(check_member(call.json))
    if "nick" in call.json:
        require_there(core, guild, _P.CHANGE_NICKNAME)
    before = member_json(core.world, member)
    member.nick = call.json.get("nick", member.nick) or None
    core.announcer.member_updated(guild, member)
    _note_changes(core, guild, member, call, before)
    return Answer(200, member_json(core.world, member))


def add_role(core: Core, call: Call) -> Answer:
    """PUT a role on a member. One that is there already stays."""
    guild, member, role = _role_change(core, call)
    if role.id not in member.role_ids:
        before = member_json(core.world, member)
        member.role_ids = [*member.role_ids, role.id]
        core.announcer.member_updated(guild, member)
        _note_changes(core, guild, member, call, before)
    return Answer(204)


def remove_role(core: Core, call: Call) -> Answer:
    """DELETE a role from a member. One that is not there stays away."""
    guild, member, role = _role_change(core, call)
    if role.id in member.role_ids:
        before = member_json(core.world, member)
        member.role_ids = [held for held in member.role_ids if held != role.id]
        core.announcer.member_updated(guild, member)
        _note_changes(core, guild, member, call, before)
    return Answer(204)


def kick(core: Core, call: Call) -> Answer:
    """DELETE a member."""
    guild = allowed_guild(core, call.id(0), _P.KICK_MEMBERS)
    member = known_member(guild, call.id(1))
    require_above(core, guild, member)
    core.remove_member(guild, member)
    bot = core.world.bot_id
    core.audit_log.write(guild, AuditEvent.MEMBER_KICK, by=bot, target=member.user_id, reason=call.reason)
    return Answer(204)


def _names(core: Core, member: Member) -> list[str]:
    user = core.world.users[member.user_id]
    return [name.casefold() for name in (user.username, user.global_name, member.nick) if name]


# --- roles


def _role_change(core: Core, call: Call) -> tuple[Guild, Member, Role]:
    guild = allowed_guild(core, call.id(0), _P.MANAGE_ROLES)
    member, role = known_member(guild, call.id(1)), known_role(guild, call.id(2))
    _require_grantable(core, guild, role)
    return guild, member, role


def _require_grantable(core: Core, guild: Guild, role: Role) -> None:
    """Refuse `@everyone` and managed roles (50028), and roles that are not below the bot's highest (50013)."""
    if role.id == guild.id or role.managed_by is not None:
        raise refusal(ErrorCode.INVALID_ROLE)
    require_above_role(core, guild, role)


# --- what each key of an edit needs


def _check_nick(core: Core, guild: Guild, member: Member, _: JsonObject) -> None:
    if member.user_id == core.world.bot_id:
        require_there(core, guild, _P.CHANGE_NICKNAME)
    else:
        require_there(core, guild, _P.MANAGE_NICKNAMES)
        require_above(core, guild, member)


def _check_roles(core: Core, guild: Guild, member: Member, body: JsonObject) -> None:
    require_there(core, guild, _P.MANAGE_ROLES)
    wanted = {int(role) for role in listed(body["roles"])}
    for role_id in wanted ^ set(member.role_ids):
        _require_grantable(core, guild, known_role(guild, role_id))


def _check_timeout(core: Core, guild: Guild, member: Member, body: JsonObject) -> None:
    """Refuse a timeout of more than 28 days, and any for owners and administrators."""
    require_there(core, guild, _P.MODERATE_MEMBERS)
    require_above(core, guild, member)
    now, until = core.clock.now(), body["communication_disabled_until"]
    if core.world.guild_permissions(member.user_id, guild, now) & _P.ADMINISTRATOR:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    if until is not None and instant(until) - now > limits.MEMBER_TIMEOUT_MAX_S:
        text = "The timeout must end within 28 days."
        raise invalid_field("communication_disabled_until", "DATETIME_TYPE_MAX", text)


def _check_mute(core: Core, guild: Guild, member: Member, _: JsonObject) -> None:
    require_there(core, guild, _P.MUTE_MEMBERS)
    _require_speaking(member)


def _check_deaf(core: Core, guild: Guild, member: Member, _: JsonObject) -> None:
    require_there(core, guild, _P.DEAFEN_MEMBERS)
    _require_speaking(member)


def _check_move(core: Core, guild: Guild, member: Member, body: JsonObject) -> None:
    """Refuse to move a member who is in no voice channel, or to where the bot could not go itself."""
    require_there(core, guild, _P.MOVE_MEMBERS)
    _require_speaking(member)
    if body["channel_id"] is not None:
        channel = _voice_channel(core, guild, int(body["channel_id"]))
        held = core.world.permissions_in(core.world.bot_id, channel, core.clock.now())
        needed = _P.CONNECT | _P.MOVE_MEMBERS
        if effective(held, channel.type) & needed != needed:
            raise refusal(ErrorCode.MISSING_PERMISSIONS)


def _voice_channel(core: Core, guild: Guild, channel_id: int) -> Channel:
    channel = core.world.channels.get(channel_id)
    if channel is None or channel.guild_id != guild.id or channel.type not in VOICE:
        raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    return channel


def _require_speaking(member: Member) -> None:
    if member.voice is None:
        raise refusal(ErrorCode.NOT_CONNECTED_TO_VOICE)


_CHECKS = {
    "nick": _check_nick,
    "roles": _check_roles,
    "communication_disabled_until": _check_timeout,
    "mute": _check_mute,
    "deaf": _check_deaf,
    "channel_id": _check_move,
}


def _fill(member: Member, body: JsonObject) -> None:
    """Set what a checked body says about a member, apart from where they speak."""
    member.nick = (body["nick"] or None) if "nick" in body else member.nick
    if "roles" in body:
        member.role_ids = [int(role) for role in listed(body["roles"])]
    if "communication_disabled_until" in body:
        until = body["communication_disabled_until"]
        member.timed_out_until = None if until is None else instant(until)
    member.mute = bool(body.get("mute", member.mute))
    member.deaf = bool(body.get("deaf", member.deaf))


# --- the audit log


def _note_changes(core: Core, guild: Guild, member: Member, call: Call, before: JsonObject) -> None:
    """Set down what became of a member: roles in an entry of their own, as what came and what went."""
    found = changes(before, member_json(core.world, member))
    bot, reason = core.world.bot_id, call.reason
    others = [change for change in found if change["key"] != "roles"]
    if others:
        core.audit_log.write(
            guild, AuditEvent.MEMBER_UPDATE, by=bot, target=member.user_id, reason=reason, changes=others
        )
    roles = _role_changes(guild, before["roles"], [str(role) for role in member.role_ids])
    if roles:
        core.audit_log.write(
            guild, AuditEvent.MEMBER_ROLE_UPDATE, by=bot, target=member.user_id, reason=reason, changes=roles
        )


def _role_changes(guild: Guild, before: list[str], after: list[str]) -> list[JsonObject]:
    added = [role for role in after if role not in before]
    removed = [role for role in before if role not in after]
    found: list[JsonObject] = []
    for key, roles in (("$add", added), ("$remove", removed)):
        named = [{"id": role, "name": guild.roles[int(role)].name} for role in roles if int(role) in guild.roles]
        found += [{"key": key, "new_value": named}] if named else []
    return found


def _note_move(core: Core, guild: Guild, member: Member, call: Call) -> None:
    bot, reason = core.world.bot_id, call.reason
    if member.voice is None:
        event, options = AuditEvent.MEMBER_DISCONNECT, {"count": "1"}
    else:
        event, options = AuditEvent.MEMBER_MOVE, {"channel_id": str(member.voice.channel_id), "count": "1"}
    core.audit_log.write(guild, event, by=bot, target=None, reason=reason, options=options)


_MEMBERS = "/guilds/*/members"

ROUTES = (
    Route("GET", _MEMBERS, list_members),
    Route("GET", f"{_MEMBERS}/search", search_members),
    Route("PATCH", f"{_MEMBERS}/@me", edit_own_member),
    Route("GET", f"{_MEMBERS}/*", get_member),
    Route("PATCH", f"{_MEMBERS}/*", edit_member),
    Route("DELETE", f"{_MEMBERS}/*", kick),
    Route("PUT", f"{_MEMBERS}/*/roles/*", add_role),
    Route("DELETE", f"{_MEMBERS}/*/roles/*", remove_role),
)
"""The endpoints in this file."""
