"""How members, channels and messages of the local Discord stand, as expectations look at them."""

import sys
from collections.abc import Iterable

from runner.emulator.people.directory import find_channel, find_user
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Emoji, Guild, JsonObject, ScheduledEvent, World
from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import EventStatus
from runner.scenarios.expect import SeenChannel, SeenEmoji, SeenMember, SeenScheduledEvent


def members_seen(world: World, now: float, names: Iterable[str]) -> dict[str, SeenMember]:
    """Return how these people stand in the first server. Raises `LocalDiscordError` for a name that nobody has."""
    guild = next(iter(world.guilds.values()))
    return {name: _member(world, guild, now, name) for name in names}


def _member(world: World, guild: Guild, now: float, name: str) -> SeenMember:
    user = find_user(world, name)
    member = guild.members.get(user.id)
    if member is None:
        return SeenMember((), None, in_server=False, banned=user.id in guild.bans, timed_out=False)
    return SeenMember(
        roles=tuple(guild.roles[role].name for role in member.role_ids if role in guild.roles),
        nick=member.nick,
        in_server=True,
        banned=user.id in guild.bans,
        timed_out=member.timed_out_until is not None and member.timed_out_until > now,
    )


def channels_seen(local: LocalDiscord, by: str, names: Iterable[str]) -> dict[str, SeenChannel]:
    """Return what `by` sees of these channels."""
    return {name: _channel(local, by, name) for name in names}


def _channel(local: LocalDiscord, by: str, name: str) -> SeenChannel:
    try:
        channel = find_channel(local.world, name, find_user(local.world, by))
    except LocalDiscordError:
        return SeenChannel(exists=False)
    try:
        shown = public_messages(local, by, str(channel.id))
    except LocalDiscordError:  # they can't see it
        return SeenChannel(exists=True, topic=channel.topic)
    contents, newest = tuple(str(message["content"]) for message in shown), shown[-1] if shown else {}
    reactions = reactions_to(local.world, int(newest["id"])) if newest else {}
    return SeenChannel(exists=True, contents=contents, topic=channel.topic, newest=newest, reactions=reactions)


def scheduled_events_seen(world: World, now: float, names: Iterable[str]) -> dict[str, SeenScheduledEvent]:
    """Return how these scheduled events of the first server stand."""
    return {name: _scheduled_event(world, now, name) for name in names}


def _scheduled_event(world: World, now: float, name: str) -> SeenScheduledEvent:
    try:
        event = scheduled_event_named(world, name)
    except LocalDiscordError:
        return SeenScheduledEvent(exists=False)
    channel = world.channels.get(event.channel_id or 0)
    return SeenScheduledEvent(
        exists=True,
        status=EventStatus(event.status).name.lower(),
        description=event.description,
        starts_in_s=event.starts_at - now,
        lasts_s=None if event.ends_at is None else event.ends_at - event.starts_at,
        channel=None if channel is None else channel.name,
        location=event.location,
        interested=tuple(world.users[user].display_name for user in event.user_ids),
    )


def scheduled_event_named(world: World, name: str) -> ScheduledEvent:
    """Return the newest scheduled event of the first server with a name. Raises `LocalDiscordError` for none."""
    events = next(iter(world.guilds.values())).events.values()
    found = [event for event in events if event.name == name]
    if not found:
        raise LocalDiscordError(f"there is no scheduled event “{name}”")
    return max(found, key=lambda event: event.id)


def emojis_seen(world: World, names: Iterable[str]) -> dict[str, SeenEmoji]:
    """Return how these emojis of the first server are."""
    guild = next(iter(world.guilds.values()))
    known = {emoji.name: emoji for emoji in guild.emojis.values()}
    return {name: _emoji(guild, known.get(name)) for name in names}


def _emoji(guild: Guild, emoji: Emoji | None) -> SeenEmoji:
    if emoji is None:
        return SeenEmoji(exists=False)
    roles = tuple(guild.roles[role].name for role in emoji.role_ids if role in guild.roles)
    return SeenEmoji(exists=True, animated=emoji.animated, roles=roles)


def public_messages(local: LocalDiscord, by: str, channel: str) -> list[JsonObject]:
    """Return what stands in a channel, oldest first, as `by` sees it: all that is not for one user alone.

    Raises `LocalDiscordError` where they can't see the channel.
    """
    shown = local.messages_for(user=by, channel=channel, limit=sys.maxsize)
    return [message for message in shown if not message["flags"] & MessageFlags.EPHEMERAL]


def reactions_to(world: World, message_id: int) -> dict[str, int]:
    """Return how many of each emoji a message has; one of a server's own is `:name:`."""
    message = world.message(message_id)
    given = message.reactions if message is not None else {}
    return {f":{emoji.partition(':')[0]}:" if ":" in emoji else emoji: len(users) for emoji, users in given.items()}
