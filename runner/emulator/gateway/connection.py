"""One WebSocket of the gateway: a queue of frames out, compressed the way the client asked for, and its pulse."""

import asyncio
import importlib
import json
import zlib
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, Protocol, cast

from aiohttp import web

from runner.emulator.clock import Clock
from runner.emulator.journal import Journal, WireEntry
from runner.emulator.world import JsonObject
from runner.lifecycle import limits

OUTGOING_MAX = 10_000
"""Frames that may wait for a slow client; one more and it is cut off."""

CLOSE_S = 2.0
"""Seconds a client gets to answer a close frame."""

Compressor = Callable[[bytes], bytes]


class Connection:
    """One client's WebSocket. Frames are queued by `send` and written in order by `write`.

    `beat_at` is the Unix second of the last heartbeat, at first of the handshake; `acks_withheld` is how many more are
    not answered.
    """

    def __init__(
        self,
        websocket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        *,
        compress: str | None,
        clock: Clock,
        journal: Journal,
    ) -> None:
        self.websocket = websocket
        self.beat_at = clock.now()
        self.acks_withheld = 0
        self._transport = transport
        self._compressor = compressor(compress)
        self._clock = clock
        self._journal = journal
        self._outgoing: asyncio.Queue[JsonObject | int | None] = asyncio.Queue(OUTGOING_MAX)
        self._sent_at: deque[float] = deque(maxlen=limits.GATEWAY_SENDS_MAX)
        self._gone = asyncio.Event()
        self._is_closing = False

    @property
    def is_closing(self) -> bool:
        """Whether nothing more will be sent."""
        return self._is_closing

    @property
    def close_code(self) -> int | None:
        """The code with which the connection ended, if it did."""
        return self.websocket.close_code

    def send(self, frame: JsonObject) -> None:
        """Queue a frame. A client that does not read is cut off."""
        if self._is_closing:
            return
        self.record("out", frame)
        self._put(frame)

    def close(self, code: int) -> None:
        """Close with a code once what is queued is written."""
        if not self._is_closing:
            self._is_closing = True
            self._put(code)

    def finish(self) -> None:
        """Let `write` end: the client is gone."""
        self._is_closing = True
        self._put(None)

    def abort(self) -> None:
        """Cut the connection without a word."""
        self._is_closing = True
        if self._transport is not None:
            self._transport.abort()

    async def write(self) -> None:
        """Write queued frames until the connection closes."""
        try:
            while True:
                item = await self._outgoing.get()
                if item is None:
                    return
                if isinstance(item, int):
                    await self._say_goodbye(item)
                    return
                await self._write_frame(item)
        except ConnectionError:
            self.abort()
        finally:
            self._gone.set()

    async def closed(self) -> None:
        """Wait until nothing more is written."""
        await self._gone.wait()

    def beat(self) -> bool:
        """Set down that a heartbeat came; return whether it is answered."""
        self.beat_at = self._clock.now()
        is_answered = not self.acks_withheld
        self.acks_withheld = max(self.acks_withheld - 1, 0)
        return is_answered

    def is_over_send_limit(self) -> bool:
        """Count one frame from the client; return whether it was one too many.

        Source: Discord docs, Events: Gateway, Rate Limiting: 120 events in 60 seconds.
        """
        now = self._clock.now()
        is_full = len(self._sent_at) == limits.GATEWAY_SENDS_MAX
        is_over = is_full and now - self._sent_at[0] < limits.GATEWAY_SENDS_WINDOW_S
        self._sent_at.append(now)
        return is_over

    def record(self, direction: Literal["in", "out"], frame: JsonObject) -> None:
        """Write a frame into the journal, without any token."""
        data = frame.get("d")
        interaction_id = None
        if isinstance(data, dict) and "token" in data:
            frame = {**frame, "d": {**data, "token": "<token>"}}
        if isinstance(data, dict) and frame.get("t") == "INTERACTION_CREATE":
            interaction_id = int(cast(JsonObject, data)["id"])  # made by this server
        entry = WireEntry(
            at=self._clock.now(),
            direction=direction,
            kind="gateway",
            method=f"op {int(frame.get('op', -1))}",
            route=str(frame.get("t") or ""),
            status=None,
            request=frame if direction == "in" else None,
            answer=frame if direction == "out" else None,
            interaction_id=interaction_id,
        )
        self._journal.record(entry)

    async def _write_frame(self, frame: JsonObject) -> None:
        text = json.dumps(frame, separators=(",", ":"))
        if self._compressor is None:
            await self.websocket.send_str(text)
        else:
            await self.websocket.send_bytes(self._compressor(text.encode()))

    async def _say_goodbye(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.websocket.close(code=code)
        except TimeoutError:
            self.abort()

    def _put(self, item: JsonObject | int | None) -> None:
        try:
            self._outgoing.put_nowait(item)
        except asyncio.QueueFull:
            self.abort()


def compressor(name: str | None) -> Compressor | None:
    """Return a transport compression that the client asked for, None for none.

    `zstd-stream` needs a library. Without one the frames go out as they are, which clients take as well.
    Source: Discord docs, Events: Gateway, Transport Compression.
    """
    match name:
        case "zlib-stream":
            return _zlib_stream()
        case "zstd-stream":
            return _zstd_stream()
        case _:
            return None


def _zlib_stream() -> Compressor:
    stream = zlib.compressobj()

    def compress(data: bytes) -> bytes:
        return stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)

    return compress


def _zstd_stream() -> Compressor | None:
    """Return one endless frame, flushed block by block, by whichever library is there."""
    for library in ("compression.zstd", "backports.zstd"):  # the standard library's, and the same for older Pythons
        if (module := _imported(library)) is not None:
            stream: _Stream = module.ZstdCompressor()
            return partial(stream.compress, mode=module.ZstdCompressor.FLUSH_BLOCK)
    module = _imported("zstandard")
    return None if module is None else _flushed(module.ZstdCompressor().compressobj(), module.COMPRESSOBJ_FLUSH_BLOCK)


def _imported(name: str) -> Any:  # a library of several that may or may not be there
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _flushed(stream: "_FlushedStream", mode: int) -> Compressor:
    def compress(data: bytes) -> bytes:
        return stream.compress(data) + stream.flush(mode)

    return compress


class _Stream(Protocol):
    def compress(self, data: bytes, /, mode: int) -> bytes: ...


class _FlushedStream(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self, mode: int, /) -> bytes: ...
