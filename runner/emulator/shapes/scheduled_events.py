"""Scheduled events as Discord's JSON. Source: Discord docs, Resources: Guild Scheduled Event."""

from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import text_of, timestamp
from runner.emulator.world import JsonObject, ScheduledEvent, World

_GUILD_ONLY = 2


def event_json(world: World, event: ScheduledEvent) -> JsonObject:
    """Return a scheduled event object."""
    return {
        "id": str(event.id),
        "guild_id": str(event.guild_id),
        "channel_id": text_of(event.channel_id),
        "creator_id": str(event.creator_id),
        "creator": user_json(world.users[event.creator_id]),
        "name": event.name,
        "description": event.description,
        "image": None,
        "scheduled_start_time": timestamp(event.starts_at),
        "scheduled_end_time": timestamp(event.ends_at),
        "privacy_level": _GUILD_ONLY,
        "status": event.status,
        "entity_type": event.entity_type,
        "entity_id": None,
        "entity_metadata": None if event.location is None else {"location": event.location},
        "recurrence_rule": None,
        "user_count": len(event.user_ids),
        "guild_scheduled_event_exceptions": [],
    }
