"""The pool for answers against real servers on loopback that say exactly the bytes of the test."""

import asyncio
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.engine import answers, http1
from runner.engine.answers import Answer, AnswerPool, NotSent, OutcomeUnknown, redacted

TOKEN = "aW50ZXJhY3Rpb246c2VjcmV0"
PATH = f"/interactions/123/{TOKEN}/callback"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Say:
    """Answer with these bytes, one segment after the other, and then close, or reset the connection, if so told."""

    segments: tuple[bytes, ...]
    closes: bool = False
    resets: bool = False


def say(*segments: bytes, closes: bool = False, resets: bool = False) -> Say:
    return Say(segments, closes or resets, resets)


class Hang:
    """Take the request and never answer."""


class Far:
    """The far side: answers the n-th request as the n-th line of its script says, the last line for ever."""

    def __init__(self, *script: Say | Hang) -> None:
        self._script = script
        self.connections = 0
        self.requests: list[bytes] = []
        self.asked_on: list[int] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.was_asked = asyncio.Event()
        self.was_asked_thrice = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self.writers.append(writer)
        try:
            while True:
                request = await _request(reader)
                self.requests.append(request)
                self.asked_on.append(number)
                self.was_asked.set()
                if len(self.requests) == 3:
                    self.was_asked_thrice.set()
                line = self._script[min(len(self.requests), len(self._script)) - 1]
                await self.may_answer.wait()
                if isinstance(line, Hang):
                    await reader.read()
                    break
                await _say(writer, line.segments)
                if line.resets:
                    await turns()
                    lingers_for_no_second = struct.pack("ii", 1, 0)
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, lingers_for_no_second
                    )
                if line.closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the pool has closed it
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"x: 0")
    return head + await reader.readexactly(int(length.split(b":")[1]))


async def _say(writer: asyncio.StreamWriter, segments: tuple[bytes, ...]) -> None:
    for segment in segments:
        writer.write(segment)
        await writer.drain()
        if segment is not segments[-1]:
            await turns()


@asynccontextmanager
async def served(far: Far, *, port: int = 0, context: ssl.SSLContext | None = None) -> AsyncGenerator[int, None]:
    server = await asyncio.start_server(far.serve, "127.0.0.1", port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in far.writers:
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def connected(
    far: Far, *, connections_max: int = 64, waiting_max: int = 10, idle_s: float = 60.0
) -> AsyncGenerator[AnswerPool, None]:
    async with served(far) as port:
        pool = AnswerPool(
            f"http://127.0.0.1:{port}/api/v10",
            user_agent="test",
            connections_max=connections_max,
            waiting_max=waiting_max,
            idle_s=idle_s,
        )
        try:
            yield pool
        finally:
            await pool.close()


async def ask(pool: AnswerPool, *, within_s: float = 5.0, fresh: bool = False) -> Answer:
    deadline = asyncio.get_running_loop().time() + within_s
    return await pool.request("POST", PATH, b"{}", deadline=deadline, fresh=fresh)


async def until(condition: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await condition.wait()


async def turns() -> None:
    """Let the other side read what there is."""
    for _ in range(10):
        await asyncio.sleep(0)


# What goes out.


async def test_a_request_carries_the_base_path_its_body_and_its_length_in_one_message() -> None:
    far = Far(say(OK))
    async with served(far) as port:
        pool = AnswerPool(f"http://127.0.0.1:{port}/api/v10/", user_agent="DiscordBot (x, 1)")
        await ask(pool)
        await pool.close()
    head, _, body = far.requests[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /api/v10" + PATH.encode() + b" HTTP/1.1",
        b"Host: 127.0.0.1:%d" % port,
        b"User-Agent: DiscordBot (x, 1)",
        b"Accept: */*",
        b"Content-Type: application/json",
        b"Content-Length: 2",
    ]
    assert body == b"{}"


@pytest.mark.parametrize(
    ("method", "length"), [("GET", b""), ("DELETE", b"Content-Length: 0"), ("POST", b"Content-Length: 0")]
)
async def test_a_request_without_a_body_says_so(method: answers.Method, length: bytes) -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await pool.request(method, "/x", None, deadline=asyncio.get_running_loop().time() + 5)
    assert b"Content-Type" not in far.requests[0]
    assert length in far.requests[0]
    assert (b"Content-Length" in far.requests[0]) is bool(length)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        pytest.param("/x HTTP/1.1\r\nHost: evil", "application/json", id="a line end in the path"),
        pytest.param("/x y", "application/json", id="a blank in the path"),
        pytest.param("/ä", "application/json", id="a letter beyond ASCII"),
        pytest.param("x", "application/json", id="a path without a slash"),
        pytest.param("/x", "a\r\nX: y", id="a line end in the type"),
    ],
)
async def test_a_path_that_would_forge_a_header_is_refused_and_not_quoted(path: str, content_type: str) -> None:
    pool = AnswerPool("http://127.0.0.1:1", user_agent="test")
    with pytest.raises(ValueError, match="malformed") as caught:
        await pool.request("POST", path, b"", deadline=1e9, content_type=content_type)
    assert path not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["discord.com/api", "ftp://discord.com", "https://", "https://me:secret@discord.com", "https://discord.com/a b"],
)
def test_a_base_url_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match="must look like") as caught:
        AnswerPool(url, user_agent="test")
    assert "secret" not in str(caught.value)


def test_a_user_agent_that_would_forge_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="user agent"):
        AnswerPool("http://127.0.0.1", user_agent="a\r\nX: y")


# What comes back.

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

WHOLE = [
    pytest.param(OK, 200, b"ok", id="a length"),
    pytest.param(NO_CONTENT, 204, b"", id="204"),
    pytest.param(b"HTTP/1.1 204\r\n\r\n", 204, b"", id="no reason"),
    pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", 200, b"", id="length 0"),
    pytest.param(b"HTTP/1.1 404 Not Found\r\nCONTENT-LENGTH:  2 \r\n\r\n{}", 404, b"{}", id="headers in any case"),
    pytest.param(CHUNKED + b"2\r\nok\r\n0\r\n\r\n", 200, b"ok", id="one chunk"),
    pytest.param(CHUNKED + b"1;a=b\r\no\r\n0A\r\nk23456789\n\r\n0\r\nX: y\r\n\r\n", 200, b"ok23456789\n", id="chunks"),
    pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK, 200, b"ok", id="interim"),
]


@pytest.mark.parametrize(("raw", "status", "body"), WHOLE)
@pytest.mark.parametrize("size", [pytest.param(10_000, id="at once"), pytest.param(1, id="byte by byte")])
async def test_a_whole_answer_is_read_however_it_is_cut_into_segments(
    raw: bytes, status: int, body: bytes, size: int
) -> None:
    segments = [raw[at : at + size] for at in range(0, len(raw), size)]
    far = Far(say(*segments))
    async with connected(far) as pool:
        for _ in range(2):
            answer = await ask(pool)
            assert (answer.status, answer.body) == (status, body)
    assert far.asked_on == [1, 1]


async def test_an_answer_without_a_length_ends_where_the_connection_does() -> None:
    far = Far(say(b"HTTP/1.1 200 OK\r\n\r\nall ", b"of it", closes=True))
    async with connected(far) as pool:
        assert (await ask(pool)).body == b"all of it"
        assert (await ask(pool)).body == b"all of it"
    assert far.asked_on == [1, 2]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/2 200 OK\r\n\r\n", id="another version"),
        pytest.param(b"HTTP/1.1 2x0 OK\r\n\r\n", id="no status"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="a long status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="a negative length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", id="two lengths"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="both framings"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", id="an unknown coding"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", id="a length out of all reason"
        ),
        pytest.param(CHUNKED + b"-1\r\n", id="a negative chunk"),
        pytest.param(CHUNKED + b"\r\n", id="a chunk without a size"),
        pytest.param(CHUNKED + b"1_0\r\n", id="a size as only Python writes it"),
        pytest.param(CHUNKED + b"1\r\nok\r\n", id="a chunk longer than its size"),
        pytest.param(CHUNKED + b"123456789\r\n", id="a size out of all reason"),
        pytest.param(CHUNKED + b"0" * (http1.CHUNK_LINE_BYTES_MAX + 1), id="a chunk's line over its bound"),
        pytest.param(CHUNKED + b"0\r\n" + b"a" * http1.CHUNK_LINE_BYTES_MAX, id="a trailer over its bound"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"a" * http1.HEAD_BYTES_MAX, id="headers over their bound"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (http1.BODY_BYTES_MAX + 1), id="a body over its bound"
        ),
        pytest.param(CHUNKED + b"%x\r\n" % http1.BODY_BYTES_MAX, id="chunks over the body's bound"),
    ],
)
async def test_garbage_leaves_the_outcome_unknown_and_its_connection_is_dropped(
    raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    far = Far(say(raw), say(OK))
    async with connected(far) as pool:
        with pytest.raises(OutcomeUnknown) as caught:
            await ask(pool)
        assert caplog.records == []
        assert (await ask(pool)).status == 200
    assert far.asked_on == [1, 2]
    assert TOKEN not in str(caught.value)
    assert "deadline" not in str(caught.value), "garbage is known at once"


async def test_a_body_of_the_longest_length_is_taken() -> None:
    body = b"x" * http1.BODY_BYTES_MAX
    far = Far(say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body))
    async with connected(far) as pool:
        assert (await ask(pool)).body == body


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="before the first byte"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="within the headers"),
        pytest.param(OK[:-1], id="within the body"),
        pytest.param(CHUNKED + b"2\r\nok\r\n", id="before the last chunk"),
    ],
)
async def test_an_answer_that_is_cut_leaves_the_outcome_unknown(raw: bytes) -> None:
    far = Far(say(raw, closes=True))
    async with connected(far) as pool:
        with pytest.raises(OutcomeUnknown, match="cut"):
            await ask(pool)
    assert len(far.requests) == 1, "a request is never repeated by the pool"


async def test_an_answer_without_a_length_is_not_whole_if_the_connection_is_reset() -> None:
    far = Far(say(b"HTTP/1.1 200 OK\r\n\r\nhalf of", resets=True))
    async with connected(far) as pool:
        with pytest.raises(OutcomeUnknown, match="cut"):
            await ask(pool)


# Deadlines and cancellation.


async def test_a_server_that_never_answers_leaves_the_outcome_unknown_at_the_deadline() -> None:
    far = Far(Hang(), say(OK))
    async with connected(far) as pool:
        with pytest.raises(OutcomeUnknown, match="deadline"):
            await ask(pool, within_s=0.05)
        await ask(pool)
    assert far.asked_on == [1, 2]


async def test_a_request_whose_deadline_has_passed_is_not_sent() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await pool.warm()
        with pytest.raises(NotSent):
            await ask(pool, within_s=0)
        await turns()
    assert far.requests == []


async def test_the_deadline_of_a_request_does_not_end_the_next_one() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await ask(pool, within_s=0.05)
        far.may_answer.clear()
        asyncio.get_running_loop().call_later(0.1, far.may_answer.set)
        assert (await ask(pool)).status == 200
    assert far.asked_on == [1, 1]


async def test_a_cancelled_request_takes_its_connection_with_it() -> None:
    far = Far(Hang(), say(OK))
    async with connected(far) as pool:
        task = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ask(pool)
    assert far.asked_on == [1, 2]


async def test_a_request_cancelled_within_its_answer_leaves_the_rest_to_nobody() -> None:
    far = Far(say(OK[:-1]), say(OK))
    async with connected(far) as pool:
        task = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await ask(pool)).body == b"ok"
    assert far.asked_on == [1, 2]


async def test_nobody_listening_means_not_sent() -> None:
    async with served(Far(say(OK))) as port:
        pass
    pool = AnswerPool(f"http://127.0.0.1:{port}", user_agent="test")
    with pytest.raises(NotSent, match="connecting failed"):
        await ask(pool)
    await pool.close()


async def test_all_who_wait_learn_at_once_that_nobody_is_listening() -> None:
    async with served(Far(say(OK))) as port:
        pass
    pool = AnswerPool(f"http://127.0.0.1:{port}", user_agent="test", connections_max=1)
    results = await asyncio.gather(*(ask(pool) for _ in range(3)), return_exceptions=True)
    assert [str(result).partition(" (")[0] for result in results] == ["connecting failed"] * 3
    await pool.close()


@dataclass
class Book:
    """Names and addresses, as a name server would have them; raises when it is out of order."""

    addresses: list[str]
    lookups: int = 0
    is_broken: bool = False

    async def __call__(self, host: str) -> list[str]:
        assert host == "discord.test"
        self.lookups += 1
        await asyncio.sleep(0)  # a name server takes a turn of the loop at least
        if self.is_broken:
            raise OSError("no name server")
        return self.addresses


async def test_a_burst_of_connections_asks_for_the_name_once() -> None:
    far, book = Far(say(OK)), Book(["127.0.0.1"])
    async with served(far) as port:
        pool = AnswerPool(f"http://discord.test:{port}", user_agent="test", resolve=book)
        await asyncio.gather(*(ask(pool, fresh=True) for _ in range(5)))
        await pool.close()
    assert far.connections == 5
    assert book.lookups == 1
    assert b"Host: discord.test:%d\r\n" % port in far.requests[0]


async def test_an_address_where_nobody_listens_gives_way_to_the_next() -> None:
    far, book = Far(say(OK)), Book(["127.0.0.2", "127.0.0.1"])
    async with served(far) as port:
        pool = AnswerPool(f"http://discord.test:{port}", user_agent="test", resolve=book)
        assert (await ask(pool)).status == 200
        await pool.close()


async def test_the_old_addresses_serve_while_the_name_server_is_out_of_order() -> None:
    book = Book(["127.0.0.1"])
    async with served(Far(say(OK))) as port:
        pool = AnswerPool(f"http://discord.test:{port}", user_agent="test", resolve=book)
        await ask(pool)
    with pytest.raises(NotSent, match="connecting failed"):
        await ask(pool, fresh=True)
    book.is_broken = True
    async with served(Far(say(OK)), port=port):
        assert (await ask(pool, fresh=True)).status == 200
        await pool.close()
    assert book.lookups == 2, "a failure to connect is a reason to ask again"


async def test_a_name_server_out_of_order_from_the_start_means_not_sent() -> None:
    pool = AnswerPool("http://discord.test", user_agent="test", resolve=Book([], is_broken=True))
    with pytest.raises(NotSent, match="lookup"):
        await ask(pool)
    await pool.close()


# Reuse.


async def test_the_connection_used_last_is_used_next() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        far.may_answer.clear()
        burst = [asyncio.create_task(ask(pool)) for _ in range(3)]
        await until(far.was_asked_thrice)
        far.may_answer.set()
        await asyncio.gather(*burst)
        for _ in range(4):
            await ask(pool)
    assert len(set(far.asked_on[3:])) == 1


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", id="Connection: close"),
        pytest.param(b"HTTP/1.1 200 OK\r\nconnection: x, Close\r\nContent-Length: 0\r\n\r\n", id="close among others"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", id="HTTP/1.0"),
        pytest.param(OK + b"more", id="bytes behind the answer"),
    ],
)
async def test_a_connection_that_cannot_be_trusted_with_another_request_is_not_used_again(raw: bytes) -> None:
    far = Far(say(raw))
    async with connected(far) as pool:
        assert (await ask(pool)).status == 200
        assert (await ask(pool)).status == 200
    assert far.asked_on == [1, 2]


async def test_an_idle_connection_that_says_something_unasked_is_dropped() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await ask(pool)
        far.writers[0].write(OK)
        await turns()
        await ask(pool)
    assert far.asked_on == [1, 2]


async def test_an_idle_connection_that_was_closed_is_not_used_again() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await ask(pool)
        far.writers[0].close()
        await turns()
        await ask(pool)
    assert far.asked_on == [1, 2]


async def test_a_connection_that_was_idle_too_long_is_not_used_again() -> None:
    far = Far(say(OK))
    async with connected(far, idle_s=0.0) as pool:
        await ask(pool)
        await ask(pool)
    assert far.asked_on == [1, 2]


async def test_a_fresh_request_goes_out_on_a_new_connection_although_one_is_idle() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await ask(pool)
        await ask(pool, fresh=True)
    assert far.asked_on == [1, 2]


async def test_a_fresh_request_at_the_limit_takes_the_place_of_an_idle_connection() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1) as pool:
        await ask(pool)
        await ask(pool, fresh=True)
    assert far.asked_on == [1, 2]


async def test_a_fresh_request_at_the_limit_takes_the_place_of_the_next_connection_that_is_done() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1) as pool:
        far.may_answer.clear()
        first = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        second = asyncio.create_task(ask(pool, fresh=True))
        await turns()
        far.may_answer.set()
        await asyncio.gather(first, second)
    assert far.asked_on == [1, 2]


async def test_a_warm_pool_answers_on_the_connection_it_has() -> None:
    far = Far(say(OK))
    async with connected(far) as pool:
        await pool.warm()
        await pool.warm()
        await turns()
        assert far.connections == 1
        await ask(pool)
    assert far.connections == 1


async def test_warming_replaces_a_connection_that_was_idle_too_long() -> None:
    far = Far(Hang())
    async with connected(far, idle_s=0.05) as pool:
        await pool.warm()
        with pytest.raises(OutcomeUnknown):
            await ask(pool, within_s=0.06, fresh=True)
        await pool.warm()
        await turns()
    assert far.connections == 3


# Limits.


async def test_requests_beyond_the_limit_wait_for_a_connection_and_are_all_answered() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=2) as pool:
        results = await asyncio.gather(*(ask(pool) for _ in range(10)))
    assert [answer.status for answer in results] == [200] * 10
    assert far.connections == 2


async def test_a_request_that_waits_until_its_deadline_is_not_sent_and_leaves_its_place() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1, waiting_max=1) as pool:
        far.may_answer.clear()
        first = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        for _ in range(2):
            with pytest.raises(NotSent, match="no connection by the deadline"):
                await ask(pool, within_s=0.02)
        far.may_answer.set()
        await first
        await ask(pool)
    assert len(far.requests) == 2


async def test_a_request_that_would_wait_behind_too_many_is_refused_at_once() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1, waiting_max=2) as pool:
        far.may_answer.clear()
        first = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        burst = [asyncio.create_task(ask(pool)) for _ in range(2)]
        await turns()
        with pytest.raises(NotSent, match="too many"):
            await ask(pool)
        far.may_answer.set()
        await asyncio.gather(first, *burst)


async def test_a_request_cancelled_while_it_waits_leaves_its_place_to_the_next() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1) as pool:
        far.may_answer.clear()
        first = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        second, third = asyncio.create_task(ask(pool)), asyncio.create_task(ask(pool))
        await turns()
        second.cancel()
        far.may_answer.set()
        await asyncio.gather(first, third)
    assert second.cancelled()
    assert len(far.requests) == 2


async def test_a_connection_passed_to_a_request_that_is_cancelled_meanwhile_is_not_lost() -> None:
    far = Far(say(OK))
    async with connected(far, connections_max=1) as pool:
        far.may_answer.clear()

        async def ask_and_cancel() -> None:
            await ask(pool)
            second.cancel()  # its connection is there, but it has not woken yet

        first = asyncio.create_task(ask_and_cancel())
        await until(far.was_asked)
        second = asyncio.create_task(ask(pool))
        await turns()
        far.may_answer.set()
        await asyncio.wait([first, second])
        assert second.cancelled()
        await ask(pool)
    assert far.asked_on == [1, 1]


async def test_a_connection_that_is_closed_while_it_is_passed_on_is_replaced() -> None:
    far = Far(say(OK, closes=True))
    async with connected(far, connections_max=1) as pool:
        far.may_answer.clear()
        first = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        second = asyncio.create_task(ask(pool))
        await turns()
        far.may_answer.set()
        assert [answer.status for answer in await asyncio.gather(first, second)] == [200, 200]
    assert far.asked_on == [1, 2]


# The end.


async def test_closing_ends_what_is_in_flight_and_refuses_what_comes_later() -> None:
    far = Far(Hang())
    async with connected(far, connections_max=1) as pool:
        in_flight = asyncio.create_task(ask(pool))
        await until(far.was_asked)
        waiting = asyncio.create_task(ask(pool))
        await turns()
        await pool.close()
        with pytest.raises(OutcomeUnknown):
            await in_flight
        with pytest.raises(NotSent, match="closed"):
            await waiting
        with pytest.raises(NotSent, match="closed"):
            await ask(pool)
        with pytest.raises(NotSent, match="closed"):
            await pool.warm()


# Headers.

HEAD = b"HTTP/1.1 429 Too Many\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nVia:  1.1 x \r\nX-Empty:\r\nLast: z"


@pytest.mark.parametrize(
    ("name", "value"), [("via", "1.1 x"), ("x-empty", ""), ("last", "z"), ("las", None), ("none", None)]
)
def test_a_header_is_found_by_its_whole_name_in_any_case(name: str, value: str | None) -> None:
    assert Answer(429, b"", HEAD).header(name) == value


@pytest.mark.parametrize(
    ("header", "date_s"),
    [(b"Date: Mon, 23 Nov 2026 12:00:00 GMT", 1795435200.0), (b"Date: yesterday", None), (b"X: y", None)],
)
def test_the_date_is_the_servers_clock_in_unix_seconds(header: bytes, date_s: float | None) -> None:
    assert Answer(200, b"", b"HTTP/1.1 200 OK\r\n" + header).date_s == date_s


JSON = b"Content-Type: application/json"


@pytest.mark.parametrize(
    ("headers", "body", "retry_after_s"),
    [
        pytest.param(JSON + b"\r\nRetry-After: 1", b'{"retry_after": 0.25}', 0.25, id="the body is more precise"),
        pytest.param(b"Retry-After: 7", b"<html>", 7.0, id="only a header"),
        pytest.param(JSON + b"\r\nRetry-After: 7", b"[]", 7.0, id="another body"),
        pytest.param(JSON + b"\r\nRetry-After: 7", b"{", 7.0, id="a broken body"),
        pytest.param(JSON, b'{"retry_after": true}', None, id="no number"),
        pytest.param(JSON, b'{"retry_after": -1}', None, id="a negative number"),
        pytest.param(JSON, b'{"retry_after": Infinity}', None, id="for ever"),
        pytest.param(JSON, b'{"retry_after": 1%s}' % (b"0" * 400), None, id="longer than the world stands"),
        pytest.param(b"Retry-After: " + b"9" * 400, b"", None, id="a header longer than the world stands"),
        pytest.param(b"Retry-After: soon", b"", None, id="a header that is no number"),
        pytest.param(b"X: y", b"", None, id="not said"),
    ],
)
def test_how_long_to_wait_is_what_the_server_says(headers: bytes, body: bytes, retry_after_s: float | None) -> None:
    assert Answer(429, body, b"HTTP/1.1 429 Slow\r\n" + headers).retry_after_s == retry_after_s


@pytest.mark.parametrize(
    ("header", "is_json"),
    [(JSON, True), (JSON + b"; charset=utf-8", True), (b"Content-Type: text/html", False), (b"X: y", False)],
)
def test_a_body_is_json_if_the_server_says_so(header: bytes, is_json: bool) -> None:
    assert Answer(200, b"", b"HTTP/1.1 200 OK\r\n" + header).is_json is is_json


def test_the_pool_hides_tokens_in_paths_as_the_log_does() -> None:
    assert redacted(PATH) == "/interactions/123/[hidden]/callback"


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(["openssl", *command.split(), *names], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.mark.parametrize(
    ("host", "is_trusted"),
    [
        pytest.param("localhost", True, id="the name in the certificate"),
        pytest.param("127.0.0.1", False, id="another name"),
    ],
)
async def test_over_tls_only_the_name_in_the_certificate_is_answered(
    certificate: Path, host: str, is_trusted: bool
) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    far = Far(say(OK))
    async with served(far, context=theirs) as port:
        pool = AnswerPool(f"https://{host}:{port}", user_agent="test", ssl_context=ours)
        try:
            if is_trusted:
                await pool.warm()
                assert (await ask(pool)).body == (await ask(pool)).body == b"ok"
                assert far.connections == 1
            else:
                with pytest.raises(NotSent, match="SSLCertVerificationError"):
                    await ask(pool)
        finally:
            await pool.close()
