"""The world as Discord's JSON. Every documented field is there, nulls included: strict libraries insist on them.

Source of each shape: Discord docs, Resources (User, Guild, Channel, Message).
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from runner.emulator.snowflake import created_at
from runner.emulator.world import THREADS, Channel, Guild, JsonObject, Member, Message, Role, User, World
from runner.lifecycle.bits import Intents
from runner.lifecycle.limits import ChannelType

_BITRATE: Final = 64_000


def timestamp(at: float | None) -> str | None:
    """Return an instant (Unix s) as Discord writes it, None for none."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def user_json(user: User) -> JsonObject:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.username,
        "discriminator": "0",
        "global_name": user.global_name,
        "avatar": None,
        "bot": user.bot,
        "system": False,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }


def own_user_json(user: User) -> JsonObject:
    """Return the bot's own user object, which tells a little more."""
    return {**user_json(user), "mfa_enabled": False, "verified": True, "email": None, "flags": 0, "locale": user.locale}


def role_json(role: Role) -> JsonObject:
    """Return a role object."""
    shape: JsonObject = {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": role.hoist,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(int(role.permissions)),
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.managed_by is not None:
        shape["tags"] = {"bot_id": str(role.managed_by)}
    return shape


def partial_member_json(member: Member) -> JsonObject:
    """Return a member object without the user, as `resolved` and messages carry it."""
    return {
        "roles": [str(role) for role in member.role_ids],
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": timestamp(member.joined_at),
        "premium_since": None,
        "pending": False,
        "communication_disabled_until": timestamp(member.timed_out_until),
        "flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
    }


def member_json(world: World, member: Member) -> JsonObject:
    """Return a whole member object."""
    return {
        **partial_member_json(member),
        "user": user_json(world.users[member.user_id]),
        "mute": member.mute,
        "deaf": member.deaf,
    }


def channel_json(world: World, channel: Channel) -> JsonObject:
    """Return a channel object."""
    shape: JsonObject = {
        "id": str(channel.id),
        "type": int(channel.type),
        "last_message_id": _text(channel.last_message_id),
        "flags": 0,
    }
    if channel.guild_id is None:
        return shape | {"recipients": [user_json(world.users[user]) for user in channel.recipient_ids]}
    shape |= {
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "parent_id": _text(channel.parent_id),
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


def guild_json(world: World, guild: Guild) -> JsonObject:
    """Return a guild object, as `GET /guilds/{id}` answers."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "icon_hash": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "owner_id": str(guild.owner_id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": _text(guild.system_channel_id),
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "max_presences": None,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": guild.locale,
        "nsfw_level": 0,
        "nsfw": False,
        "hub_type": None,
        "incidents_data": None,
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": sum(not world.users[user].bot for user in guild.members),
    }


def guild_create_json(world: World, guild: Guild, intents: Intents, large_threshold: int) -> JsonObject:
    """Return the data of GUILD_CREATE: the guild, its channels, and those members that the intents show."""
    shown = guild.members if intents & Intents.GUILD_PRESENCES else {world.bot_id: guild.members[world.bot_id]}
    channels = world.channels_of(guild.id)
    return {
        **guild_json(world, guild),
        "joined_at": timestamp(guild.members[world.bot_id].joined_at),
        "large": len(guild.members) > large_threshold,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_json(world, member) for member in shown.values()],
        "channels": [channel_json(world, channel) for channel in channels if channel.type not in THREADS],
        "threads": [channel_json(world, channel) for channel in channels if channel.type in THREADS],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message_json(world: World, message: Message) -> JsonObject:
    """Return a message object, as REST answers and as a component's interaction carries it."""
    shape: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": user_json(world.users[message.author_id]),
        "timestamp": timestamp(created_at(message.id)),
        "edited_timestamp": timestamp(message.edited_at),
        "tts": message.tts,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(world.users[user]) for user in message.mention_ids if user in world.users],
        "mention_roles": [str(role) for role in message.mention_role_ids],
        "attachments": message.attachments,
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned_at is not None,
        "flags": message.flags,
    }
    return shape | _reactions(world, message) | _origins(world, message)


def _reactions(world: World, message: Message) -> JsonObject:
    if not message.reactions:
        return {}
    shown: list[JsonObject] = [
        {
            "emoji": emoji_json(emoji),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "me": world.bot_id in users,
            "me_burst": False,
            "burst_colors": [],
        }
        for emoji, users in message.reactions.items()
    ]
    return {"reactions": shown}


def _origins(world: World, message: Message) -> JsonObject:
    """Return the keys that are there only if they apply: where a message came from, and what it answers."""
    optional: JsonObject = {
        "nonce": message.nonce,
        "poll": message.poll,
        "message_reference": message.reference,
        "interaction_metadata": message.interaction_metadata,
        "interaction": message.interaction,
        "application_id": _text(message.application_id),
        "webhook_id": _text(message.application_id),
    }
    shape = {key: value for key, value in optional.items() if value is not None}
    if message.reference is not None:
        referenced = world.message(int(message.reference["message_id"]))
        plain = None if referenced is None else message_json(world, _without_reference(referenced))
        shape["referenced_message"] = plain
    return shape


def _without_reference(message: Message) -> Message:
    """Return the message as a referenced one shows: Discord nests one level only."""
    return replace(message, reference=None)


def emoji_json(emoji: str) -> JsonObject:
    """Return a partial emoji from its form in a path: a character, or `name:id`."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name, "animated": False} if emoji_id else {"id": None, "name": emoji}


def _overwrite_json(overwrite_id: int, kind: int, allow: int, deny: int) -> JsonObject:
    return {"id": str(overwrite_id), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}


def _text(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)
