"""One HTTP/1.1 connection, which carries one request at a time, and the answers that come over it.

No redirects, cookies, compression or pipelining: an answer to an interaction needs none of them. Everything that a
server may send is bounded, and whatever is not a whole answer ends the connection.
"""

import asyncio
import email.utils
import json
import sys
from collections.abc import Callable
from dataclasses import field
from functools import lru_cache
from typing import Literal

from runner.data import dataclass

HEAD_BYTES_MAX = 64 * 1024
"""How long the status line and the headers of an answer may be together."""

BODY_BYTES_MAX = 8 * 1024 * 1024
"""How long the body of an answer may be. Discord's longest, a message with everything, stays far below."""

LENGTH_DIGITS_MAX = 12
"""How many digits a length may have: enough to be over its bound, and few enough to be read."""

CHUNK_LINE_BYTES_MAX = 1024
"""How long the line before a chunk, and all lines after the last one, may be."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


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


class Connection(asyncio.Protocol):
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

    def __init__(self, on_lost: Callable[["Connection"], None]) -> None:
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
