"""Every asynchronous test here runs on virtual time, with a local Discord that is stopped afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import VirtualClock, VirtualLoop
from runner.emulator.server import LocalDiscord
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
def call(local: LocalDiscord, http: aiohttp.ClientSession) -> Callable[..., Awaitable[tuple[int, Any]]]:
    """Make a REST call with the bot's token; returns the status and the JSON, None for no body."""

    async def made(method: str, path: str, body: object = None) -> tuple[int, Any]:  # JSON of any shape
        headers = {"Authorization": f"Bot {local.token}"}
        async with http.request(method, local.base_url + path, json=body, headers=headers) as answer:
            raw = await answer.read()
            return answer.status, await answer.json() if raw else None

    return made
