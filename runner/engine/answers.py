"""The way answers to interactions take to Discord: HTTP/1.1 over a pool of connections that nothing else uses.

Why not aiohttp: its client is a quarter of what an interaction costs a hand-written bot, it closes idle connections
after 15 s (so a quiet bot pays TCP and TLS within the three seconds), and it can't say whether a failed request had
left. This one does less: no redirects, cookies, proxies, compression or pipelining. Each request is one attempt;
whether to repeat it is the acknowledger's business, which is why the two ways to fail are kept apart.
"""

import asyncio
import email.utils
import json
import socket
import ssl
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from runner.logs import redacted

__all__ = ["Answer", "AnswerPool", "Method", "NotSent", "OutcomeUnknown", "redacted", "system_addresses"]

HEAD_BYTES_MAX = 64 * 1024
"""How long the status line and the headers of an answer may be together."""

BODY_BYTES_MAX = 8 * 1024 * 1024
"""How long the body of an answer may be. Discord's longest, a message with everything, stays far below."""

LENGTH_DIGITS_MAX = 12
"""How many digits a length may have: enough to be over its bound, and few enough to be read."""

CHUNK_LINE_BYTES_MAX = 1024
"""How long the line before a chunk, and all lines after the last one, may be."""

CONNECT_S = 5.0
"""How long opening a connection may take, name lookup and TLS included. It may end after its request has given up."""

ADDRESS_S = 1.0
"""How long one address may take before the next is tried, where a name has several."""

LOOKUP_S = 2.0
"""How long a name lookup may take before the addresses of the last one are used."""

ADDRESSES_KEPT_S = 60.0
"""How long the addresses of a name are used without asking again."""

ADDRESSES_MAX = 8
"""How many addresses of a name are tried."""

CLOSE_S = 2.0
"""How long `close` waits for connections to go."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Looks up the addresses of a host name. Raises OSError if there is none."""


class NotSent(Exception):
    """No connection was to be had: Discord certainly did not see the request."""


class OutcomeUnknown(Exception):
    """The request was handed to a connection, but no whole answer came: Discord may have acted on it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, whatever its status. Headers are read only when asked for; most answers are never asked.

    `head` is the status line and the header lines as they came, with CRLF between them.
    """

    status: int
    body: bytes = field(repr=False)
    head: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of the first header called `name` (given in lower case), None if there is none."""
        value = _header(self.head, self.head.lower(), b"\r\n" + name.encode("ascii") + b":")
        return None if value is None else value.decode("latin-1")

    @property
    def is_json(self) -> bool:
        """Whether the body claims to be JSON. What stands between us and Discord answers in HTML."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower() == "application/json"

    @property
    def retry_after_s(self) -> float | None:
        """Return how long to wait after a 429, in seconds; None if the server does not say.

        The body's `retry_after` has decimals, the header has none (Discord docs, Rate Limits), so the body wins.
        """
        if self.is_json:
            precise = _retry_after(self.body)
            if precise is not None:
                return precise
        header = self.header("retry-after")
        is_number = header is not None and header.isascii() and header.isdigit() and len(header) <= LENGTH_DIGITS_MAX
        return float(header) if header is not None and is_number else None

    @property
    def date_s(self) -> float | None:
        """Return the server's clock at its answer as Unix seconds, whole ones; None if it does not say."""
        text = self.header("date")
        return None if text is None else _unix_s(text)


def _retry_after(body: bytes) -> float | None:
    try:
        said: object = json.loads(body)["retry_after"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    match said:
        case bool():
            return None
        case int() | float() if 0 <= said <= sys.float_info.max:
            return float(said)
        case _:
            return None


@lru_cache(maxsize=8)  # the same text for all answers of a second, and parsing one costs as much as an answer
def _unix_s(date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


_AFTER_STATUS = (b" ", b"\r", b"")
_UNTIL_CLOSED = -1
_CHUNKED = -2


class _Malformed(Exception):
    """The bytes that came are no HTTP/1.1 answer."""


def _header(head: bytes, lowered: bytes, key: bytes) -> bytes | None:
    start = lowered.find(key)
    if start < 0:
        return None
    start += len(key)
    end = head.find(b"\r\n", start)
    return (head[start:] if end < 0 else head[start:end]).strip()


def _status(head: bytes) -> int:
    # "HTTP/1.1 200 OK"; the reason may be missing, and with it the blank before it.
    code = head[9:12]
    if head[:7] != b"HTTP/1." or head[8:9] != b" " or not code.isdigit() or head[12:13] not in _AFTER_STATUS:
        raise _Malformed("not an HTTP answer")
    return int(code)


def _body_length(status: int, head: bytes, lowered: bytes) -> int:
    """Return the body's length in bytes, or `_UNTIL_CLOSED` or `_CHUNKED` (RFC 9112, section 6.3)."""
    if status in (204, 304):
        return 0
    coding = _header(head, lowered, b"\r\ntransfer-encoding:")
    length = _header(head, lowered, b"\r\ncontent-length:")
    if coding is not None:
        # Both at once is how answers are smuggled past a proxy; no honest server sends that.
        if coding.lower() != b"chunked" or length is not None:
            raise _Malformed("unknown framing")
        return _CHUNKED
    if length is None:
        return _UNTIL_CLOSED
    if not length.isdigit() or len(length) > LENGTH_DIGITS_MAX or lowered.count(b"\r\ncontent-length:") != 1:
        raise _Malformed("unknown length")
    return _bounded(int(length))


def _bounded(length: int) -> int:
    if length > BODY_BYTES_MAX:
        raise _Malformed("the answer is too long")
    return length


class _Chunks:
    """Puts the chunks of a body together (RFC 9112, section 7.1)."""

    __slots__ = ("_at", "_body", "_first")

    def __init__(self, at: int) -> None:
        """Begin at the offset `at` of the bytes that `take` is given."""
        self._first = self._at = at
        self._body = bytearray()

    def take(self, received: bytearray) -> tuple[bytes, int] | None:
        """Return the body and the offset behind it, None while it is incomplete. Raises _Malformed."""
        while True:
            line_end = received.find(b"\r\n", self._at)
            if line_end < 0 or line_end - self._at > CHUNK_LINE_BYTES_MAX:
                if len(received) - self._at > CHUNK_LINE_BYTES_MAX:
                    raise _Malformed("a chunk without a size")
                return None
            size = _chunk_size(received[self._at : line_end])
            if size == 0:
                return self._trailer(received, line_end)
            start, end = line_end + 2, line_end + 2 + size
            _bounded(end - self._first)  # what stands between the chunks counts: it takes memory as well
            if len(received) < end + 2:
                return None
            if not received.startswith(b"\r\n", end):
                raise _Malformed("a chunk longer than its size")
            self._body += received[start:end]
            self._at = end + 2

    def _trailer(self, received: bytearray, line_end: int) -> tuple[bytes, int] | None:
        # Behind the last chunk come header lines that nobody reads, and a blank one.
        end = received.find(b"\r\n\r\n", line_end)
        if end < 0:
            if len(received) - line_end > CHUNK_LINE_BYTES_MAX:
                raise _Malformed("a trailer too long")
            return None
        return bytes(self._body), end + 4


def _chunk_size(line: bytearray) -> int:
    digits = line.partition(b";")[0].strip()
    # int() would also take a sign, blanks and underscores.
    if not 1 <= len(digits) <= 8 or digits.strip(b"0123456789abcdefABCDEF"):
        raise _Malformed("a chunk without a size")
    return int(digits, 16)


class _Connection(asyncio.Protocol):
    """One connection, which carries one request at a time.

    An exchange that ends in anything but a whole answer ends the connection too, because nobody could tell the late
    answer from the next one.
    """

    __slots__ = (
        "_chunks",
        "_head",
        "_keeps_open",
        "_length",
        "_loop",
        "_on_lost",
        "_received",
        "_reusable",
        "_start",
        "_status",
        "_transport",
        "_waiter",
        "idle_since",
        "is_lost",
    )

    def __init__(self, on_lost: Callable[["_Connection"], None]) -> None:
        """Begin unconnected; `on_lost` is called once, when the connection has gone."""
        self._loop = asyncio.get_running_loop()
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._reusable = True
        self.idle_since = 0.0
        self.is_lost = False
        self._begin()

    def _begin(self) -> None:
        self._received = bytearray()
        self._head: bytes | None = None
        self._chunks: _Chunks | None = None
        self._keeps_open = False
        self._status = self._length = self._start = 0

    @property
    def is_open(self) -> bool:
        """Whether it can carry a request now."""
        transport = self._transport
        return self._reusable and transport is not None and not transport.is_closing()

    async def exchange(self, message: bytes, deadline: float) -> Answer:
        """Write a request and return its answer. Raises OutcomeUnknown, by `deadline` (an instant of the loop)."""
        assert self._transport is not None
        assert self._waiter is None, "one request at a time"
        self._reusable = False
        waiter: asyncio.Future[Answer] = self._loop.create_future()
        self._waiter = waiter
        # A timer of the loop costs a third of asyncio.timeout_at, and this is the hot path.
        timer = self._loop.call_at(deadline, self._fail, "no whole answer by the deadline")
        self._transport.write(message)
        try:
            return await waiter
        finally:
            timer.cancel()

    def abort(self) -> None:
        """Drop the connection, at once and whatever is in flight."""
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport: called by the loop, after TLS."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End what was in flight: called by the loop, once."""
        self.is_lost = True
        if self._head is not None and self._length == _UNTIL_CLOSED and exc is None:
            self._complete(bytes(self._received[self._start :]), 0)
        self._fail("the connection was cut")
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Take what came: called by the loop."""
        if self._waiter is None:
            self.abort()  # nobody asked; the next request must not find it
            return
        self._received += data
        try:
            self._read()
        except _Malformed as fault:
            self._fail(str(fault))

    def _read(self) -> None:
        if self._head is None and not self._read_head():
            return
        received, length = self._received, self._length
        if length == _UNTIL_CLOSED:
            _bounded(len(received) - self._start)
        elif length == _CHUNKED:
            self._chunks = self._chunks or _Chunks(self._start)
            taken = self._chunks.take(received)
            if taken is not None:
                self._complete(taken[0], len(received) - taken[1])
        elif len(received) >= self._start + length:
            end = self._start + length
            self._complete(bytes(received[self._start : end]), len(received) - end)

    def _read_head(self) -> bool:
        received = self._received
        while (end := received.find(b"\r\n\r\n")) >= 0:
            head = bytes(received[:end])
            status = _status(head)
            if status >= 200:
                lowered = head.lower()
                self._length = _body_length(status, head, lowered)
                self._keeps_open = _keeps_open(head, lowered)
                self._head, self._status, self._start = head, status, end + 4
                return True
            del received[: end + 4]  # 100 Continue and its like: the answer is still to come
        if len(received) > HEAD_BYTES_MAX:
            raise _Malformed("the headers are too long")
        return False

    def _complete(self, body: bytes, left_over: int) -> None:
        waiter, head, status = self._waiter, self._head, self._status
        assert waiter is not None
        assert head is not None
        assert self._transport is not None
        # An answer to a request that has not left as a whole leaves the two sides out of step.
        has_left = self._transport.get_write_buffer_size() == 0
        # Only now: a request that is cancelled within its answer must not leave the rest of it to the next one.
        self._reusable = self._keeps_open and has_left and not left_over
        self._waiter = None
        self._begin()
        if not waiter.done():
            waiter.set_result(Answer(status, body, head))

    def _fail(self, reason: str) -> None:
        waiter, self._waiter = self._waiter, None
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(OutcomeUnknown(reason))


def _keeps_open(head: bytes, lowered: bytes) -> bool:
    wish = _header(head, lowered, b"\r\nconnection:")
    return head[7:8] == b"1" and (wish is None or b"close" not in wish.lower())


async def system_addresses(host: str) -> list[str]:
    """Return the addresses of `host` as the system orders them. Raises OSError if there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class _Target:
    """Where to connect to and how: the name's addresses, and TLS."""

    def __init__(
        self, host: str, port: int, *, is_secure: bool, context: ssl.SSLContext | None, resolve: Resolve
    ) -> None:
        """Reach `host`, with TLS if `is_secure`; without a `context`, the system's certificates are trusted."""
        self._host = host
        self._port = port
        self._is_secure = is_secure
        self._context = context
        self._resolve = resolve
        self._addresses: list[str] = []
        self._stale_at = 0.0
        self._preparing = asyncio.Lock()

    async def connect(self, factory: Callable[[], _Connection]) -> _Connection:
        """Return a new connection, TLS included. Raises NotSent, after `CONNECT_S` at the latest."""
        try:
            async with asyncio.timeout(CONNECT_S):
                async with self._preparing:  # a burst asks for the name once
                    await self._prepare()
                return await self._connect_to_any(factory)
        except TimeoutError:
            raise NotSent("connecting took too long") from None

    async def _prepare(self) -> None:
        if self._is_secure and self._context is None:
            # Reading the system's certificates takes tens of milliseconds.
            self._context = await asyncio.to_thread(ssl.create_default_context)
        loop = asyncio.get_running_loop()
        if self._addresses and loop.time() < self._stale_at:
            return
        try:
            async with asyncio.timeout(LOOKUP_S):
                found = await self._resolve(self._host)
        except OSError as error:
            if not self._addresses:
                raise NotSent(f"the name lookup failed ({type(error).__name__})") from None
        else:
            self._addresses = list(dict.fromkeys(found))[:ADDRESSES_MAX]
        self._stale_at = loop.time() + ADDRESSES_KEPT_S

    async def _connect_to_any(self, factory: Callable[[], _Connection]) -> _Connection:
        addresses = self._addresses[:]
        cause = ""
        for address in addresses:
            try:
                async with asyncio.timeout(None if address == addresses[-1] else ADDRESS_S):
                    connection = await self._connect_to(address, factory)
            except OSError as error:  # TimeoutError and ssl.SSLError are OSErrors
                cause = type(error).__name__
            else:
                self._addresses.sort(
                    key=lambda known: known != address
                )  # the next one starts where this one got through
                return connection
        self._stale_at = 0.0
        raise NotSent(f"connecting failed ({cause})")

    async def _connect_to(self, address: str, factory: Callable[[], _Connection]) -> _Connection:
        name = self._host if self._is_secure else None
        context = self._context if self._is_secure else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(factory, address, self._port, ssl=context, server_hostname=name)
        return connection


class AnswerPool:
    """Connections to one server, each for one request at a time, the last used first.

    A request that finds no idle connection has one opened and takes whichever comes first, the new one or one that
    another request gives back: a burst then settles on the connections it needs.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        connections_max: int = 64,
        waiting_max: int = 4096,
        idle_s: float = 60.0,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Resolve = system_addresses,
    ) -> None:
        """Prepare to reach `base_url` (http or https, with a path or not); nothing is opened yet.

        At most `connections_max` are open and `waiting_max` requests wait for one of them; one that was idle for
        `idle_s` seconds is closed. Raises ValueError for a URL that is none.
        """
        url = urlsplit(base_url)
        is_secure = url.scheme == "https"
        if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc or not _is_plain(base_url):
            raise ValueError("the base URL must look like https://host[:port][/path]")
        if not user_agent.isascii() or not user_agent.isprintable():
            raise ValueError("the user agent must be printable ASCII")
        port = url.port or (443 if is_secure else 80)
        self._target = _Target(url.hostname, port, is_secure=is_secure, context=ssl_context, resolve=resolve)
        self._prefix = url.path.rstrip("/")
        self._headers = f" HTTP/1.1\r\nHost: {url.netloc}\r\nUser-Agent: {user_agent}\r\nAccept: */*\r\n"
        self._connections_max = connections_max
        self._waiting_max = waiting_max
        self._idle_s = idle_s
        self._connections: set[_Connection] = set()
        self._idle: deque[_Connection] = deque()
        self._dials: set[asyncio.Task[_Connection]] = set()
        self._waiting: deque[asyncio.Future[_Connection]] = deque()
        self._waiting_for_new: deque[asyncio.Future[_Connection]] = deque()
        self._is_closed = False
        self._emptied: asyncio.Future[None] | None = None

    async def request(
        self,
        method: Method,
        path: str,
        body: bytes | None,
        *,
        deadline: float,
        content_type: str = "application/json",
        fresh: bool = False,
    ) -> Answer:
        """Send one request, once, and return the answer, whatever its status.

        `path` is under the base URL and may have a query; `deadline` is an instant of the loop's clock. With `fresh`
        the request goes out on a new connection: for a repeat, when the last one turned out to be dead.

        Raises NotSent if the request certainly did not leave, OutcomeUnknown if it may have been acted on, ValueError
        for a path or type that would end the line it stands in. None of them quotes the path, which holds a token.
        """
        message = self._message(method, path, body, content_type)
        loop = asyncio.get_running_loop()
        if deadline <= loop.time():
            raise NotSent("the deadline had passed")
        connection = None if fresh else self._idle_connection(loop.time())
        while connection is None or not connection.is_open:  # one that was passed on may be gone when we wake
            connection = await self._wait_for_connection(deadline, fresh=fresh)
        try:
            return await connection.exchange(message, deadline)
        finally:
            self._release(connection)

    async def warm(self) -> None:
        """See to it that one connection is open and idle, so that the next request pays for no name lookup and no TLS.

        To be called every few seconds, and by nobody who can't wait. Raises NotSent if there is none to be had.
        """
        loop = asyncio.get_running_loop()
        self._drop_expired(loop.time())
        if not self._idle and self._has_room():
            self._release(await self._wait_for_connection(loop.time() + CONNECT_S, fresh=True))

    async def close(self) -> None:
        """Drop all connections, and wait until they are gone. What is in flight ends with OutcomeUnknown."""
        self._is_closed = True
        for waiter in (*self._waiting, *self._waiting_for_new):
            _refuse(waiter, NotSent("the pool is closed"))
        for dial in self._dials:
            dial.cancel()
        await asyncio.gather(*self._dials, return_exceptions=True)
        if self._connections:
            self._emptied = asyncio.get_running_loop().create_future()
            for connection in self._connections:
                connection.abort()
            await asyncio.wait([self._emptied], timeout=CLOSE_S)

    def _message(self, method: str, path: str, body: bytes | None, content_type: str) -> bytes:
        if (
            not path.startswith("/")
            or not _is_plain(path)
            or not (content_type.isascii() and content_type.isprintable())
        ):
            raise ValueError("the path or the content type is malformed")
        line = f"{method} {self._prefix}{path}{self._headers}"
        if body is None:
            length = "" if method == "GET" else "Content-Length: 0\r\n"
            return f"{line}{length}\r\n".encode("ascii")
        return f"{line}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode("ascii") + body

    def _idle_connection(self, now: float) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since < self._idle_s:
                return connection
            connection.abort()
        return None

    async def _wait_for_connection(self, deadline: float, *, fresh: bool) -> _Connection:
        if self._is_closed:
            raise NotSent("the pool is closed")
        if len(self._waiting) + len(self._waiting_for_new) >= self._waiting_max:
            raise NotSent("too many requests wait for a connection")
        waiter: asyncio.Future[_Connection] = asyncio.get_running_loop().create_future()
        queue = self._waiting_for_new if fresh else self._waiting
        queue.append(waiter)
        self._dial_as_needed()
        try:
            async with asyncio.timeout_at(deadline):
                return await waiter
        except TimeoutError:
            self._leave(queue, waiter)
            raise NotSent("no connection by the deadline") from None
        except BaseException:
            self._leave(queue, waiter)
            raise

    def _leave(self, queue: deque[asyncio.Future[_Connection]], waiter: asyncio.Future[_Connection]) -> None:
        if waiter in queue:
            queue.remove(waiter)
        elif not waiter.cancelled() and waiter.exception() is None:
            self._release(waiter.result())  # it came in the same turn of the loop as the deadline

    def _has_room(self) -> bool:
        return len(self._connections) + len(self._dials) < self._connections_max

    def _dial_as_needed(self) -> None:
        """Have as many connections opened as requests wait for one, as far as the limit allows."""
        while not self._is_closed and len(self._dials) < len(self._waiting) + len(self._waiting_for_new):
            if not self._has_room():
                if self._waiting_for_new and self._idle:
                    self._idle.popleft().abort()  # its place is free when the loop says that it has gone
                return
            # The task is the pool's and not a request's: it may end after its request, and serve another.
            dial = asyncio.create_task(self._target.connect(lambda: _Connection(self._forget)))
            self._dials.add(dial)
            dial.add_done_callback(self._dialled)

    def _dialled(self, dial: asyncio.Task[_Connection]) -> None:
        self._dials.discard(dial)
        if dial.cancelled():
            return
        fault = dial.exception()
        if fault is None:
            fault = self._admit(dial.result())
        if fault is not None and (waiter := _next(self._waiting_for_new) or _next(self._waiting)):
            _refuse(waiter, fault)
        self._dial_as_needed()

    def _admit(self, connection: _Connection) -> NotSent | None:
        if connection.is_lost or not connection.is_open:
            connection.abort()
            return NotSent("the connection was closed at once")
        self._connections.add(connection)
        if waiter := _next(self._waiting_for_new):
            waiter.set_result(connection)
        else:
            self._release(connection)
        return None

    def _release(self, connection: _Connection) -> None:
        """Pass a connection on to the request that waits longest, or keep it, or drop it."""
        is_place_wanted = len(self._waiting_for_new) > len(self._dials) and not self._has_room()
        if self._is_closed or is_place_wanted or not connection.is_open:
            connection.abort()
        elif waiter := _next(self._waiting):
            waiter.set_result(connection)
        else:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
            self._drop_expired(connection.idle_since)

    def _drop_expired(self, now: float) -> None:
        while self._idle and now - self._idle[0].idle_since >= self._idle_s:
            self._idle.popleft().abort()

    def _forget(self, connection: _Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        self._connections.discard(connection)
        if self._emptied is not None and not self._connections and not self._emptied.done():
            self._emptied.set_result(None)
        self._dial_as_needed()


def _is_plain(text: str) -> bool:
    """Whether `text` can stand in a request line: no blank, no line end, nothing beyond ASCII."""
    return text.isascii() and text.isprintable() and " " not in text


def _next(queue: deque[asyncio.Future[_Connection]]) -> asyncio.Future[_Connection] | None:
    while queue:
        waiter = queue.popleft()
        if not waiter.done():
            return waiter
    return None


def _refuse(waiter: asyncio.Future[_Connection], fault: BaseException) -> None:
    if not waiter.done():
        waiter.set_exception(fault)
