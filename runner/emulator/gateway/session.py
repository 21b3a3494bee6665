"""A gateway session: the numbered events of one shard, which outlive its connections.

Source: Discord docs, Events: Gateway, and Topics: Opcodes and Status Codes.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from runner.emulator.gateway.connection import Connection
from runner.emulator.world import JsonObject
from runner.lifecycle.bits import Intents

REPLAY_MAX = 1_000
"""Events that a session keeps for a resume."""


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
    REQUEST_SOUNDBOARD_SOUNDS = 31
    REQUEST_CHANNEL_INFO = 43


class CloseCode(IntEnum):
    """Close codes that the server uses by itself."""

    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    RATE_LIMITED = 4008
    INVALID_SHARD = 4010
    SHARDING_REQUIRED = 4011
    INVALID_API_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Closed(Exception):
    """The client did what ends its connection."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


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
