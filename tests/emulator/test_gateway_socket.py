"""The gateway over a raw WebSocket: every rule a library may stumble over."""

import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.lifecycle.bits import Intents

Call = Callable[..., Awaitable[tuple[int, Any]]]  # JSON of any shape comes back
Frame = dict[str, Any]  # a gateway frame, of any shape
ALL = int(Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT | Intents.DIRECT_MESSAGES)


class Socket:
    """One client connection, read frame by frame."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.websocket = websocket
        self._token = token
        self._inflate = zlib.decompressobj()

    async def send(self, op: int, data: object) -> None:
        await self.websocket.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, intents: int = ALL, **more: object) -> None:
        await self.send(2, {"token": self._token, "properties": {}, "intents": intents, "compress": True, **more})

    async def resume(self, session_id: str, sequence: int) -> None:
        await self.send(6, {"token": self._token, "session_id": session_id, "seq": sequence})

    async def frame(self) -> Frame:
        message = await self.websocket.receive(timeout=5)
        assert message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, message
        raw = self._inflate.decompress(message.data) if message.type is aiohttp.WSMsgType.BINARY else message.data
        decoded: Frame = json.loads(raw)
        return decoded

    async def event(self, name: str) -> Frame:
        while True:
            frame = await self.frame()
            if frame.get("t") == name:
                return frame

    async def op(self, op: int) -> Frame:
        while True:
            frame = await self.frame()
            if frame["op"] == op:
                return frame

    async def close_code(self) -> int | None:
        while (await self.websocket.receive(timeout=30)).type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            pass
        return self.websocket.close_code


Dial = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def dial(local: LocalDiscord, http: aiohttp.ClientSession) -> AsyncIterator[Dial]:
    """Open a connection to the gateway and read its hello."""
    opened: list[aiohttp.ClientWebSocketResponse] = []

    async def connect(query: str = "?v=10&encoding=json", token: str | None = None) -> Socket:
        websocket = await http.ws_connect(local.gateway_url + query)
        opened.append(websocket)
        socket = Socket(websocket, token or local.token)
        assert (await socket.frame())["op"] == 10
        return socket

    yield connect
    for websocket in opened:
        await websocket.close()


@pytest.mark.parametrize("query", ["?v=10&encoding=json", "?v=10&encoding=json&compress=zlib-stream", ""])
async def test_a_session_begins_with_ready_and_the_guilds(local: LocalDiscord, dial: Dial, query: str) -> None:
    socket = await dial(query)
    await socket.identify()
    ready = (await socket.event("READY"))["d"]
    [guild] = local.world.guilds.values()
    assert ready["guilds"] == [{"id": str(guild.id), "unavailable": True}]
    assert ready["resume_gateway_url"] == local.gateway_url
    created = (await socket.event("GUILD_CREATE"))["d"]
    assert (created["name"], created["member_count"]) == ("Lighthouse", 6)
    assert local.is_connected


async def test_binary_frames_are_taken_like_text(dial: Dial) -> None:
    socket = await dial()
    await socket.websocket.send_bytes(b'{"op": 1, "d": null}')
    assert (await socket.frame())["op"] == 11


async def fresh(socket: Socket) -> None:
    await socket.identify()
    await socket.event("GUILD_CREATE")


@pytest.mark.parametrize(
    ("op", "data", "is_identified", "expected"),
    [
        (2, {"token": "wrong", "intents": 0}, False, 4004),
        (2, {"intents": 0}, True, 4005),
        (3, {}, False, 4003),
        (8, {}, False, 4003),
        (99, {}, True, 4001),
        (2, "text", False, 4002),
        (3, {"filler": "x" * 4096}, True, 4002),
    ],
    ids=["wrong token", "identified twice", "presence first", "members first", "unknown op", "no object", "too large"],
)
async def test_a_broken_rule_closes_with_its_code(
    dial: Dial, op: int, data: object, is_identified: bool, expected: int
) -> None:
    socket = await dial()
    if is_identified:
        await fresh(socket)
    await socket.send(op, data)
    assert await socket.close_code() == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"intents": 1 << 40}, 4013), ({"intents": "all"}, 4013), ({"shard": [2, 2]}, 4010), ({"shard": "x"}, 4010)],
)
async def test_an_identify_that_cannot_be_closes_with_its_code(dial: Dial, more: dict[str, Any], expected: int) -> None:
    socket = await dial()
    await socket.identify(**more)
    assert await socket.close_code() == expected


async def test_the_121st_frame_within_a_minute_closes_with_4008(dial: Dial) -> None:
    socket = await dial()
    for _ in range(121):
        await socket.send(1, None)
    assert await socket.close_code() == 4008


async def test_another_version_of_the_api_closes_with_4012(local: LocalDiscord, http: aiohttp.ClientSession) -> None:
    socket = Socket(await http.ws_connect(local.gateway_url + "?v=6"), local.token)
    assert await socket.close_code() == 4012


async def test_a_resumed_session_gets_what_it_missed_and_nothing_twice(local: LocalDiscord, dial: Dial) -> None:
    first = await dial()
    await first.identify()
    session = (await first.event("READY"))["d"]["session_id"]
    seen = (await first.event("GUILD_CREATE"))["s"]
    local.drop_gateway()
    assert await first.close_code() == 1006
    assert not local.is_connected
    local.say(user="robin", channel="general", content="missed")
    second = await dial()
    await second.resume(session, seen)
    missed = await second.frame()
    assert (missed["t"], missed["s"], missed["d"]["content"]) == ("MESSAGE_CREATE", seen + 1, "missed")
    assert (await second.frame())["t"] == "RESUMED"


@pytest.mark.parametrize("case", ["unknown session", "future sequence", "too late", "given up"])
async def test_what_cannot_be_resumed_is_an_invalid_session(local: LocalDiscord, dial: Dial, case: str) -> None:
    first = await dial()
    await first.identify()
    session = (await first.event("READY"))["d"]["session_id"]
    if case == "given up":
        await first.websocket.close(code=1000)
    else:
        local.drop_gateway()
    await elapse(181 if case == "too late" else 0.1)
    second = await dial()
    await second.resume("other" if case == "unknown session" else session, 99 if case == "future sequence" else 1)
    assert (await second.frame())["op"] == 9


async def test_reconnect_and_invalid_session_are_sent_on_demand(local: LocalDiscord, dial: Dial) -> None:
    socket = await dial()
    await fresh(socket)
    local.reconnect()
    assert (await socket.frame())["op"] == 7
    local.invalidate(resumable=True)
    assert (await socket.frame())["d"] is True
    local.invalidate(resumable=False)
    assert (await socket.frame())["d"] is False


@pytest.mark.parametrize("code", [4000, 4007, 4009, 4014])
async def test_any_close_code_can_be_sent(local: LocalDiscord, dial: Dial, code: int) -> None:
    socket = await dial()
    await fresh(socket)
    local.close_gateway(code)
    assert await socket.close_code() == code


@pytest.mark.parametrize(
    ("intents", "content"),
    [(ALL, "hi"), (int(Intents.GUILD_MESSAGES), ""), (int(Intents.GUILDS), None)],
    ids=["with content", "without content", "without messages"],
)
async def test_intents_decide_what_is_heard(local: LocalDiscord, dial: Dial, intents: int, content: str | None) -> None:
    socket = await dial()
    await socket.identify(intents)
    await socket.event("READY")
    local.say(user="robin", channel="general", content="hi")
    await socket.send(1, None)
    frames = [await socket.frame()]
    while frames[-1]["op"] != 11:
        frames.append(await socket.frame())
    heard = [frame["d"]["content"] for frame in frames if frame.get("t") == "MESSAGE_CREATE"]
    assert heard == ([] if content is None else [content])


async def test_a_guild_and_its_interactions_go_to_one_shard(local: LocalDiscord, dial: Dial, call: Call) -> None:
    [guild_id] = local.world.guilds
    home = (guild_id >> 22) % 2
    sockets = [await dial(), await dial()]
    for index, socket in enumerate(sockets):
        await socket.identify(shard=[index, 2])
        assert (await socket.event("READY"))["d"]["shard"] == [index, 2]
    await call("POST", f"/applications/{local.application_id}/commands", {"name": "a", "description": "A"})
    trace = local.command(user="robin", channel="general", name="a")
    assert (await sockets[home].event("INTERACTION_CREATE"))["d"]["id"] == str(trace.id)
    await sockets[1 - home].send(1, None)
    assert (await sockets[1 - home].frame())["op"] == 11


async def test_a_silent_client_is_asked_for_a_heartbeat_and_then_left(dial: Dial) -> None:
    socket = await dial()
    asked = await socket.websocket.receive(timeout=60)
    assert json.loads(asked.data)["op"] == 1
    assert await socket.close_code() == 4000


async def test_members_are_sent_in_chunks_on_request_and_everyone_only_twice_a_minute(
    local: LocalDiscord, dial: Dial
) -> None:
    socket = await dial()
    await fresh(socket)
    [guild] = local.world.guilds.values()
    everyone = {"guild_id": guild.id, "query": "", "limit": 0, "nonce": "n"}
    await socket.send(8, everyone)
    chunk = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert (len(chunk["members"]), chunk["nonce"], chunk["chunk_count"]) == (6, "n", 1)
    await socket.send(8, everyone)
    assert (await socket.event("RATE_LIMITED"))["d"]["opcode"] == 8
    await socket.send(8, {"guild_id": str(guild.id), "query": "ro", "limit": 5})
    found = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]["members"]
    assert [member["user"]["username"] for member in found] == ["robin"]


async def test_the_journal_shows_frames_without_tokens(local: LocalDiscord, dial: Dial) -> None:
    socket = await dial()
    await fresh(socket)
    assert [entry.method for entry in local.wire if entry.kind == "gateway"][:2] == ["op 10", "op 2"]
    assert local.token not in repr(local.wire)


async def test_a_channel_that_the_bot_cannot_see_is_silent(local: LocalDiscord, dial: Dial) -> None:
    [guild] = local.world.guilds.values()
    staff = next(channel for channel in local.world.channels.values() if channel.name == "staff")
    own_role = guild.members[local.application_id].role_ids[0]
    staff.overwrites = [overwrite for overwrite in staff.overwrites if overwrite.id != own_role]
    socket = await dial()
    await fresh(socket)
    local.say(user="mo", channel="staff", content="between us")
    local.say(user="mo", channel="general", content="to all")
    assert (await socket.event("MESSAGE_CREATE"))["d"]["content"] == "to all"
