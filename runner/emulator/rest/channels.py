"""Channels of guilds: created, changed, moved, deleted, and who may do what in them.

Source: Discord docs, Resources: Channel and Guild.
"""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.channels import check_channel_edit, check_new_channel, check_positions
from runner.emulator.refusals import invalid_field, refusal, require
from runner.emulator.rest.access import (
    allowed_channel,
    allowed_guild,
    allowed_guild_channel,
    require_in,
)
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.channel_fields import fill_channel
from runner.emulator.rest.overwrites import require_settable
from runner.emulator.rest.threads import delete_thread, edit_thread
from runner.emulator.shapes.channels import channel_json, thread_json
from runner.emulator.world import FORUMS, Channel, Forum, Guild, JsonObject, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_COMMUNITY = frozenset({ChannelType.GUILD_STAGE_VOICE, ChannelType.GUILD_MEDIA})


def get_channel(core: Core, call: Call) -> Answer:
    """GET a channel."""
    return Answer(200, thread_json(core.world, allowed_channel(core, call.id(0))))


def list_channels(core: Core, call: Call) -> Answer:
    """GET a guild's channels, without the threads."""
    guild = allowed_guild(core, call.id(0))
    channels = [channel for channel in core.world.channels_of(guild.id) if channel.thread is None]
    return Answer(200, [channel_json(core.world, channel) for channel in channels])


def create_channel(core: Core, call: Call) -> Answer:
    """POST /guilds/{guild}/channels: a channel of any kind, or a category."""
    guild, body = allowed_guild(core, call.id(0), _P.MANAGE_CHANNELS), call.json
    require(check_new_channel(body))
    kind = ChannelType(int(body.get("type") or 0))
    _require_offered(guild, kind)
    _require_room(core, guild)
    channel = Channel(id=core.ids.next(), type=kind, guild_id=guild.id, position=_last_position(core, guild) + 1)
    channel.forum = Forum() if kind in FORUMS else None
    _require_parent(core, channel, body)
    require_settable(core, guild, body)
    fill_channel(core, channel, body)
    if channel.parent_id is not None and body.get("permission_overwrites") is None:
        channel.overwrites = list(core.world.channels[channel.parent_id].overwrites)
    core.world.channels[channel.id] = channel
    core.announcer.channel(channel, "CHANNEL_CREATE")
    shape = channel_json(core.world, channel)
    _note(core, guild, AuditEvent.CHANNEL_CREATE, channel, call, {}, shape)
    return Answer(201, shape)


def edit_channel(core: Core, call: Call) -> Answer:
    """PATCH a channel or a thread."""
    channel = allowed_channel(core, call.id(0))
    if channel.thread is not None:
        return edit_thread(core, channel, call)
    guild, channel = allowed_guild_channel(core, channel.id, _P.MANAGE_CHANNELS)
    body = call.json
    require(check_channel_edit(body, channel.type))
    _require_convertible(guild, channel, body)
    _require_parent(core, channel, body)
    if body.get("permission_overwrites") is not None:
        require_in(core, channel, _P.MANAGE_ROLES)
        require_settable(core, guild, body)
    core.rate_limits.note_rename(channel, body)
    before = channel_json(core.world, channel)
    fill_channel(core, channel, body)
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    shape = channel_json(core.world, channel)
    _note(core, guild, AuditEvent.CHANNEL_UPDATE, channel, call, before, shape)
    return Answer(200, shape)


def delete_channel(core: Core, call: Call) -> Answer:
    """DELETE a channel or a thread; direct messages stay, and are only closed."""
    channel = allowed_channel(core, call.id(0))
    if channel.guild_id is None:
        return Answer(200, channel_json(core.world, channel))
    if channel.thread is not None:
        return delete_thread(core, channel, call)
    guild, channel = allowed_guild_channel(core, channel.id, _P.MANAGE_CHANNELS)
    shape = channel_json(core.world, channel)
    core.remove_channel(guild, channel)
    _note(core, guild, AuditEvent.CHANNEL_DELETE, channel, call, shape, {})
    return Answer(200, shape)


def move_channels(core: Core, call: Call) -> Answer:
    """PATCH /guilds/{guild}/channels: the positions of some channels, and the category of at most one."""
    guild = allowed_guild(core, call.id(0), _P.MANAGE_CHANNELS)
    require(check_positions(call.body))
    entries: list[JsonObject] = listed(call.body)
    moved = [(_own_channel(core, guild, int(entry["id"])), entry) for entry in entries]
    adopted = [channel for channel, entry in moved if _is_adopted(channel, entry)]
    if len(adopted) > 1:
        raise refusal(ErrorCode.SEVERAL_PARENTS_MODIFIED)
    for channel, entry in moved:
        _require_parent(core, channel, entry)
    for channel, entry in moved:
        _move(core, channel, entry)
        core.announcer.channel(channel, "CHANNEL_UPDATE")
    return Answer(204)


def type_in(core: Core, call: Call) -> Answer:
    """POST the typing indicator."""
    channel = allowed_channel(core, call.id(0), _P.SEND_MESSAGES)
    data: JsonObject = {
        "channel_id": str(channel.id),
        "user_id": str(core.world.bot_id),
        "timestamp": int(core.clock.now()),
    }
    guild, direct = Intents.GUILD_MESSAGE_TYPING, Intents.DIRECT_MESSAGE_TYPING
    core.announcer.in_channel(channel, "TYPING_START", data, guild=guild, direct=direct)
    return Answer(204)


# --- what a guild offers


def _require_offered(guild: Guild, kind: ChannelType) -> None:
    """Refuse a kind of channel that only community servers have.

    Observed: announcement channels by 50035 (Lucky3028/terraform-provider-discord #149), stages by 50024
    (Rapptz/discord.py #6883).
    """
    if kind is ChannelType.GUILD_ANNOUNCEMENT and not _is_community(guild):
        raise invalid_field("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 6, 13, 14, 15, 16}.")
    if kind in _COMMUNITY and not _is_community(guild):
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)


def _is_community(guild: Guild) -> bool:
    return "COMMUNITY" in guild.features


def _require_convertible(guild: Guild, channel: Channel, body: JsonObject) -> None:
    is_converted = body.get("type") is not None and int(body["type"]) != channel.type
    if is_converted and not _is_community(guild):
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)


def _require_room(core: Core, guild: Guild) -> None:
    channels = [channel for channel in core.world.channels_of(guild.id) if channel.thread is None]
    if len(channels) >= limits.GUILD_CHANNELS_MAX:
        raise refusal(ErrorCode.MAXIMUM_CHANNELS)


def _require_parent(core: Core, channel: Channel, body: JsonObject) -> None:
    """Refuse a `parent_id` that is no category of the guild, or a full one."""
    if body.get("parent_id") is None or int(body["parent_id"]) == channel.parent_id:
        return
    parent = core.world.channels.get(int(body["parent_id"]))
    if parent is None or parent.guild_id != channel.guild_id:
        raise invalid_field("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    if parent.type is not ChannelType.GUILD_CATEGORY or channel.type is ChannelType.GUILD_CATEGORY:
        raise invalid_field("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    siblings = [each for each in core.world.channels.values() if each.parent_id == parent.id]
    if len(siblings) >= limits.CATEGORY_CHANNELS_MAX:
        most = limits.CATEGORY_CHANNELS_MAX
        text = f"Maximum number of channels in category reached ({most})"
        raise invalid_field("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", text)


# --- moving


def _own_channel(core: Core, guild: Guild, channel_id: int) -> Channel:
    channel = core.world.channels.get(channel_id)
    if channel is None or channel.guild_id != guild.id:
        raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    return channel


def _is_adopted(channel: Channel, entry: JsonObject) -> bool:
    return "parent_id" in entry and entry["parent_id"] != (
        None if channel.parent_id is None else str(channel.parent_id)
    )


def _move(core: Core, channel: Channel, entry: JsonObject) -> None:
    if entry.get("position") is not None:
        channel.position = int(entry["position"])
    if "parent_id" in entry:
        channel.parent_id = None if entry["parent_id"] is None else int(entry["parent_id"])
    if entry.get("lock_permissions") and channel.parent_id is not None:
        channel.overwrites = list(core.world.channels[channel.parent_id].overwrites)


def _last_position(core: Core, guild: Guild) -> int:
    return max((channel.position for channel in core.world.channels_of(guild.id)), default=-1)


# --- the audit log


def _note(
    core: Core, guild: Guild, event: AuditEvent, channel: Channel, call: Call, before: JsonObject, after: JsonObject
) -> None:
    core.audit_log.write(
        guild,
        event,
        by=core.world.bot_id,
        target=channel.id,
        reason=call.reason,
        changes=changes(before, after),
    )


_CHANNEL = "/channels/*"

ROUTES = (
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, edit_channel),
    Route("DELETE", _CHANNEL, delete_channel),
    Route("GET", "/guilds/*/channels", list_channels),
    Route("POST", "/guilds/*/channels", create_channel),
    Route("PATCH", "/guilds/*/channels", move_channels),
    Route("POST", f"{_CHANNEL}/typing", type_in),
)
"""The endpoints in this file."""
