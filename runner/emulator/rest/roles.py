"""Roles of a guild. Source: Discord docs, Resources: Guild, and Topics: Permissions."""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.channels import check_positions
from runner.emulator.forms.guilds import check_role
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_guild, known_role, require_above_role, require_own
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.guilds import role_json
from runner.emulator.world import Guild, JsonObject, Role, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions
_NEW_NAME = "new role"


def list_roles(core: Core, call: Call) -> Answer:
    """GET a guild's roles."""
    return Answer(200, [role_json(role) for role in allowed_guild(core, call.id(0)).roles.values()])


def get_role(core: Core, call: Call) -> Answer:
    """GET a role."""
    return Answer(200, role_json(known_role(allowed_guild(core, call.id(0)), call.id(1))))


def count_members(core: Core, call: Call) -> Answer:
    """GET how many members hold each role; `@everyone` is left out."""
    guild = allowed_guild(core, call.id(0))
    held = [role for member in guild.members.values() for role in member.role_ids]
    return Answer(200, {str(role): held.count(role) for role in guild.roles if role != guild.id})


def create_role(core: Core, call: Call) -> Answer:
    """POST a role, just above `@everyone`; the others move up. Without permissions it has those of `@everyone`."""
    guild, body = allowed_guild(core, call.id(0), _P.MANAGE_ROLES), call.json
    require(check_role(body))
    if len(guild.roles) >= limits.GUILD_ROLES_MAX:
        raise refusal(ErrorCode.MAXIMUM_ROLES)
    role = Role(id=core.ids.next(), name=_NEW_NAME, position=1, permissions=guild.roles[guild.id].permissions)
    if body.get("permissions") is not None:
        require_own(core, guild, int(body["permissions"]))
    _fill(role, body)
    for other in guild.roles.values():
        other.position += other.id != guild.id  # without events of their own: libraries do the same by themselves
    guild.roles[role.id] = role
    core.announcer.role(guild, role, "GUILD_ROLE_CREATE")
    _note(core, guild, AuditEvent.ROLE_CREATE, role, call, {}, role_json(role))
    return Answer(200, role_json(role))


def edit_role(core: Core, call: Call) -> Answer:
    """PATCH a role that is below the bot's highest."""
    guild, body = allowed_guild(core, call.id(0), _P.MANAGE_ROLES), call.json
    role = known_role(guild, call.id(1))
    require(check_role(body))
    require_above_role(core, guild, role)
    if body.get("permissions") is not None:
        require_own(core, guild, int(body["permissions"]) ^ int(role.permissions))
    before = role_json(role)
    _fill(role, body)
    core.announcer.role(guild, role, "GUILD_ROLE_UPDATE")
    _note(core, guild, AuditEvent.ROLE_UPDATE, role, call, before, role_json(role))
    return Answer(200, role_json(role))


def delete_role(core: Core, call: Call) -> Answer:
    """DELETE a role that is below the bot's highest; whoever holds it loses it."""
    guild = allowed_guild(core, call.id(0), _P.MANAGE_ROLES)
    role = known_role(guild, call.id(1))
    if role.id == guild.id or role.managed_by is not None:
        raise refusal(ErrorCode.INVALID_ROLE)
    require_above_role(core, guild, role)
    core.remove_role(guild, role)
    _note(core, guild, AuditEvent.ROLE_DELETE, role, call, role_json(role), {})
    return Answer(204)


def move_roles(core: Core, call: Call) -> Answer:
    """PATCH the positions of some roles. Neither from nor to a place above the bot's highest."""
    guild = allowed_guild(core, call.id(0), _P.MANAGE_ROLES)
    require(check_positions(call.body))
    entries: list[JsonObject] = [entry for entry in listed(call.body) if entry.get("position") is not None]
    moved = [(known_role(guild, int(entry["id"])), int(entry["position"])) for entry in entries]
    for role, position in moved:
        if role.id == guild.id:
            raise refusal(ErrorCode.INVALID_ROLE)
        require_above_role(core, guild, role)
        require_above_role(core, guild, Role(id=role.id, name=role.name, position=position))
    for role, position in moved:
        role.position = position
        core.announcer.role(guild, role, "GUILD_ROLE_UPDATE")
    return Answer(200, [role_json(role) for role in guild.roles.values()])


def _fill(role: Role, body: JsonObject) -> None:
    role.name = body.get("name") or role.name
    if body.get("permissions") is not None:
        role.permissions = Permissions(int(body["permissions"]))
    colors: JsonObject = body.get("colors") or {"primary_color": body.get("color")}
    if colors.get("primary_color") is not None:
        role.color = int(colors["primary_color"])
    role.hoist = bool(body.get("hoist", role.hoist))
    role.mentionable = bool(body.get("mentionable", role.mentionable))


def _note(
    core: Core, guild: Guild, event: AuditEvent, role: Role, call: Call, before: JsonObject, after: JsonObject
) -> None:
    core.audit_log.write(
        guild, event, by=core.world.bot_id, target=role.id, reason=call.reason, changes=changes(before, after)
    )


_ROLES = "/guilds/*/roles"

ROUTES = (
    Route("GET", _ROLES, list_roles),
    Route("POST", _ROLES, create_role),
    Route("PATCH", _ROLES, move_roles),
    Route("GET", f"{_ROLES}/member-counts", count_members),
    Route("GET", f"{_ROLES}/*", get_role),
    Route("PATCH", f"{_ROLES}/*", edit_role),
    Route("DELETE", f"{_ROLES}/*", delete_role),
)
"""The endpoints in this file."""
