"""The audit log of each guild: who did what to whom, and why.

Source: Discord docs, Resources: Audit Log.
"""

from collections.abc import Sequence
from enum import IntEnum

from runner.emulator.gateway.announcer import Announcer
from runner.emulator.snowflake import Snowflakes
from runner.emulator.world import AuditEntry, Guild, JsonObject
from runner.lifecycle.bits import Intents, Permissions


class AuditEvent(IntEnum):
    """What can be done with a permission. Source: Discord docs, Resources: Audit Log, Audit Log Events."""

    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    CHANNEL_OVERWRITE_CREATE = 13
    CHANNEL_OVERWRITE_UPDATE = 14
    CHANNEL_OVERWRITE_DELETE = 15
    MEMBER_KICK = 20
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    MEMBER_MOVE = 26
    MEMBER_DISCONNECT = 27
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    INVITE_CREATE = 40
    INVITE_DELETE = 42
    WEBHOOK_CREATE = 50
    WEBHOOK_UPDATE = 51
    WEBHOOK_DELETE = 52
    EMOJI_CREATE = 60
    EMOJI_UPDATE = 61
    EMOJI_DELETE = 62
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73
    MESSAGE_PIN = 74
    MESSAGE_UNPIN = 75
    GUILD_SCHEDULED_EVENT_CREATE = 100
    GUILD_SCHEDULED_EVENT_UPDATE = 101
    GUILD_SCHEDULED_EVENT_DELETE = 102
    THREAD_CREATE = 110
    THREAD_UPDATE = 111
    THREAD_DELETE = 112


class AuditLog:
    """Writes entries and announces them."""

    def __init__(self, ids: Snowflakes, announcer: Announcer) -> None:
        self._ids = ids
        self._announcer = announcer

    def write(
        self,
        guild: Guild,
        event: AuditEvent,
        *,
        by: int,
        target: int | None,
        reason: str | None = None,
        changes: Sequence[JsonObject] = (),
        options: JsonObject | None = None,
    ) -> None:
        """Set down that the user `by` did something to `target`, for a `reason` if one was given."""
        entry = AuditEntry(
            id=self._ids.next(),
            action=int(event),
            user_id=by,
            target_id=target,
            reason=reason,
            changes=tuple(changes),
            options=options,
        )
        guild.audit_log.append(entry)
        data = {**entry_json(entry), "guild_id": str(guild.id)}
        self._announcer.in_guild(
            guild,
            "GUILD_AUDIT_LOG_ENTRY_CREATE",
            data,
            Intents.GUILD_MODERATION,
            needs=Permissions.VIEW_AUDIT_LOG,
            is_shown=False,
        )


def entry_json(entry: AuditEntry) -> JsonObject:
    """Return an audit log entry object."""
    shape: JsonObject = {
        "id": str(entry.id),
        "action_type": entry.action,
        "user_id": str(entry.user_id),
        "target_id": None if entry.target_id is None else str(entry.target_id),
    }
    optional = {"changes": list(entry.changes) or None, "options": entry.options, "reason": entry.reason}
    return shape | {key: value for key, value in optional.items() if value is not None}


def changes(before: JsonObject, after: JsonObject) -> list[JsonObject]:
    """Return what differs between two shapes of the same thing; either may be empty, for what is new or gone."""
    found: list[JsonObject] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            values = {"old_value": old, "new_value": new}
            found.append({"key": key, **{name: value for name, value in values.items() if value is not None}})
    return found
