"""Every asynchronous test here runs on virtual time, with a local Discord that is stopped afterwards."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, cast

import aiohttp
import pytest

from runner.emulator.clock import VirtualClock, VirtualLoop, elapse
from runner.emulator.server import LocalDiscord
from runner.lifecycle import limits
from runner.lifecycle.bits import ALL_INTENTS
from tests.browser import launch
from tests.emulator.lighthouse import Call
from tests.openapi import faults_of


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give each test a loop whose time jumps."""
    del config, item  # pytest names the parameters
    return {"virtual": VirtualLoop}


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    """A local Discord on the test's own virtual clock."""
    server = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
    await server.start()
    yield server
    await server.stop()
    assert [str(fault) for fault in faults_of(server.wire, of_refused=False)] == []


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An ordinary HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def call(local: LocalDiscord, http: aiohttp.ClientSession) -> Call:
    """Make a REST call with the bot's token; returns the status and the JSON, None for no body."""

    async def made(method: str, path: str, body: object = None, *, reason: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {local.token}"}
        if reason is not None:
            headers["X-Audit-Log-Reason"] = reason
        async with http.request(method, local.base_url + path, json=body, headers=headers) as answer:
            raw = await answer.read()
            return answer.status, await answer.json() if raw else None

    return made


class Ear:
    """A bot that listens: it has identified, and hears whatever its intents and permissions let it hear."""

    def __init__(self, local: LocalDiscord) -> None:
        self._local = local
        self._heard = len(local.wire)

    def events(self) -> list[tuple[str, Any]]:
        """Return what has come since the last time: the names of the events and their data."""
        entries = list(self._local.wire)[self._heard :]
        self._heard = len(self._local.wire)
        sent = [cast(dict[str, Any], each.answer) for each in entries if each.kind == "gateway" and each.answer]
        return [(frame["t"], frame["d"]) for frame in sent if frame.get("t")]

    def names(self) -> list[str]:
        """Return the names of the events that have come since the last time."""
        return [name for name, _ in self.events()]

    def guild(self) -> Any:
        """Return the data of the GUILD_CREATE that this bot began with."""
        sent = [cast(dict[str, Any], each.answer) for each in self._local.wire if each.route == "GUILD_CREATE"]
        return sent[-1]["d"]

    def data(self, name: str) -> Any:
        """Return the data of the one event of that name that has come since the last time."""
        [data] = [data for heard, data in self.events() if heard == name]
        return data


Listen = Callable[..., Awaitable[Ear]]


@pytest.fixture
async def listen(local: LocalDiscord, http: aiohttp.ClientSession) -> AsyncIterator[Listen]:
    """Connect a bot that listens: `ear = await listen()`, with all intents unless said."""
    opened: list[aiohttp.ClientWebSocketResponse] = []
    beating: list[asyncio.Task[None]] = []

    async def connect(intents: int = int(ALL_INTENTS)) -> Ear:
        if opened:
            await elapse(limits.GATEWAY_IDENTIFY_WINDOW_S)
        websocket = await http.ws_connect(local.gateway_url)
        opened.append(websocket)
        beating.append(asyncio.create_task(_beat_when_asked(websocket)))
        about = {"token": local.token, "properties": {"os": "test"}, "intents": intents}
        await websocket.send_str(json.dumps({"op": 2, "d": about}))
        await local.connected()
        await elapse(0.001)
        return Ear(local)

    yield connect
    for websocket, task in zip(opened, beating, strict=True):
        await websocket.close()
        await task


async def _beat_when_asked(websocket: aiohttp.ClientWebSocketResponse) -> None:
    """Answer each request for a heartbeat (op 1) until the connection ends."""
    async for message in websocket:
        if message.type is aiohttp.WSMsgType.TEXT and json.loads(message.data)["op"] == 1:
            await websocket.send_str('{"op": 1, "d": null}')


@pytest.fixture(scope="module")
def devtools() -> Iterator[tuple[asyncio.Runner, str]]:
    """Chromium, for all tests of a file, and the loop that they run on."""
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process, address = runner.run(launch(profile))
        yield runner, address
        process.kill()
        runner.run(process.wait())
