"""A Discord for one bot: its REST calls, its gateway, and faults on demand. It judges each interaction (judge.py).

Everything here is single-threaded and answers at once; the sockets are wire.py's, the load is discord_load.py's.
"""

import json
import math
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from benchmarks import payloads
from benchmarks.judge import SHOWING, Interaction, Verdict, is_ephemeral, message_of
from benchmarks.payloads import as_mapping
from benchmarks.wire import BINARY, CLOSE, PONG, TEXT, Connection, Request, server_frame

BASE = "/api/v10"
HEARTBEAT_MS = 41_250
REPLAY_MAX = 1024
# A person reads before pressing a button.
CLICK_AFTER_S = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one callback request instead of, or after, being processed."""

    kind: Literal["status", "cut-before", "cut-after"]
    status: int = 0
    retry_after_s: float = 0.0
    via: bool = True


class Gateway:
    """One gateway session: its socket while there is one, its sequence, and what a RESUME replays."""

    def __init__(self, on_ready: Callable[[], None]) -> None:
        """Call `on_ready` after each READY with its GUILD_CREATE."""
        self._on_ready = on_ready
        self._sequence = 0
        self._session = ""
        self._sessions = 0
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=REPLAY_MAX)
        self._socket: GatewaySocket | None = None
        self._url = ""
        self.is_ready = False

    def at(self, url: str) -> None:
        """Learn the address that READY gives for resuming."""
        self._url = url

    def open(self, connection: Connection, target: str) -> "GatewaySocket":
        """Greet a new connection. It replaces an older one."""
        socket = GatewaySocket(self, connection, target)
        self._socket = socket
        socket.send(payloads.dumps({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}}))
        return socket

    def closed(self, socket: "GatewaySocket") -> None:
        """Forget a connection that has ended, unless a newer one has taken its place."""
        if self._socket is socket:
            self._socket = None
            self.is_ready = False

    def dispatch(self, event: str, data: bytes) -> None:
        """Send an event, or keep it for the RESUME if nobody is connected."""
        self._sequence += 1
        text = b'{"t":"%s","s":%d,"op":0,"d":%s}' % (event.encode(), self._sequence, data)
        self._sent.append((self._sequence, text))
        if self._socket is not None and self.is_ready:
            self._socket.send(text)

    def cut(self) -> None:
        """Drop the connection without a close frame, as a failing network does."""
        self.is_ready = False
        if self._socket is not None:
            self._socket.connection.cut()

    def ask_to_reconnect(self) -> None:
        """Send op 7. From then on events wait for the RESUME."""
        if self._socket is not None:
            self._socket.send(payloads.dumps({"op": 7, "d": None, "s": None, "t": None}))
        self.is_ready = False

    def identified(self, data: dict[str, object]) -> None:
        """Begin a new session: READY and the guild."""
        self._sessions += 1
        self._session = f"session-{self._sessions}"
        self._sequence = 0
        self._sent.clear()
        self.is_ready = True
        self.dispatch("READY", payloads.dumps(payloads.ready(self._session, self._url, data.get("shard"))))
        self.dispatch("GUILD_CREATE", payloads.dumps(payloads.guild()))
        self._on_ready()

    def resumed(self, data: dict[str, object]) -> None:
        """Replay what the session has missed, or declare it invalid (op 9)."""
        assert self._socket is not None
        if data.get("session_id") != self._session:
            self._socket.send(payloads.dumps({"op": 9, "d": False, "s": None, "t": None}))
            return
        seen = data.get("seq")
        missed = [text for number, text in self._sent if isinstance(seen, int) and number > seen]
        for text in missed:
            self._socket.send(text)
        self.is_ready = True
        self.dispatch("RESUMED", b"{}")


class GatewaySocket:
    """One gateway connection, compressed as its client asked."""

    def __init__(self, gateway: Gateway, connection: Connection, target: str) -> None:
        """Read the transport compression from the query. zstd falls back to plain text, which clients take as well."""
        self.connection = connection
        self._gateway = gateway
        wants = parse_qs(urlsplit(target).query).get("compress", [""])[0]
        self._deflate = zlib.compressobj(1) if wants == "zlib-stream" else None

    def send(self, text: bytes) -> None:
        """Send one message."""
        if self._deflate is None:
            self.connection.write(server_frame(TEXT, text))
            return
        packed = self._deflate.compress(text) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self.connection.write(server_frame(BINARY, packed))

    def received(self, opcode: int, payload: bytes) -> None:
        """Take one frame of the client."""
        match opcode:
            case 1 | 2:
                self._command(as_dict(json.loads(payload)))
            case 8:
                self.connection.write(server_frame(CLOSE, payload[:2]))
                self.connection.cut()
            case 9:
                self.connection.write(server_frame(PONG, payload))
            case _:
                pass  # A pong needs no answer.

    def lost(self) -> None:
        """Learn that the connection has ended."""
        self._gateway.closed(self)

    def _command(self, command: dict[str, object]) -> None:
        data = as_dict(command.get("d"))
        match command.get("op"):
            case 1:
                self.send(payloads.dumps({"op": 11, "d": None, "s": None, "t": None}))
            case 2:
                self._gateway.identified(data)
            case 6:
                self._gateway.resumed(data)
            case _:
                pass  # Presence and member requests change nothing that is measured.


def as_dict(value: object) -> dict[str, object]:
    """Return a JSON object as a dict of its own; anything else as an empty one."""
    return dict(as_mapping(value))


class FakeDiscord:
    """The REST side, and the interactions in flight. `now` is monotonic seconds, `wall` Unix seconds."""

    def __init__(
        self,
        *,
        now: Callable[[], float],
        wall: Callable[[], float],
        later: Callable[[float, Callable[[], None]], object],
        control: Callable[[Connection, Request], None],
        warn: Callable[[str], None],
    ) -> None:
        """Hand requests under `/control/` to `control`, and use `later` (seconds, callback) for what takes its time.

        `warn` is told of a route that a bot asks for and that is not here.
        """
        self._now, self._wall, self._later, self._control, self._warn = now, wall, later, control, warn
        self._serial = 0
        self._owed = 0
        self._interactions: dict[str, Interaction] = {}
        self._commands: dict[str, dict[str, object]] = {}
        self._use = payloads.interaction(on_message=False)
        self._press = payloads.interaction(on_message=True)
        self._answer = payloads.message()
        self._url = ""
        self.gateway = Gateway(self._ready)
        self.faults: deque[Fault] = deque()
        self.clicks = True
        self.ready_at = -math.inf
        self.on_ready: Callable[[], None] = lambda: None
        self.on_settled: Callable[[], None] = lambda: None

    def at(self, port: int) -> None:
        """Learn the port that the server was given."""
        self._url = f"ws://127.0.0.1:{port}/gateway"
        self.gateway.at(self._url)

    def forget(self) -> None:
        """Drop every interaction: what still arrives for them is answered as unknown."""
        self._interactions.clear()
        self._owed = 0

    @property
    def interactions(self) -> list[Interaction]:
        """Every interaction since the last `forget`."""
        return list(self._interactions.values())

    @property
    def owed(self) -> int:
        """How many interactions have not come to their end, the clicks that are still to come included."""
        return self._owed

    def use(self, kind: str, *, times: int = 1) -> Interaction:
        """Have a user run the command `kind`; `times` is how often the gateway delivers it."""
        data = {"id": self._command_id(kind), "name": kind, "type": 1}
        return self._dispatch(kind, 2, payloads.dumps(data), None, times)

    def upgrade(self, connection: Connection, target: str) -> GatewaySocket:
        """Take over a connection that has become a WebSocket."""
        return self.gateway.open(connection, target)

    def handle(self, connection: Connection, request: Request) -> None:
        """Answer one REST request."""
        path, _, query = request.target.partition("?")
        parts = path.removeprefix(BASE).split("/")[1:]
        match parts:
            case ["interactions", interaction, token, "callback"]:
                self._callback(connection, request, token, interaction, with_response="with_response=" in query)
            case ["webhooks", _, token, *_]:
                self._webhook(connection, request, token)
            case ["control", *_]:
                self._control(connection, request)
            case _:
                self._plain(connection, request, parts)

    def _ready(self) -> None:
        self.ready_at = self._now()
        self.on_ready()

    def _command_id(self, name: str) -> str:
        known = self._commands.get(name)
        return str(known["id"]) if known else payloads.APPLICATION

    def _dispatch(self, kind: str, type_: int, data: bytes, message: bytes | None, times: int) -> Interaction:
        interaction_id = self._fresh_id()
        token = f"aW50ZXJhY3Rpb246{interaction_id}{'x' * 120}"
        values = {
            "id": b'"%d"' % interaction_id,
            "token": b'"%s"' % token.encode(),
            "type": b"%d" % type_,
            "data": data,
            "user": b'"%d"' % self._user(interaction_id),
        }
        interaction = Interaction(interaction_id, token, kind, self._now())
        self._interactions[token] = interaction
        self._owed += 1
        template = self._use if message is None else self._press
        # The message goes last: what it holds is not searched for placeholders.
        payload = template.fill(values if message is None else values | {"message": message})
        for _ in range(times):
            self.gateway.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _user(self, interaction_id: int) -> int:
        return int(payloads.OWNER) + 1 + interaction_id % payloads.USERS

    def _callback(
        self, connection: Connection, request: Request, token: str, interaction_id: str, *, with_response: bool
    ) -> None:
        interaction = self._interactions.get(token)
        if interaction is None or str(interaction.id) != interaction_id:
            refuse(connection, Verdict.UNKNOWN_INTERACTION)
            return
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and fault.kind != "cut-after":
            interaction.outcomes.append(str(fault.status or "cut"))
            break_off(connection, fault)
            return
        body = as_mapping(json.loads(request.body))
        verdict = interaction.callback(self._now(), body)
        if fault is not None:
            interaction.outcomes[-1] += ", then cut"
            connection.cut()
        elif verdict:
            refuse(connection, verdict)
        else:
            self._accepted(connection, interaction, body, with_response=with_response)

    def _accepted(
        self, connection: Connection, interaction: Interaction, body: Mapping[str, object], *, with_response: bool
    ) -> None:
        type_, sent = body.get("type"), message_of(body)
        message_id = self._fresh_id()
        message = self._message(interaction, sent, message_id) if type_ in SHOWING else b""
        if with_response:
            connection.answer(200, callback_response(interaction, body, message_id, message))
        else:
            connection.answer_nothing()
        self._went_on(interaction, sent, message)

    def _webhook(self, connection: Connection, request: Request, token: str) -> None:
        interaction = self._interactions.get(token)
        if interaction is None:
            refuse(connection, Verdict.UNKNOWN_WEBHOOK)
            return
        sent = as_mapping(json.loads(request.body or b"null"))
        message = self._message(interaction, sent, self._fresh_id())
        if request.method == "GET":
            connection.answer(200, message)
            return
        was_owed = interaction.finished_at is None
        verdict = interaction.webhook(self._now(), sent)
        if verdict:
            refuse(connection, verdict)
            return
        connection.answer(200, message)
        if was_owed:
            self._went_on(interaction, sent, message)

    def _went_on(self, interaction: Interaction, sent: Mapping[str, object], message: bytes) -> None:
        """If this was the interaction's end: press a menu's button, and tell whoever waits."""
        if interaction.finished_at is None:
            return
        self._owed -= 1
        if interaction.kind == "menu" and self.clicks:
            custom_id = payloads.first_custom_id(sent.get("components"))
            data = payloads.dumps({"id": 2, "custom_id": custom_id, "component_type": 2})
            self._owed += 1
            self._later(CLICK_AFTER_S, lambda: self._click(interaction, data, message))
        self.on_settled()

    def _click(self, menu: Interaction, data: bytes, message: bytes) -> None:
        # The run that the menu belonged to may be over.
        if menu.token in self._interactions:
            self._owed -= 1
            self._dispatch("click", 3, data, message, 1)

    def _fresh_id(self) -> int:
        self._serial += 1
        return payloads.snowflake(self._wall(), self._serial)

    def _message(self, interaction: Interaction, fields: Mapping[str, object], message_id: int) -> bytes:
        echoed = fields.get("components")
        values = {
            "id": b'"%d"' % message_id,
            "content": payloads.dumps(fields.get("content") or ""),
            "components": payloads.dumps(payloads.components(echoed)) if echoed else b"[]",
            "flags": b"%d" % int(str(fields.get("flags") or 0)),
            "interaction": b'"%d"' % interaction.id,
            "user": b'"%d"' % self._user(interaction.id),
        }
        return self._answer.fill(values)

    def _plain(self, connection: Connection, request: Request, parts: list[str]) -> None:
        match request.method, parts:
            case "GET", ["users", "@me"]:
                connection.answer(200, payloads.dumps(payloads.own_user()))
            case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                connection.answer(200, payloads.dumps(payloads.application()))
            case "GET", ["gateway"] | ["gateway", "bot"]:
                connection.answer(200, payloads.dumps(payloads.gateway(self._url)))
            case (("GET" | "PUT"), ["applications", _, "commands"]):
                self._register(connection, request)
            case "GET", ["applications", _, "guilds", _, "commands"]:
                connection.answer(200, b"[]")
            case _:
                self._warn(f"the fake Discord has no {request.method} /{'/'.join(parts)}")
                connection.answer(404, b'{"message":"404: Not Found","code":0}')

    def _register(self, connection: Connection, request: Request) -> None:
        """Answer the global commands; a PUT replaces them and keeps the ids of those that it names again."""
        if request.method == "PUT":
            wanted = [as_mapping(item) for item in json.loads(request.body)]
            self._commands = {str(item["name"]): self._registered(item) for item in wanted}
        connection.answer(200, payloads.dumps(list(self._commands.values())))

    def _registered(self, command: object) -> dict[str, object]:
        fields = as_mapping(command)
        known = self._commands.get(str(fields["name"]))
        return payloads.registered(fields, str(known["id"] if known else self._fresh_id()))


def callback_response(interaction: Interaction, body: Mapping[str, object], message_id: int, message: bytes) -> bytes:
    """Return the body of a callback that asked for one.

    Message ids matter: discord.py keeps a view under its message's. A deferred message has its id already, but is not
    in the body (Discord docs, "Interactions: Receiving and Responding", Interaction Callback Response).
    """
    own = b'"id":"%d","type":%d' % (interaction.id, 3 if interaction.kind == "click" else 2)
    private = b"true" if is_ephemeral(message_of(body)) else b"false"
    loading = b"false" if message else b"true"
    flags = b'"response_message_ephemeral":%s,"response_message_loading":%s' % (private, loading)
    resource = b'"type":%d' % int(str(body.get("type"))) + (b',"message":' + message if message else b"")
    return b'{"interaction":{%s,"response_message_id":"%d",%s},"resource":{%s}}' % (own, message_id, flags, resource)


def refuse(connection: Connection, verdict: Verdict) -> None:
    """Answer with Discord's error for the verdict."""
    name = verdict.name.replace("_", " ").capitalize()
    connection.answer(verdict.status, payloads.dumps({"message": name, "code": int(verdict)}))


def break_off(connection: Connection, fault: Fault) -> None:
    """Answer a callback that isn't processed: cut it, limit it, or fail it."""
    if fault.kind == "cut-before":
        connection.cut()
        return
    if fault.status != 429:
        connection.answer(fault.status, payloads.dumps({"message": f"{fault.status}: Server Error", "code": 0}))
        return
    body = {"message": "You are being rate limited.", "retry_after": fault.retry_after_s, "global": False}
    # Retry-After is a whole number of seconds; the exact one is in the body (Discord docs, "Rate Limits").
    headers = f"Retry-After: 1\r\nX-RateLimit-Reset-After: {fault.retry_after_s}\r\nX-RateLimit-Scope: shared\r\n"
    connection.answer(429, payloads.dumps(body), headers + ("Via: 1.1 bench\r\n" if fault.via else ""))
