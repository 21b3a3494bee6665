"""Channels and threads as Discord's JSON. Source: Discord docs, Resources: Channel."""

from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import text_of, timestamp
from runner.emulator.world import FORUMS, VOICE, Channel, Forum, JsonObject, Tag, Thread, World
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType

_FOR_THREADS = frozenset({ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT, *FORUMS})


def channel_json(world: World, channel: Channel) -> JsonObject:
    """Return a channel object; a thread's has no `member`."""
    shape: JsonObject = {
        "id": str(channel.id),
        "type": int(channel.type),
        "last_message_id": text_of(channel.last_message_id),
        "last_pin_timestamp": timestamp(channel.last_pin_at),
        "flags": channel.flags,
    }
    if channel.guild_id is None:
        return shape | {"recipients": [user_json(world.users[user]) for user in channel.recipient_ids]}
    shape |= {
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "parent_id": text_of(channel.parent_id),
        "rate_limit_per_user": channel.rate_limit_per_user,
    }
    return shape | (_guild_channel(channel) if channel.thread is None else _thread(channel, channel.thread))


def thread_json(world: World, channel: Channel) -> JsonObject:
    """Return a thread with the bot's membership in it, if it has joined."""
    shape = channel_json(world, channel)
    is_member = channel.thread is not None and world.bot_id in channel.thread.members
    return shape | {"member": thread_member_json(channel, world.bot_id)} if is_member else shape


def thread_member_json(channel: Channel, user_id: int) -> JsonObject:
    """Return a user's membership in a thread that they have joined."""
    assert channel.thread is not None, "only threads have members of their own"
    joined_at = timestamp(channel.thread.members[user_id])
    return {"id": str(channel.id), "user_id": str(user_id), "join_timestamp": joined_at, "flags": 1}


def tag_json(tag: Tag) -> JsonObject:
    """Return a forum tag object."""
    return {
        "id": str(tag.id),
        "name": tag.name,
        "moderated": tag.moderated,
        "emoji_id": text_of(tag.emoji_id),
        "emoji_name": tag.emoji_name,
    }


def overwrite_json(overwrite_id: int, kind: int, allow: int, deny: int) -> JsonObject:
    """Return a permission overwrite object."""
    return {"id": str(overwrite_id), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}


def _guild_channel(channel: Channel) -> JsonObject:
    shape: JsonObject = {
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": channel.nsfw,
        "permission_overwrites": [overwrite_json(*overwrite) for overwrite in channel.overwrites],
    }
    if channel.type in VOICE:
        shape |= {
            "bitrate": channel.bitrate,
            "user_limit": channel.user_limit,
            "rtc_region": channel.rtc_region,
            "video_quality_mode": channel.video_quality_mode,
        }
    if channel.type in _FOR_THREADS:
        shape["default_thread_rate_limit_per_user"] = channel.default_thread_rate_limit_per_user
        if channel.default_auto_archive_minutes is not None:
            shape["default_auto_archive_duration"] = channel.default_auto_archive_minutes
    return shape if channel.forum is None else shape | _forum(channel.forum)


def _forum(forum: Forum) -> JsonObject:
    return {
        "available_tags": [tag_json(tag) for tag in forum.tags],
        "default_reaction_emoji": forum.default_reaction,
        "default_sort_order": forum.default_sort_order,
        "default_forum_layout": forum.default_layout,
    }


def _thread(channel: Channel, thread: Thread) -> JsonObject:
    metadata: JsonObject = {
        "archived": thread.archived,
        "auto_archive_duration": thread.auto_archive_minutes,
        "archive_timestamp": timestamp(thread.archived_at),
        "locked": thread.locked,
        "create_timestamp": timestamp(thread.created_at),
    }
    if channel.type is ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = thread.invitable
    return {
        "owner_id": str(thread.owner_id),
        "thread_metadata": metadata,
        "message_count": thread.message_count,
        "member_count": min(len(thread.members), limits.THREAD_MEMBERS_COUNTED_MAX),
        "total_message_sent": thread.total_message_sent,
        "applied_tags": [str(tag) for tag in thread.tag_ids],
    }
