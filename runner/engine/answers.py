"""The way answers to interactions take to Discord: HTTP/1.1 over a pool of connections that nothing else uses.

Why not aiohttp: its client is a quarter of what an interaction costs a hand-written bot, it closes idle connections
after 15 s (so a quiet bot pays TCP and TLS within the three seconds), and it can't say whether a failed request had
left. This one does less: no redirects, cookies, proxies, compression or pipelining. Each request is one attempt;
whether to repeat it is the acknowledger's business, which is why the two ways to fail are kept apart.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from runner.engine.http1 import Answer, Connection, Method, OutcomeUnknown
from runner.logs import redacted
from runner.messages import Multipart

__all__ = ["Answer", "AnswerPool", "Method", "NotSent", "OutcomeUnknown", "redacted", "system_addresses"]

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

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Looks up the addresses of a host name. Raises OSError if there is none."""


class NotSent(Exception):
    """No connection was to be had: Discord certainly did not see the request."""


async def system_addresses(host: str) -> list[str]:
    """Return the addresses of `host` as the system orders them; an address has itself. Raises OSError for none."""
    with suppress(ValueError):
        return [str(ip_address(host))]
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

    async def connect(self, factory: Callable[[], Connection]) -> Connection:
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

    async def _connect_to_any(self, factory: Callable[[], Connection]) -> Connection:
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

    async def _connect_to(self, address: str, factory: Callable[[], Connection]) -> Connection:
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
        self._connections: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._dials: set[asyncio.Task[Connection]] = set()
        self._waiting: deque[asyncio.Future[Connection]] = deque()
        self._waiting_for_new: deque[asyncio.Future[Connection]] = deque()
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
        content_type = body.content_type if isinstance(body, Multipart) else content_type
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

    def _idle_connection(self, now: float) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since < self._idle_s:
                return connection
            connection.abort()
        return None

    async def _wait_for_connection(self, deadline: float, *, fresh: bool) -> Connection:
        if self._is_closed:
            raise NotSent("the pool is closed")
        if len(self._waiting) + len(self._waiting_for_new) >= self._waiting_max:
            raise NotSent("too many requests wait for a connection")
        waiter: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
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

    def _leave(self, queue: deque[asyncio.Future[Connection]], waiter: asyncio.Future[Connection]) -> None:
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
            dial = asyncio.create_task(self._target.connect(lambda: Connection(self._forget)))
            self._dials.add(dial)
            dial.add_done_callback(self._dialled)

    def _dialled(self, dial: asyncio.Task[Connection]) -> None:
        self._dials.discard(dial)
        if dial.cancelled():
            return
        fault = dial.exception()
        if fault is None:
            fault = self._admit(dial.result())
        if fault is not None and (waiter := _next(self._waiting_for_new) or _next(self._waiting)):
            _refuse(waiter, fault)
        self._dial_as_needed()

    def _admit(self, connection: Connection) -> NotSent | None:
        if connection.is_lost or not connection.is_open:
            connection.abort()
            return NotSent("the connection was closed at once")
        self._connections.add(connection)
        if waiter := _next(self._waiting_for_new):
            waiter.set_result(connection)
        else:
            self._release(connection)
        return None

    def _release(self, connection: Connection) -> None:
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

    def _forget(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        self._connections.discard(connection)
        if self._emptied is not None and not self._connections and not self._emptied.done():
            self._emptied.set_result(None)
        self._dial_as_needed()


def _is_plain(text: str) -> bool:
    """Whether `text` can stand in a request line: no blank, no line end, nothing beyond ASCII."""
    return text.isascii() and text.isprintable() and " " not in text


def _next(queue: deque[asyncio.Future[Connection]]) -> asyncio.Future[Connection] | None:
    while queue:
        waiter = queue.popleft()
        if not waiter.done():
            return waiter
    return None


def _refuse(waiter: asyncio.Future[Connection], fault: BaseException) -> None:
    if not waiter.done():
        waiter.set_exception(fault)
