"""The REST API over HTTP: who may call, what is answered, what the world looks like afterwards."""

import asyncio
import json
import logging
from datetime import UTC, datetime

import aiohttp
import pytest

from runner.emulator.clock import elapse
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.server import HOST, KEEPALIVE_S, LocalDiscord
from runner.lifecycle.bits import Permissions
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import Call, channel_of, guild_of, role_id, take_permission, user_id


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/channels/1/nothing", 404),
        ("DELETE", "/gateway", 405),
        ("PATCH", "/users/@me/channels", 405),
        ("GET", "/guilds/1/onboarding", 501),
        ("POST", "/stage-instances", 501),
    ],
)
async def test_unknown_paths_wrong_methods_and_missing_features_differ(
    call: Call, method: str, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = await call(method, path)
    assert answer[0] == status
    assert answer[1]["message"].startswith(f"{status}: ")
    assert answer[1]["code"] == 0
    assert ("not implemented" in caplog.text) is (status == 501)


@pytest.mark.parametrize("header", [None, "Bot abc.def.ghi"], ids=["none", "foreign"])
async def test_a_call_without_the_bots_token_is_refused_and_a_foreign_one_is_not_logged(
    local: LocalDiscord, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with http.get(local.base_url + "/users/@me", headers=headers) as answer:
        assert answer.status == 401
        assert await answer.json() == {"message": "401: Unauthorized", "code": 0}
    assert ("did not mint" in caplog.text) is (header is not None)
    assert "abc.def" not in caplog.text


async def test_it_is_there_for_this_machine_alone(local: LocalDiscord) -> None:
    assert local.base_url.startswith(f"http://127.0.0.1:{local.port}/")
    with pytest.raises(ConnectionRefusedError):  # on another of the machine's own addresses
        await asyncio.open_connection("127.0.0.2", local.port)


async def test_json_comes_with_exactly_that_type_and_the_servers_date(
    local: LocalDiscord, http: aiohttp.ClientSession
) -> None:
    await elapse(3600)
    async with http.get(local.base_url + "/gateway") as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert await answer.json() == {"url": local.gateway_url}
        sent = datetime.strptime(answer.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert abs(sent.timestamp() - local.clock.now()) < 2


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/users/@me", {"id", "username", "discriminator", "avatar", "mfa_enabled"}),
        ("/oauth2/applications/@me", {"id", "name", "description", "icon", "bot_public", "owner", "verify_key"}),
        ("/applications/@me", {"id", "flags", "integration_types_config"}),
        ("/gateway/bot", {"url", "shards", "session_start_limit"}),
    ],
)
async def test_the_calls_at_a_librarys_start_have_the_keys_it_reads(call: Call, path: str, keys: set[str]) -> None:
    status, body = await call("GET", path)
    assert status == 200
    assert keys <= body.keys()


async def test_commands_are_kept_per_scope_and_announced(local: LocalDiscord, call: Call) -> None:
    heard: list[LocalEvent] = []
    local.subscribe(heard.append)
    guild, command = guild_of(local).id, {"name": "ping", "description": "P"}
    base = f"/applications/{local.application_id}"
    status, created = await call("POST", f"{base}/guilds/{guild}/commands", command)
    assert status == 201
    assert (await call("GET", f"{base}/commands"))[1] == []
    assert [c["id"] for c in (await call("GET", f"{base}/guilds/{guild}/commands"))[1]] == [created["id"]]
    assert heard[-1].kind is LocalEventKind.COMMANDS_REGISTERED
    await local.commands_registered(1)
    path = f"{base}/guilds/{guild}/commands/{created['id']}"
    assert (await call("PATCH", path, {"description": "Q"}))[1]["description"] == "Q"
    assert (await call("DELETE", path))[0] == 204
    assert (await call("GET", path))[0] == 404


async def test_a_message_lives_through_create_edit_pin_react_and_delete(local: LocalDiscord, call: Call) -> None:
    base = f"/channels/{channel_of(local).id}/messages"
    _, message = await call("POST", base, {"content": " hi ", "embeds": [{"title": "T"}]})
    assert (message["content"], message["embeds"][0]["type"]) == ("hi", "rich")
    path = f"{base}/{message['id']}"
    _, edited = await call("PATCH", path, {"content": "ho", "flags": 0})
    assert edited["content"] == "ho"
    assert edited["edited_timestamp"] is not None
    assert (await call("PUT", f"{path}/reactions/%F0%9F%91%8D/@me"))[0] == 204
    assert (await call("PUT", f"{base}/pins/{message['id']}"))[0] == 204
    _, seen = await call("GET", path)
    assert (seen["pinned"], seen["reactions"][0]["emoji"]["name"], seen["reactions"][0]["me"]) == (True, "👍", True)
    assert [item["message"]["id"] for item in (await call("GET", f"{base}/pins"))[1]["items"]] == [message["id"]]
    assert (await call("DELETE", f"{path}/reactions/%F0%9F%91%8D/@me"))[0] == 204
    assert (await call("DELETE", path))[0] == 204
    assert (await call("GET", path))[1]["code"] == 10008


async def test_files_come_by_multipart_and_can_be_fetched(
    local: LocalDiscord, http: aiohttp.ClientSession, call: Call
) -> None:
    form = aiohttp.FormData()
    listed = {"content": "look", "attachments": [{"id": 0, "description": "A note"}]}
    form.add_field("payload_json", json.dumps(listed), content_type="text/plain; charset=utf-8")
    form.add_field("files[0]", b"words", filename="note.txt", content_type="application/octet-stream")
    path = f"/channels/{channel_of(local).id}/messages"
    headers = {"Authorization": f"Bot {local.token}"}
    async with http.post(local.base_url + path, data=form, headers=headers) as answer:
        message = await answer.json()
    [attachment] = message["attachments"]
    assert (attachment["filename"], attachment["size"], attachment["description"]) == ("note.txt", 5, "A note")
    async with http.get(attachment["url"]) as answer:
        assert await answer.read() == b"words"
        assert answer.headers["Content-Disposition"] == "attachment"  # the page's origin shows no upload
    _, edited = await call("PATCH", f"{path}/{message['id']}", {"attachments": []})
    assert edited["attachments"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [("limit=2", [4, 3]), ("before={2}", [1, 0]), ("after={2}", [4, 3]), ("around={2}&limit=3", [3, 2, 1])],
)
async def test_history_is_newest_first(local: LocalDiscord, call: Call, query: str, expected: list[int]) -> None:
    ids = [str(local.say(user="robin", channel="general", content=str(n))) for n in range(5)]
    _, messages = await call("GET", f"/channels/{channel_of(local).id}/messages?{query.format(*ids)}")
    assert [ids.index(message["id"]) for message in messages] == expected


@pytest.mark.parametrize(
    ("count", "age_s", "expected"),
    [(2, 0, (204, None)), (1, 0, (400, 50016)), (101, 0, (400, 50016)), (2, 15 * 86_400, (400, 50034))],
    ids=["two", "one", "too many", "too old"],
)
async def test_bulk_delete_has_bounds(
    local: LocalDiscord, call: Call, count: int, age_s: float, expected: tuple[int, int | None]
) -> None:
    said = [local.say(user="robin", channel="general", content="x") for _ in range(count)]
    ids = [number - (int(age_s * 1000) << 22) for number in said]
    status, body = await call("POST", f"/channels/{channel_of(local).id}/messages/bulk-delete", {"messages": ids})
    assert (status, body and body["code"]) == expected
    assert bool(channel_of(local).messages) is (status != 204)


async def test_a_repeated_nonce_returns_the_first_message(local: LocalDiscord, call: Call) -> None:
    path, body = f"/channels/{channel_of(local).id}/messages", {"content": "x", "nonce": "7", "enforce_nonce": True}
    assert (await call("POST", path, body))[1]["id"] == (await call("POST", path, body))[1]["id"]


async def test_members_are_moderated_within_the_hierarchy(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    member = f"/guilds/{guild.id}/members/{user_id(local, 'robin')}"
    assert (await call("PUT", f"{member}/roles/{role_id(local, 'Muted')}"))[0] == 204
    assert (await call("GET", member))[1]["roles"] == [str(role_id(local, "Muted"))]
    assert (await call("DELETE", f"{member}/roles/{role_id(local, 'Muted')}"))[0] == 204
    assert (await call("PATCH", member, {"nick": "Red"}))[1]["nick"] == "Red"
    until = datetime.fromtimestamp(local.clock.now() + 60, UTC).isoformat()
    assert (await call("PATCH", member, {"communication_disabled_until": until}))[0] == 200
    held = local.world.permissions_in(user_id(local, "robin"), channel_of(local), local.clock.now())
    assert not held & Permissions.SEND_MESSAGES
    ban = f"/guilds/{guild.id}/bans/{user_id(local, 'robin')}"
    assert (await call("PUT", f"{ban}?delete_message_seconds=0"))[0] == 204
    assert (await call("GET", member))[1]["code"] == 10007
    assert (await call("GET", ban))[1]["user"]["username"] == "robin"
    assert (await call("DELETE", ban))[0] == 204
    assert (await call("DELETE", ban))[1]["code"] == 10026
    assert (await call("DELETE", f"/guilds/{guild.id}/members/{user_id(local, 'kim')}"))[0] == 204


@pytest.mark.parametrize("target", ["olive", "Keeper"])
async def test_nobody_moderates_the_owner_or_themselves(local: LocalDiscord, call: Call, target: str) -> None:
    path = f"/guilds/{guild_of(local).id}/members/{user_id(local, target)}"
    status, body = await call("DELETE", path)
    assert (status, body["code"]) == (403, 50013)


async def test_a_timeout_ends_within_28_days(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/members/{user_id(local, 'robin')}"
    until = datetime.fromtimestamp(local.clock.now() + 29 * 86_400, UTC).isoformat()
    assert (await call("PATCH", path, {"communication_disabled_until": until}))[1]["code"] == 50035


NEEDS = [
    (Permissions.SEND_MESSAGES, "POST", "/channels/{c}/messages", {"content": "x"}, 50013),
    (Permissions.VIEW_CHANNEL, "POST", "/channels/{c}/messages", {"content": "x"}, 50001),
    (Permissions.MANAGE_MESSAGES, "DELETE", "/channels/{c}/messages/{m}", None, 50013),
    (Permissions.MANAGE_MESSAGES, "POST", "/channels/{c}/messages/bulk-delete", {"messages": [1, 2]}, 50013),
    (Permissions.PIN_MESSAGES, "PUT", "/channels/{c}/messages/pins/{m}", None, 50013),
    (Permissions.ADD_REACTIONS, "PUT", "/channels/{c}/messages/{m}/reactions/%F0%9F%91%8D/@me", None, 50013),
    (Permissions.MANAGE_CHANNELS, "PATCH", "/channels/{c}", {"name": "x"}, 50013),
    (Permissions.MANAGE_CHANNELS, "POST", "/guilds/{g}/channels", {"name": "x"}, 50013),
    (Permissions.MANAGE_ROLES, "PUT", "/guilds/{g}/members/{u}/roles/{r}", None, 50013),
    (Permissions.KICK_MEMBERS, "DELETE", "/guilds/{g}/members/{u}", None, 50013),
    (Permissions.BAN_MEMBERS, "PUT", "/guilds/{g}/bans/{u}", None, 50013),
    (Permissions.MODERATE_MEMBERS, "PATCH", "/guilds/{g}/members/{u}", {"communication_disabled_until": None}, 50013),
    (Permissions.MANAGE_NICKNAMES, "PATCH", "/guilds/{g}/members/{u}", {"nick": "x"}, 50013),
]


@pytest.mark.parametrize(
    ("permission", "method", "path", "body", "code"), NEEDS, ids=[f"{n[0].name}-{n[1]}-{n[2]}" for n in NEEDS]
)
async def test_each_call_needs_its_permission(
    local: LocalDiscord, call: Call, permission: Permissions, method: str, path: str, body: object, code: int
) -> None:
    message = local.say(user="robin", channel="general", content="x")
    path = path.format(
        c=channel_of(local).id,
        g=guild_of(local).id,
        m=message,
        u=user_id(local, "robin"),
        r=role_id(local, "Support"),
    )
    take_permission(local, permission)
    status, answer = await call(method, path, body)
    assert (status, answer["code"]) == (403, code)


async def test_channels_are_made_changed_and_deleted(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local).id
    status, channel = await call("POST", f"/guilds/{guild}/channels", {"name": "new", "type": 0, "topic": "T"})
    assert (status, channel["topic"]) == (201, "T")
    path = f"/channels/{channel['id']}"
    assert (await call("PATCH", path, {"rate_limit_per_user": 5}))[1]["rate_limit_per_user"] == 5
    _, renamed = await call("PATCH", path, {"name": "newer"})
    assert (renamed["name"], renamed["topic"], renamed["rate_limit_per_user"]) == ("newer", "T", 5)
    deny = {"type": 0, "allow": "0", "deny": str(int(Permissions.SEND_MESSAGES))}
    assert (await call("PUT", f"{path}/permissions/{guild}", deny))[0] == 204
    assert (await call("GET", path))[1]["permission_overwrites"][0]["deny"] == "2048"
    assert (await call("DELETE", f"{path}/permissions/{guild}"))[0] == 204
    assert (await call("DELETE", path))[0] == 200
    assert (await call("GET", path))[1]["code"] == 10003


async def test_direct_messages_open_once_and_can_be_closed_to_the_bot(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear = await listen()
    robin = user_id(local, "robin")
    _, channel = await call("POST", "/users/@me/channels", {"recipient_id": robin})
    assert (await call("POST", "/users/@me/channels", {"recipient_id": str(robin)}))[1]["id"] == channel["id"]
    path = f"/channels/{channel['id']}/messages"
    assert (await call("POST", path, {"content": "psst"}))[0] == 200
    assert ear.names() == ["MESSAGE_CREATE"]  # and none of the channel
    local.world.users[robin].dms_open = False
    assert (await call("POST", path, {"content": "psst"}))[1]["code"] == 50007


async def test_a_body_that_is_not_json_is_refused(local: LocalDiscord, http: aiohttp.ClientSession) -> None:
    url, headers = local.base_url + "/users/@me/channels", {"Authorization": f"Bot {local.token}"}
    async with http.post(url, data=b"{", headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)


async def test_a_connection_is_kept_for_a_while_and_closed_when_nobody_uses_it(local: LocalDiscord) -> None:
    reader, writer = await asyncio.open_connection(HOST, local.port)
    for _ in range(3):
        writer.write(b"GET /api/v10/gateway HTTP/1.1\r\nHost: local\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        await elapse(KEEPALIVE_S - 2)
        assert not reader.at_eof()
    await elapse(4)
    assert reader.at_eof()
    writer.close()
    await writer.wait_closed()


async def test_mentions_ping_only_whom_they_may(local: LocalDiscord, call: Call) -> None:
    path, robin = f"/channels/{channel_of(local).id}/messages", user_id(local, "robin")
    body: dict[str, object] = {"content": f"@everyone <@{robin}> <@&{role_id(local, 'Muted')}>"}
    _, loud = await call("POST", path, body)
    assert (loud["mention_everyone"], [user["username"] for user in loud["mentions"]]) == (True, ["robin"])
    _, quiet = await call("POST", path, {**body, "allowed_mentions": {"parse": []}})
    assert (quiet["mention_everyone"], quiet["mentions"], quiet["mention_roles"]) == (False, [], [])


async def test_the_journal_blanks_the_tokens_of_interactions(local: LocalDiscord, call: Call) -> None:
    await call("POST", "/webhooks/1/very-secret", {"content": "x"})
    assert local.wire[-1].route == "/webhooks/1/<token>"
    assert "very-secret" not in repr(local.wire)
