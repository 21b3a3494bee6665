"""What a channel allows and denies to single roles and members.

Source: Discord docs, Resources: Channel, Edit Channel Permissions, and Topics: Permissions.
"""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.channels import check_overwrite
from runner.emulator.permissions import MEMBER, Overwrite
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_guild_channel, held_in, require_own
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import overwrite_json
from runner.emulator.world import Channel, Guild, JsonObject, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions


def put_overwrite(core: Core, call: Call) -> Answer:
    """PUT a channel's overwrite for a role or a member."""
    guild, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_ROLES)
    body = call.json
    require(check_overwrite(body))
    overwrite = overwrite_from(call.id(1), body)
    _require_target(guild, overwrite)
    before = _overwrite_of(channel, overwrite.id)
    if not _has_free_hand(core, channel):
        require_own(core, guild, _touched(before, overwrite))
    if before is None and len(channel.overwrites) >= limits.CHANNEL_OVERWRITES_MAX:
        raise refusal(ErrorCode.MAXIMUM_OVERWRITES)
    others = [entry for entry in channel.overwrites if entry.id != overwrite.id]
    channel.overwrites = [*others, overwrite]
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    event = AuditEvent.CHANNEL_OVERWRITE_CREATE if before is None else AuditEvent.CHANNEL_OVERWRITE_UPDATE
    _note_overwrite(core, guild, event, channel, call, before, overwrite)
    return Answer(204)


def delete_overwrite(core: Core, call: Call) -> Answer:
    """DELETE a channel's overwrite for a role or a member."""
    guild, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_ROLES)
    before = _overwrite_of(channel, call.id(1))
    if before is None:
        raise refusal(ErrorCode.UNKNOWN_OVERWRITE)
    channel.overwrites = [entry for entry in channel.overwrites if entry.id != before.id]
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    _note_overwrite(core, guild, AuditEvent.CHANNEL_OVERWRITE_DELETE, channel, call, before, None)
    return Answer(204)


def require_settable(core: Core, guild: Guild, body: JsonObject) -> None:
    """Refuse overwrites that give or take what the bot does not have itself, as docs for both calls say.

    MANAGE_ROLES in an overwrite is for administrators only.
    """
    overwrites = [overwrite_from(int(entry["id"]), entry) for entry in listed(body.get("permission_overwrites"))]
    if len(overwrites) > limits.CHANNEL_OVERWRITES_MAX:
        raise refusal(ErrorCode.MAXIMUM_OVERWRITES)
    held = core.world.guild_permissions(core.world.bot_id, guild, core.clock.now())
    for overwrite in overwrites:
        _require_target(guild, overwrite)
        require_own(core, guild, overwrite.allow | overwrite.deny)
        if overwrite.allow & _P.MANAGE_ROLES and not held & _P.ADMINISTRATOR:
            raise refusal(ErrorCode.MISSING_PERMISSIONS)


def _require_target(guild: Guild, overwrite: Overwrite) -> None:
    if overwrite.type != MEMBER and overwrite.id not in guild.roles:
        raise refusal(ErrorCode.UNKNOWN_ROLE)


def _has_free_hand(core: Core, channel: Channel) -> bool:
    """Return whether an overwrite gives the bot MANAGE_ROLES here, which frees it to set any permission."""
    bot = core.world.bot_id
    guild = core.world.guild_of(channel)
    roles: set[int] = set() if guild is None else {guild.id, *guild.members[bot].role_ids}
    own = [entry for entry in channel.overwrites if entry.id in {bot, *roles}]
    return bool(held_in(core, channel) & _P.MANAGE_ROLES) and any(entry.allow & _P.MANAGE_ROLES for entry in own)


def _touched(before: Overwrite | None, after: Overwrite) -> int:
    """Return the permissions whose setting changes."""
    allow, deny = (0, 0) if before is None else (before.allow, before.deny)
    return (allow ^ after.allow) | (deny ^ after.deny)


def _overwrite_of(channel: Channel, target_id: int) -> Overwrite | None:
    return next((Overwrite(*entry) for entry in channel.overwrites if entry.id == target_id), None)


def overwrite_from(target_id: int, entry: JsonObject) -> Overwrite:
    """Return an overwrite from its JSON, in which the bits may be numbers or texts."""
    return Overwrite(target_id, int(entry.get("type") or 0), int(entry.get("allow") or 0), int(entry.get("deny") or 0))


def _note_overwrite(
    core: Core,
    guild: Guild,
    event: AuditEvent,
    channel: Channel,
    call: Call,
    before: Overwrite | None,
    after: Overwrite | None,
) -> None:
    of = after or before
    assert of is not None, "there is one before or after"
    role = guild.roles.get(of.id)
    options: JsonObject = {"id": str(of.id), "type": str(of.type)}
    if role is not None:
        options["role_name"] = role.name
    core.audit_log.write(
        guild,
        event,
        by=core.world.bot_id,
        target=channel.id,
        reason=call.reason,
        changes=changes(*({} if each is None else overwrite_json(*each) for each in (before, after))),
        options=options,
    )


ROUTES = (
    Route("PUT", "/channels/*/permissions/*", put_overwrite),
    Route("DELETE", "/channels/*/permissions/*", delete_overwrite),
)
"""The endpoints in this file."""
