"""Members, roles, bans and voices: who may do what to whom, and what everybody hears of it."""

from datetime import UTC, datetime

import pytest

from runner.emulator.clock import elapse
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Role
from runner.lifecycle.bits import Intents, Permissions
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


def member_path(local: LocalDiscord, name: str) -> str:
    return f"/guilds/{guild_of(local).id}/members/{user_id(local, name)}"


def in_seconds(local: LocalDiscord, seconds: float) -> str:
    return datetime.fromtimestamp(local.clock.now() + seconds, UTC).isoformat()


# --- members


async def test_one_refused_key_of_an_edit_changes_nothing(local: LocalDiscord, call: Call) -> None:
    take_permission(local, P.MODERATE_MEMBERS)
    body = {"nick": "Red", "communication_disabled_until": in_seconds(local, 60)}
    assert (await call("PATCH", member_path(local, "robin"), body))[1]["code"] == 50013
    assert (await call("GET", member_path(local, "robin")))[1]["nick"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"nick": "x" * 33}, 50035),
        ({"communication_disabled_until": "soon"}, 50035),
        ({"roles": ["1"]}, 10011),
        ({"roles": ["x"]}, 50035),
        ({"mute": True}, 40032),
        ({"deaf": True}, 40032),
        ({"channel_id": None}, 40032),
        ({"mute": "yes"}, 50035),
    ],
    ids=["long nick", "no instant", "no role", "no id", "silent", "not there", "nowhere", "no boolean"],
)
async def test_an_edit_that_cannot_be_is_refused(local: LocalDiscord, call: Call, body: object, code: int) -> None:
    assert (await call("PATCH", member_path(local, "robin"), body))[1]["code"] == code


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ({"nick": "x"}, P.MANAGE_NICKNAMES),
        ({"roles": []}, P.MANAGE_ROLES),
        ({"communication_disabled_until": None}, P.MODERATE_MEMBERS),
        ({"mute": True}, P.MUTE_MEMBERS),
        ({"deaf": True}, P.DEAFEN_MEMBERS),
        ({"channel_id": None}, P.MOVE_MEMBERS),
    ],
    ids=["nick", "roles", "timeout", "mute", "deaf", "move"],
)
async def test_each_key_of_an_edit_needs_its_permission(
    local: LocalDiscord, call: Call, body: object, needed: P
) -> None:
    local.enter_voice(user="robin", channel="Lounge")
    take_permission(local, needed)
    assert (await call("PATCH", member_path(local, "robin"), body))[1]["code"] == 50013
    give_permission(local, needed)
    assert (await call("PATCH", member_path(local, "robin"), body))[0] == 200


@pytest.mark.parametrize("name", ["olive", "sam"], ids=["the owner", "one above"])
@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [("PATCH", "", {"nick": "x"}), ("DELETE", "", None), ("PATCH", "", {"communication_disabled_until": None})],
    ids=["nick", "kick", "timeout"],
)
async def test_nobody_reaches_above_themselves(
    local: LocalDiscord, call: Call, name: str, method: str, tail: str, body: object
) -> None:
    guild_of(local).roles[role_id(local, "Support")].position = 9
    status, answer = await call(method, member_path(local, name) + tail, body)
    assert (status, answer["code"]) == (403, 50013)


async def test_administrators_are_never_timed_out(local: LocalDiscord, call: Call) -> None:
    guild_of(local).roles[role_id(local, "Support")].permissions |= P.ADMINISTRATOR
    body = {"communication_disabled_until": in_seconds(local, 60)}
    assert (await call("PATCH", member_path(local, "sam"), body))[1]["code"] == 50013


async def test_a_timeout_ends_when_its_time_is_over(local: LocalDiscord, call: Call) -> None:
    await call("PATCH", member_path(local, "robin"), {"communication_disabled_until": in_seconds(local, 60)})
    with pytest.raises(LocalDiscordError, match="may not do that"):
        local.say(user="robin", channel="general", content="x")
    await elapse(61)
    assert local.say(user="robin", channel="general", content="x")


async def test_the_bots_own_nickname_needs_a_permission_of_its_own(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear = await listen(int(Intents.GUILDS))
    path = f"/guilds/{guild_of(local).id}/members/@me"
    assert (await call("PATCH", path, {"nick": "Warden"}))[1]["nick"] == "Warden"
    assert ear.data("GUILD_MEMBER_UPDATE")["nick"] == "Warden"  # of itself the bot hears without the members intent
    take_permission(local, P.CHANGE_NICKNAME)
    assert (await call("PATCH", path, {"nick": None}))[1]["code"] == 50013


async def test_members_are_listed_and_searched(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/members"
    _, everyone = await call("GET", f"{path}?limit=1000")
    ids = [int(member["user"]["id"]) for member in everyone]
    assert ids == sorted(guild_of(local).members)
    _, rest = await call("GET", f"{path}?limit=2&after={ids[1]}")
    assert [int(member["user"]["id"]) for member in rest] == ids[2:4]
    await call("PATCH", member_path(local, "robin"), {"nick": "Keen"})
    _, found = await call("GET", f"{path}/search?query=ke&limit=10")
    assert {member["user"]["username"] for member in found} == {"Keeper", "robin"}
    assert (await call("GET", f"{path}/search"))[1]["code"] == 50035
    assert (await call("GET", f"{path}?limit=1001"))[1]["code"] == 50035


async def test_people_join_and_leave(local: LocalDiscord, listen: Listen) -> None:
    ear = await listen()
    zoe = local.join(user="Zoe")
    events = dict(ear.events())
    assert events["GUILD_MEMBER_ADD"]["user"]["username"] == "zoe"
    assert (events["MESSAGE_CREATE"]["type"], events["MESSAGE_CREATE"]["author"]["id"]) == (7, str(zoe))
    with pytest.raises(LocalDiscordError, match="already"):
        local.join(user="Zoe")
    local.leave(user="Zoe")
    assert ear.data("GUILD_MEMBER_REMOVE")["user"]["id"] == str(zoe)
    with pytest.raises(LocalDiscordError, match="is not in"):
        local.leave(user="Zoe")
    guild_of(local).bans[zoe] = None
    with pytest.raises(LocalDiscordError, match="banned"):
        local.join(user="Zoe")


async def test_who_comes_and_goes_is_told_with_the_members_intent_only(local: LocalDiscord, listen: Listen) -> None:
    ear = await listen(int(Intents.GUILDS | Intents.GUILD_MODERATION))
    local.join(user="Zoe")
    local.leave(user="Zoe")
    assert ear.names() == []


# --- voices


async def test_members_are_moved_muted_and_sent_out_of_voice(local: LocalDiscord, call: Call, listen: Listen) -> None:
    guild = guild_of(local).id
    _, other = await call("POST", f"/guilds/{guild}/channels", {"name": "Stage", "type": 2})
    ear = await listen()
    local.enter_voice(user="robin", channel="Lounge")
    assert ear.data("VOICE_STATE_UPDATE")["channel_id"] == str(channel_of(local, "Lounge").id)
    path = member_path(local, "robin")
    assert (await call("PATCH", path, {"mute": True, "channel_id": other["id"]}))[1]["mute"]
    state = ear.data("VOICE_STATE_UPDATE")
    assert (state["channel_id"], state["mute"], state["member"]["mute"]) == (other["id"], True, True)
    assert (await call("GET", f"/guilds/{guild}/voice-states/{user_id(local, 'robin')}"))[1] == state
    assert (await call("PATCH", path, {"channel_id": None}))[0] == 200
    assert ear.data("VOICE_STATE_UPDATE")["channel_id"] is None
    assert (await call("GET", f"/guilds/{guild}/voice-states/@me"))[1]["code"] == 10065
    with pytest.raises(LocalDiscordError, match="no voice channel"):
        local.leave_voice(user="robin")
    with pytest.raises(LocalDiscordError, match="is no voice channel"):
        local.enter_voice(user="robin", channel="general")


async def test_nobody_is_moved_to_where_the_bot_cannot_go(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    hidden = {"id": str(guild.id), "type": 0, "deny": str(int(P.CONNECT))}
    body = {"name": "Locked", "type": 2, "permission_overwrites": [hidden]}
    _, locked = await call("POST", f"/guilds/{guild.id}/channels", body)
    local.enter_voice(user="robin", channel="Lounge")
    path = member_path(local, "robin")
    assert (await call("PATCH", path, {"channel_id": locked["id"]}))[1]["code"] == 50013
    assert (await call("PATCH", path, {"channel_id": str(channel_of(local).id)}))[1]["code"] == 10003


async def test_who_speaks_is_in_a_new_session(local: LocalDiscord, listen: Listen) -> None:
    local.enter_voice(user="robin", channel="Lounge")
    ear = await listen(int(Intents.GUILDS))
    guild = ear.guild()
    assert [state["user_id"] for state in guild["voice_states"]] == [str(user_id(local, "robin"))]
    assert {member["user"]["username"] for member in guild["members"]} == {"Keeper", "robin"}


# --- roles


async def test_roles_are_made_changed_moved_and_deleted(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear = await listen()
    path = f"/guilds/{guild_of(local).id}/roles"
    before = {role["name"]: role["position"] for role in (await call("GET", path))[1]}
    body = {"name": "Guest", "color": 0x112233, "hoist": True, "permissions": str(int(P.SEND_MESSAGES))}
    _, guest = await call("POST", path, body)
    assert (guest["position"], guest["colors"]["primary_color"], guest["hoist"]) == (1, 0x112233, True)
    assert ear.data("GUILD_ROLE_CREATE")["role"] == guest
    after = {role["name"]: role["position"] for role in (await call("GET", path))[1]}
    assert after == {"Guest": 1} | {name: place + (name != "@everyone") for name, place in before.items()}
    _, changed = await call("PATCH", f"{path}/{guest['id']}", {"name": "Visitor", "mentionable": True})
    assert (changed["name"], changed["mentionable"], changed["hoist"]) == ("Visitor", True, True)
    _, moved = await call("PATCH", path, [{"id": guest["id"], "position": 3}])
    assert next(role["position"] for role in moved if role["id"] == guest["id"]) == 3
    robin = member_path(local, "robin")
    assert (await call("PUT", f"{robin}/roles/{guest['id']}"))[0] == 204
    assert (await call("GET", f"{path}/member-counts"))[1][guest["id"]] == 1
    ear.events()
    assert (await call("DELETE", f"{path}/{guest['id']}"))[0] == 204
    assert ear.names()[0] == "GUILD_ROLE_DELETE"
    assert (await call("GET", f"{path}/{guest['id']}"))[1]["code"] == 10011
    assert (await call("GET", robin))[1]["roles"] == []


@pytest.mark.parametrize(
    ("method", "role", "body", "code"),
    [
        ("POST", None, {"name": "x" * 101}, 50035),
        ("POST", None, {"color": 0x1000000}, 50035),
        ("POST", None, {"permissions": str(int(P.ADMINISTRATOR))}, 50013),
        ("PATCH", "Moderator", {"permissions": str(int(P.ADMINISTRATOR))}, 50013),
        ("PATCH", "Keeper", {"name": "x"}, 50013),
        ("PATCH", "Above", {"name": "x"}, 50013),
        ("DELETE", "Above", None, 50013),
        ("DELETE", "Keeper", None, 50028),
        ("DELETE", "@everyone", None, 50028),
    ],
    ids=[
        "long name", "no colour", "new power", "more power", "its own", "above", "delete above", "managed", "everyone",
    ],
)  # fmt: skip
async def test_a_role_out_of_reach_is_refused(
    local: LocalDiscord, call: Call, method: str, role: str | None, body: object, code: int
) -> None:
    guild = guild_of(local)
    guild.roles[1] = Role(id=1, name="Above", position=9)
    tail = "" if role is None else f"/{guild.id if role == '@everyone' else role_id(local, role)}"
    assert (await call(method, f"/guilds/{guild.id}/roles{tail}", body))[1]["code"] == code


async def test_a_role_moves_only_below_the_bots_own(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    path, muted = f"/guilds/{guild.id}/roles", str(role_id(local, "Muted"))
    assert (await call("PATCH", path, [{"id": muted, "position": 9}]))[1]["code"] == 50013
    assert (await call("PATCH", path, [{"id": str(guild.id), "position": 1}]))[1]["code"] == 50028
    assert (await call("PATCH", path, [{"id": "1", "position": 1}]))[1]["code"] == 10011


async def test_a_guild_has_two_hundred_and_fifty_roles(local: LocalDiscord, call: Call) -> None:
    guild = guild_of(local)
    for number in range(249 - len(guild.roles)):
        guild.roles[number] = Role(id=number, name=str(number))
    path = f"/guilds/{guild.id}/roles"
    assert (await call("POST", path, {}))[1]["name"] == "new role"
    assert (await call("POST", path, {}))[1]["code"] == 30005


@pytest.mark.parametrize(("name", "code"), [("Keeper", 50028), ("Above", 50013)], ids=["managed", "above"])
async def test_roles_out_of_reach_are_not_given(local: LocalDiscord, call: Call, name: str, code: int) -> None:
    guild_of(local).roles[1] = Role(id=1, name="Above", position=9)
    assert (await call("PUT", f"{member_path(local, 'robin')}/roles/{role_id(local, name)}"))[1]["code"] == code
    body = {"roles": [str(role_id(local, name))]}
    assert (await call("PATCH", member_path(local, "robin"), body))[1]["code"] == code


# --- bans


async def test_a_ban_takes_the_latest_messages_along(local: LocalDiscord, call: Call, listen: Listen) -> None:
    local.say(user="robin", channel="general", content="old")
    await elapse(3600)
    said = [local.say(user="robin", channel="general", content="new") for _ in range(2)]
    ear = await listen()
    ban = f"/guilds/{guild_of(local).id}/bans/{user_id(local, 'robin')}"
    assert (await call("PUT", f"{ban}?delete_message_seconds=60", reason="Spam"))[0] == 204
    assert (await call("GET", ban))[1]["reason"] == "Spam"
    names = ear.events()
    assert [name for name, _ in names] == [
        "GUILD_MEMBER_REMOVE", "GUILD_BAN_ADD", "GUILD_AUDIT_LOG_ENTRY_CREATE", "MESSAGE_DELETE_BULK",
    ]  # fmt: skip
    assert names[-1][1]["ids"] == [str(number) for number in said]
    assert [message.content for message in channel_of(local).messages.values()] == ["old"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"delete_message_seconds": 604801}, 50035), ({"delete_message_days": 8}, 50035)],
    ids=["seconds", "days"],
)
async def test_a_ban_reaches_back_seven_days_at_most(local: LocalDiscord, call: Call, body: object, code: int) -> None:
    path = f"/guilds/{guild_of(local).id}/bans/{user_id(local, 'robin')}"
    assert (await call("PUT", path, body))[1]["code"] == code


async def test_strangers_can_be_banned_and_the_unknown_cannot(local: LocalDiscord, call: Call) -> None:
    local.leave(user="robin")
    bans = f"/guilds/{guild_of(local).id}/bans"
    assert (await call("PUT", f"{bans}/{user_id(local, 'robin')}"))[0] == 204
    assert (await call("PUT", f"{bans}/1"))[1]["code"] == 10013
    assert (await call("PUT", f"{bans}/{user_id(local, 'olive')}"))[1]["code"] == 50013
    assert (await call("GET", f"{bans}/{user_id(local, 'kim')}"))[1]["code"] == 10026


async def test_bans_are_listed_in_pages(local: LocalDiscord, call: Call) -> None:
    bans = f"/guilds/{guild_of(local).id}/bans"
    users = sorted(user_id(local, name) for name in ("robin", "kim", "sam"))
    for user in users:
        await call("PUT", f"{bans}/{user}")
    for query, expected in (("", users), ("?limit=2", users[:2]), (f"?after={users[0]}", users[1:]),
                            (f"?before={users[2]}&limit=1", users[1:2])):  # fmt: skip
        _, page = await call("GET", bans + query)
        assert [int(entry["user"]["id"]) for entry in page] == expected, query


async def test_many_are_banned_at_once_and_who_cannot_be_is_named(local: LocalDiscord, call: Call) -> None:
    path = f"/guilds/{guild_of(local).id}/bulk-ban"
    robin, kim, olive = (str(user_id(local, name)) for name in ("robin", "kim", "olive"))
    _, answer = await call("POST", path, {"user_ids": [robin, kim, olive, "1"]})
    assert answer == {"banned_users": [robin, kim], "failed_users": [olive, "1"]}
    assert (await call("POST", path, {"user_ids": [olive]}))[1]["code"] == 500000
    assert (await call("POST", path, {"user_ids": []}))[1]["code"] == 50035
    assert (await call("POST", path, {"user_ids": [str(n) for n in range(201)]}))[1]["code"] == 50035
    take_permission(local, P.MANAGE_GUILD)
    assert (await call("POST", path, {"user_ids": ["1"]}))[1]["code"] == 50013


async def test_bans_are_heard_of_by_who_may_ban_or_read_the_audit_log(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear = await listen(int(Intents.GUILD_MODERATION))
    ban = f"/guilds/{guild_of(local).id}/bans/{user_id(local, 'robin')}"
    await call("PUT", ban)
    assert ear.names() == ["GUILD_BAN_ADD", "GUILD_AUDIT_LOG_ENTRY_CREATE"]
    take_permission(local, P.VIEW_AUDIT_LOG)
    await call("DELETE", ban)
    assert ear.names() == ["GUILD_BAN_REMOVE"]


async def test_a_bot_leaves_a_guild(local: LocalDiscord, call: Call, listen: Listen) -> None:
    ear, guild = await listen(), guild_of(local)
    assert (await call("DELETE", f"/users/@me/guilds/{guild.id}"))[0] == 204
    assert ear.data("GUILD_DELETE") == {"id": str(guild.id)}
    assert (await call("GET", f"/guilds/{guild.id}"))[1]["code"] == 50001
    assert (await call("GET", "/users/@me/guilds"))[1] == []


async def test_a_bot_is_added_to_a_guild_again_with_its_own_role(
    local: LocalDiscord, call: Call, listen: Listen
) -> None:
    ear, guild = await listen(), guild_of(local)
    with pytest.raises(LocalDiscordError, match="already"):
        local.add_bot()
    await call("DELETE", f"/users/@me/guilds/{guild.id}")
    local.add_bot()
    assert ear.data("GUILD_CREATE")["id"] == str(guild.id)
    _, member = await call("GET", member_path(local, "Keeper"))
    assert [guild.roles[int(role)].name for role in member["roles"]] == ["Keeper"]


async def test_the_bot_is_a_member_like_any_other(local: LocalDiscord, call: Call) -> None:
    _, member = await call("GET", member_path(local, "Keeper"))
    assert member["roles"] == [str(role) for role in bot_of(local).role_ids]
