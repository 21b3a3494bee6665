"""Bans. Source: Discord docs, Resources: Guild, and Topics: Permissions, Permission Hierarchy."""

from runner.emulator.audit_log import AuditEvent
from runner.emulator.core import Core
from runner.emulator.forms.guilds import check_ban, check_bulk_ban
from runner.emulator.refusals import Refused, refusal, require
from runner.emulator.rest.access import allowed_guild, require_above
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.users import user_json
from runner.emulator.snowflake import created_at
from runner.emulator.world import Channel, Guild, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions
_DAY_S = 86_400


def ban(core: Core, call: Call) -> Answer:
    """PUT a ban on a user, whether a member or not; their messages of the last seconds go if asked for.

    Libraries say how many seconds in the query or in the body.
    """
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    settings: JsonObject = {**call.query, **call.json}
    require(check_ban(settings))
    _require_bannable(core, guild, call.id(1))
    _ban(core, guild, call.id(1), call.reason, _seconds(settings))
    return Answer(204)


def bulk_ban(core: Core, call: Call) -> Answer:
    """POST up to 200 bans at once; those who cannot be banned are named. Refused with 500000 if nobody can."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS | _P.MANAGE_GUILD)
    require(check_bulk_ban(call.json))
    users = call.numbers("user_ids")
    banned = [user for user in users if user not in guild.bans and _is_bannable(core, guild, user)]
    if not banned:
        raise refusal(ErrorCode.NOBODY_BANNED)
    for user in banned:
        _ban(core, guild, user, call.reason, _seconds(call.json))
    failed = [user for user in users if user not in banned]
    return Answer(200, {"banned_users": [str(each) for each in banned], "failed_users": [str(each) for each in failed]})


def unban(core: Core, call: Call) -> Answer:
    """DELETE a ban."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    _require_banned(guild, call.id(1))
    del guild.bans[call.id(1)]
    core.announcer.ban(guild, call.id(1), "GUILD_BAN_REMOVE")
    bot = core.world.bot_id
    core.audit_log.write(guild, AuditEvent.MEMBER_BAN_REMOVE, by=bot, target=call.id(1), reason=call.reason)
    return Answer(204)


def get_ban(core: Core, call: Call) -> Answer:
    """GET one ban."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    _require_banned(guild, call.id(1))
    return Answer(200, _ban_json(core, guild, call.id(1)))


def list_bans(core: Core, call: Call) -> Answer:
    """GET bans in the order of the users' ids; with both `before` and `after`, `before` counts."""
    guild = allowed_guild(core, call.id(0), _P.BAN_MEMBERS)
    limit = call.number("limit", limits.BANS_FETCH_MAX, limits.BANS_FETCH_MAX)
    before, after = call.asked_id("before"), call.asked_id("after") or 0
    if before is not None:
        users = sorted(user for user in guild.bans if user < before)[-limit:]
    else:
        users = sorted(user for user in guild.bans if user > after)[:limit]
    return Answer(200, [_ban_json(core, guild, user) for user in users])


def _require_bannable(core: Core, guild: Guild, user_id: int) -> None:
    if user_id not in core.world.users:
        raise refusal(ErrorCode.UNKNOWN_USER)
    member = guild.members.get(user_id)
    if member is not None:
        require_above(core, guild, member)


def _is_bannable(core: Core, guild: Guild, user_id: int) -> bool:
    try:
        _require_bannable(core, guild, user_id)
    except Refused:
        return False
    return True


def _require_banned(guild: Guild, user_id: int) -> None:
    if user_id not in guild.bans:
        raise refusal(ErrorCode.UNKNOWN_BAN)


def _ban(core: Core, guild: Guild, user_id: int, reason: str | None, seconds: int) -> None:
    """Ban a user. One who is banned already stays so, with the first reason."""
    member = guild.members.get(user_id)
    if member is not None:
        core.remove_member(guild, member)
    if user_id in guild.bans:
        return
    guild.bans[user_id] = reason
    core.announcer.ban(guild, user_id, "GUILD_BAN_ADD")
    core.audit_log.write(guild, AuditEvent.MEMBER_BAN_ADD, by=core.world.bot_id, target=user_id, reason=reason)
    for channel in core.world.channels_of(guild.id):
        _delete_messages(core, channel, user_id, core.clock.now() - seconds)


def _delete_messages(core: Core, channel: Channel, user_id: int, since: float) -> None:
    found = [each for each in channel.messages.values() if each.author_id == user_id and created_at(each.id) > since]
    for message in found:
        channel.remove(message)
    if found:
        core.announcer.messages_deleted(channel, found)


def _seconds(settings: JsonObject) -> int:
    """Return how far back messages are deleted; the older way counts days."""
    return int(settings.get("delete_message_seconds") or int(settings.get("delete_message_days") or 0) * _DAY_S)


def _ban_json(core: Core, guild: Guild, user_id: int) -> JsonObject:
    return {"reason": guild.bans[user_id], "user": user_json(core.world.users[user_id])}


_BANS = "/guilds/*/bans"

ROUTES = (
    Route("GET", _BANS, list_bans),
    Route("GET", f"{_BANS}/*", get_ban),
    Route("PUT", f"{_BANS}/*", ban),
    Route("DELETE", f"{_BANS}/*", unban),
    Route("POST", "/guilds/*/bulk-ban", bulk_ban),
)
"""The endpoints in this file."""
