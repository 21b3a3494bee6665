"""Scheduled events. Source: Discord docs, Resources: Guild Scheduled Event."""

from dataclasses import replace

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.scheduled_events import (
    ACTIVE,
    COMPLETED,
    EXTERNAL,
    SCHEDULED,
    STAGE,
    STATUS_AFTER,
    VOICE,
    check_event_edit,
    check_new_event,
)
from runner.emulator.refusals import invalid_field, refusal, require
from runner.emulator.rest.access import allowed_guild, held_in, held_there
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.guilds import member_json
from runner.emulator.shapes.scheduled_events import event_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import instant
from runner.emulator.world import Channel, Guild, JsonObject, ScheduledEvent
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_STAGE_MODERATOR = _P.MANAGE_CHANNELS | _P.MUTE_MEMBERS | _P.MOVE_MEMBERS
_NEEDED = {STAGE: _STAGE_MODERATOR, VOICE: _P.VIEW_CHANNEL | _P.CONNECT, EXTERNAL: _P(0)}
_INTERESTED = 1
_CHANNELS = {STAGE: ChannelType.GUILD_STAGE_VOICE, VOICE: ChannelType.GUILD_VOICE}


def begin(core: Core) -> None:
    """Let the events that are there already begin and end by themselves, where nobody is there to do so."""
    for guild in core.world.guilds.values():
        for event in guild.events.values():
            _run_by_itself(core, guild, event)


def list_events(core: Core, call: Call) -> Answer:
    """GET a guild's events, those in channels that the bot does not see left out."""
    guild = allowed_guild(core, call.id(0))
    seen = [event for event in guild.events.values() if _is_seen(core, event)]
    return Answer(200, [_json(core, event, call) for event in seen])


def get_event(core: Core, call: Call) -> Answer:
    """GET an event."""
    guild = allowed_guild(core, call.id(0))
    return Answer(200, _json(core, _known(core, guild, call.id(1)), call))


def create_event(core: Core, call: Call) -> Answer:
    """POST an event: in a stage, in a voice channel, or somewhere else."""
    guild, body = allowed_guild(core, call.id(0)), call.json
    require(check_new_event(body))
    kind = int(body["entity_type"])
    channel = _channel(core, guild, kind, body)
    if _held(core, guild, channel) & (_P.CREATE_EVENTS | _NEEDED[kind]) != _P.CREATE_EVENTS | _NEEDED[kind]:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    if sum(event.status in {SCHEDULED, ACTIVE} for event in guild.events.values()) >= limits.GUILD_EVENTS_MAX:
        raise refusal(ErrorCode.MAXIMUM_SCHEDULED_EVENTS)
    event = ScheduledEvent(
        id=core.ids.next(),
        guild_id=guild.id,
        creator_id=core.world.bot_id,
        name=body["name"],
        entity_type=kind,
        starts_at=instant(body["scheduled_start_time"]),
    )
    _fill(event, body)
    _require_times(core, event)
    guild.events[event.id] = event
    _run_by_itself(core, guild, event)
    shape = event_json(core.world, event)
    _announce(core, guild, "GUILD_SCHEDULED_EVENT_CREATE", shape)
    _note(core, guild, AuditEvent.GUILD_SCHEDULED_EVENT_CREATE, event, call, {}, shape)
    return Answer(200, shape)


def edit_event(core: Core, call: Call) -> Answer:
    """PATCH an event, also to start it, to end it and to cancel it."""
    guild, body = allowed_guild(core, call.id(0)), call.json
    event = _known(core, guild, call.id(1))
    _require_manageable(core, guild, event)
    require(check_event_edit(body, event.entity_type))
    _require_status(event, body)
    kind = int(body.get("entity_type") or event.entity_type)
    if kind != event.entity_type or body.get("channel_id") is not None:
        _channel(core, guild, kind, body)
    _require_new_times(core, event, body)
    before = event_json(core.world, event)
    _fill(event, body)
    _run_by_itself(core, guild, event)
    shape = event_json(core.world, event)
    _announce(core, guild, "GUILD_SCHEDULED_EVENT_UPDATE", shape)
    _note(core, guild, AuditEvent.GUILD_SCHEDULED_EVENT_UPDATE, event, call, before, shape)
    return Answer(200, shape)


def delete_event(core: Core, call: Call) -> Answer:
    """DELETE an event."""
    guild = allowed_guild(core, call.id(0))
    event = _known(core, guild, call.id(1))
    _require_manageable(core, guild, event)
    core.remove_event(guild, event)
    shape = event_json(core.world, event)
    _note(core, guild, AuditEvent.GUILD_SCHEDULED_EVENT_DELETE, event, call, shape, {})
    return Answer(204)


def list_users(core: Core, call: Call) -> Answer:
    """GET who is interested in an event, in the order of their ids."""
    guild = allowed_guild(core, call.id(0))
    event = _known(core, guild, call.id(1))
    limit = call.number("limit", limits.EVENT_USERS_FETCH_MAX, limits.EVENT_USERS_FETCH_MAX)
    before, after = call.asked_id("before"), call.asked_id("after") or 0
    users = sorted(user for user in event.user_ids if after < user < (before or user + 1))
    page = users[-limit:] if before is not None else users[:limit]
    return Answer(200, [_interested(core, guild, event, user, call) for user in page])


def _interested(core: Core, guild: Guild, event: ScheduledEvent, user_id: int, call: Call) -> JsonObject:
    shape: JsonObject = {
        "guild_scheduled_event_id": str(event.id),
        "user_id": str(user_id),
        "user": user_json(core.world.users[user_id]),
        "response": _INTERESTED,
    }
    if call.is_set("with_member") and user_id in guild.members:
        shape["member"] = member_json(core.world, guild.members[user_id])
    return shape


def _json(core: Core, event: ScheduledEvent, call: Call) -> JsonObject:
    """Return an event; how many are interested is said only if asked for."""
    shape = event_json(core.world, event)
    if not call.is_set("with_user_count"):
        del shape["user_count"]
    return shape


def _is_seen(core: Core, event: ScheduledEvent) -> bool:
    channel = core.world.channels.get(event.channel_id or 0)
    return channel is None or bool(held_in(core, channel) & _P.VIEW_CHANNEL)


def _known(core: Core, guild: Guild, event_id: int) -> ScheduledEvent:
    event = guild.events.get(event_id)
    if event is None or not _is_seen(core, event):
        raise refusal(ErrorCode.UNKNOWN_SCHEDULED_EVENT)
    return event


def _channel(core: Core, guild: Guild, kind: int, body: JsonObject) -> Channel | None:
    """Return where an event takes place; None outside of Discord. Refused with 50035 if the channel does not fit."""
    if kind == EXTERNAL:
        if body.get("channel_id") is not None:
            raise invalid_field("channel_id", "BASE_TYPE_CHOICES", "An external event takes place in no channel.")
        return None
    channel = core.world.channels.get(int(body["channel_id"]))
    if channel is None or channel.guild_id != guild.id or channel.type is not _CHANNELS[kind]:
        raise invalid_field("channel_id", "BASE_TYPE_CHOICES", "The channel is not of the event's type.")
    return channel


def _held(core: Core, guild: Guild, channel: Channel | None) -> Permissions:
    return held_there(core, guild) if channel is None else held_in(core, channel)


def _require_manageable(core: Core, guild: Guild, event: ScheduledEvent) -> None:
    """Refuse to touch an event: the bot's own needs CREATE_EVENTS or MANAGE_EVENTS, others' the latter."""
    channel = core.world.channels.get(event.channel_id or 0)
    held, needed = _held(core, guild, channel), _NEEDED[event.entity_type]
    is_own = event.creator_id == core.world.bot_id
    sufficient = _P.MANAGE_EVENTS | (_P.CREATE_EVENTS if is_own else _P(0))
    if not held & sufficient or held & needed != needed:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def _require_status(event: ScheduledEvent, body: JsonObject) -> None:
    """Refuse to change an event that is over (180000), and a step that its status does not take."""
    if not STATUS_AFTER[event.status]:
        raise refusal(ErrorCode.EVENT_FINISHED)
    wanted = int(body.get("status") or event.status)
    if wanted != event.status and wanted not in STATUS_AFTER[event.status]:
        raise invalid_field("status", "BASE_TYPE_CHOICES", "The event cannot go there from where it stands.")


def _require_new_times(core: Core, event: ScheduledEvent, body: JsonObject) -> None:
    """Refuse to put an event off to the past, or to let it end before it begins."""
    if body.get("scheduled_start_time") or body.get("scheduled_end_time"):
        changed = replace(event)
        _fill(changed, body)
        _require_times(core, changed, is_new=bool(body.get("scheduled_start_time")))


def _require_times(core: Core, event: ScheduledEvent, *, is_new: bool = True) -> None:
    """Refuse an event that is over before it begins; one that is planned anew (`is_new`) begins in the future."""
    if is_new and event.starts_at <= core.clock.now():
        text = "Cannot schedule event in the past."
        raise invalid_field("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", text)
    if event.ends_at is not None and event.ends_at <= event.starts_at:
        text = "Cannot end before it starts."
        raise invalid_field("scheduled_end_time", "GUILD_SCHEDULED_EVENT_END_BEFORE_START", text)


def _fill(event: ScheduledEvent, body: JsonObject) -> None:
    event.name = body.get("name") or event.name
    event.description = body.get("description", event.description)
    event.entity_type = int(body.get("entity_type") or event.entity_type)
    event.status = int(body.get("status") or event.status)
    if body.get("scheduled_start_time"):
        event.starts_at = instant(body["scheduled_start_time"])
    if "scheduled_end_time" in body:
        event.ends_at = None if body["scheduled_end_time"] is None else instant(body["scheduled_end_time"])
    if "channel_id" in body:
        event.channel_id = None if body["channel_id"] is None else int(body["channel_id"])
    if "entity_metadata" in body:
        metadata: JsonObject = body["entity_metadata"] or {}
        event.location = metadata.get("location")


def _run_by_itself(core: Core, guild: Guild, event: ScheduledEvent) -> None:
    """Let an external event begin and end at its times, as nobody is there to say so.

    Source: Discord docs, Resources: Guild Scheduled Event, Status Update Automation.
    """

    def go_on() -> None:
        event.status = COMPLETED if event.status == ACTIVE else ACTIVE
        _announce(core, guild, "GUILD_SCHEDULED_EVENT_UPDATE", event_json(core.world, event))
        _run_by_itself(core, guild, event)

    at = {SCHEDULED: event.starts_at, ACTIVE: event.ends_at}.get(event.status)
    core.timers.cancel(("event", event.id))
    if event.entity_type == EXTERNAL and at is not None:
        core.timers.at(at, ("event", event.id), go_on)


def _announce(core: Core, guild: Guild, name: str, shape: JsonObject) -> None:
    core.announcer.in_guild(guild, name, shape, Intents.GUILD_SCHEDULED_EVENTS, is_shown=False)


def _note(
    core: Core, guild: Guild, what: AuditEvent, event: ScheduledEvent, call: Call, before: JsonObject, after: JsonObject
) -> None:
    core.audit_log.write(
        guild, what, by=core.world.bot_id, target=event.id, reason=call.reason, changes=changes(before, after)
    )


_EVENTS = "/guilds/*/scheduled-events"

ROUTES = (
    Route("GET", _EVENTS, list_events),
    Route("POST", _EVENTS, create_event),
    Route("GET", f"{_EVENTS}/*", get_event),
    Route("PATCH", f"{_EVENTS}/*", edit_event),
    Route("DELETE", f"{_EVENTS}/*", delete_event),
    Route("GET", f"{_EVENTS}/*/users", list_users),
)
"""The endpoints in this file."""
