"""The registered commands of the local Discord: ids, versions, counts, answers, and who may use them."""

from itertools import count
from typing import cast

import pytest

from runner.emulator.commands.access import CommandOverwrite, OverwriteTarget
from runner.emulator.commands.store import Answer, CommandStore
from runner.lifecycle.bits import Permissions

Json = dict[str, object]

APP, GUILD, OTHER_GUILD, CHANNEL, ROBIN, SUPPORT, STAFF = 7, 100, 101, 110, 2, 201, 202
NOW = 1_700_000_000.0
DAY_S = 86_400.0

PING: Json = {"name": "ping", "description": "Check it"}
PONG: Json = {"name": "pong", "description": "Check it too"}
MENU: Json = {"type": 3, "name": "Report message"}
TICKET: Json = {
    "name": "ticket",
    "description": "Tickets",
    "options": [
        {"type": 1, "name": "open", "description": "Open one", "options": [
            {"type": 3, "name": "subject", "description": "What about", "required": True},
        ]},
        {"type": 2, "name": "admin", "description": "For staff", "options": [
            {"type": 1, "name": "purge", "description": "Delete all"},
        ]},
    ],
}  # fmt: skip


def store() -> CommandStore:
    return CommandStore(count(1000).__next__, APP)


def body(answer: Answer) -> Json:
    assert isinstance(answer.body, dict)
    return answer.body


def bodies(answer: Answer) -> list[Json]:
    assert isinstance(answer.body, list)
    return answer.body


def put(commands: CommandStore, *items: Json, guild_id: int | None = None) -> list[Json]:
    answer = commands.put_all(guild_id, list(items), now=NOW)
    assert answer.status == 200
    return bodies(answer)


def id_of(command: Json) -> int:
    return int(cast("str", command["id"]))


def ids_by_name(commands: list[Json]) -> dict[object, object]:
    return {command["name"]: command["id"] for command in commands}


# Shape


def test_a_global_command_is_answered_in_discords_shape() -> None:
    answer = store().post(None, PING, now=NOW)
    assert answer == Answer(
        201,
        {
            "id": "1000",
            "application_id": "7",
            "version": "1001",
            "type": 1,
            "name": "ping",
            "name_localizations": None,
            "description": "Check it",
            "description_localizations": None,
            "default_member_permissions": None,
            "nsfw": False,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
        },
    )


def test_a_guilds_command_has_a_guild_and_neither_contexts_nor_installation_types() -> None:
    command = body(store().post(GUILD, {**PING, "contexts": [0], "integration_types": [1]}, now=NOW))
    assert command["guild_id"] == "100"
    assert not command.keys() & {"dm_permission", "contexts", "integration_types"}


@pytest.mark.parametrize(
    ("sent", "answered"), [(32, "32"), ("32", "32"), (0, "0"), (None, None)], ids=["number", "text", "nobody", "null"]
)
def test_default_member_permissions_come_back_as_text(sent: object, answered: object) -> None:
    command = body(store().post(None, {**PING, "default_member_permissions": sent}, now=NOW))
    assert command["default_member_permissions"] == answered


def test_a_menu_has_an_empty_description_and_no_options() -> None:
    command = body(store().post(None, MENU, now=NOW))
    assert (command["type"], command["description"], "options" in command) == (3, "", False)


def test_options_come_back_without_what_says_nothing() -> None:
    option: Json = {
        "type": 3,
        "name": "colour",
        "description": "Which",
        "required": False,
        "autocomplete": False,
        "min_length": 0,
        "max_length": None,
        "name_localizations": None,
        "choices": [{"name": "Red", "value": "r", "name_localizations": None}],
        "options": [{"type": 3, "name": "below", "description": "A text has nothing below it"}],
        "secret": "dropped",
    }
    command = body(store().post(None, {**PING, "options": [option]}, now=NOW))
    assert command["options"] == [
        {
            "type": 3,
            "name": "colour",
            "description": "Which",
            "min_length": 0,
            "choices": [{"name": "Red", "value": "r"}],
        }
    ]


def test_a_list_carries_all_translations_or_the_readers_own() -> None:
    commands = store()
    option: Json = {"type": 3, "name": "a", "description": "b", "name_localizations": {"de": "ä"}}
    put(commands, {**PING, "name_localizations": {"de": "klingel"}, "options": [option]})
    [full] = bodies(commands.list(None, with_localizations=True))
    assert full["name_localizations"] == {"de": "klingel"}
    [german] = bodies(commands.list(None, locale="de"))
    assert german["name_localized"] == "klingel"
    assert german["options"] == [{"type": 3, "name": "a", "description": "b", "name_localized": "ä"}]
    [french] = bodies(commands.list(None, locale="fr"))
    assert not french.keys() & {"name_localized", "name_localizations", "description_localizations"}


# Reading and deleting


def test_get_returns_the_command_of_that_scope_only() -> None:
    commands = store()
    [ping] = put(commands, PING, guild_id=GUILD)
    assert commands.get(GUILD, id_of(ping)) == Answer(200, ping)
    unknown: Json = {"message": "Unknown application command", "code": 10063}
    assert commands.get(None, id_of(ping)) == Answer(404, unknown)
    assert commands.get(OTHER_GUILD, id_of(ping)) == Answer(404, unknown)


def test_a_deleted_command_is_gone() -> None:
    commands = store()
    [ping] = put(commands, PING)
    assert commands.delete(None, id_of(ping)) == Answer(204, None)
    assert commands.delete(None, id_of(ping)).status == 404
    assert bodies(commands.list(None)) == []


# Overwriting everything


def test_an_unchanged_overwrite_keeps_ids_and_versions_and_counts_nothing() -> None:
    commands = store()
    first = put(commands, TICKET, MENU, PING)
    for _ in range(300):
        assert put(commands, TICKET, MENU, PING) == first


def test_a_changed_command_keeps_its_id_and_gets_a_new_version() -> None:
    commands = store()
    [ping, pong] = put(commands, PING, PONG)
    [changed, same] = put(commands, {**PING, "description": "Louder"}, PONG)
    assert same == pong
    assert changed["id"] == ping["id"]
    assert changed["version"] != ping["version"]


def test_an_overwrite_deletes_what_it_leaves_out() -> None:
    commands = store()
    put(commands, PING, PONG)
    assert list(ids_by_name(put(commands, PONG))) == ["pong"]
    assert put(commands) == []


def test_a_rename_keeps_the_id_only_if_the_id_is_sent() -> None:
    commands = store()
    [ping] = put(commands, PING)
    [renamed] = put(commands, {**PING, "name": "peng", "id": ping["id"]})
    assert (renamed["id"], renamed["name"]) == (ping["id"], "peng")
    [recreated] = put(commands, PING)
    assert recreated["id"] != ping["id"]


def test_a_command_named_by_id_is_not_matched_by_its_old_name_as_well() -> None:
    commands = store()
    [ping] = put(commands, PING)
    found = ids_by_name(put(commands, PING, {**PING, "name": "peng", "id": ping["id"]}))
    assert found["peng"] == ping["id"]
    assert found["ping"] != ping["id"]


def test_commands_of_one_name_and_different_types_are_different_commands() -> None:
    commands = store()
    first = put(commands, PING, {"type": 2, "name": "ping"})
    assert len({command["id"] for command in first}) == 2
    assert put(commands, {"type": 2, "name": "ping"}, PING) == first[::-1]


def test_scopes_do_not_touch_each_other() -> None:
    commands = store()
    put(commands, PING)
    put(commands, PONG, guild_id=GUILD)
    put(commands, guild_id=OTHER_GUILD)
    assert list(ids_by_name(bodies(commands.list(None)))) == ["ping"]
    assert list(ids_by_name(bodies(commands.list(GUILD)))) == ["pong"]


def test_one_bad_command_refuses_the_batch_and_changes_nothing() -> None:
    commands = store()
    before = put(commands, PING)
    answer = commands.put_all(None, [PONG, {"name": "Bad", "description": "x"}], now=NOW)
    assert answer.status == 400
    assert body(answer)["code"] == 50035
    assert list(cast("Json", body(answer)["errors"])) == ["1"]
    assert bodies(commands.list(None, with_localizations=True)) == before


# One at a time


def test_a_post_replaces_the_command_of_that_name_and_type() -> None:
    commands = store()
    created = commands.post(None, PING, now=NOW)
    replaced = commands.post(None, {**PING, "description": "Louder"}, now=NOW)
    assert (created.status, replaced.status) == (201, 200)
    assert body(replaced)["id"] == body(created)["id"]
    assert len(bodies(commands.list(None))) == 1


def test_a_refused_post_registers_nothing() -> None:
    commands = store()
    answer = commands.post(None, {"name": "Bad", "description": "x"}, now=NOW)
    assert (answer.status, body(answer)["code"]) == (400, 50035)
    assert bodies(commands.list(None)) == []


def test_a_patch_replaces_the_given_fields_and_keeps_the_others() -> None:
    commands = store()
    [ticket] = put(commands, {**TICKET, "nsfw": True})
    patched = commands.patch(None, id_of(ticket), {"name": "tickets", "options": [], "type": 3})
    assert patched.status == 200
    assert body(patched) == {
        **{key: value for key, value in ticket.items() if key != "options"},
        "name": "tickets",
        "version": body(patched)["version"],
    }
    assert body(patched)["version"] != ticket["version"]


@pytest.mark.parametrize(
    ("item", "status", "code"),
    [({"name": "Loud"}, 400, 50035), (["x"], 400, 50035), ({"name": "pong"}, 400, 40041)],
    ids=["bad-name", "no-object", "name-taken"],
)
def test_a_patch_that_is_refused_changes_nothing(item: object, status: int, code: int) -> None:
    commands = store()
    before = put(commands, PING, PONG)
    answer = commands.patch(None, id_of(before[0]), item)
    assert (answer.status, body(answer)["code"]) == (status, code)
    assert bodies(commands.list(None, with_localizations=True)) == before


def test_a_patch_of_an_unknown_command_is_refused() -> None:
    assert store().patch(None, 5, {"name": "pong"}).status == 404


# Caps


def test_the_hundred_and_first_command_of_a_scope_is_refused_but_a_replacement_is_not() -> None:
    commands = store()
    put(commands, *({**PING, "name": f"c{number}"} for number in range(100)))
    refused = commands.post(None, PING, now=NOW)
    assert (refused.status, body(refused)["code"]) == (400, 30032)
    assert commands.post(None, {**PING, "name": "c5", "description": "Other"}, now=NOW).status == 200
    assert commands.post(GUILD, PING, now=NOW).status == 201


def test_two_hundred_commands_may_be_created_a_day_and_scope() -> None:
    commands = store()
    for number in range(2):
        put(commands, *({**PING, "name": f"c{number}-{index}"} for index in range(100)))
    refused = commands.post(None, PING, now=NOW)
    assert (refused.status, body(refused)["code"]) == (400, 30032)
    put(commands)
    for refused in (commands.post(None, PING, now=NOW), commands.put_all(None, [PING], now=NOW)):
        assert (refused.status, body(refused)["code"]) == (400, 30034)
    assert commands.post(GUILD, PING, now=NOW).status == 201
    assert commands.post(None, PING, now=NOW + DAY_S).status == 201


def test_a_refused_overwrite_uses_up_no_creations() -> None:
    commands = store()
    for number in range(199):
        put(commands, {**PING, "name": f"c{number}"})
    assert commands.put_all(None, [PING, PONG], now=NOW).status == 400
    assert commands.put_all(None, [PING], now=NOW).status == 200


# Finding


def test_users_see_a_guilds_commands_and_the_global_ones_of_the_same_name() -> None:
    commands = store()
    put(commands, PING, PONG)
    put(commands, PING, guild_id=GUILD)
    assert [command["name"] for command in commands.visible(GUILD)] == ["ping", "ping", "pong"]
    assert [command.get("guild_id") for command in commands.visible(GUILD)] == ["100", None, None]
    assert [command["name"] for command in commands.visible(None)] == ["ping", "pong"]
    assert [found.command.get("guild_id") for found in commands.find("ping", GUILD)] == ["100", None]


@pytest.mark.parametrize(
    ("name", "path", "nodes", "options"),
    [
        ("ping", ("ping",), [], []),
        ("ticket open", ("ticket", "open"), ["open"], ["subject"]),
        ("ticket admin purge", ("ticket", "admin", "purge"), ["admin", "purge"], []),
        ("Report message", ("Report message",), [], []),
    ],
)
def test_a_command_is_found_by_its_whole_name(
    name: str, path: tuple[str, ...], nodes: list[str], options: list[str]
) -> None:
    commands = store()
    put(commands, PING, TICKET, MENU)
    [found] = commands.find(name, GUILD)
    assert found.path == path
    assert [node["name"] for node in found.nodes] == nodes
    assert [option["name"] for option in found.options] == options


@pytest.mark.parametrize(
    "name", ["", "nothing", "ticket", "ticket admin", "ticket open subject", "ping open", "report message"]
)
def test_what_cannot_be_run_is_not_found(name: str) -> None:
    commands = store()
    put(commands, PING, TICKET, MENU)
    assert commands.find(name, GUILD) == []


def test_a_search_can_ask_for_one_type() -> None:
    commands = store()
    put(commands, PING, {"type": 2, "name": "ping"})
    assert [found.command["type"] for found in commands.find("ping", None)] == [1, 2]
    assert [found.command["type"] for found in commands.find("ping", None, command_type=2)] == [2]


# Access

USE = Permissions.USE_APPLICATION_COMMANDS
MANAGE = USE | Permissions.MANAGE_MESSAGES
ADMIN = Permissions.ADMINISTRATOR
ROLE, USER, IN_CHANNEL = OverwriteTarget.ROLE, OverwriteTarget.USER, OverwriteTarget.CHANNEL


def may_robin(
    item: Json, permissions: Permissions, *overwrites: CommandOverwrite, in_dm: bool = False, scope: int | None = None
) -> bool:
    commands = store()
    [command] = put(commands, item, guild_id=scope)
    commands.set_overwrites(GUILD, id_of(command), overwrites)
    return commands.usable_by(
        command,
        member_permissions=permissions,
        channel_id=CHANNEL,
        role_ids=(SUPPORT, STAFF),
        user_id=ROBIN,
        guild_id=None if in_dm else GUILD,
        in_dm=in_dm,
    )


NEEDS_MANAGE: Json = {**PING, "default_member_permissions": str(int(Permissions.MANAGE_MESSAGES))}
ADMINS_ONLY: Json = {**PING, "default_member_permissions": "0"}


@pytest.mark.parametrize(
    ("item", "permissions", "expected"),
    [
        (PING, USE, True),
        (PING, Permissions(0), False),
        (PING, ADMIN, True),
        (NEEDS_MANAGE, USE, False),
        (NEEDS_MANAGE, MANAGE, True),
        (NEEDS_MANAGE, Permissions.MANAGE_MESSAGES, False),
        (ADMINS_ONLY, Permissions(2**53 - 1) & ~ADMIN, False),
        (ADMINS_ONLY, ADMIN, True),
        ({"type": 2, "name": "Profile"}, USE, False),
        ({"type": 2, "name": "Profile"}, USE | Permissions.SEND_MESSAGES, True),
        (MENU, USE, True),
        ({**PING, "contexts": [1]}, ADMIN, False),
        ({**PING, "contexts": [0]}, USE, True),
    ],
    ids=[
        "may-use", "may-not-use", "admin", "lacks-default", "has-default", "default-is-not-enough", "admins-only",
        "admin-of-those", "user-menu-mute", "user-menu", "message-menu", "dm-only", "guild-only",
    ],
)  # fmt: skip
def test_who_is_offered_a_command_in_a_guild(item: Json, permissions: Permissions, expected: bool) -> None:
    assert may_robin(item, permissions) == expected


@pytest.mark.parametrize(
    ("item", "scope", "expected"),
    [
        (PING, None, True),
        (PING, GUILD, False),
        (NEEDS_MANAGE, None, True),
        ({**PING, "contexts": [0]}, None, False),
        ({**PING, "contexts": [0, 1]}, None, True),
        ({**PING, "dm_permission": False}, None, False),
        ({**PING, "dm_permission": False, "contexts": [1]}, None, True),
    ],
    ids=["global", "guilds", "no-permissions-in-dms", "guild-only", "both", "deprecated-no", "contexts-win"],
)
def test_which_commands_are_offered_in_a_dm(item: Json, scope: int | None, expected: bool) -> None:
    assert may_robin(item, Permissions(0), in_dm=True, scope=scope) == expected


def rule(target: OverwriteTarget, id_: int, allowed: bool) -> CommandOverwrite:
    return CommandOverwrite(id_, target, allowed)


@pytest.mark.parametrize(
    ("overwrites", "expected"),
    [
        ((rule(USER, ROBIN, True),), True),
        ((rule(USER, ROBIN, False), rule(ROLE, SUPPORT, True)), False),
        ((rule(USER, ROBIN + 1, True),), False),
        ((rule(ROLE, SUPPORT, True), rule(ROLE, GUILD, False)), True),
        ((rule(ROLE, SUPPORT, False), rule(ROLE, STAFF, True)), True),
        ((rule(ROLE, SUPPORT, False), rule(ROLE, GUILD, True)), False),
        ((rule(ROLE, GUILD, True),), True),
        ((rule(ROLE, GUILD, True), rule(IN_CHANNEL, CHANNEL, False)), False),
        ((rule(ROLE, GUILD, True), rule(IN_CHANNEL, GUILD - 1, False)), False),
        ((rule(ROLE, GUILD, True), rule(IN_CHANNEL, GUILD - 1, False), rule(IN_CHANNEL, CHANNEL, True)), True),
        ((rule(IN_CHANNEL, CHANNEL, True),), False),
    ],
    ids=[
        "user-allowed", "user-beats-role", "other-user", "role-beats-everyone", "one-role-is-enough",
        "role-denied", "everyone-allowed", "channel-denied", "all-channels-denied", "channel-beats-all",
        "channel-alone-gives-nothing",
    ],
)  # fmt: skip
def test_an_admins_overwrite_beats_the_default_permissions(
    overwrites: tuple[CommandOverwrite, ...], expected: bool
) -> None:
    assert may_robin(NEEDS_MANAGE, USE, *overwrites) == expected


def test_at_most_a_hundred_overwrites_are_kept_for_a_command() -> None:
    others = [rule(USER, 1000 + number, True) for number in range(100)]
    assert may_robin(NEEDS_MANAGE, USE, *others[:99], rule(USER, ROBIN, True))
    assert not may_robin(NEEDS_MANAGE, USE, *others, rule(USER, ROBIN, True))
