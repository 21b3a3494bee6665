"""Webhooks and invites: the doors of a guild."""

import json
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Webhook
from runner.lifecycle.bits import Intents, MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import Call, channel_of, guild_of, take_permission, user_id

P = Permissions


async def made(call: Call, local: LocalDiscord, name: str = "Gull", channel: str = "general") -> Any:  # its JSON
    status, webhook = await call("POST", f"/channels/{channel_of(local, channel).id}/webhooks", {"name": name})
    assert status == 200, webhook
    return webhook


def by_token(webhook: Any) -> str:
    return f"/webhooks/{webhook['id']}/{webhook['token']}"


async def test_a_webhook_is_made_changed_moved_and_deleted(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear = await listen(int(Intents.GUILD_WEBHOOKS))
    webhook = await made(call, local)
    assert webhook["url"].endswith(by_token(webhook))
    assert webhook["application_id"] == webhook["user"]["id"] == str(local.application_id)
    path, support = f"/webhooks/{webhook['id']}", str(channel_of(local, "support").id)
    assert (await call("GET", path))[1] == webhook
    _, moved = await call("PATCH", path, {"name": "Tern", "channel_id": support})
    assert (moved["name"], moved["channel_id"]) == ("Tern", support)
    for listing in (f"/channels/{support}/webhooks", f"/guilds/{guild_of(local).id}/webhooks"):
        assert [each["id"] for each in (await call("GET", listing))[1]] == [webhook["id"]]
    assert (await call("DELETE", path))[0] == 204
    assert (await call("GET", path))[1]["code"] == 10015
    assert ear.names() == ["WEBHOOKS_UPDATE"] * 4


@pytest.mark.parametrize("name", ["", "x" * 81, "Discordia", "My Clyde", None])
async def test_a_webhook_has_a_name_that_deceives_nobody(local: LocalDiscord, call: Call, name: str | None) -> None:
    body = {} if name is None else {"name": name}
    assert (await call("POST", f"/channels/{channel_of(local).id}/webhooks", body))[1]["code"] == 50035


async def test_a_channel_has_fifteen_webhooks(local: LocalDiscord, call: Call) -> None:
    for _ in range(15):
        await made(call, local)
    assert (await call("POST", f"/channels/{channel_of(local).id}/webhooks", {"name": "x"}))[1]["code"] == 30007
    for number in range(1000):
        local.world.webhooks[number] = Webhook(
            id=number, name="x", guild_id=guild_of(local).id, channel_id=1, user_id=1, token="t"
        )
    path = f"/channels/{channel_of(local, 'support').id}/webhooks"
    assert (await call("POST", path, {"name": "x"}))[1]["code"] == 30058
    local.world.webhooks.clear()


async def test_webhooks_need_their_permission_and_a_channel_with_messages(local: LocalDiscord, call: Call) -> None:
    webhook = await made(call, local)
    [category] = [channel.id for channel in local.world.channels.values() if channel.type == 4]
    assert (await call("POST", f"/channels/{category}/webhooks", {"name": "x"}))[1]["code"] == 50024
    take_permission(local, P.MANAGE_WEBHOOKS)
    for method, path, body in (
        ("POST", f"/channels/{channel_of(local).id}/webhooks", {"name": "x"}),
        ("GET", f"/channels/{channel_of(local).id}/webhooks", None),
        ("GET", f"/guilds/{guild_of(local).id}/webhooks", None),
        ("PATCH", f"/webhooks/{webhook['id']}", {"name": "x"}),
        ("DELETE", f"/webhooks/{webhook['id']}", None),
    ):
        assert (await call(method, path, body))[1]["code"] == 50013, path
    assert (await call("GET", f"/webhooks/{webhook['id']}"))[0] == 200  # it is the application's own


async def test_a_webhook_works_with_its_token_alone(
    local: LocalDiscord, call: Call, http: aiohttp.ClientSession, listen: Listen
) -> None:
    webhook, ear = await made(call, local), await listen()
    url = local.base_url + by_token(webhook)
    async with http.get(url) as answer:
        assert "user" not in await answer.json()
    async with http.post(url, json={"content": "x"}) as answer:
        assert (answer.status, await answer.read()) == (204, b"")
    async with http.post(f"{url}?wait=true", json={"content": "y", "username": "Nobody", "flags": 4}) as answer:
        message = await answer.json()
    assert message["author"]["username"] == "Nobody"
    assert message["webhook_id"] == message["author"]["id"] == webhook["id"]
    heard = [data for name, data in ear.events() if name == "MESSAGE_CREATE"]
    assert [(data["content"], data["author"]["username"]) for data in heard] == [("x", "Gull"), ("y", "Nobody")]
    assert "member" not in heard[0]
    async with http.patch(f"{url}/messages/{message['id']}", json={"content": "z"}) as answer:
        assert (await answer.json())["content"] == "z"
    async with http.get(f"{url}/messages/{message['id']}") as answer:
        assert (await answer.json())["content"] == "z"
    async with http.delete(f"{url}/messages/{message['id']}") as answer:
        assert answer.status == 204
    async with http.get(f"{url}/messages/{message['id']}") as answer:
        assert (await answer.json())["code"] == 10008
    async with http.patch(url, json={"name": "Tern"}) as answer:
        assert (await answer.json())["name"] == "Tern"
    async with http.delete(url) as answer:
        assert answer.status == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": " "}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"content": "x", "username": "x" * 81}, 50035),
        ({"content": "x", "username": "clyde"}, 50035),
        ({"content": "x", "flags": 64}, 50035),
        ({"content": "x", "thread_name": "t"}, 220003),
    ],
    ids=["empty", "long", "long name", "a name that deceives", "private", "thread"],
)
async def test_a_webhooks_message_that_cannot_be_is_refused(
    local: LocalDiscord, call: Call, body: object, code: int
) -> None:
    assert (await call("POST", by_token(await made(call, local)), body))[1]["code"] == code


async def test_a_wrong_token_opens_nothing(local: LocalDiscord, call: Call) -> None:
    webhook = await made(call, local)
    assert (await call("POST", f"/webhooks/{webhook['id']}/wrong", {"content": "x"}))[1]["code"] == 50027
    assert (await call("GET", f"/webhooks/1/{webhook['token']}"))[1]["code"] == 10015
    assert webhook["token"] not in json.dumps([str(entry.route) for entry in local.wire])


async def test_a_webhook_mentions_whom_it_is_told_to(local: LocalDiscord, call: Call) -> None:
    path, robin = f"{by_token(await made(call, local))}?wait=1", user_id(local, "robin")
    body: dict[str, object] = {"content": f"@everyone <@{robin}>"}
    _, plain = await call("POST", path, body)
    assert (plain["mention_everyone"], len(plain["mentions"])) == (False, 1)
    _, loud = await call("POST", path, {**body, "allowed_mentions": {"parse": ["everyone"]}})
    assert (loud["mention_everyone"], loud["mentions"]) == (True, [])


async def test_a_webhook_writes_into_threads_and_opens_posts(local: LocalDiscord, call: Call) -> None:
    _, forum = await call("POST", f"/guilds/{guild_of(local).id}/channels", {"name": "ideas", "type": 15})
    webhook = await made(call, local, channel="ideas")
    path = f"{by_token(webhook)}?wait=true"
    assert (await call("POST", path, {"content": "x"}))[1]["code"] == 220001
    _, first = await call("POST", path, {"content": "x", "thread_name": "Idea"})
    post = first["channel_id"]
    assert (first["id"], local.world.channels[int(post)].parent_id) == (post, int(forum["id"]))
    _, second = await call("POST", f"{path}&thread_id={post}", {"content": "y"})
    assert second["channel_id"] == post
    assert (await call("POST", f"{path}&thread_id={post}", {"content": "x", "thread_name": "t"}))[1]["code"] == 220002
    assert (await call("POST", f"{path}&thread_id={channel_of(local).id}", {"content": "x"}))[1]["code"] == 10003
    edit = f"{by_token(webhook)}/messages/{second['id']}?thread_id={post}"
    assert (await call("PATCH", edit, {"content": "z"}))[1]["content"] == "z"


async def test_a_deleted_channel_takes_its_webhooks_and_invites_along(local: LocalDiscord, call: Call) -> None:
    webhook = await made(call, local, channel="support")
    _, invite = await call("POST", f"/channels/{channel_of(local, 'support').id}/invites", {})
    await call("DELETE", f"/channels/{channel_of(local, 'support').id}")
    assert (await call("GET", f"/webhooks/{webhook['id']}"))[1]["code"] == 10015
    assert (await call("GET", f"/invites/{invite['code']}"))[1]["code"] == 10006


# --- invites


async def test_an_invite_is_made_found_and_deleted(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear, channel = await listen(int(Intents.GUILD_INVITES)), channel_of(local).id
    _, invite = await call("POST", f"/channels/{channel}/invites", {"max_age": 60, "max_uses": 3})
    assert (invite["max_age"], invite["max_uses"], invite["uses"]) == (60, 3, 0)
    assert ear.data("INVITE_CREATE")["code"] == invite["code"]
    _, found = await call("GET", f"/invites/{invite['code']}?with_counts=true")
    assert (found["approximate_member_count"], found["guild"]["name"], "uses" in found) == (6, "Lighthouse", False)
    for listing in (f"/channels/{channel}/invites", f"/guilds/{guild_of(local).id}/invites"):
        assert [each["code"] for each in (await call("GET", listing))[1]] == [invite["code"]]
    assert (await call("DELETE", f"/invites/{invite['code']}"))[1]["code"] == invite["code"]
    assert ear.data("INVITE_DELETE")["code"] == invite["code"]
    assert (await call("GET", f"/invites/{invite['code']}"))[1]["code"] == 10006


async def test_an_invite_is_over_when_its_time_is(local: LocalDiscord, call: Call) -> None:
    path = f"/channels/{channel_of(local).id}/invites"
    _, short = await call("POST", path, {"max_age": 60})
    _, endless = await call("POST", path, {"max_age": 0})
    assert (endless["expires_at"], (await call("POST", path, {}))[1]["max_age"]) == (None, 86400)
    await elapse(61)
    assert (await call("GET", f"/invites/{short['code']}"))[0] == 404
    assert (await call("GET", f"/invites/{endless['code']}"))[0] == 200


async def test_an_invite_alike_is_given_again_unless_it_must_be_unique(local: LocalDiscord, call: Call) -> None:
    path = f"/channels/{channel_of(local).id}/invites"
    codes = [(await call("POST", path, body))[1]["code"] for body in ({}, {}, {"unique": True}, {"max_uses": 1})]
    assert codes[0] == codes[1]
    assert len(set(codes)) == 3


@pytest.mark.parametrize("body", [{"max_age": 604801}, {"max_uses": 101}, {"temporary": "x"}])
async def test_an_invite_has_bounds(local: LocalDiscord, call: Call, body: object) -> None:
    assert (await call("POST", f"/channels/{channel_of(local).id}/invites", body))[1]["code"] == 50035


async def test_invites_are_heard_of_by_who_manages_the_channel(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear = await listen(int(Intents.GUILD_INVITES))
    take_permission(local, P.MANAGE_CHANNELS)
    _, invite = await call("POST", f"/channels/{channel_of(local).id}/invites", {})
    assert ear.names() == []
    assert (await call("GET", f"/channels/{channel_of(local).id}/invites"))[1]["code"] == 50013
    assert (await call("DELETE", f"/invites/{invite['code']}"))[0] == 200  # it manages the guild
    take_permission(local, P.MANAGE_GUILD | P.CREATE_INSTANT_INVITE)
    assert (await call("POST", f"/channels/{channel_of(local).id}/invites", {}))[1]["code"] == 50013
    assert (await call("GET", f"/guilds/{guild_of(local).id}/invites"))[1]["code"] == 50013


async def announcements(local: LocalDiscord, call: Call) -> str:
    """Return a channel for announcements, in a server that has some."""
    guild_of(local).features = ["COMMUNITY", "NEWS"]
    body = {"name": "news", "type": int(ChannelType.GUILD_ANNOUNCEMENT)}
    _, news = await call("POST", f"/guilds/{guild_of(local).id}/channels", body)
    return str(news["id"])


async def test_what_is_published_comes_into_the_channels_that_follow(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear = await listen(int(Intents.GUILD_WEBHOOKS | Intents.GUILD_MESSAGES))
    news, support = await announcements(local, call), channel_of(local, "support")
    status, followed = await call("POST", f"/channels/{news}/followers", {"webhook_channel_id": str(support.id)})
    assert (status, followed["channel_id"]) == (200, news)
    _, webhook = await call("GET", f"/webhooks/{followed['webhook_id']}")
    assert (webhook["type"], webhook["name"]) == (2, "Lighthouse #news")
    assert webhook["source_channel"]["id"] == news
    assert "token" not in webhook
    _, message = await call("POST", f"/channels/{news}/messages", {"content": "Extra"})
    assert not [each for each in support.messages.values() if each.content == "Extra"]
    await call("POST", f"/channels/{news}/messages/{message['id']}/crosspost")
    (came,) = (each for each in support.messages.values() if each.content == "Extra")
    assert (came.flags, came.webhook_id) == (MessageFlags.IS_CROSSPOST, int(followed["webhook_id"]))
    assert came.reference is not None
    assert (came.reference["channel_id"], came.reference["message_id"]) == (news, message["id"])
    assert ear.names() == ["WEBHOOKS_UPDATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE"]
    assert (await call("POST", by_token({"id": followed["webhook_id"], "token": "x"}), {"content": "x"}))[1][
        "code"
    ] == 50027


async def test_only_announcements_are_followed_and_only_where_one_may(local: LocalDiscord, call: Call) -> None:
    news, support = await announcements(local, call), channel_of(local, "support")
    into = {"webhook_channel_id": str(support.id)}
    assert (await call("POST", f"/channels/{channel_of(local).id}/followers", into))[1]["code"] == 50024
    assert (await call("POST", f"/channels/{news}/followers", {}))[1]["code"] == 50035
    assert (await call("POST", f"/channels/{news}/followers", {"webhook_channel_id": "123456789012345678"}))[1][
        "code"
    ] == 10003
    lounge = {"webhook_channel_id": str(channel_of(local, "Lounge").id)}
    assert (await call("POST", f"/channels/{news}/followers", lounge))[1]["code"] == 50024
    for _ in range(15):
        await made(call, local, channel="support")
    assert (await call("POST", f"/channels/{news}/followers", into))[1]["code"] == 30007
    take_permission(local, P.MANAGE_WEBHOOKS)
    assert (await call("POST", f"/channels/{news}/followers", into))[1]["code"] == 50013
