"""Guilds, their roles and their members as Discord's JSON."""

from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import text_of, timestamp
from runner.emulator.world import THREADS, Guild, JsonObject, Member, Role, World
from runner.lifecycle.bits import Intents


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
        "system_channel_id": text_of(guild.system_channel_id),
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
