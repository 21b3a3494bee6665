"""Threads: how they begin, who is in them, how they go to the archive and come back."""

from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.lifecycle.bits import Intents, MessageFlags, Permissions
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import Call, channel_of, guild_of, take_permission, user_id

P = Permissions
PINNED = 2
REQUIRE_TAG = 16


async def started(call: Call, local: LocalDiscord, **body: object) -> Any:  # the thread's JSON
    path = f"/channels/{channel_of(local).id}/threads"
    status, thread = await call("POST", path, {"name": "talk", "type": 11, **body})
    assert status == 201, thread
    return thread


async def opened_forum(call: Call, local: LocalDiscord, **body: object) -> Any:  # the channel's JSON
    status, forum = await call("POST", f"/guilds/{guild_of(local).id}/channels", {"name": "ideas", "type": 15, **body})
    assert status == 201, forum
    return forum


async def test_a_thread_from_a_message_has_its_id_and_shows_on_it(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    said = local.say(user="robin", channel="general", content="Look")
    ear = await listen()
    path = f"/channels/{channel_of(local).id}/messages/{said}"
    status, thread = await call("POST", f"{path}/threads", {"name": "About it", "auto_archive_duration": 60})
    assert (status, thread["id"], thread["type"], thread["message_count"]) == (201, str(said), 11, 0)
    assert thread["member"]["user_id"] == thread["owner_id"] == str(local.application_id)
    events = dict(ear.events())
    assert events["THREAD_CREATE"]["newly_created"]
    assert events["MESSAGE_UPDATE"]["flags"] & MessageFlags.HAS_THREAD
    assert (await call("GET", path))[1]["thread"]["id"] == str(said)
    [starter] = (await call("GET", f"/channels/{said}/messages"))[1]
    assert (starter["type"], starter["referenced_message"]["content"]) == (21, "Look")
    assert (await call("POST", f"{path}/threads", {"name": "Again"}))[1]["code"] == 160004
    assert (await call("DELETE", f"/channels/{said}/messages/{starter['id']}"))[1]["code"] == 50021


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "t"}, (201, 12)),
        ({"name": "t", "type": 11}, (201, 11)),
        ({"name": "t", "type": 12, "invitable": False}, (201, 12)),
        ({"name": "t", "type": 10}, (400, 50024)),
        ({"type": 11}, (400, 50035)),
        ({"name": "x" * 101, "type": 11}, (400, 50035)),
        ({"name": "t", "type": 11, "auto_archive_duration": 5}, (400, 50035)),
    ],
    ids=["private unless said", "public", "private", "announcement", "nameless", "long name", "duration"],
)
async def test_a_thread_without_a_message_has_the_type_that_is_asked_for(
    local: LocalDiscord, call: Call, body: object, expected: tuple[int, int]
) -> None:
    status, answer = await call("POST", f"/channels/{channel_of(local).id}/threads", body)
    assert (status, answer["type"] if status == 201 else answer["code"]) == expected


async def test_a_public_thread_is_told_of_in_its_channel(local: LocalDiscord, call: Call) -> None:
    thread = await started(call, local)
    [told] = (await call("GET", f"/channels/{channel_of(local).id}/messages"))[1]
    assert (told["type"], told["content"], told["message_reference"]["channel_id"]) == (18, "talk", thread["id"])


@pytest.mark.parametrize(
    ("permission", "kind"), [(P.CREATE_PUBLIC_THREADS, 11), (P.CREATE_PRIVATE_THREADS, 12)], ids=["public", "private"]
)
async def test_each_kind_of_thread_needs_its_permission(
    local: LocalDiscord, call: Call, permission: P, kind: int
) -> None:
    take_permission(local, permission)
    _, answer = await call("POST", f"/channels/{channel_of(local).id}/threads", {"name": "t", "type": kind})
    assert answer["code"] == 50013


async def test_a_post_of_a_forum_has_a_message_with_its_id(local: LocalDiscord, call: Call, listen: Listen) -> None:
    forum = await opened_forum(call, local, available_tags=[{"name": "a"}], default_thread_rate_limit_per_user=9)
    [tag] = forum["available_tags"]
    ear = await listen()
    body = {"name": "Idea", "message": {"content": "Do it"}, "applied_tags": [tag["id"]]}
    status, post = await call("POST", f"/channels/{forum['id']}/threads", body)
    assert (status, post["message"]["id"], post["message"]["content"]) == (201, post["id"], "Do it")
    assert (post["applied_tags"], post["rate_limit_per_user"], post["message_count"]) == ([tag["id"]], 9, 0)
    assert ear.names() == ["THREAD_CREATE", "MESSAGE_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE"]
    assert (await call("GET", f"/channels/{forum['id']}"))[1]["last_message_id"] == post["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "t"}, 50035),
        ({"name": "t", "message": {"content": " "}}, 50006),
        ({"name": "t", "message": {"content": "x" * 2001}}, 50035),
        ({"name": "t", "message": {"content": "x"}, "applied_tags": ["1"]}, 10087),
        ({"name": "t", "message": {"content": "x"}}, 40067),
        ({"name": "t", "message": {"content": "x"}, "applied_tags": [str(n) for n in range(6)]}, 50035),
    ],
    ids=["no message", "empty message", "long message", "unknown tag", "no tag", "too many tags"],
)
async def test_a_post_that_cannot_be_is_refused_and_leaves_nothing(
    local: LocalDiscord, call: Call, body: object, code: int
) -> None:
    forum = await opened_forum(call, local)
    assert (await call("PATCH", f"/channels/{forum['id']}", {"flags": REQUIRE_TAG}))[0] == 200
    before = set(local.world.channels)
    assert (await call("POST", f"/channels/{forum['id']}/threads", body))[1]["code"] == code
    assert set(local.world.channels) == before


async def test_a_forum_takes_posts_and_no_messages(local: LocalDiscord, call: Call) -> None:
    forum = await opened_forum(call, local)
    assert (await call("POST", f"/channels/{forum['id']}/messages", {"content": "x"}))[1]["code"] == 50008
    take_permission(local, P.CREATE_PUBLIC_THREADS)
    body = {"name": "t", "message": {"content": "x"}}
    assert (await call("POST", f"/channels/{forum['id']}/threads", body))[0] == 201


async def test_a_tag_for_moderators_needs_one(local: LocalDiscord, call: Call) -> None:
    forum = await opened_forum(call, local, available_tags=[{"name": "done", "moderated": True}])
    [tag] = forum["available_tags"]
    body = {"name": "t", "message": {"content": "x"}}
    _, post = await call("POST", f"/channels/{forum['id']}/threads", body)
    take_permission(local, P.MANAGE_THREADS)
    path = f"/channels/{post['id']}"
    assert (await call("PATCH", path, {"applied_tags": [tag["id"]]}))[1]["code"] == 50013
    assert (await call("PATCH", path, {"applied_tags": []}))[0] == 200


async def test_a_forum_has_one_pinned_post_which_stays_out_of_the_archive(local: LocalDiscord, call: Call) -> None:
    forum = await opened_forum(call, local)
    body = {"name": "t", "message": {"content": "x"}, "auto_archive_duration": 60}
    posts = [(await call("POST", f"/channels/{forum['id']}/threads", body))[1]["id"] for _ in range(2)]
    assert (await call("PATCH", f"/channels/{posts[0]}", {"flags": PINNED}))[1]["flags"] == PINNED
    assert (await call("PATCH", f"/channels/{posts[1]}", {"flags": PINNED}))[1]["code"] == 30047
    await elapse(3600)
    archived = [(await call("GET", f"/channels/{post}"))[1]["thread_metadata"]["archived"] for post in posts]
    assert archived == [False, True]
    _, archived_by_hand = await call("PATCH", f"/channels/{posts[0]}", {"archived": True})
    assert (archived_by_hand["flags"], archived_by_hand["thread_metadata"]["archived"]) == (0, True)


# --- the archive


async def test_a_thread_goes_to_the_archive_by_itself_and_comes_back_with_a_message(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    thread = await started(call, local, auto_archive_duration=60)
    ear = await listen()
    await elapse(1800)
    local.say(user="robin", channel=thread["id"], content="Still here")
    await elapse(3599)
    assert not (await call("GET", f"/channels/{thread['id']}"))[1]["thread_metadata"]["archived"]
    await elapse(1.01)
    assert [data["thread_metadata"]["archived"] for name, data in ear.events() if name == "THREAD_UPDATE"] == [True]
    local.say(user="robin", channel=thread["id"], content="Back again")
    assert ear.names() == ["THREAD_UPDATE", "THREAD_MEMBER_UPDATE", "MESSAGE_CREATE"]


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("PATCH", "", {"name": "x"}),
        ("PATCH", "", {"archived": True}),
        ("PATCH", "/messages/{m}", {"content": "x"}),
        ("PUT", "/messages/{m}/reactions/%F0%9F%91%8D/@me", None),
        ("PUT", "/messages/pins/{m}", None),
        ("PUT", "/thread-members/@me", None),
        ("DELETE", "/thread-members/@me", None),
        ("PUT", "/thread-members/{u}", None),
    ],
    ids=["rename", "archive again", "edit", "react", "pin", "join", "leave", "add"],
)
async def test_nothing_changes_in_the_archive(
    local: LocalDiscord, call: Call, method: str, tail: str, body: object
) -> None:
    thread = await started(call, local)
    path = f"/channels/{thread['id']}"
    _, message = await call("POST", f"{path}/messages", {"content": "m"})
    await call("PATCH", path, {"archived": True})
    tail = tail.format(m=message["id"], u=user_id(local, "robin"))
    assert (await call(method, path + tail, body))[1]["code"] == 50083
    assert (await call("DELETE", f"{path}/messages/{message['id']}"))[0] == 204


async def test_a_locked_thread_is_for_moderators(local: LocalDiscord, call: Call) -> None:
    thread = await started(call, local)
    path = f"/channels/{thread['id']}"
    _, message = await call("POST", f"{path}/messages", {"content": "m"})
    assert (await call("PATCH", path, {"locked": True, "archived": True}))[1]["thread_metadata"]["locked"]
    take_permission(local, P.MANAGE_THREADS)
    assert (await call("POST", f"{path}/messages", {"content": "m"}))[1]["code"] == 160005
    assert (await call("PATCH", path, {"archived": False, "locked": False}))[1]["code"] == 50013
    assert (await call("PATCH", path, {"archived": False}))[0] == 200  # it is the bot's own
    assert (await call("PATCH", path, {"name": "x"}))[1]["code"] == 50013
    assert (await call("PATCH", f"{path}/messages/{message['id']}", {"content": "x"}))[1]["code"] == 160005
    with pytest.raises(LocalDiscordError, match="locked"):
        local.say(user="robin", channel=thread["id"], content="let me in")


async def test_whoever_began_a_thread_may_change_most_of_it(local: LocalDiscord, call: Call, listen: Listen) -> None:
    thread = await started(call, local)
    ear = await listen()
    take_permission(local, P.MANAGE_THREADS)
    path = f"/channels/{thread['id']}"
    _, changed = await call("PATCH", path, {"name": "other", "auto_archive_duration": 1440})
    assert (changed["name"], changed["thread_metadata"]["auto_archive_duration"]) == ("other", 1440)
    assert [data["type"] for name, data in ear.events() if name == "MESSAGE_CREATE"] == [4]
    for body in ({"locked": True}, {"rate_limit_per_user": 5}):
        assert (await call("PATCH", path, body))[1]["code"] == 50013
    local.world.channels[int(thread["id"])].thread.owner_id = user_id(local, "robin")  # type: ignore[union-attr]  # a thread
    assert (await call("PATCH", path, {"name": "mine"}))[1]["code"] == 50013


async def test_deleting_a_thread_needs_the_permission_and_is_announced(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    thread = await started(call, local)
    ear = await listen()
    assert (await call("DELETE", f"/channels/{thread['id']}"))[1]["id"] == thread["id"]
    gone = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
    assert ear.data("THREAD_DELETE") == gone
    other = await started(call, local)
    take_permission(local, P.MANAGE_THREADS)
    assert (await call("DELETE", f"/channels/{other['id']}"))[1]["code"] == 50013


# --- members


async def test_members_come_and_go(local: LocalDiscord, call: Call, listen: Listen) -> None:
    thread = await started(call, local)
    members, robin = f"/channels/{thread['id']}/thread-members", str(user_id(local, "robin"))
    ear = await listen()
    assert (await call("PUT", f"{members}/{robin}"))[0] == 204
    events = dict(ear.events())
    assert events["THREAD_MEMBERS_UPDATE"]["added_members"][0]["member"]["user"]["id"] == robin
    assert (events["MESSAGE_CREATE"]["type"], events["MESSAGE_CREATE"]["mentions"][0]["id"]) == (1, robin)
    _, listed = await call("GET", f"{members}?with_member=true")
    assert {entry["user_id"] for entry in listed} == {robin, str(local.application_id)}
    assert (await call("GET", f"{members}/{robin}?with_member=1"))[1]["member"]["user"]["username"] == "robin"
    assert (await call("DELETE", f"{members}/{robin}"))[0] == 204
    assert dict(ear.events())["THREAD_MEMBERS_UPDATE"]["removed_member_ids"] == [robin]
    assert (await call("GET", f"{members}/{robin}"))[1]["code"] == 10007
    assert (await call("DELETE", f"{members}/@me"))[0] == 204
    assert (await call("PUT", f"{members}/@me"))[0] == 204
    assert ear.names() == ["THREAD_MEMBERS_UPDATE", "THREAD_CREATE", "THREAD_MEMBERS_UPDATE"]


async def test_others_in_a_thread_are_heard_of_with_the_members_intent_only(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    thread = await started(call, local)
    ear = await listen(int(Intents.GUILDS))
    members = f"/channels/{thread['id']}/thread-members"
    await call("PUT", f"{members}/{user_id(local, 'robin')}")
    assert "THREAD_MEMBERS_UPDATE" not in ear.names()
    await call("DELETE", f"{members}/@me")
    assert "THREAD_MEMBERS_UPDATE" in ear.names()


async def test_a_private_thread_is_for_its_members_and_for_moderators(local: LocalDiscord, call: Call) -> None:
    thread = await started(call, local, type=12, invitable=False)
    robin = user_id(local, "robin")
    with pytest.raises(LocalDiscordError, match="cannot open"):
        local.say(user="robin", channel=thread["id"], content="x")
    assert local.say(user="mo", channel=thread["id"], content="moderating")
    assert (await call("PUT", f"/channels/{thread['id']}/thread-members/{robin}"))[0] == 204
    assert local.say(user="robin", channel=thread["id"], content="x")
    take_permission(local, P.MANAGE_THREADS)
    assert (await call("DELETE", f"/channels/{thread['id']}/thread-members/{robin}"))[0] == 204  # the bot's own thread
    assert (await call("DELETE", f"/channels/{thread['id']}/thread-members/@me"))[0] == 204
    assert (await call("GET", f"/channels/{thread['id']}"))[1]["code"] == 50001


async def test_who_writes_in_a_thread_joins_it_and_messages_are_counted(local: LocalDiscord, call: Call) -> None:
    thread = await started(call, local)
    said = [local.say(user="robin", channel=thread["id"], content=str(number)) for number in range(3)]
    local.delete(user="robin", message=said[0])
    _, seen = await call("GET", f"/channels/{thread['id']}")
    assert (seen["message_count"], seen["total_message_sent"], seen["member_count"]) == (2, 3, 2)


async def test_sending_in_a_thread_has_a_permission_of_its_own(local: LocalDiscord, call: Call) -> None:
    thread = await started(call, local)
    take_permission(local, P.SEND_MESSAGES)
    assert (await call("POST", f"/channels/{thread['id']}/messages", {"content": "x"}))[0] == 200
    take_permission(local, P.SEND_MESSAGES_IN_THREADS)
    assert (await call("POST", f"/channels/{thread['id']}/messages", {"content": "x"}))[1]["code"] == 50013


# --- lists


async def test_threads_are_listed_by_where_they_stand(local: LocalDiscord, call: Call) -> None:
    channel, guild = channel_of(local).id, guild_of(local).id
    public, private, old = [(await started(call, local, type=kind))["id"] for kind in (11, 12, 11)]
    for thread in (old, private):
        await elapse(1)
        await call("PATCH", f"/channels/{thread}", {"archived": True})
    lists = {
        f"/guilds/{guild}/threads/active": [public],
        f"/channels/{channel}/threads/archived/public": [old],
        f"/channels/{channel}/threads/archived/private": [private],
        f"/channels/{channel}/users/@me/threads/archived/private": [private],
        f"/channels/{channel}/threads/archived/public?before=2020-01-01T00:00:00Z": [],
        f"/channels/{channel}/users/@me/threads/archived/private?before={private}": [],
    }
    for path, expected in lists.items():
        status, answer = await call("GET", path)
        assert (status, [thread["id"] for thread in answer["threads"]]) == (200, expected), path
        assert [member["id"] for member in answer["members"]] == expected
    assert (await call("GET", f"/channels/{channel}/threads/archived/public?before=x"))[1]["code"] == 50035
    assert (await call("GET", f"/channels/{channel}/threads/archived/public?limit=2"))[1]["has_more"] is False
    take_permission(local, P.MANAGE_THREADS)
    assert (await call("GET", f"/channels/{channel}/threads/archived/private"))[1]["code"] == 50013


async def test_a_new_session_gets_the_active_threads_that_the_bot_sees(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    public, hidden, old = [(await started(call, local, type=kind))["id"] for kind in (11, 12, 11)]
    await call("PATCH", f"/channels/{old}", {"archived": True})
    await call("DELETE", f"/channels/{hidden}/thread-members/@me")
    take_permission(local, P.MANAGE_THREADS)
    ear = await listen()
    guild = ear.guild()
    assert [(thread["id"], thread["member"]["user_id"]) for thread in guild["threads"]] == [
        (public, str(local.application_id))
    ]
