"""A guild as a whole, and what of it can be read. Source: Discord docs, Resources: Guild and Audit Log."""

from runner.emulator.audit_log import entry_json
from runner.emulator.core import Core
from runner.emulator.rest.access import allowed_guild
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.guilds import guild_json
from runner.emulator.shapes.scheduled_events import event_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.webhooks import webhook_json
from runner.emulator.world import AuditEntry, Guild, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions


def get_guild(core: Core, call: Call) -> Answer:
    """GET a guild."""
    return Answer(200, guild_json(core.world, allowed_guild(core, call.id(0))))


def leave_guild(core: Core, call: Call) -> Answer:
    """DELETE the bot's own membership."""
    core.remove_bot(allowed_guild(core, call.id(0)))
    return Answer(204)


def audit_log(core: Core, call: Call) -> Answer:
    """GET what was done in a guild, newest first, by one user or of one kind if asked so."""
    guild = allowed_guild(core, call.id(0), Permissions.VIEW_AUDIT_LOG)
    entries = [entry for entry in reversed(guild.audit_log) if _is_asked_for(entry, call)]
    if "after" in call.query:  # then the oldest come first
        entries.reverse()
    entries = entries[: call.number("limit", limits.AUDIT_LOG_FETCH_DEFAULT, limits.AUDIT_LOG_FETCH_MAX)]
    return Answer(200, _audit_log_json(core, guild, entries))


def _is_asked_for(entry: AuditEntry, call: Call) -> bool:
    filters = {"user_id": entry.user_id, "action_type": entry.action, "target_id": entry.target_id}
    is_of_kind = all(call.asked_id(name) in {None, value} for name, value in filters.items())
    before, after = call.asked_id("before"), call.asked_id("after")
    return is_of_kind and (after or 0) < entry.id < (before or entry.id + 1)


def _audit_log_json(core: Core, guild: Guild, entries: list[AuditEntry]) -> JsonObject:
    named = {entry.user_id for entry in entries} | {entry.target_id for entry in entries if entry.target_id is not None}
    world = core.world
    webhooks = named & world.webhooks.keys()
    threads = [world.channels[each] for each in named & world.channels.keys() if world.channels[each].thread]
    return {
        "audit_log_entries": [entry_json(entry) for entry in entries],
        "users": [user_json(world.users[user]) for user in sorted(named & world.users.keys())],
        "integrations": [],
        "webhooks": [webhook_json(world, world.webhooks[each], core.base_url) for each in webhooks],
        "guild_scheduled_events": [event_json(world, guild.events[each]) for each in named & guild.events.keys()],
        "threads": [channel_json(world, thread) for thread in threads],
        "application_commands": [],
        "auto_moderation_rules": [],
    }


ROUTES = (
    Route("GET", "/guilds/*", get_guild),
    Route("GET", "/guilds/*/audit-logs", audit_log),
    Route("DELETE", "/users/@me/guilds/*", leave_guild),
)
"""The endpoints in this file."""
