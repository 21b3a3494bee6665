"""Channels and their messages, with the permissions that each call needs.

Source: Discord docs, Resources: Channel and Message, and Topics: Permissions.
"""

from runner.emulator.core import Core
from runner.emulator.permissions import Overwrite, effective
from runner.emulator.refusals import bare, invalid_field, refusal
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import channel_json
from runner.emulator.world import Channel, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

NOTHING = Permissions(0)
"""For calls that need no permission beyond seeing the place."""

_P = Permissions
_CREATABLE = frozenset(
    {ChannelType.GUILD_TEXT, ChannelType.GUILD_VOICE, ChannelType.GUILD_CATEGORY, ChannelType.GUILD_ANNOUNCEMENT}
)


def allowed_channel(core: Core, channel_id: int, needed: Permissions = NOTHING) -> Channel:
    """Return a channel that the bot sees and in which it has `needed`; refused with 10003, 50001 or 50013."""
    channel = core.world.channels.get(channel_id)
    if channel is None:
        raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    held = core.world.permissions_in(core.world.bot_id, channel, core.clock.now())
    if not held & _P.VIEW_CHANNEL:
        raise refusal(ErrorCode.MISSING_ACCESS)
    if effective(held, channel.type) & needed != needed:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    return channel


def get_channel(core: Core, call: Call) -> Answer:
    """GET a channel."""
    return Answer(200, channel_json(core.world, allowed_channel(core, call.id(0))))


def edit_channel(core: Core, call: Call) -> Answer:
    """PATCH a channel's name, topic, position, slow mode, category or overwrites."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_CHANNELS)
    fill_channel(channel, call.json)
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    return Answer(200, channel_json(core.world, channel))


def delete_channel(core: Core, call: Call) -> Answer:
    """DELETE a channel."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_CHANNELS)
    shape = channel_json(core.world, channel)
    del core.world.channels[channel.id]
    core.announcer.channel(channel, "CHANNEL_DELETE")
    return Answer(200, shape)


def create_channel(core: Core, call: Call) -> Answer:
    """POST /guilds/{guild}/channels: a text, voice or announcement channel, or a category."""
    guild = core.world.guilds.get(call.id(0))
    if guild is None:
        raise refusal(ErrorCode.UNKNOWN_GUILD)
    if not core.world.guild_permissions(core.world.bot_id, guild, core.clock.now()) & _P.MANAGE_CHANNELS:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)
    if not call.json.get("name"):
        raise invalid_field("name", "BASE_TYPE_REQUIRED", "This field is required")
    kind = call.json.get("type") or 0
    if kind not in _CREATABLE:
        raise bare(501, f"not implemented by the local Discord: channels of type {kind}")
    channel = Channel(id=core.ids.next(), type=ChannelType(kind), guild_id=guild.id)
    fill_channel(channel, call.json)
    core.world.channels[channel.id] = channel
    core.announcer.channel(channel, "CHANNEL_CREATE")
    return Answer(201, channel_json(core.world, channel))


def fill_channel(channel: Channel, body: JsonObject) -> None:
    """Set what a body says about a channel. Refused with 50035 if a text is too long."""
    _check_length(body, "name", 1, limits.CHANNEL_NAME_MAX)
    _check_length(body, "topic", 0, limits.CHANNEL_TOPIC_MAX)
    channel.name = body.get("name") or channel.name
    channel.topic = body.get("topic", channel.topic)
    channel.nsfw = bool(body.get("nsfw", channel.nsfw))
    if "rate_limit_per_user" in body:
        channel.rate_limit_per_user = int(body["rate_limit_per_user"] or 0)
    if body.get("position") is not None:
        channel.position = int(body["position"])
    if "parent_id" in body:
        channel.parent_id = None if body["parent_id"] is None else int(body["parent_id"])
    if body.get("permission_overwrites") is not None:
        channel.overwrites = [_overwrite(int(entry["id"]), entry) for entry in body["permission_overwrites"]]


def put_overwrite(core: Core, call: Call) -> Answer:
    """PUT a channel's overwrite for a role or a member."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_ROLES)
    others = [entry for entry in channel.overwrites if entry.id != call.id(1)]
    channel.overwrites = [*others, _overwrite(call.id(1), call.json)]
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    return Answer(204)


def delete_overwrite(core: Core, call: Call) -> Answer:
    """DELETE a channel's overwrite for a role or a member."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_ROLES)
    channel.overwrites = [entry for entry in channel.overwrites if entry.id != call.id(1)]
    core.announcer.channel(channel, "CHANNEL_UPDATE")
    return Answer(204)


def type_in(core: Core, call: Call) -> Answer:
    """POST the typing indicator."""
    allowed_channel(core, call.id(0), _P.SEND_MESSAGES)
    return Answer(204)


def _overwrite(target_id: int, entry: JsonObject) -> Overwrite:
    return Overwrite(target_id, int(entry.get("type") or 0), int(entry.get("allow") or 0), int(entry.get("deny") or 0))


def _check_length(body: JsonObject, name: str, lowest: int, highest: int) -> None:
    text = body.get(name)
    if text is not None and not lowest <= len(text) <= highest:
        raise invalid_field(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {lowest} and {highest} in length.")


_CHANNEL = "/channels/*"

ROUTES = (
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, edit_channel),
    Route("DELETE", _CHANNEL, delete_channel),
    Route("POST", "/guilds/*/channels", create_channel),
    Route("PUT", f"{_CHANNEL}/permissions/*", put_overwrite),
    Route("DELETE", f"{_CHANNEL}/permissions/*", delete_overwrite),
    Route("POST", f"{_CHANNEL}/typing", type_in),
)
"""The endpoints in this file."""
