"""A gateway session: the numbered events of one shard, which outlive its connections.

Source: Discord docs, Events: Gateway, and Topics: Opcodes and Status Codes.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from runner.emulator.gateway.connection import Connection
from runner.emulator.shapes.guilds import member_json
from runner.emulator.world import Guild, JsonObject, World, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents

REPLAY_MAX = 1_000
"""Events that a session keeps for a resume."""

_MEMBERS_CHUNK = 1_000


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    """Close codes that the server uses by itself."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    RATE_LIMITED = 4008
    INVALID_SHARD = 4010
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


@dataclass(slots=True, eq=False, kw_only=True)
class Session:
    """What outlives a connection: the numbered events of one identified shard."""

    id: str
    intents: Intents
    shard: tuple[int, int]
    large_threshold: int
    sequence: int = 0
    connection: Connection | None = None
    lost_at: float | None = None
    replay: deque[JsonObject] = field(default_factory=lambda: deque[JsonObject](maxlen=REPLAY_MAX))
    chunked_at: dict[int, float] = field(default_factory=dict[int, float])

    def holds(self, guild_id: int | None) -> bool:
        """Return whether events of a guild (None: of no guild) go to this shard."""
        index, count = self.shard
        return index == (0 if guild_id is None else (guild_id >> 22) % count)

    def dispatch(self, event: str, data: object) -> None:
        """Number an event, keep it for a resume, and send it if there is a connection."""
        self.sequence += 1
        frame: JsonObject = {"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.replay.append(frame)
        if self.connection is not None:
            self.connection.send(frame)

    def can_resume_from(self, sequence: int) -> bool:
        """Return whether every event after `sequence` is still there."""
        oldest = self.replay[0]["s"] if self.replay else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence


def send_members(world: World, session: Session, data: JsonObject, now: float) -> None:
    """Answer a request for members (op 8) in chunks, as long as it does not come too often."""
    guild = world.guilds.get(int(data.get("guild_id", 0)))
    if guild is None or _is_asked_too_often(session, guild, data, now):
        return
    members = _asked_members(world, guild, data)
    chunks = [members[at : at + _MEMBERS_CHUNK] for at in range(0, len(members), _MEMBERS_CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        answer: JsonObject = {
            "guild_id": str(guild.id),
            "members": chunk,
            "chunk_index": index,
            "chunk_count": len(chunks),
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", answer)


def _is_asked_too_often(session: Session, guild: Guild, data: JsonObject, now: float) -> bool:
    """Hold a request for everyone to one per guild and 30 s, and say so when it is refused."""
    if data.get("query") != "" or data.get("limit", 0) != 0:
        return False
    free_at = (
        session.chunked_at.get(guild.id, now - limits.REQUEST_MEMBERS_INTERVAL_S) + limits.REQUEST_MEMBERS_INTERVAL_S
    )
    if now >= free_at:
        session.chunked_at[guild.id] = now
        return False
    meta: JsonObject = {"guild_id": str(guild.id), "nonce": data.get("nonce")}
    session.dispatch("RATE_LIMITED", {"opcode": 8, "retry_after": free_at - now, "meta": meta})
    return True


def _asked_members(world: World, guild: Guild, data: JsonObject) -> list[JsonObject]:
    asked = data.get("user_ids")
    if asked is not None:
        ids = {int(user) for user in listed(asked if isinstance(asked, list) else [asked])}
        chosen = [member for member in guild.members.values() if member.user_id in ids]
        return [member_json(world, member) for member in chosen[: limits.REQUEST_MEMBERS_LIMIT_MAX]]
    prefix, limit = str(data.get("query", "")).lower(), int(data.get("limit", 0))
    found = [
        member_json(world, member)
        for member in guild.members.values()
        if world.users[member.user_id].username.lower().startswith(prefix)
    ]
    return found if not prefix and limit == 0 else found[: limit or limits.REQUEST_MEMBERS_LIMIT_MAX]
