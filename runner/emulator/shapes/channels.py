"""Channels as Discord's JSON."""

from typing import Final

from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import text_of
from runner.emulator.world import Channel, JsonObject, World
from runner.lifecycle.limits import ChannelType

_BITRATE: Final = 64_000


def channel_json(world: World, channel: Channel) -> JsonObject:
    """Return a channel object."""
    shape: JsonObject = {
        "id": str(channel.id),
        "type": int(channel.type),
        "last_message_id": text_of(channel.last_message_id),
        "flags": 0,
    }
    if channel.guild_id is None:
        return shape | {"recipients": [user_json(world.users[user]) for user in channel.recipient_ids]}
    shape |= {
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "parent_id": text_of(channel.parent_id),
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": channel.nsfw,
        "rate_limit_per_user": channel.rate_limit_per_user,
        "permission_overwrites": [_overwrite_json(*overwrite) for overwrite in channel.overwrites],
        "last_pin_timestamp": None,
    }
    if channel.type in {ChannelType.GUILD_VOICE, ChannelType.GUILD_STAGE_VOICE}:
        shape |= {"bitrate": _BITRATE, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    return shape


def _overwrite_json(overwrite_id: int, kind: int, allow: int, deny: int) -> JsonObject:
    return {"id": str(overwrite_id), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}
