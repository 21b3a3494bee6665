"""The gateway, version 10: sessions that can be resumed, over WebSocket connections that may break.

Source: Discord docs, Events: Gateway, and Topics: Opcodes and Status Codes.
"""

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import WSMsgType, web

from runner.emulator.clock import Clock
from runner.emulator.gateway.connection import Connection
from runner.emulator.gateway.frames import checked_intents, checked_shard, checked_threshold, decoded, mapping_of
from runner.emulator.gateway.session import CloseCode, Closed, Op, Session
from runner.emulator.gateway.starts import Starts
from runner.emulator.journal import Journal, LocalEvent, LocalEventKind
from runner.emulator.shapes.guilds import guild_create_json
from runner.emulator.shapes.users import own_user_json
from runner.emulator.world import Guild, JsonObject, World
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents

SESSIONS_MAX = 64
"""Sessions that are remembered; the oldest go first."""

RESUME_WINDOW_S = 180.0
"""How long a session without a connection can be resumed. Discord gives no number; minutes are observed."""

HEARTBEAT_GRACE_S = 5.0
"""How late a heartbeat may be before the server asks for one (op 1), and again before it hangs up."""

_DOCUMENT_VERSION = 10
_REQUESTS = frozenset(
    {
        Op.PRESENCE_UPDATE,
        Op.VOICE_STATE_UPDATE,
        Op.REQUEST_GUILD_MEMBERS,
        Op.REQUEST_SOUNDBOARD_SOUNDS,
        Op.REQUEST_CHANNEL_INFO,
    }
)
_FATAL = frozenset({1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})


class Gateway:
    """Accepts connections and delivers events.

    `url()` is the public address once the server listens; `privileged_intents` are those switched on for the app.
    `answer` takes what identified sessions ask for, `revoke` takes the token away from who begins too many sessions.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        world: World,
        token: Callable[[], str],
        journal: Journal,
        randomness: Callable[[int], str],
        privileged_intents: Intents,
        max_concurrency: int,
        url: Callable[[], str],
        answer: Callable[[Session, Op, JsonObject], None],
        revoke: Callable[[], None],
    ) -> None:
        self.starts = Starts(clock, max_concurrency)
        self.heartbeat_ms = limits.GATEWAY_HEARTBEAT_INTERVAL_MS
        self._clock = clock
        self._world = world
        self._token = token
        self._journal = journal
        self._randomness = randomness
        self._privileged = privileged_intents
        self._url = url
        self._answer = answer
        self._revoke = revoke
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self._identified = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether some session has a connection."""
        return any(session.connection for session in self._sessions.values())

    async def connected(self, timeout: float) -> None:
        """Wait until some session has a connection. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self._identified.wait()

    def dispatch(
        self,
        event: str,
        data: JsonObject,
        *,
        guild_id: int | None,
        intent: Intents,
        without_content: Mapping[str, object] | None = None,
    ) -> None:
        """Send an event to every session of the guild's shard that asked for one of `intent` (0: to all of them).

        `without_content` replaces keys of `data` for sessions without MESSAGE_CONTENT.
        """
        for session in tuple(self._sessions.values()):
            if session.holds(guild_id) and (not intent or session.intents & intent):
                hidden = without_content if not session.intents & Intents.MESSAGE_CONTENT else None
                session.dispatch(event, {**data, **hidden} if hidden else data)

    def show(self, guild: Guild) -> None:
        """Send a guild that the bot has come into to the sessions of its shard."""
        for session in tuple(self._sessions.values()):
            if session.holds(guild.id):
                self._show(session, guild)

    # --- on demand

    def reconnect(self) -> None:
        """Ask every connection to reconnect (op 7)."""
        for connection in tuple(self._connections):
            connection.send({"op": Op.RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every connection that its session is invalid (op 9), and forget the sessions unless resumable."""
        for session in tuple(self._sessions.values()):
            if session.connection is not None:
                session.connection.send({"op": Op.INVALID_SESSION, "d": resumable, "s": None, "t": None})
            if not resumable:
                self._forget(session)

    def withhold_acks(self, heartbeats: int) -> None:
        """Leave the next so many heartbeats of every connection unanswered."""
        for connection in self._connections:
            connection.acks_withheld = heartbeats

    def drop(self) -> None:
        """Cut every connection without a close frame."""
        for connection in tuple(self._connections):
            self._lose(connection)
            connection.abort()

    def close_all(self, code: int) -> None:
        """Close every connection with a code."""
        for connection in tuple(self._connections):
            if code in _FATAL:
                self._forget_connected(connection)
            self._lose(connection)
            connection.close(code)

    async def close(self) -> None:
        """Close every connection because the server stops, and wait until they are gone."""
        connections = tuple(self._connections)
        self.close_all(1001)
        for connection in connections:
            await connection.closed()

    # --- connections

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle one WebSocket from its handshake to its end."""
        websocket = web.WebSocketResponse(max_msg_size=0, autoping=True)
        await websocket.prepare(request)
        connection = Connection(
            websocket,
            request.transport,
            compress=request.query.get("compress"),
            clock=self._clock,
            journal=self._journal,
        )
        self._connections.add(connection)
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(connection.write())
                pulse = group.create_task(self._watch_heartbeats(connection))
                await self._converse(connection, request.query.get("v"))
                pulse.cancel()
                await writer
        finally:
            self._leave(connection)
        return websocket

    async def _converse(self, connection: Connection, version: str | None) -> None:
        """Say hello, then take the client's frames until it goes or breaks a rule."""
        connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        try:
            if version not in {None, str(_DOCUMENT_VERSION)}:
                raise Closed(CloseCode.INVALID_API_VERSION)
            async for message in connection.websocket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    self._receive(connection, message.data)
        except Closed as close:
            connection.close(close.code)
        connection.finish()

    def _receive(self, connection: Connection, raw: str | bytes) -> None:
        if len(raw.encode() if isinstance(raw, str) else raw) > limits.GATEWAY_PAYLOAD_MAX_BYTES:
            raise Closed(CloseCode.DECODE_ERROR)
        if connection.is_over_send_limit():
            raise Closed(CloseCode.RATE_LIMITED)
        frame = decoded(raw)
        connection.record("in", frame)
        self._handle(connection, frame)

    def _handle(self, connection: Connection, frame: JsonObject) -> None:
        session = self._session_of(connection)
        match frame.get("op"):
            case Op.HEARTBEAT:
                if connection.beat():
                    connection.send({"op": Op.HEARTBEAT_ACK})
            case Op.IDENTIFY | Op.RESUME if session is not None:
                raise Closed(CloseCode.ALREADY_AUTHENTICATED)
            case Op.IDENTIFY:
                self._identify(connection, mapping_of(frame))
            case Op.RESUME:
                self._resume(connection, mapping_of(frame))
            case op if session is None:
                raise Closed(CloseCode.NOT_AUTHENTICATED if op in _REQUESTS else CloseCode.UNKNOWN_OPCODE)
            case op if op in _REQUESTS:
                self._answer(session, Op(op), mapping_of(frame))
            case _:
                raise Closed(CloseCode.UNKNOWN_OPCODE)

    # --- sessions

    def _identify(self, connection: Connection, data: JsonObject) -> None:
        if data.get("token") != self._token():
            raise Closed(CloseCode.AUTHENTICATION_FAILED)
        intents, shard = checked_intents(data.get("intents"), self._privileged), checked_shard(data.get("shard"))
        if not self.starts.remaining:
            self._end_all()
            raise Closed(CloseCode.AUTHENTICATION_FAILED)
        if not self.starts.take(shard[0]):
            connection.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        threshold = data.get("large_threshold", limits.GATEWAY_LARGE_THRESHOLD_DEFAULT)
        session = Session(
            id=self._randomness(16),
            intents=intents,
            shard=shard,
            large_threshold=checked_threshold(threshold),
            connection=connection,
        )
        if len(self._guilds_of(session)) > limits.GATEWAY_GUILDS_PER_SHARD_MAX:
            raise Closed(CloseCode.SHARDING_REQUIRED)
        self._keep(session)
        self._greet(session)
        if isinstance(data.get("presence"), dict):
            self._answer(session, Op.PRESENCE_UPDATE, data["presence"])
        self._announce(LocalEventKind.GATEWAY_CONNECTED, session, "identified")

    def _end_all(self) -> None:
        """End every session and take the token away, as Discord does with who begins too many in a day."""
        self.close_all(CloseCode.AUTHENTICATION_FAILED)
        for session in tuple(self._sessions.values()):
            self._forget(session)
        self._revoke()

    def _greet(self, session: Session) -> None:
        """Send READY, and then each guild of the shard that the intents let it see."""
        guilds = self._guilds_of(session)
        ready = {
            "v": _DOCUMENT_VERSION,
            "user": own_user_json(self._world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._url(),
            "shard": list(session.shard),
            "application": {"id": str(self._world.bot_id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "presences": [],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "_trace": [],
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            self._show(session, guild)

    def _show(self, session: Session, guild: Guild) -> None:
        if session.intents & Intents.GUILDS:
            data = guild_create_json(self._world, guild, session.intents, session.large_threshold, self._clock.now())
            session.dispatch("GUILD_CREATE", data)

    def _guilds_of(self, session: Session) -> list[Guild]:
        guilds = self._world.guilds.values()
        return [guild for guild in guilds if self._world.bot_id in guild.members and session.holds(guild.id)]

    def _resume(self, connection: Connection, data: JsonObject) -> None:
        if data.get("token") != self._token():
            raise Closed(CloseCode.AUTHENTICATION_FAILED)
        session, sequence = self._sessions.get(str(data.get("session_id"))), data.get("seq")
        if session is not None and isinstance(sequence, int) and sequence > session.sequence:
            self._forget(session)  # or a client that tries to resume once more would be closed for ever
            raise Closed(CloseCode.INVALID_SEQ)
        if session is None or not isinstance(sequence, int) or not self._is_resumable(session, sequence):
            connection.send({"op": Op.INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        if session.connection is not None:
            session.connection.close(CloseCode.UNKNOWN_ERROR)
        session.connection, session.lost_at = connection, None
        for frame in tuple(session.replay):
            if frame["s"] > sequence:
                connection.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self._identified.set()
        self._announce(LocalEventKind.GATEWAY_CONNECTED, session, "resumed")

    def _is_resumable(self, session: Session, sequence: int) -> bool:
        is_fresh = session.lost_at is None or self._clock.now() - session.lost_at <= RESUME_WINDOW_S
        return is_fresh and session.can_resume_from(sequence)

    def _keep(self, session: Session) -> None:
        self._sessions[session.id] = session
        self._identified.set()
        while len(self._sessions) > SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]

    def _forget(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        if not self.is_connected:
            self._identified.clear()

    def _forget_connected(self, connection: Connection) -> None:
        session = self._session_of(connection)
        if session is not None:
            self._forget(session)

    def _session_of(self, connection: Connection) -> Session | None:
        for session in self._sessions.values():
            if session.connection is connection:
                return session
        return None

    def _leave(self, connection: Connection) -> None:
        """Take leave of a connection that is over; by 1000 or 1001 the client gives its session up."""
        self._connections.discard(connection)
        if connection.close_code in {1000, 1001}:
            self._forget_connected(connection)
        self._lose(connection)

    def _lose(self, connection: Connection) -> None:
        session = self._session_of(connection)
        if session is None:
            return
        session.connection, session.lost_at = None, self._clock.now()
        if not self.is_connected:
            self._identified.clear()
        self._announce(LocalEventKind.GATEWAY_DISCONNECTED, session, "connection lost")

    def _announce(self, kind: LocalEventKind, session: Session, what: str) -> None:
        data = {"what": what, "shard": list(session.shard)}
        self._journal.publish(LocalEvent(self._clock.now(), kind, data))

    # --- heartbeats

    async def _watch_heartbeats(self, connection: Connection) -> None:
        """Ask a silent client for a heartbeat (op 1), and hang up on one that stays silent.

        Clients that beat from a thread of their own do so in real time. Asking keeps them alive when the loop's time
        runs ahead of theirs, and is what Discord may do at any time.
        """
        interval_s = self.heartbeat_ms / 1000 + HEARTBEAT_GRACE_S
        while not connection.is_closing:
            beat_at = connection.beat_at
            await asyncio.sleep(beat_at + interval_s - self._clock.now())
            if connection.beat_at != beat_at:
                continue
            connection.send({"op": Op.HEARTBEAT, "d": None})
            await asyncio.sleep(HEARTBEAT_GRACE_S)
            if connection.beat_at == beat_at:
                connection.close(CloseCode.UNKNOWN_ERROR)
