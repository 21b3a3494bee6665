"""HTTP/1.1 and WebSocket on bare asyncio protocols, so that the load is not what bounds the measurement.

Just what a well-behaved client on loopback needs: keep-alive, Content-Length bodies, unfragmented frames.
"""

import asyncio
import base64
import functools
import hashlib
import http
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Protocol

HEAD_END = b"\r\n\r\n"
BODY_MAX = 1 << 20
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: `target` is the path with its query, as it came."""

    method: str
    target: str
    body: bytes


class Socket(Protocol):
    """What an upgraded connection hands its frames to."""

    def received(self, opcode: int, payload: bytes) -> None:
        """Take one frame of the client."""

    def lost(self) -> None:
        """Learn that the connection has ended."""


class Application(Protocol):
    """What a connection serves."""

    def handle(self, connection: "Connection", request: Request) -> None:
        """Answer the request, now or later."""

    def upgrade(self, connection: "Connection", target: str) -> Socket:
        """Take over a connection that has become a WebSocket."""
        ...


class Connection(asyncio.Protocol):
    """One client's connection: HTTP until an upgrade, WebSocket frames from then on."""

    def __init__(self, application: Application, wall: Callable[[], float]) -> None:
        """Serve `application`; `wall` gives Unix seconds for the Date header."""
        self._application = application
        self._wall = wall
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._socket: Socket | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the socket, if this was one."""
        self._transport = None
        if self._socket is not None:
            self._socket.lost()

    def data_received(self, data: bytes) -> None:
        """Serve every request or frame that is whole."""
        self._buffer += data
        while self._socket is None and (request := self._next_request()) is not None:
            self._application.handle(self, request)
        if self._socket is not None:
            for opcode, payload in client_frames(self._buffer):
                self._socket.received(opcode, payload)

    def answer(self, status: int, body: bytes, headers: str = "") -> None:
        """Send an answer; `headers` are whole lines that end in CRLF. A connection that is gone is left alone."""
        # The content type has no charset: discord.py takes any other value for text.
        head = (
            f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\nDate: {http_date(int(self._wall()))}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        )
        self.write(head.encode() + body)

    def answer_nothing(self) -> None:
        """Send 204 No Content."""
        self.write(f"HTTP/1.1 204 No Content\r\nDate: {http_date(int(self._wall()))}\r\n\r\n".encode())

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._transport is not None:
            self._transport.write(data)

    def cut(self) -> None:
        """End the connection without a further word, as a load balancer does."""
        if self._transport is not None:
            self._transport.close()

    def _next_request(self) -> Request | None:
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return None
        head = self._buffer[:end].decode("latin-1")
        length = content_length(head)
        start = end + len(HEAD_END)
        if len(self._buffer) < start + length:
            return None
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        method, target, _ = head[: head.find("\r\n")].split(" ", 2)
        if key := header(head, "sec-websocket-key"):
            self._upgrade(target, key)
            return None
        return Request(method, target, body)

    def _upgrade(self, target: str, key: str) -> None:
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(key)}",
        ]
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._socket = self._application.upgrade(self, target)


@functools.lru_cache(maxsize=4)
def http_date(second: int) -> str:
    """Return a Unix second as the Date header spells it."""
    return formatdate(second, usegmt=True)


def header(head: str, name: str) -> str:
    """Return a header's value from a request's head, or nothing. `name` is in lower case."""
    lowered = head.lower()
    start = lowered.find(f"\r\n{name}:")
    if start < 0:
        return ""
    start += len(name) + 3
    end = head.find("\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def content_length(head: str) -> int:
    """Return the length of the body that follows. A chunked one is refused: no client of ours sends it."""
    if header(head, "transfer-encoding"):
        raise ValueError("the fake Discord reads no chunked bodies")
    length = int(header(head, "content-length") or 0)
    if length > BODY_MAX:
        raise ValueError(f"a body of {length} bytes is more than the fake Discord reads")
    return length


def accept_key(key: str) -> str:
    """Return the answer to a client's handshake key (RFC 6455, 4.2.2)."""
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    return base64.b64encode(digest).decode()


def server_frame(opcode: int, payload: bytes) -> bytes:
    """Return one unmasked, unfragmented frame (RFC 6455, 5.2)."""
    length = len(payload)
    first = bytes([0x80 | opcode])
    if length < 126:
        return first + bytes([length]) + payload
    if length < 1 << 16:
        return first + b"\x7e" + length.to_bytes(2) + payload
    return first + b"\x7f" + length.to_bytes(8) + payload


def client_frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take every whole masked frame off the front of `buffer`, as opcode and payload."""
    while len(buffer) >= 6:
        length, start = buffer[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(buffer[2:start])
        end = start + 4 + length
        if len(buffer) < end:
            return
        payload = unmasked(bytes(buffer[start : start + 4]), bytes(buffer[start + 4 : end]))
        opcode = buffer[0] & 0x0F
        del buffer[:end]
        yield opcode, payload


def unmasked(mask: bytes, payload: bytes) -> bytes:
    """Return a client's payload without its mask."""
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
