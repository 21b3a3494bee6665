"""Commands as a difference, and its way to a Discord that keeps them in memory and refuses as the real one does."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from runner.registration import (
    ATTEMPTS_MAX,
    Outcome,
    Payload,
    Plan,
    RegistrationsInMemory,
    Scope,
    Wanted,
    canonical,
    flattened,
    plan,
    register,
)
from runner.rest import RestRefused

APP = 7
GLOBAL = f"/applications/{APP}/commands"
GUILD = f"/applications/{APP}/guilds/5/commands"


def command(name: str = "ping", **more: object) -> dict[str, object]:
    return {"name": name, "description": f"About {name}", **more}


def echoed(payload: Payload, number: int = 1) -> dict[str, object]:
    """Return a command as Discord gives it back: with ids and with every default said."""
    defaults: dict[str, object] = {
        "type": 1,
        "default_member_permissions": None,
        "nsfw": False,
        "contexts": None,
        "integration_types": [0],
        "name_localizations": None,
        "description_localizations": None,
        "dm_permission": True,
    }
    ids: dict[str, object] = {"id": str(1000 + number), "application_id": str(APP), "version": str(2000 + number)}
    said = copy.deepcopy(dict(payload))
    if isinstance(said.get("default_member_permissions"), int):
        said["default_member_permissions"] = str(said["default_member_permissions"])
    return defaults | said | ids


class Discord:
    """Discord's command endpoints in memory: overwrite by type and name, refusal of what `refuses` names.

    A command's description is refused if it contains a phrase of `refuses`, and its error stands where Discord would
    put it. `broken` refuses every call whose path contains its key.
    """

    def __init__(self, refuses: Sequence[str] = (), creates_left: int = 200) -> None:
        self.sets: dict[str, list[dict[str, object]]] = {}
        self.calls: list[str] = []
        self.refuses = refuses
        self.creates_left = creates_left
        self.broken: dict[str, RestRefused] = {}
        self._count = 0

    def have(self, path: str, *payloads: Payload) -> None:
        self.sets[path] = [echoed(payload, self._next()) for payload in payloads]

    def names(self, path: str) -> list[object]:
        return [each["name"] for each in self.sets.get(path, [])]

    def _next(self) -> int:
        self._count += 1
        return self._count

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> object:
        path, _, query = route.partition("?")
        self.calls.append(f"{method} {path}")
        for part, refusal in self.broken.items():
            if part in f"{method} {path}":
                raise refusal
        if method == "GET":
            assert query == "with_localizations=true"
            return copy.deepcopy(self.sets.get(path, []))
        assert method == "PUT"
        self.sets[path] = self._overwritten(path, _sent(json))
        return copy.deepcopy(self.sets[path])

    async def download(self, url: str) -> bytes:
        raise AssertionError(f"registration needs no file, and asked for {url}")

    def _overwritten(self, path: str, sent: list[dict[str, object]]) -> list[dict[str, object]]:
        errors = {str(index): fault for index, each in enumerate(sent) if (fault := self._fault(each))}
        if errors:
            raise RestRefused(400, 50035, "Invalid Form Body", errors)
        by_id = {each["id"]: (each["type"], each["name"]) for each in self.sets.get(path, [])}
        old = {(each["type"], each["name"]): each for each in self.sets.get(path, [])}
        if any(kind == 4 for kind, _ in old) and not any(each.get("type") == 4 for each in sent):
            raise RestRefused(400, 50240, "You cannot remove this app's Entry Point command")
        keys = [by_id.get(each.get("id"), (each.get("type", 1), each["name"])) for each in sent]
        creates = [key for key in keys if key not in old]
        if len(creates) > self.creates_left:
            raise RestRefused(400, 30034, "Max number of daily application command creates has been reached (200)")
        self.creates_left -= len(creates)
        kept = {key: each["id"] for key, each in old.items()}
        fresh = [echoed(each, self._next()) for each in sent]
        return [each | {"id": kept.get(key, each["id"])} for key, each in zip(keys, fresh, strict=True)]

    def _fault(self, payload: Payload) -> Mapping[str, object] | None:
        for phrase in self.refuses:
            if phrase in str(payload.get("description")):
                return {"options": {"1": {"name": {"_errors": [{"code": "X", "message": f"{phrase} is bad"}]}}}}
        return None


def _sent(body: object) -> list[dict[str, object]]:
    """Return the body as Discord reads it; fails for what JSON can't carry."""
    return cast(list[dict[str, object]], json.loads(json.dumps(body)))  # the shape that `register` promises


def wanted(*payloads: Payload) -> list[Wanted]:
    return [Wanted(payload, f"bot.yaml:{line}:3") for line, payload in enumerate(payloads, start=1)]


async def run(discord: Discord, scopes: Mapping[Scope, Sequence[Wanted]]) -> Outcome:
    return await register(discord, APP, scopes)


# What a command says.

OPTION = {"type": 3, "name": "text", "description": "A text"}

SAME = [
    pytest.param({}, {}, id="the least"),
    pytest.param({"type": 1}, {}, id="the type that is the default"),
    pytest.param({"default_member_permissions": 8192}, {"default_member_permissions": "8192"}, id="permissions"),
    pytest.param({"contexts": [2, 0, 1]}, {"contexts": None}, id="all contexts"),
    pytest.param({"contexts": [1, 0]}, {"contexts": [0, 1]}, id="contexts in another order"),
    pytest.param({"integration_types": [1, 0]}, {"integration_types": [0, 1]}, id="installations in another order"),
    pytest.param({}, {"integration_types": [0, 1]}, id="installations as the app has them"),
    pytest.param({"dm_permission": False, "default_permission": True}, {}, id="fields that Discord took back"),
    pytest.param({"options": []}, {}, id="no options"),
    pytest.param({"options": [OPTION | {"required": False}]}, {"options": [OPTION]}, id="an option's default"),
    pytest.param(
        {"options": [OPTION]},
        {"options": [OPTION | {"name_localized": "Text", "name_localizations": None, "autocomplete": False}]},
        id="an option's echo",
    ),
    pytest.param(
        {"options": [OPTION | {"channel_types": [5, 0]}]},
        {"options": [OPTION | {"channel_types": [0, 5]}]},
        id="channel types in another order",
    ),
    pytest.param(
        {"options": [{"type": 10, "name": "n", "description": "N", "min_value": 1.0}]},
        {"options": [{"type": 10, "name": "n", "description": "N", "min_value": 1}]},
        id="a number in another spelling",
    ),
    pytest.param({"description": " About ping\n"}, {}, id="blanks that Discord cuts off"),
    pytest.param({"name_localizations": {"de": "klopf"}}, {"name_localizations": {"de": "klopf"}}, id="a translation"),
    pytest.param({"type": 2, "description": ""}, {"type": 2, "description": ""}, id="a menu without a description"),
]

DIFFERENT = [
    pytest.param({"description": "Else"}, {}, id="the description"),
    pytest.param({"nsfw": True}, {}, id="a truth"),
    pytest.param({"default_member_permissions": 0}, {}, id="permissions of nobody"),
    pytest.param({"contexts": [0]}, {}, id="fewer contexts"),
    pytest.param({"integration_types": [1]}, {"integration_types": [0]}, id="other installations"),
    pytest.param({"name_localizations": {"de": "klopf"}}, {"name_localizations": {"de": "hau"}}, id="a translation"),
    pytest.param({"options": [OPTION | {"required": True}]}, {"options": [OPTION]}, id="an option's truth"),
    pytest.param({"options": [OPTION | {"min_length": 0}]}, {"options": [OPTION]}, id="a nought that is said"),
    pytest.param(
        {"options": [OPTION | {"choices": [{"name": "none", "value": 0}]}]},
        {"options": [OPTION | {"choices": [{"name": "none", "value": 1}]}]},
        id="a choice that is 0",
    ),
    pytest.param(
        {"options": [OPTION, OPTION | {"name": "b"}]},
        {"options": [OPTION | {"name": "b"}, OPTION]},
        id="options in another order",
    ),
]


@pytest.mark.parametrize(("config", "discord"), SAME)
def test_what_says_the_same_is_no_change(config: dict[str, object], discord: dict[str, object]) -> None:
    change = plan([command() | config], [echoed(command() | discord)])
    assert change.is_empty
    assert len(change.unchanged) == 1


@pytest.mark.parametrize(("config", "discord"), DIFFERENT)
def test_what_says_something_else_is_an_update(config: dict[str, object], discord: dict[str, object]) -> None:
    change = plan([command() | config], [echoed(command() | discord)])
    assert [each["name"] for each in change.updates] == ["ping"]
    assert not change.is_empty


def test_the_canonical_form_of_an_echo_is_what_was_sent() -> None:
    sent = command(options=[{"type": 2, "name": "g", "description": "G", "options": [OPTION]}])
    assert canonical(echoed(sent)) == sent | {"integration_types": [0]}


def test_a_command_is_left_as_it_was_by_comparing_it() -> None:
    before = command(contexts=[1, 0], options=[OPTION | {"required": False}])
    after = copy.deepcopy(before)
    canonical(after)
    assert after == before


# What would change.


def test_commands_are_told_apart_by_type_and_name() -> None:
    change = plan(
        [command("a"), command("b", description="new"), {"type": 2, "name": "a"}, command("d")],
        [echoed(command("b")), echoed(command("c")), echoed({"type": 3, "name": "a"}), echoed(command("d"))],
    )
    assert [(each.get("type", 1), each["name"]) for each in change.creates] == [(1, "a"), (2, "a")]
    assert [each["name"] for each in change.updates] == ["b"]
    assert [(each["type"], each["name"]) for each in change.deletes] == [(1, "c"), (3, "a")]
    assert [each["name"] for each in change.unchanged] == ["d"]


def test_an_activitys_entry_point_is_never_deleted() -> None:
    assert plan([], [echoed({"type": 4, "name": "launch", "handler": 2})]).is_empty


@pytest.mark.parametrize(
    ("creates", "updates", "deletes", "is_empty"),
    [(0, 0, 0, True), (1, 0, 0, False), (0, 1, 0, False), (0, 0, 1, False)],
)
def test_a_plan_is_empty_if_it_changes_nothing(creates: int, updates: int, deletes: int, is_empty: bool) -> None:
    some = (command(),)
    assert Plan(some * creates, some * updates, some * deletes, some).is_empty is is_empty


# What is sent.


async def test_a_first_registration_is_one_overwrite() -> None:
    discord = Discord()
    outcome = await run(discord, {"global": wanted(command("a"), command("b"))})
    assert discord.calls == [f"GET {GLOBAL}", f"PUT {GLOBAL}"]
    assert discord.names(GLOBAL) == ["a", "b"]
    assert outcome.is_complete
    assert [each["name"] for each in outcome.scopes[0].applied.creates] == ["a", "b"]
    assert [each["id"] for each in outcome.scopes[0].commands] == [each["id"] for each in discord.sets[GLOBAL]]


async def test_a_second_registration_sends_nothing() -> None:
    discord = Discord()
    await run(discord, {"global": wanted(command("a"))})
    discord.calls.clear()
    outcome = await run(discord, {"global": wanted(command("a"))})
    assert discord.calls == [f"GET {GLOBAL}"]
    assert outcome.is_complete
    assert [each["name"] for each in outcome.scopes[0].commands] == ["a"]


async def test_a_change_keeps_the_ids_of_the_others() -> None:
    discord = Discord()
    discord.have(GLOBAL, command("a"), command("b"), command("old"))
    before = [each["id"] for each in discord.sets[GLOBAL][:2]]
    await run(discord, {"global": wanted(command("a"), command("b", description="new"))})
    assert [each["id"] for each in discord.sets[GLOBAL]] == before


async def test_an_entry_point_is_sent_along() -> None:
    discord = Discord()
    discord.have(GLOBAL, {"type": 4, "name": "launch", "handler": 2})
    outcome = await run(discord, {"global": wanted(command("a"))})
    assert outcome.is_complete
    assert sorted(map(str, discord.names(GLOBAL))) == ["a", "launch"]


# Renamed commands.


def renamed(payload: Payload, *aliases: str) -> Wanted:
    return Wanted(payload, "bot.yaml:1:3", aliases)


async def test_a_renamed_command_keeps_its_id_and_what_admins_have_set_for_it() -> None:
    discord = Discord(creates_left=0)
    discord.have(GLOBAL, command("a"), command("old"))
    before = {each["name"]: each["id"] for each in discord.sets[GLOBAL]}
    outcome = await run(discord, {"global": [*wanted(command("a")), renamed(command("new"), "older", "old")]})
    assert outcome.is_complete
    assert {each["name"]: each["id"] for each in discord.sets[GLOBAL]} == {"a": before["a"], "new": before["old"]}
    applied = outcome.scopes[0].applied
    assert [each["name"] for each in applied.updates] == ["new"]
    assert (applied.creates, applied.deletes) == ((), ())
    assert applied.renames == {(1, "new"): "old"}
    discord.calls.clear()
    await run(discord, {"global": [*wanted(command("a")), renamed(command("new"), "older", "old")]})
    assert discord.calls == [f"GET {GLOBAL}"]


async def test_a_former_name_that_another_command_has_now_is_no_rename() -> None:
    discord = Discord()
    discord.have(GLOBAL, command("old"))
    kept = discord.sets[GLOBAL][0]["id"]
    await run(discord, {"global": [*wanted(command("old")), renamed(command("new"), "old")]})
    assert discord.sets[GLOBAL][0]["id"] == kept
    assert discord.names(GLOBAL) == ["old", "new"]


async def test_one_former_name_makes_one_rename() -> None:
    discord = Discord()
    discord.have(GLOBAL, command("old"))
    outcome = await run(discord, {"global": [renamed(command("b"), "old"), renamed(command("c"), "old")]})
    applied = outcome.scopes[0].applied
    assert [each["name"] for each in applied.updates] == ["b"]
    assert [each["name"] for each in applied.creates] == ["c"]


async def test_a_menu_is_no_former_command() -> None:
    discord = Discord()
    discord.have(GLOBAL, {"type": 2, "name": "old"})
    outcome = await run(discord, {"global": [renamed(command("new"), "old")]})
    assert [each["name"] for each in outcome.scopes[0].applied.creates] == ["new"]


async def test_a_renamed_command_that_is_refused_stays_as_it_was_under_its_former_name() -> None:
    discord = Discord(refuses=["awful"])
    discord.have(GLOBAL, command("old"))
    outcome = await run(
        discord, {"global": [renamed(command("new", description="awful"), "old"), *wanted(command("b"))]}
    )
    assert discord.names(GLOBAL) == ["b", "old"]
    (refusal,) = outcome.scopes[0].refused
    assert (refusal.name, refusal.is_kept) == ("new", True)


# The daily limit, counted here.


class Counted:
    """Creations that were counted before, and those that are noted."""

    def __init__(self, before: int) -> None:
        self.before = before
        self.noted: list[tuple[str, int]] = []

    async def add(self, scope: str, creates: int) -> None:
        self.noted.append((scope, creates))

    async def within(self, scope: str, seconds: float) -> int:
        assert seconds == 86_400.0
        return self.before


@pytest.mark.parametrize(("before", "created"), [(0, 3), (197, 3), (198, 2), (200, 0), (300, 0)])
async def test_no_more_is_created_than_the_day_has_room_for(before: int, created: int) -> None:
    discord, counted = Discord(), Counted(before)
    discord.have(GLOBAL, command("a"))
    asked = [command("a", nsfw=True), *(command(name) for name in "xyz")]
    outcome = await register(discord, APP, {"global": wanted(*asked)}, counted)
    assert discord.names(GLOBAL) == ["a", *"xyz"[:created]]
    assert discord.sets[GLOBAL][0]["nsfw"] is True
    assert counted.noted == ([("global", created)] if created else [])
    assert [refusal.name for refusal in outcome.scopes[0].refused] == [*"xyz"[created:]]
    assert all("24 hours" in refusal.reasons[0] for refusal in outcome.scopes[0].refused)
    assert discord.calls.count(f"PUT {GLOBAL}") == 1


async def test_what_is_not_created_is_not_counted() -> None:
    discord, counted = Discord(), Counted(0)
    discord.have(GLOBAL, command("a"), command("old"))
    await register(
        discord, APP, {"global": [*wanted(command("a", nsfw=True)), renamed(command("new"), "old")]}, counted
    )
    discord.broken["PUT"] = RestRefused(500, 0, "Internal Server Error")
    await register(discord, APP, {"global": wanted(command("b"))}, counted)
    assert counted.noted == []


async def test_creations_in_memory_are_counted_by_scope_for_a_day() -> None:
    now = [1000.0]
    creations = RegistrationsInMemory(lambda: now[0])
    await creations.add("global", 3)
    now[0] += 50_000
    await creations.add("global", 4)
    await creations.add("5", 1)
    assert await creations.within("global", 86_400.0) == 7
    assert await creations.within("global", 100.0) == 4
    assert await creations.within("6", 86_400.0) == 0
    now[0] += 50_000
    assert await creations.within("global", 86_400.0) == 4
    await creations.add("global", 1)
    assert await creations.within("global", 1e9) == 5, "what is older than the window is forgotten"


# Whether another attempt may help.


@pytest.mark.parametrize(
    ("status", "is_transient"), [(0, True), (429, True), (500, True), (503, True), (400, False), (403, False)]
)
async def test_a_failure_says_whether_another_attempt_may_help(status: int, is_transient: bool) -> None:
    discord = Discord()
    discord.broken["GET"] = RestRefused(status, 0, "no")
    outcome = await run(discord, {"global": wanted(command("a"))})
    assert outcome.scopes[0].is_transient is is_transient


# Scopes.


async def test_commands_of_a_guild_empty_the_global_set_so_that_none_shows_twice() -> None:
    discord = Discord()
    discord.have(GLOBAL, command("a"))
    outcome = await run(discord, {5: wanted(command("a"))})
    assert discord.calls == [f"GET {GUILD}", f"PUT {GUILD}", f"GET {GLOBAL}", f"PUT {GLOBAL}"]
    assert (discord.names(GUILD), discord.names(GLOBAL)) == (["a"], [])
    assert [scope.scope for scope in outcome.scopes] == [5, "global"]


async def test_a_global_set_that_is_empty_is_not_emptied() -> None:
    discord = Discord()
    await run(discord, {5: wanted(command("a"))})
    assert discord.calls == [f"GET {GUILD}", f"PUT {GUILD}", f"GET {GLOBAL}"]


async def test_a_guild_that_fails_does_not_stop_the_others() -> None:
    discord = Discord()
    discord.broken["/guilds/5/"] = RestRefused(403, 50001, "Missing Access")
    outcome = await run(discord, {5: wanted(command("a")), 6: wanted(command("a"))})
    assert [scope.failure for scope in outcome.scopes] == ["403 50001: Missing Access", None, None]
    assert discord.names(GUILD.replace("5", "6")) == ["a"]
    assert not outcome.is_complete


# Refusals.


async def test_a_command_that_is_refused_does_not_take_the_others_down() -> None:
    discord = Discord(refuses=["awful"])
    outcome = await run(discord, {"global": wanted(command("a"), command("bad", description="awful"), command("c"))})
    assert discord.names(GLOBAL) == ["a", "c"]
    (refusal,) = outcome.scopes[0].refused
    assert (refusal.name, refusal.where) == ("bad", "bot.yaml:2:3")
    assert refusal.reasons == ("options.1.name: awful is bad",)
    assert not refusal.is_kept
    assert not outcome.is_complete


async def test_a_command_that_is_refused_keeps_the_version_it_had() -> None:
    discord = Discord(refuses=["awful"])
    discord.have(GLOBAL, command("a"), command("b", default_member_permissions="8"))
    before = discord.sets[GLOBAL][1]
    outcome = await run(discord, {"global": wanted(command("a", nsfw=True), command("b", description="awful"))})
    (refusal,) = outcome.scopes[0].refused
    assert refusal.is_kept
    now = discord.sets[GLOBAL][1]
    assert now["id"] == before["id"]
    assert canonical(now) == canonical(before)
    assert discord.sets[GLOBAL][0]["nsfw"] is True


async def test_nothing_is_sent_if_only_refused_commands_are_left() -> None:
    discord = Discord(refuses=["awful"])
    discord.have(GLOBAL, command("a"))
    outcome = await run(discord, {"global": wanted(command("a"), command("b", description="awful"))})
    assert discord.calls == [f"GET {GLOBAL}", f"PUT {GLOBAL}"]
    assert [refusal.name for refusal in outcome.scopes[0].refused] == ["b"]
    assert [each["name"] for each in outcome.scopes[0].commands] == ["a"]


async def test_an_earlier_version_that_is_refused_too_goes() -> None:
    discord = Discord()
    discord.have(GLOBAL, command("a", description="once fine"))
    discord.refuses = ["awful", "once fine"]
    outcome = await run(discord, {"global": wanted(command("a", description="awful"), command("b"))})
    assert discord.names(GLOBAL) == ["b"]
    (refusal,) = outcome.scopes[0].refused
    assert not refusal.is_kept


async def test_a_second_command_of_a_name_is_left_out_before_discord_refuses_all() -> None:
    discord = Discord()
    outcome = await run(discord, {"global": wanted(command("a"), command("a", description="again"))})
    assert discord.sets[GLOBAL][0]["description"] == "About a"
    (refusal,) = outcome.scopes[0].refused
    assert refusal.where == "bot.yaml:2:3"


async def test_the_daily_limit_holds_back_new_commands_only() -> None:
    discord = Discord(creates_left=0)
    discord.have(GLOBAL, command("a"), command("old"))
    outcome = await run(discord, {"global": wanted(command("a", nsfw=True), command("new"))})
    assert discord.names(GLOBAL) == ["a"]
    assert discord.sets[GLOBAL][0]["nsfw"] is True
    (refusal,) = outcome.scopes[0].refused
    assert refusal.name == "new"
    assert re.search("daily", refusal.reasons[0])


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(RestRefused(500, 0, "Internal Server Error"), id="Discord's own fault"),
        pytest.param(
            RestRefused(400, 50035, "Invalid Form Body", {"_errors": [{"code": "X", "message": "too many"}]}),
            id="a complaint about the set",
        ),
        pytest.param(
            RestRefused(400, 50035, "Invalid Form Body", {"9": {"_errors": [{"code": "X", "message": "what"}]}}),
            id="a complaint about what was not sent",
        ),
    ],
)
async def test_a_set_refused_without_naming_a_command_is_a_failure_of_its_scope(refusal: RestRefused) -> None:
    discord = Discord()
    discord.have(GLOBAL, command("a"))
    discord.broken["PUT"] = refusal
    outcome = await run(discord, {"global": wanted(command("b"))})
    assert discord.calls == [f"GET {GLOBAL}", f"PUT {GLOBAL}"]
    assert discord.names(GLOBAL) == ["a"]
    failure = outcome.scopes[0].failure
    assert failure is not None
    assert failure.startswith(str(refusal))
    assert all(line in failure for line in flattened(refusal.errors))


class OneAtATime(Discord):
    """Complains about the first command only, whatever it is."""

    def _fault(self, payload: Payload) -> Mapping[str, object] | None:
        return {"name": {"_errors": [{"code": "X"}]}}

    def _overwritten(self, path: str, sent: list[dict[str, object]]) -> list[dict[str, object]]:
        return super()._overwritten(path, sent[:1])


async def test_a_discord_that_always_finds_one_more_fault_is_given_up_after_some_attempts() -> None:
    discord = OneAtATime()
    outcome = await run(discord, {"global": wanted(*(command(f"c{number}") for number in range(ATTEMPTS_MAX + 1)))})
    assert len(discord.calls) == 1 + ATTEMPTS_MAX
    assert f"after {ATTEMPTS_MAX} attempts" in str(outcome.scopes[0].failure)


async def test_an_answer_that_is_no_list_is_a_failure() -> None:
    class Proxy(Discord):
        async def request(
            self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
        ) -> object:
            return {"message": "hello"}

    outcome = await run(Proxy(), {"global": wanted(command("a"))})
    assert "no list" in str(outcome.scopes[0].failure)


@pytest.mark.parametrize(
    ("errors", "lines"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"_errors": [{"message": "all"}]}, ["all"], id="of the whole"),
        pytest.param(
            {"name": {"_errors": [{"message": "a"}, {"message": "b"}]}}, ["name: a", "name: b"], id="two of one"
        ),
        pytest.param(
            {"options": {"1": {"name": {"_errors": [{"code": "X", "message": "bad"}]}}}},
            ["options.1.name: bad"],
            id="deep",
        ),
        pytest.param(
            {"name": {"_errors": [{"code": "BASE_TYPE_REQUIRED"}]}}, ["name: BASE_TYPE_REQUIRED"], id="a code"
        ),
        pytest.param({"name": "odd", "_errors": "odd", "x": {"_errors": ["odd"]}}, [], id="another shape"),
    ],
)
def test_nested_errors_become_lines_with_their_path(errors: Mapping[str, object], lines: list[str]) -> None:
    assert flattened(errors) == lines
