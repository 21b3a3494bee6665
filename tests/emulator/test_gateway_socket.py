"""The gateway over a raw WebSocket: every rule a library may stumble over."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from backports import zstd

from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.gateway.session import REPLAY_MAX
from runner.emulator.permissions import Overwrite
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Guild, Member, User
from runner.lifecycle.bits import Intents, Permissions
from tests.emulator.lighthouse import Call

Frame = dict[str, Any]  # a gateway frame, of any shape
ALL = int(Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT | Intents.DIRECT_MESSAGES)


class Socket:
    """One client connection, read frame by frame."""

    def __init__(
        self, websocket: aiohttp.ClientWebSocketResponse, token: str, decompress: Callable[[bytes], bytes] | None = None
    ) -> None:
        self.websocket = websocket
        self.kinds: set[aiohttp.WSMsgType] = set()
        self._token = token
        self._decompress = decompress

    async def send(self, op: int, data: object) -> None:
        await self.websocket.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, intents: int = ALL, **more: object) -> None:
        await self.send(2, {"token": self._token, "properties": {}, "intents": intents, "compress": True, **more})

    async def resume(self, session_id: str, sequence: int) -> None:
        await self.send(6, {"token": self._token, "session_id": session_id, "seq": sequence})

    async def frame(self) -> Frame:
        message = await self.websocket.receive(timeout=5)
        assert message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}, message
        self.kinds.add(message.type)
        raw = message.data if self._decompress is None else self._decompress(message.data)
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

DECOMPRESSORS: dict[str, Callable[[], Callable[[bytes], bytes] | None]] = {
    "": lambda: None,
    "zlib": lambda: zlib.decompressobj().decompress,
    "zstd": lambda: zstd.ZstdDecompressor().decompress,
}


@pytest.fixture
async def dial(local: LocalDiscord, http: aiohttp.ClientSession) -> AsyncIterator[Dial]:
    """Open a connection to the gateway and read its hello."""
    opened: list[aiohttp.ClientWebSocketResponse] = []

    async def connect(query: str = "?v=10&encoding=json", token: str | None = None) -> Socket:
        websocket = await http.ws_connect(local.gateway_url + query)
        opened.append(websocket)
        kind = next((name for name in ("zlib", "zstd") if f"{name}-stream" in query), "")
        socket = Socket(websocket, token or local.token, DECOMPRESSORS[kind]())
        assert (await socket.frame())["op"] == 10
        return socket

    yield connect
    for websocket in opened:
        await websocket.close()


COMPRESSIONS = ["", "zlib-stream", "zstd-stream"]


@pytest.mark.parametrize("compression", COMPRESSIONS, ids=["none", "zlib", "zstd"])
async def test_a_compressed_connection_carries_every_frame(local: LocalDiscord, dial: Dial, compression: str) -> None:
    socket = await dial(f"?v=10&encoding=json&compress={compression}")
    await socket.identify(int(Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT))
    await socket.event("GUILD_CREATE")
    for text in ("one", "two", "3" * 2000):
        local.say(user="robin", channel="general", content=text)
        assert (await socket.event("MESSAGE_CREATE"))["d"]["content"] == text
    assert socket.kinds == {aiohttp.WSMsgType.BINARY if compression else aiohttp.WSMsgType.TEXT}


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


async def test_a_sequence_that_has_not_been_is_closed_with_4007_and_the_session_is_over(dial: Dial) -> None:
    first = await dial()
    await first.identify()
    session = (await first.event("READY"))["d"]["session_id"]
    second = await dial()
    await second.resume(session, 99)
    assert await second.close_code() == 4007
    third = await dial()
    await third.resume(session, 1)
    assert (await third.frame())["d"] is False


@pytest.mark.parametrize("case", ["unknown session", "too late", "given up"])
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
    await second.resume("other" if case == "unknown session" else session, 1)
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


@pytest.mark.parametrize("code", [*range(4000, 4006), *range(4007, 4015)])
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
        await elapse(5)  # as long as one shard has to wait for the other
        await socket.identify(shard=[index, 2])
        assert (await socket.event("READY"))["d"]["shard"] == [index, 2]
    await call("POST", f"/applications/{local.application_id}/commands", {"name": "a", "description": "A"})
    trace = local.command(user="robin", channel="general", name="a")
    assert (await sockets[home].event("INTERACTION_CREATE"))["d"]["id"] == str(trace.id)
    await sockets[1 - home].send(1, None)
    assert (await sockets[1 - home].op(11))["op"] == 11
    local.say(user="robin", channel="dm", content="direct messages are the first shard's")
    assert (await sockets[0].event("MESSAGE_CREATE"))["d"]["content"].startswith("direct")


async def test_a_silent_client_is_asked_for_a_heartbeat_and_then_left(dial: Dial) -> None:
    socket = await dial()
    asked = await socket.websocket.receive(timeout=60)
    assert json.loads(asked.data)["op"] == 1
    assert await socket.close_code() == 4000


async def test_acks_can_be_withheld_until_the_client_connects_anew(local: LocalDiscord, dial: Dial) -> None:
    socket = await dial()
    await fresh(socket)
    local.withhold_acks(1)
    await socket.send(1, None)
    local.reconnect()
    assert (await socket.frame())["op"] == 7  # and nothing before it
    await socket.send(1, None)
    assert (await socket.frame())["op"] == 11
    local.withhold_acks(9)
    other = await dial()
    await other.send(1, None)
    assert (await other.frame())["op"] == 11


async def test_members_are_sent_in_chunks_on_request_and_everyone_only_twice_a_minute(
    local: LocalDiscord, dial: Dial
) -> None:
    socket = await dial()
    await socket.identify(int(Intents.GUILDS | Intents.GUILD_MEMBERS))
    [guild] = local.world.guilds.values()
    everyone = {"guild_id": guild.id, "query": "", "limit": 0, "nonce": "n"}
    await socket.send(8, everyone)
    chunk = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert (len(chunk["members"]), chunk["nonce"], chunk["chunk_count"]) == (6, "n", 1)
    await socket.send(8, everyone)
    limited = (await socket.event("RATE_LIMITED"))["d"]
    assert (limited["opcode"], limited["meta"]) == (8, {"guild_id": str(guild.id), "nonce": "n"})
    assert 29 < limited["retry_after"] <= 30
    await elapse(30)
    await socket.send(8, everyone)
    assert await socket.event("GUILD_MEMBERS_CHUNK")


async def test_a_guild_of_many_members_comes_in_several_chunks(local: LocalDiscord, dial: Dial) -> None:
    [guild] = local.world.guilds.values()
    for number in range(1, 1500):
        local.world.users[number] = User(id=number, username=f"n{number}", status="offline")
        guild.members[number] = Member(user_id=number, joined_at=0)
    socket = await dial()
    await socket.identify(int(Intents.GUILDS | Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES))
    created = (await socket.event("GUILD_CREATE"))["d"]
    assert (created["large"], created["member_count"]) == (True, 1505)
    assert len(created["members"]) == len(created["presences"]) == 6  # in a large guild only those who are online
    await socket.send(8, {"guild_id": str(guild.id), "query": "", "limit": 0, "presences": True})
    chunks = [(await socket.event("GUILD_MEMBERS_CHUNK"))["d"] for _ in range(2)]
    assert [(len(each["members"]), each["chunk_index"], each["chunk_count"]) for each in chunks] == [
        (1000, 0, 2),
        (505, 1, 2),
    ]
    assert "presences" in chunks[0]
    await socket.send(8, {"guild_id": str(guild.id), "query": "n", "limit": 0})
    assert len((await socket.event("GUILD_MEMBERS_CHUNK"))["d"]["members"]) == 100


@pytest.mark.parametrize(("asked", "bound"), [(None, 50), (49, 50), (50, 50), (250, 250), (251, 250)])
async def test_a_guild_is_large_from_a_number_within_bounds(
    local: LocalDiscord, dial: Dial, asked: int | None, bound: int
) -> None:
    [guild] = local.world.guilds.values()
    for members in (bound, bound + 1):
        for number in range(1, 1 + members - len(guild.members)):
            local.world.users[number * members] = User(id=number * members, username=f"n{number}", status="offline")
            guild.members[number * members] = Member(user_id=number * members, joined_at=0)
        socket = await dial()
        await socket.identify(int(Intents.GUILDS), **({} if asked is None else {"large_threshold": asked}))
        created = (await socket.event("GUILD_CREATE"))["d"]
        assert (created["member_count"], created["large"]) == (members, members > bound)
        await elapse(5)


async def test_members_are_found_by_prefix_and_by_id(local: LocalDiscord, dial: Dial) -> None:
    [guild] = local.world.guilds.values()
    robin = next(user.id for user in local.world.users.values() if user.username == "robin")
    socket = await dial()
    await fresh(socket)
    await socket.send(8, {"guild_id": str(guild.id), "query": "Ro", "limit": 5, "presences": True, "nonce": "x" * 33})
    chunk = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert [member["user"]["username"] for member in chunk["members"]] == ["robin"]
    assert chunk.keys() & {"nonce", "presences", "not_found"} == set()  # too long a nonce, no intent, nobody missing
    await socket.send(8, {"guild_id": guild.id, "user_ids": [str(robin), "1"], "limit": 0, "nonce": "x" * 32})
    chunk = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert ([m["user"]["id"] for m in chunk["members"]], chunk["not_found"]) == ([str(robin)], ["1"])
    assert chunk["nonce"] == "x" * 32


async def test_everybody_is_told_of_with_the_members_intent_only(local: LocalDiscord, dial: Dial) -> None:
    socket = await dial()
    await fresh(socket)
    await socket.send(8, {"guild_id": str(next(iter(local.world.guilds))), "query": "", "limit": 0})
    await socket.send(1, None)
    assert (await socket.frame())["op"] == 11


async def test_sounds_and_channel_info_are_answered_with_nothing(local: LocalDiscord, dial: Dial) -> None:
    guild, socket = str(next(iter(local.world.guilds))), await dial()
    await fresh(socket)
    await socket.send(31, {"guild_ids": [guild, "1"]})
    assert (await socket.frame())["d"] == {"guild_id": guild, "soundboard_sounds": []}
    await socket.send(43, {"guild_id": guild, "fields": ["status"]})
    assert (await socket.frame())["d"] == {"guild_id": guild, "channels": []}


async def test_a_bot_shows_itself_and_sees_who_shows_themselves(local: LocalDiscord, dial: Dial) -> None:
    socket, playing = await dial(), {"name": "chess", "type": 0}
    await socket.identify(int(Intents.GUILDS | Intents.GUILD_PRESENCES), presence={"status": "idle", "game": playing})
    shown = (await socket.event("PRESENCE_UPDATE"))["d"]
    assert (shown["user"]["id"], shown["status"], shown["activities"]) == (str(local.application_id), "idle", [playing])
    await socket.send(3, {"status": "invisible", "activities": [], "since": None, "afk": False})
    assert (await socket.event("PRESENCE_UPDATE"))["d"]["status"] == "offline"
    local.show(user="robin", status="dnd")
    assert (await socket.event("PRESENCE_UPDATE"))["d"]["client_status"] == {"desktop": "dnd"}
    with pytest.raises(LocalDiscordError, match="no status"):
        local.show(user="robin", status="busy")
    await socket.send(3, {"status": "busy"})
    assert await socket.close_code() == 4002


async def test_a_bot_enters_a_voice_channel_that_it_may_connect_to(local: LocalDiscord, dial: Dial) -> None:
    [guild] = local.world.guilds.values()
    lounge = next(channel for channel in local.world.channels.values() if channel.name == "Lounge")
    socket = await dial()
    await socket.identify(int(Intents.GUILDS | Intents.GUILD_VOICE_STATES))
    move = {"guild_id": str(guild.id), "channel_id": str(lounge.id), "self_mute": True, "self_deaf": False}
    await socket.send(4, move)
    state = (await socket.event("VOICE_STATE_UPDATE"))["d"]
    assert (state["channel_id"], state["self_mute"]) == (str(lounge.id), True)
    assert (await socket.event("VOICE_SERVER_UPDATE"))["d"]["endpoint"] is None
    await socket.send(4, {**move, "channel_id": None})
    assert (await socket.event("VOICE_STATE_UPDATE"))["d"]["channel_id"] is None
    lounge.overwrites.append(Overwrite(guild.id, 0, 0, int(Permissions.CONNECT)))
    for channel in (lounge.id, 1, guild.system_channel_id):
        await socket.send(4, {**move, "channel_id": str(channel)})
    await socket.send(1, None)
    assert (await socket.frame())["op"] == 11


# --- how often sessions may begin


async def test_a_second_session_within_five_seconds_is_invalid(local: LocalDiscord, dial: Dial) -> None:
    await fresh(await dial())
    early, late = await dial(), await dial()
    await elapse(4.9)
    await early.identify()
    assert (await early.frame())["d"] is False
    await elapse(0.2)
    await early.identify()
    assert (await early.event("READY"))["d"]["session_id"]
    await late.identify(shard=[1, 2])
    assert (await late.frame())["op"] == 9
    assert local.is_connected


async def test_shards_begin_together_as_far_as_the_application_may(http: aiohttp.ClientSession) -> None:
    local = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()), max_concurrency=2)
    await local.start()
    outcomes: list[str] = []
    for shard in (0, 1, 2):
        async with http.ws_connect(local.gateway_url) as websocket:
            socket = Socket(websocket, local.token)
            await socket.frame()
            await socket.identify(shard=[shard, 3])
            frame = await socket.frame()
            outcomes.append(str(frame.get("t") or frame["op"]))
    assert outcomes == ["READY", "READY", "9"]
    async with http.get(local.base_url + "/gateway/bot", headers={"Authorization": f"Bot {local.token}"}) as answer:
        limit = (await answer.json())["session_start_limit"]
    assert (limit["max_concurrency"], limit["total"], limit["remaining"]) == (2, 1000, 998)
    assert 86_399_000 < limit["reset_after"] <= 86_400_000
    await local.stop()


async def test_who_begins_a_thousand_sessions_in_a_day_loses_the_token(http: aiohttp.ClientSession) -> None:
    local = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()), max_concurrency=1000)
    await local.start()
    token = local.token
    async with http.ws_connect(local.gateway_url) as first, http.ws_connect(local.gateway_url) as second:
        sockets = [Socket(first, token), Socket(second, token)]
        await sockets[0].identify()
        await sockets[0].event("READY")
        assert all(local.starts.take(shard) for shard in range(1, 1000))
        assert local.starts.remaining == 0
        await sockets[1].identify(shard=[1, 1000])
        assert [await socket.close_code() for socket in sockets] == [4004, 4004]
    assert local.token != token
    await elapse(86_400)
    assert local.starts.remaining == 1000
    await local.stop()


async def test_more_than_2500_guilds_need_shards(local: LocalDiscord, dial: Dial) -> None:
    bot = local.application_id
    for number in range(2500):
        there = Member(user_id=bot, joined_at=0)
        local.world.guilds[number] = Guild(id=number, name="x", owner_id=bot, members={bot: there})
    socket = await dial()
    await socket.identify(0)
    assert await socket.close_code() == 4011
    del local.world.guilds[7]
    await elapse(5)
    socket = await dial()
    await socket.identify(0)
    assert len((await socket.event("READY"))["d"]["guilds"]) == 2500


# --- bounds


async def test_a_frame_of_4096_bytes_is_taken(dial: Dial) -> None:
    socket = await dial()
    await fresh(socket)
    text = json.dumps({"op": 1, "d": None, "filler": ""})
    await socket.websocket.send_str(text.replace('""', '"' + "x" * (4096 - len(text)) + '"'))
    assert (await socket.frame())["op"] == 11


async def test_a_session_is_resumed_as_long_as_what_it_missed_is_kept(local: LocalDiscord, dial: Dial) -> None:
    for missed, is_resumed in ((REPLAY_MAX, True), (REPLAY_MAX + 1, False)):
        await elapse(5)
        first = await dial()
        await first.identify(int(Intents.GUILD_MESSAGES))
        ready = await first.event("READY")
        local.drop_gateway()
        for _ in range(missed):
            local.say(user="robin", channel="general", content="x")
        second = await dial()
        await second.resume(ready["d"]["session_id"], ready["s"])
        assert ((await second.frame()).get("t") == "MESSAGE_CREATE") is is_resumed


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
