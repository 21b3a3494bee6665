"""Guilds, their roles and their members as Discord's JSON. Source: Discord docs, Resources: Guild."""

from runner.emulator.shapes.channels import channel_json, thread_json
from runner.emulator.shapes.expressions import guild_emoji_json, sticker_json
from runner.emulator.shapes.scheduled_events import event_json
from runner.emulator.shapes.users import presence_json, user_json
from runner.emulator.shapes.values import text_of, timestamp
from runner.emulator.world import Channel, Guild, JsonObject, Member, Role, World
from runner.lifecycle.bits import Intents, Permissions

_AWAY = frozenset({"offline", "invisible"})


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
    """Return a member object without the user, as `resolved` carries it."""
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


def author_member_json(member: Member) -> JsonObject:
    """Return a member object without the user, as the events of messages carry it."""
    return {**partial_member_json(member), "mute": member.mute, "deaf": member.deaf}


def member_json(world: World, member: Member) -> JsonObject:
    """Return a whole member object."""
    return {**author_member_json(member), "user": user_json(world.users[member.user_id])}


def voice_state_json(world: World, guild: Guild, member: Member) -> JsonObject:
    """Return where a member speaks, or that they don't, as VOICE_STATE_UPDATE and REST carry it."""
    voice = member.voice
    return {
        "guild_id": str(guild.id),
        "channel_id": None if voice is None else str(voice.channel_id),
        "user_id": str(member.user_id),
        "member": member_json(world, member),
        "session_id": "" if voice is None else voice.session_id,
        "deaf": member.deaf,
        "mute": member.mute,
        "self_deaf": voice is not None and voice.self_deaf,
        "self_mute": voice is not None and voice.self_mute,
        "self_stream": False,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
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
        "emojis": [guild_emoji_json(world, emoji) for emoji in guild.emojis.values()],
        "stickers": [sticker_json(guild, sticker) for sticker in guild.stickers.values()],
        "features": list(guild.features),
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
        "description": guild.description,
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


def guild_create_json(world: World, guild: Guild, intents: Intents, large_threshold: int, now: float) -> JsonObject:
    """Return the data of GUILD_CREATE: the guild, its channels, and those members that the intents show."""
    is_large = len(guild.members) > large_threshold
    voices = [member for member in guild.members.values() if member.voice is not None]
    return {
        **guild_json(world, guild),
        "joined_at": timestamp(guild.members[world.bot_id].joined_at),
        "large": is_large,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [_without_member(voice_state_json(world, guild, member)) for member in voices],
        "members": [member_json(world, member) for member in _shown(world, guild, intents, is_large=is_large)],
        "channels": [channel_json(world, channel) for channel in _channels(world, guild)],
        "threads": [thread_json(world, thread) for thread in _seen_threads(world, guild, now)],
        "presences": _presences(world, guild, intents, is_large=is_large),
        "stage_instances": [],
        "guild_scheduled_events": [event_json(world, event) for event in guild.events.values()],
        "soundboard_sounds": [],
    }


def _shown(world: World, guild: Guild, intents: Intents, *, is_large: bool) -> list[Member]:
    """Return the members that come unasked: the bot and who speaks; with presences also who is online, or everyone.

    In a large guild those who are offline are left out.

    Source: Discord docs, Events: Gateway Events, Guild Create.
    """
    members = list(guild.members.values())
    if intents & Intents.GUILD_PRESENCES:
        return [each for each in members if not is_large or world.users[each.user_id].status not in _AWAY]
    return [each for each in members if each.user_id == world.bot_id or each.voice is not None]


def _presences(world: World, guild: Guild, intents: Intents, *, is_large: bool) -> list[JsonObject]:
    if not intents & Intents.GUILD_PRESENCES:
        return []
    shown = [world.users[member.user_id] for member in _shown(world, guild, intents, is_large=is_large)]
    return [presence for presence in (presence_json(user, guild.id) for user in shown) if presence["client_status"]]


def _channels(world: World, guild: Guild) -> list[Channel]:
    return [channel for channel in world.channels_of(guild.id) if channel.thread is None]


def _seen_threads(world: World, guild: Guild, now: float) -> list[Channel]:
    """Return the active threads that the bot sees."""
    return [
        channel
        for channel in world.channels_of(guild.id)
        if channel.thread is not None
        and not channel.thread.archived
        and world.permissions_in(world.bot_id, channel, now) & Permissions.VIEW_CHANNEL
    ]


def _without_member(state: JsonObject) -> JsonObject:
    """Return a voice state as GUILD_CREATE has it, beside the members and inside the guild."""
    return {key: value for key, value in state.items() if key not in {"member", "guild_id"}}
