"""What a guild has beside its channels and members: emojis, events, the audit log, settings of commands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.commands.access import CommandOverwrite, OverwriteTarget
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.emulator.world import AUDIT_LOG_MAX, Emoji, ScheduledEvent
from runner.lifecycle.bits import Intents, Permissions
from tests.emulator.conftest import Listen
from tests.emulator.lighthouse import (
    PIXEL,
    Call,
    channel_of,
    give_permission,
    guild_of,
    role_id,
    take_permission,
    user_id,
)

P = Permissions


# --- emojis


async def test_emojis_are_made_renamed_and_deleted(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear, path = await listen(int(Intents.GUILD_EXPRESSIONS)), f"/guilds/{guild_of(local).id}/emojis"
    status, emoji = await call("POST", path, {"name": "wave", "image": PIXEL, "roles": []})
    assert (status, emoji["name"], emoji["animated"]) == (201, "wave", False)
    assert ear.data("GUILD_EMOJIS_UPDATE")["emojis"] == [emoji]
    assert (await call("PATCH", f"{path}/{emoji['id']}", {"name": "wink"}))[1]["name"] == "wink"
    assert [each["name"] for each in (await call("GET", path))[1]] == ["wink"]
    assert (await call("GET", f"{path}/{emoji['id']}"))[1]["user"]["id"] == str(local.application_id)
    assert (await call("DELETE", f"{path}/{emoji['id']}"))[0] == 204
    assert (await call("GET", f"{path}/{emoji['id']}"))[1]["code"] == 10014


@pytest.mark.parametrize(
    "body",
    [
        {"image": PIXEL},
        {"name": "x", "image": PIXEL},
        {"name": "no spaces", "image": PIXEL},
        {"name": "wave"},
        {"name": "wave", "image": "https://example.com/a.png"},
        {"name": "wave", "image": "data:image/png;base64,!"},
        {"name": "wave", "image": "data:image/png;base64," + "A" * 4 * (256 * 1024 // 3 + 1)},
    ],
    ids=["nameless", "short", "spaces", "no image", "address", "no base64", "large"],
)
async def test_an_emoji_that_cannot_be_is_refused(local: LocalDiscord, call: Call, body: object) -> None:
    assert (await call("POST", f"/guilds/{guild_of(local).id}/emojis", body))[1]["code"] == 50035


async def test_a_guild_has_fifty_emojis_and_fifty_that_move(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    for number in range(49):
        for kind in (0, 1):
            made = Emoji(id=number * 2 + kind, name="x", user_id=local.application_id, animated=bool(kind))
            guild.emojis[made.id] = made
    path = f"/guilds/{guild.id}/emojis"
    for image, code in ((PIXEL, 30008), (PIXEL.replace("png", "gif"), 30018)):
        body = {"name": "wave", "image": image}
        assert (await call("POST", path, body))[0] == 201
        assert (await call("POST", path, body))[1]["code"] == code


async def test_others_emojis_need_the_permission_to_manage_them(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/emojis"
    _, own = await call("POST", path, {"name": "wave", "image": PIXEL})
    guild_of(local).emojis[1] = Emoji(id=1, name="hers", user_id=user_id(local, "olive"))
    take_permission(local, P.MANAGE_GUILD_EXPRESSIONS)
    assert (await call("PATCH", f"{path}/{own['id']}", {"name": "ok"}))[0] == 200
    assert (await call("DELETE", f"{path}/1"))[1]["code"] == 50013
    take_permission(local, P.CREATE_GUILD_EXPRESSIONS)
    assert (await call("POST", path, {"name": "wave", "image": PIXEL}))[1]["code"] == 50013
    assert (await call("DELETE", f"{path}/{own['id']}"))[1]["code"] == 50013


async def test_the_application_has_emojis_of_its_own_and_reacts_with_them(local: LocalDiscord, call: Call) -> None:
    path = f"/applications/{local.application_id}/emojis"
    _, emoji = await call("POST", path, {"name": "gull", "image": PIXEL})
    assert (await call("PATCH", f"{path}/{emoji['id']}", {"name": "tern"}))[1]["name"] == "tern"
    assert [each["name"] for each in (await call("GET", path))[1]["items"]] == ["tern"]
    said = local.say(user="robin", channel="general", content="x")
    reaction = f"/channels/{channel_of(local).id}/messages/{said}/reactions/tern:{emoji['id']}/@me"
    assert (await call("PUT", reaction))[0] == 204
    assert (await call("DELETE", f"{path}/{emoji['id']}"))[0] == 204
    assert (await call("GET", f"{path}/{emoji['id']}"))[1]["code"] == 10014
    assert (await call("GET", "/applications/1/emojis"))[1]["code"] == 10002


# --- scheduled events


def in_hours(local: LocalDiscord, hours: float) -> str:
    return datetime.fromtimestamp(local.clock.now() + hours * 3600, UTC).isoformat()


def outing(local: LocalDiscord, **more: object) -> dict[str, object]:
    return {
        "name": "Outing", "privacy_level": 2, "entity_type": 3, "scheduled_start_time": in_hours(local, 1),
        "scheduled_end_time": in_hours(local, 2), "entity_metadata": {"location": "The pier"}, **more,
    }  # fmt: skip


def talk(local: LocalDiscord, **more: object) -> dict[str, object]:
    place = {"entity_type": 2, "channel_id": str(channel_of(local, "Lounge").id)}
    return {"name": "Talk", "privacy_level": 2, "scheduled_start_time": in_hours(local, 1), **place, **more}


async def planned(call: Call, local: LocalDiscord, body: object) -> Any:  # the event's JSON
    status, event = await call("POST", f"/guilds/{guild_of(local).id}/scheduled-events", body)
    assert status == 200, event
    return event


async def test_an_event_is_planned_changed_run_and_called_off(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear, path = await listen(int(Intents.GUILD_SCHEDULED_EVENTS)), f"/guilds/{guild_of(local).id}/scheduled-events"
    event = await planned(call, local, talk(local, description="D"))
    assert (event["status"], event["user_count"], event["description"]) == (1, 0, "D")
    one = f"{path}/{event['id']}"
    local.follow(user="robin", event=int(event["id"]))
    _, followers = await call("GET", f"{one}/users?with_member=true")
    assert [each["user"]["username"] for each in followers] == ["robin"]
    assert (await call("GET", f"{one}?with_user_count=true"))[1]["user_count"] == 1
    local.follow(user="robin", event=int(event["id"]), is_interested=False)
    assert (await call("PATCH", one, {"name": "Chat", "status": 2}))[1]["status"] == 2
    assert (await call("PATCH", one, {"status": 1}))[1]["code"] == 50035
    assert (await call("PATCH", one, {"status": 3}))[0] == 200
    assert (await call("PATCH", one, {"name": "x"}))[1]["code"] == 180000
    assert [each["name"] for each in (await call("GET", path))[1]] == ["Chat"]
    assert (await call("DELETE", one))[0] == 204
    assert (await call("GET", one))[1]["code"] == 10070
    assert ear.names() == [
        f"GUILD_SCHEDULED_EVENT_{what}" for what in ("CREATE", "USER_ADD", "USER_REMOVE", "UPDATE", "UPDATE", "DELETE")
    ]
    with pytest.raises(LocalDiscordError, match="there is no event"):
        local.follow(user="robin", event=1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": ""}, 50035),
        ({"name": "x" * 101}, 50035),
        ({"description": "x" * 1001}, 50035),
        ({"privacy_level": 1}, 50035),
        ({"entity_type": 4}, 50035),
        ({"scheduled_end_time": None}, 50035),
        ({"entity_metadata": {}}, 50035),
        ({"entity_metadata": {"location": "x" * 101}}, 50035),
        ({"channel_id": "1"}, 50035),
        ({"scheduled_start_time": "2020-01-01T00:00:00Z"}, 50035),
        ({"scheduled_end_time": "2020-01-01T00:00:00Z"}, 50035),
        ({"entity_type": 2}, 50035),
    ],
)
async def test_an_event_that_cannot_be_is_refused(
    local: LocalDiscord, call: Call, more: dict[str, Any], code: int
) -> None:
    body = outing(local, **more)
    assert (await call("POST", f"/guilds/{guild_of(local).id}/scheduled-events", body))[1]["code"] == code
    assert guild_of(local).events == {}


async def test_an_event_outside_begins_and_ends_by_itself(local: LocalDiscord, call: Call, listen: Listen) -> None:
    event = await planned(call, local, outing(local))
    ear = await listen(int(Intents.GUILD_SCHEDULED_EVENTS))
    await elapse(2 * 3600 + 1)
    assert [data["status"] for _, data in ear.events()] == [2, 3]
    moved = await planned(call, local, outing(local))
    path = f"/guilds/{guild_of(local).id}/scheduled-events"
    assert (await call("PATCH", f"{path}/{moved['id']}", {"scheduled_start_time": in_hours(local, 1.5)}))[0] == 200
    assert (await call("DELETE", f"{path}/{event['id']}"))[0] == 204
    await elapse(3601)
    assert guild_of(local).events[int(moved["id"])].status == 1


async def test_an_event_that_is_there_from_the_beginning_begins_by_itself_too(local: LocalDiscord) -> None:
    now, guild = local.clock.now(), guild_of(local)
    guild.events[1] = ScheduledEvent(
        id=1,
        guild_id=guild.id,
        creator_id=guild.owner_id,
        name="Regatta",
        entity_type=3,
        starts_at=now + 60,
        ends_at=now + 120,
    )
    again = LocalDiscord(clock=local.clock, world=local.world)
    await again.start()
    await elapse(61)
    assert guild.events[1].status == 2
    await elapse(60)
    assert guild.events[1].status == 3
    await again.stop()


async def test_somebody_deletes_an_event(local: LocalDiscord, call: Call, listen: Listen) -> None:
    event = await planned(call, local, outing(local))
    ear = await listen(int(Intents.GUILD_SCHEDULED_EVENTS))
    local.delete_scheduled_event(event=int(event["id"]))
    await elapse(2 * 3600 + 1)
    assert ear.names() == ["GUILD_SCHEDULED_EVENT_DELETE"]
    with pytest.raises(LocalDiscordError, match="there is no event"):
        local.delete_scheduled_event(event=int(event["id"]))


async def test_events_need_their_permissions(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/scheduled-events"
    own = await planned(call, local, outing(local))
    guild_of(local).events[1] = ScheduledEvent(
        id=1, guild_id=guild_of(local).id, creator_id=user_id(local, "olive"), name="Hers", entity_type=3, starts_at=0,
    )  # fmt: skip
    take_permission(local, P.MANAGE_EVENTS)
    assert (await call("DELETE", f"{path}/1"))[1]["code"] == 50013
    assert (await call("PATCH", f"{path}/{own['id']}", {"name": "Mine"}))[0] == 200
    take_permission(local, P.CONNECT)
    assert (await call("POST", path, talk(local)))[1]["code"] == 50013
    take_permission(local, P.CREATE_EVENTS)
    assert (await call("POST", path, outing(local)))[1]["code"] == 50013


async def test_a_guild_has_a_hundred_events(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    for number in range(99):
        guild.events[number] = ScheduledEvent(
            id=number, guild_id=guild.id, creator_id=local.application_id, name="x", entity_type=3, starts_at=0
        )
    await planned(call, local, outing(local))
    assert (await call("POST", f"/guilds/{guild.id}/scheduled-events", outing(local)))[1]["code"] == 30038


# --- the audit log


async def test_each_deed_is_set_down_with_its_reason(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear, guild, channel = await listen(), guild_of(local).id, channel_of(local).id
    said = local.say(user="robin", channel="general", content="x")
    robin, support = user_id(local, "robin"), role_id(local, "Support")
    deeds: list[tuple[int, str, str, object]] = [
        (10, "POST", f"/guilds/{guild}/channels", {"name": "x"}),
        (11, "PATCH", f"/channels/{channel}", {"topic": "x"}),
        (13, "PUT", f"/channels/{channel}/permissions/{robin}", {"type": 1}),
        (14, "PUT", f"/channels/{channel}/permissions/{robin}", {"type": 1, "deny": "1024"}),
        (15, "DELETE", f"/channels/{channel}/permissions/{robin}", None),
        (24, "PATCH", f"/guilds/{guild}/members/{robin}", {"nick": "x"}),
        (25, "PUT", f"/guilds/{guild}/members/{robin}/roles/{support}", None),
        (30, "POST", f"/guilds/{guild}/roles", {"name": "x"}),
        (31, "PATCH", f"/guilds/{guild}/roles/{support}", {"name": "x"}),
        (32, "DELETE", f"/guilds/{guild}/roles/{support}", None),
        (40, "POST", f"/channels/{channel}/invites", {}),
        (50, "POST", f"/channels/{channel}/webhooks", {"name": "x"}),
        (60, "POST", f"/guilds/{guild}/emojis", {"name": "wave", "image": PIXEL}),
        (74, "PUT", f"/channels/{channel}/messages/pins/{said}", None),
        (75, "DELETE", f"/channels/{channel}/messages/pins/{said}", None),
        (72, "DELETE", f"/channels/{channel}/messages/{said}", None),
        (100, "POST", f"/guilds/{guild}/scheduled-events", outing(local)),
        (110, "POST", f"/channels/{channel}/threads", {"name": "x", "type": 11}),
        (20, "DELETE", f"/guilds/{guild}/members/{robin}", None),
        (22, "PUT", f"/guilds/{guild}/bans/{robin}", None),
        (23, "DELETE", f"/guilds/{guild}/bans/{robin}", None),
        (12, "DELETE", f"/channels/{channel}", None),
    ]
    for event, method, path, body in deeds:
        status, answer = await call(method, path, body, reason="It%20was%20time")
        assert status < 300, (event, answer)
        entries = [data for name, data in ear.events() if name == "GUILD_AUDIT_LOG_ENTRY_CREATE"]
        found = [(entry["action_type"], entry["reason"]) for entry in entries]
        assert (event, "It was time") in found
    _, log = await call("GET", f"/guilds/{guild}/audit-logs?limit=100")
    assert {event for event, *_ in deeds} <= {entry["action_type"] for entry in log["audit_log_entries"]}
    assert str(local.application_id) in {user["id"] for user in log["users"]}


async def test_the_audit_log_is_read_by_kind_by_user_and_in_pages(local: LocalDiscord, call: Call) -> None:
    path, member = f"/guilds/{guild_of(local).id}/audit-logs", user_id(local, "robin")
    for name in ("one", "two", "three"):
        await call("PATCH", f"/guilds/{guild_of(local).id}/members/{member}", {"nick": name})
    await call("PATCH", f"/channels/{channel_of(local).id}", {"topic": "x"})
    _, everything = await call("GET", path)
    ids = [entry["id"] for entry in everything["audit_log_entries"]]
    assert ids == sorted(ids, key=int, reverse=True)
    changes = everything["audit_log_entries"][1]["changes"]
    assert changes == [{"key": "nick", "old_value": "two", "new_value": "three"}]
    for query, expected in (
        ("?action_type=11", ids[:1]), (f"?target_id={member}", ids[1:]), ("?user_id=1", []), ("?limit=2", ids[:2]),
        (f"?before={ids[1]}", ids[2:]), (f"?after={ids[2]}", [ids[1], ids[0]]),
    ):  # fmt: skip
        _, page = await call("GET", path + query)
        assert [entry["id"] for entry in page["audit_log_entries"]] == expected, query
    take_permission(local, P.VIEW_AUDIT_LOG)
    assert (await call("GET", path))[1]["code"] == 50013


async def test_a_reason_has_512_characters(local: LocalDiscord, call: Call) -> None:
    path = f"/channels/{channel_of(local).id}"
    assert (await call("PATCH", path, {"topic": "x"}, reason="x" * 512))[0] == 200
    assert (await call("PATCH", path, {"topic": "y"}, reason="x" * 513))[1]["code"] == 50035


async def test_the_audit_log_forgets_the_oldest(local: LocalDiscord, call: Call) -> None:
    log = guild_of(local).audit_log
    await call("PATCH", f"/channels/{channel_of(local).id}", {"topic": "x"})
    first = log[0]
    for _ in range(AUDIT_LOG_MAX):
        log.append(first)
    await call("PATCH", f"/channels/{channel_of(local).id}", {"nsfw": True})
    assert len(log) == AUDIT_LOG_MAX
    assert log[-1].id != first.id


# --- who may use a command


async def test_what_administrators_set_for_a_command_holds_and_can_be_read(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear, guild = await listen(0), guild_of(local).id
    base = f"/applications/{local.application_id}"
    _, command = await call("POST", f"{base}/commands", {"name": "ping", "description": "P"})
    path = f"{base}/guilds/{guild}/commands"
    assert (await call("GET", f"{path}/{command['id']}/permissions"))[1]["code"] == 10066
    robin = user_id(local, "robin")
    local.set_command_permissions(
        command=int(command["id"]), overwrites=[CommandOverwrite(robin, OverwriteTarget.USER, allowed=False)]
    )
    shown = {"id": str(robin), "type": 2, "permission": False}
    assert ear.data("APPLICATION_COMMAND_PERMISSIONS_UPDATE")["permissions"] == [shown]
    assert (await call("GET", f"{path}/{command['id']}/permissions"))[1]["permissions"] == [shown]
    assert [each["id"] for each in (await call("GET", f"{path}/permissions"))[1]] == [command["id"]]
    with pytest.raises(LocalDiscordError, match="may not be used here"):
        local.command(user="robin", channel="general", name="ping")
    assert local.command(user="kim", channel="general", name="ping")
    status, answer = await call("PUT", f"{path}/{command['id']}/permissions", {"permissions": []})
    assert (status, answer["code"]) == (403, 20001)
    local.set_command_permissions(command=int(command["id"]), overwrites=[])
    assert (await call("GET", f"{path}/permissions"))[1] == []


async def test_a_bot_that_administers_bypasses_overwrites(local: LocalDiscord, call: Call) -> None:
    staff = channel_of(local, "staff")
    staff.overwrites = staff.overwrites[:1]
    assert (await call("GET", f"/channels/{staff.id}"))[1]["code"] == 50001
    give_permission(local, P.ADMINISTRATOR)
    assert (await call("GET", f"/channels/{staff.id}"))[0] == 200
