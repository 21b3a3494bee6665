"""Channels and their overwrites: what can be made of them, by whom, and what everybody hears of it."""

from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.permissions import MEMBER, ROLE, Overwrite
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Channel
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import (
    Call,
    bot_of,
    channel_of,
    give_permission,
    guild_of,
    role_id,
    take_permission,
    user_id,
)

P = Permissions


async def made(call: Call, local: LocalDiscord, **body: object) -> Any:  # the channel's JSON
    status, channel = await call("POST", f"/guilds/{guild_of(local).id}/channels", body)
    assert status == 201, channel
    return channel


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "Two Words", "topic": "T", "nsfw": True}, {"name": "two-words", "topic": "T", "nsfw": True}),
        ({"name": "Two Words", "type": 4}, {"name": "Two Words", "type": 4}),
        (
            {"name": "Stage", "type": 2, "bitrate": 96000, "user_limit": 5},
            {"name": "Stage", "bitrate": 96000, "user_limit": 5, "video_quality_mode": 1},
        ),
        ({"name": "ideas", "type": 15, "default_sort_order": 1}, {"type": 15, "default_sort_order": 1}),
        ({"name": "x", "default_auto_archive_duration": 60}, {"type": 0, "default_auto_archive_duration": 60}),
    ],
    ids=["text", "category", "voice", "forum", "plain"],
)  # fmt: skip
async def test_a_channel_of_each_kind_can_be_made(
    local: LocalDiscord, call: Call, listen: Listen, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    ear = await listen()
    channel = await made(call, local, **body)
    assert expected.items() <= channel.items()
    assert ear.data("CHANNEL_CREATE") == channel
    assert (await call("GET", f"/channels/{channel['id']}"))[1] == channel


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, 50035)),
        ({"name": ""}, (400, 50035)),
        ({"name": "x" * 101}, (400, 50035)),
        ({"name": "x", "topic": "x" * 1025}, (400, 50035)),
        ({"name": "x", "rate_limit_per_user": 21601}, (400, 50035)),
        ({"name": "x", "type": 11}, (400, 50035)),
        ({"name": "x", "type": 5}, (400, 50035)),
        ({"name": "x", "type": 13}, (400, 50024)),
        ({"name": "x", "type": 2, "bitrate": 7999}, (400, 50035)),
        ({"name": "x", "type": 2, "bitrate": 96001}, (400, 30052)),
        ({"name": "x", "type": 2, "user_limit": 100}, (400, 50035)),
        ({"name": "x", "parent_id": "1"}, (400, 50035)),
        ({"name": "x", "default_auto_archive_duration": 61}, (400, 50035)),
        ({"name": "x", "permission_overwrites": [{"id": "1", "type": 0}]}, (404, 10011)),
        ({"name": "x", "type": 15, "available_tags": [{"name": "a"}, {"name": "a"}]}, (400, 40061)),
        ({"name": "x", "type": 15, "available_tags": [{"name": str(n)} for n in range(21)]}, (400, 30048)),
        ({"name": "x", "type": 15, "available_tags": [{"name": "x" * 21}]}, (400, 50035)),
    ],
    ids=[
        "nameless", "empty name", "long name", "long topic", "long pause", "thread", "announcements", "stage",
        "low bitrate", "high bitrate", "crowd", "no parent", "archive", "no role", "tag twice", "tags", "long tag",
    ],
)  # fmt: skip
async def test_a_channel_that_cannot_be_is_refused(
    local: LocalDiscord, call: Call, body: object, expected: tuple[int, int]
) -> None:
    before = set(local.world.channels)
    status, answer = await call("POST", f"/guilds/{guild_of(local).id}/channels", body)
    assert (status, answer["code"]) == expected
    assert set(local.world.channels) == before


async def test_a_community_has_announcements_and_stages(local: LocalDiscord, call: Call) -> None:
    guild_of(local).features.append("COMMUNITY")
    assert (await made(call, local, name="news", type=5))["type"] == 5
    stage = await made(call, local, name="Talks", type=13)
    text = await made(call, local, name="text")
    assert (await call("PATCH", f"/channels/{text['id']}", {"type": 5}))[1]["type"] == 5
    assert (await call("PATCH", f"/channels/{stage['id']}", {"type": 0}))[1]["code"] == 50035


async def test_a_channel_in_a_category_begins_with_its_overwrites_unless_it_has_its_own(
    local: LocalDiscord, call: Call
) -> None:
    category = await made(call, local, name="C", type=4, permission_overwrites=[hide(local)])
    inside = await made(call, local, name="in", parent_id=category["id"])
    assert inside["permission_overwrites"] == category["permission_overwrites"]
    own = await made(call, local, name="own", parent_id=category["id"], permission_overwrites=[])
    assert own["permission_overwrites"] == []


def hide(local: LocalDiscord) -> dict[str, object]:
    return {"id": str(guild_of(local).id), "type": 0, "allow": "0", "deny": str(int(P.VIEW_CHANNEL))}


async def test_a_category_holds_fifty_channels(local: LocalDiscord, call: Call) -> None:
    category = await made(call, local, name="C", type=4)
    for number in range(50):
        await made(call, local, name=str(number), parent_id=category["id"])
        await elapse(1)
    path = f"/guilds/{guild_of(local).id}/channels"
    _, answer = await call("POST", path, {"name": "x", "parent_id": category["id"]})
    assert answer["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"
    _, answer = await call("POST", path, {"name": "x", "parent_id": str(channel_of(local).id)})
    assert answer["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_INVALID_TYPE"


async def test_a_guild_holds_five_hundred_channels(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    for number in range(499 - len(local.world.channels)):
        local.world.channels[number] = Channel(id=number, type=ChannelType.GUILD_TEXT, name="x", guild_id=guild.id)
    await made(call, local, name="the last one")
    _, answer = await call("POST", f"/guilds/{guild.id}/channels", {"name": "x"})
    assert answer["code"] == 30013


async def test_a_deleted_category_leaves_its_channels_behind(local: LocalDiscord, call: Call, listen: Listen) -> None:
    category = await made(call, local, name="C", type=4)
    inside = await made(call, local, name="in", parent_id=category["id"])
    ear = await listen()
    assert (await call("DELETE", f"/channels/{category['id']}"))[1] == category
    heard = [(name, data["id"]) for name, data in ear.events() if name.startswith("CHANNEL")]
    assert heard == [("CHANNEL_DELETE", category["id"]), ("CHANNEL_UPDATE", inside["id"])]
    assert (await call("GET", f"/channels/{inside['id']}"))[1]["parent_id"] is None


async def test_channels_are_moved_together_and_one_of_them_into_a_category(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    category = await made(call, local, name="C", type=4, permission_overwrites=[hide(local)])
    one, two = await made(call, local, name="one"), await made(call, local, name="two")
    moves = [
        {"id": one["id"], "position": 7, "parent_id": category["id"], "lock_permissions": True},
        {"id": two["id"], "position": 3},
    ]
    assert (await call("PATCH", f"/guilds/{guild.id}/channels", moves))[0] == 204
    channels = {channel["id"]: channel for channel in (await call("GET", f"/guilds/{guild.id}/channels"))[1]}
    moved = channels[one["id"]]
    assert (moved["position"], moved["parent_id"], channels[two["id"]]["position"]) == (7, category["id"], 3)
    assert moved["permission_overwrites"] == category["permission_overwrites"]
    both = [{"id": one["id"], "parent_id": None}, {"id": two["id"], "parent_id": category["id"]}]
    assert (await call("PATCH", f"/guilds/{guild.id}/channels", both))[1]["code"] == 40009
    assert (await call("PATCH", f"/guilds/{guild.id}/channels", [{"id": "1", "position": 1}]))[1]["code"] == 10003
    assert (await call("PATCH", f"/guilds/{guild.id}/channels", {}))[1]["code"] == 50035


async def test_the_tags_of_a_forum_keep_their_ids(local: LocalDiscord, call: Call) -> None:
    forum = await made(call, local, name="ideas", type=15, available_tags=[{"name": "new"}, {"name": "old"}])
    new, old = forum["available_tags"]
    body = {"available_tags": [{**old, "name": "older", "moderated": True}, {"name": "newest", "emoji_name": "✨"}]}
    _, changed = await call("PATCH", f"/channels/{forum['id']}", body)
    assert [tag["id"] == old["id"] for tag in changed["available_tags"]] == [True, False]
    assert changed["available_tags"][0]["moderated"]
    assert new["id"] not in {tag["id"] for tag in changed["available_tags"]}


async def test_a_third_name_within_ten_minutes_has_to_wait(local: LocalDiscord, call: Call) -> None:
    path = f"/channels/{channel_of(local).id}"
    for name in ("one", "two"):
        assert (await call("PATCH", path, {"name": name}))[0] == 200
    await elapse(100)
    status, answer = await call("PATCH", path, {"name": "three"})
    assert (status, answer["global"], channel_of(local, "two").name) == (429, False, "two")
    assert 499 < answer["retry_after"] <= 500
    assert (await call("PATCH", path, {"topic": "something else"}))[0] == 200
    assert (await call("PATCH", path, {"name": "two", "nsfw": True}))[0] == 200
    await elapse(501)
    assert (await call("PATCH", path, {"name": "three"}))[0] == 200


# --- overwrites


async def test_an_overwrite_is_set_changed_and_taken_away(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear = await listen()
    path = f"/channels/{channel_of(local).id}/permissions/{user_id(local, 'robin')}"
    for deny in (P.SEND_MESSAGES, P.ADD_REACTIONS):
        assert (await call("PUT", path, {"type": MEMBER, "deny": str(int(deny))}))[0] == 204
        [overwrite] = [each for each in ear.data("CHANNEL_UPDATE")["permission_overwrites"] if each["type"] == MEMBER]
        assert overwrite["deny"] == str(int(deny))
    assert (await call("DELETE", path))[0] == 204
    assert (await call("DELETE", path))[1]["code"] == 10009
    assert (await call("PUT", f"/channels/{channel_of(local).id}/permissions/1", {"type": ROLE}))[1]["code"] == 10011


async def test_an_overwrite_gives_only_what_the_bot_has_unless_it_has_a_free_hand(
    local: LocalDiscord, call: Call
) -> None:
    path = f"/channels/{channel_of(local).id}/permissions/{user_id(local, 'robin')}"
    body = {"type": MEMBER, "allow": str(int(P.PRIORITY_SPEAKER))}
    assert (await call("PUT", path, body))[1]["code"] == 50013
    channel_of(local).overwrites.append(Overwrite(local.application_id, MEMBER, int(P.MANAGE_ROLES), 0))
    assert (await call("PUT", path, body))[0] == 204


async def test_only_administrators_let_others_manage_roles(local: LocalDiscord, call: Call) -> None:
    overwrite = {"id": str(role_id(local, "Support")), "type": ROLE, "allow": str(int(P.MANAGE_ROLES))}
    path, body = f"/channels/{channel_of(local).id}", {"permission_overwrites": [overwrite]}
    assert (await call("PATCH", path, body))[1]["code"] == 50013
    give_permission(local, P.ADMINISTRATOR)
    assert (await call("PATCH", path, body))[0] == 200


async def test_overwrites_need_a_permission_of_their_own(local: LocalDiscord, call: Call) -> None:
    take_permission(local, P.MANAGE_ROLES)
    path = f"/channels/{channel_of(local).id}"
    assert (await call("PATCH", path, {"permission_overwrites": []}))[1]["code"] == 50013
    assert (await call("PATCH", path, {"topic": "fine"}))[0] == 200


async def test_a_voice_channel_is_closed_to_who_cannot_connect(local: LocalDiscord, call: Call) -> None:
    take_permission(local, P.CONNECT)
    lounge = channel_of(local, "Lounge")
    assert (await call("PATCH", f"/channels/{lounge.id}", {"user_limit": 3}))[1]["code"] == 50013
    assert (await call("GET", f"/channels/{lounge.id}"))[0] == 200


async def test_direct_messages_are_no_place_for_what_guilds_have(local: LocalDiscord, call: Call) -> None:
    _, dm = await call("POST", "/users/@me/channels", {"recipient_id": str(user_id(local, "robin"))})
    path = f"/channels/{dm['id']}"
    for method, tail, body in (
        ("PATCH", "", {"name": "x"}),
        ("PUT", "/permissions/1", {"type": 0}),
        ("POST", "/invites", {}),
        ("POST", "/webhooks", {"name": "x"}),
        ("POST", "/threads", {"name": "x"}),
        ("POST", "/messages/bulk-delete", {"messages": ["1", "2"]}),
    ):
        status, answer = await call(method, path + tail, body)
        assert (status, answer["code"]) == (400, 50003), (method, tail)
    assert (await call("DELETE", path))[1] == dm
    assert (await call("GET", path))[0] == 200


async def test_typing_is_heard(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear = await listen()
    assert (await call("POST", f"/channels/{channel_of(local).id}/typing"))[0] == 204
    local.type_in(user="robin", channel="general")
    assert [data["user_id"] for name, data in ear.events() if name == "TYPING_START"] == [
        str(bot_of(local).user_id),
        str(user_id(local, "robin")),
    ]
