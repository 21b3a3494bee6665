"""What members can do, what Discord's app keeps them from, and what the bot then receives."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.messages import FILES_MAX
from runner.emulator.people.directory import find_role, find_user
from runner.emulator.server import LocalDiscord, LocalDiscordError
from runner.emulator.trace import Trace
from runner.lifecycle.bits import Permissions

Call = Callable[..., Awaitable[tuple[int, Any]]]  # JSON of any shape comes back


def option(name: str, kind: int, **more: object) -> dict[str, object]:
    return {"name": name, "description": "x", "type": kind, **more}


COMMANDS: list[dict[str, object]] = [
    {
        "name": "give",
        "description": "x",
        "options": [
            option("who", 6, required=True),
            option("role", 8),
            option("where", 7, channel_types=[0]),
            option("any", 9),
            option("count", 4, min_value=1, max_value=5),
            option("share", 10),
            option("sure", 5),
            option("kind", 3, choices=[{"name": "Bug", "value": "bug"}]),
            option("note", 3, max_length=3),
        ],
    },
    {
        "name": "ticket",
        "description": "x",
        "options": [option("open", 1, options=[option("text", 3, autocomplete=True)])],
    },
    {"name": "purge", "description": "x", "default_member_permissions": str(int(Permissions.MANAGE_MESSAGES))},
    {"name": "Greet", "type": 2},
    {"name": "Report", "type": 3},
]


@pytest.fixture
async def registered(local: LocalDiscord, call: Call) -> LocalDiscord:
    """The local Discord, with the commands above."""
    status, body = await call("PUT", f"/applications/{local.application_id}/commands", COMMANDS)
    assert status == 200, body
    return local


def give(local: LocalDiscord, **options: object) -> Trace:
    return local.command(user="robin", channel="#general", name="give", options={"who": "kim", **options})


async def test_a_command_reaches_the_bot_filled_in_whole(registered: LocalDiscord) -> None:
    trace = give(registered, role="@Support", where="#support", any="Moderator", count=3, sure=True, kind="bug")
    payload = trace.payload
    guild = next(iter(registered.world.guilds.values()))
    kim = str(find_user(registered.world, "kim").id)
    options = {given["name"]: given["value"] for given in payload["data"]["options"]}
    assert (options["who"], options["count"], options["sure"]) == (kim, 3, True)
    resolved = payload["data"]["resolved"]
    assert resolved["users"][kim]["username"] == "kim"
    assert "user" not in resolved["members"][kim]
    assert {role["name"] for role in resolved["roles"].values()} == {"Support", "Moderator"}
    assert [channel["name"] for channel in resolved["channels"].values()] == ["support"]
    assert payload["guild_id"] == str(guild.id)
    assert payload["member"]["user"]["username"] == "robin"
    assert int(payload["member"]["permissions"]) & Permissions.SEND_MESSAGES
    assert int(payload["app_permissions"]) & Permissions.MANAGE_MESSAGES
    assert payload["authorizing_integration_owners"] == {"0": str(guild.id)}
    assert (payload["context"], payload["version"], payload["locale"]) == (0, 1, "en-US")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"who": "nobody"}, "no user"),
        ({"role": "Captain"}, "no role"),
        ({"where": "Lounge"}, "right type"),
        ({"count": 6}, "1 to 5"),
        ({"count": "many"}, "takes a number"),
        ({"share": 2**54}, "takes"),
        ({"sure": "yes"}, "cannot take"),
        ({"kind": "idea"}, "no choice"),
        ({"note": "long"}, "0 to 3 characters"),
        ({"other": 1}, "no option"),
    ],
)
async def test_an_unfit_option_never_leaves_the_app(
    registered: LocalDiscord, options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(LocalDiscordError, match=complaint):
        give(registered, **options)
    assert registered.traces == []


@pytest.mark.parametrize(
    ("user", "channel", "name", "complaint"),
    [
        ("robin", "general", "nothing", "does not exist"),
        ("robin", "general", "purge", "may not be used"),
        ("robin", "general", "ticket", "does not exist"),
        ("robin", "general", "give", "required"),
        ("robin", "staff", "give", "cannot open"),
        ("robin", "nowhere", "give", "no channel"),
        ("nobody", "general", "give", "no user"),
    ],
)
async def test_what_the_app_does_not_offer_cannot_be_used(
    registered: LocalDiscord, user: str, channel: str, name: str, complaint: str
) -> None:
    with pytest.raises(LocalDiscordError, match=complaint):
        registered.command(user=user, channel=channel, name=name)


async def test_each_member_is_offered_what_they_may_use(registered: LocalDiscord) -> None:
    def offered(user: str) -> set[str]:
        return {command["name"] for command in registered.commands_for(user=user, channel="general")}

    assert offered("mo") - offered("robin") == {"purge"}
    assert {channel["name"] for channel in registered.channels_for(user="sam")} >= {"staff"}
    assert "staff" not in {channel.get("name") for channel in registered.channels_for(user="kim")}


async def test_a_subcommand_is_nested_and_its_typed_text_is_focused(registered: LocalDiscord) -> None:
    arguments: dict[str, Any] = {"user": "kim", "channel": "general", "name": "ticket open"}  # the call's own types
    trace = registered.command(**arguments, options={"text": "help"})
    [node] = trace.payload["data"]["options"]
    assert (node["name"], node["type"], node["options"][0]["value"]) == ("open", 1, "help")
    typed = registered.autocomplete(**arguments, options={"text": "he"}, focused="text")
    assert typed.payload["type"] == 4
    assert typed.payload["data"]["options"][0]["options"][0] == {
        "name": "text",
        "type": 3,
        "value": "he",
        "focused": True,
    }


async def test_a_command_works_in_direct_messages_as_a_user_without_a_guild(registered: LocalDiscord) -> None:
    trace = registered.command(user="robin", channel="dm", name="give", options={"who": "kim"})
    assert trace.guild_id is None
    assert "member" not in trace.payload
    assert trace.payload["user"]["username"] == "robin"
    assert (trace.payload["context"], trace.payload["channel"]["type"]) == (1, 1)


async def test_menus_carry_their_target(registered: LocalDiscord) -> None:
    said = registered.say(user="robin", channel="general", content="hi")
    on_user = registered.context_menu(user="mo", channel="general", name="Greet", target="kim")
    on_message = registered.context_menu(user="mo", channel="general", name="Report", target=said)
    assert on_user.payload["data"]["target_id"] in on_user.payload["data"]["resolved"]["users"]
    assert on_message.payload["data"]["target_id"] == str(said)
    assert on_message.payload["data"]["resolved"]["messages"][str(said)]["content"] == "hi"


PAGE = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "label": "Go", "custom_id": "go"},
        {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True},
    ],
}
COLOURS = [{"label": "Red", "value": "r"}, {"label": "Blue", "value": "b"}]
SELECT = {"type": 1, "components": [{"type": 3, "custom_id": "colour", "options": COLOURS}]}
PEOPLE = {"type": 1, "components": [{"type": 5, "custom_id": "people", "max_values": 2}]}


async def post(local: LocalDiscord, call: Call, channel: str = "general") -> str:
    shown = local.channels_for(user="mo")
    channel_id = next(place["id"] for place in shown if place.get("name") == channel)
    body = {"content": "m", "components": [PAGE, SELECT, PEOPLE]}
    _, message = await call("POST", f"/channels/{channel_id}/messages", body)
    return str(message["id"])


async def test_a_click_carries_the_message_and_what_was_chosen(registered: LocalDiscord, call: Call) -> None:
    message = await post(registered, call)
    pressed = registered.click(user="kim", message=message, custom_id="go")
    assert pressed.payload["message"]["id"] == message
    assert pressed.payload["data"] == {"custom_id": "go", "component_type": 2, "id": 2}
    chosen = registered.click(user="kim", message=message, custom_id="colour", values=["b"])
    assert chosen.payload["data"]["values"] == ["b"]
    people = registered.click(user="kim", message=message, custom_id="people", values=["robin", "mo"])
    assert len(people.payload["data"]["resolved"]["users"]) == 2


@pytest.mark.parametrize(
    ("user", "channel", "custom_id", "values", "complaint"),
    [
        ("kim", "general", "off", [], "disabled"),
        ("kim", "general", "gone", [], "no component"),
        ("kim", "general", "colour", ["green"], "not offered"),
        ("kim", "general", "colour", ["r", "b"], "from 1 to 1"),
        ("kim", "staff", "go", [], "sees no message"),
    ],
)
async def test_a_click_that_the_app_does_not_allow_is_refused(
    registered: LocalDiscord, call: Call, user: str, channel: str, custom_id: str, values: list[str], complaint: str
) -> None:
    message = await post(registered, call, channel)
    with pytest.raises(LocalDiscordError, match=complaint):
        registered.click(user=user, message=message, custom_id=custom_id, values=values)


FORM = {
    "custom_id": "form",
    "title": "F",
    "components": [
        {"type": 18, "label": "Why", "component": {"type": 4, "style": 1, "custom_id": "why", "min_length": 2}},
        {"type": 18, "label": "Colour", "component": {"type": 3, "custom_id": "colour", "options": COLOURS}},
        {
            "type": 18,
            "label": "Size",
            "component": {"type": 21, "custom_id": "size", "options": COLOURS, "required": False},
        },
        {"type": 18, "label": "Sure", "component": {"type": 23, "custom_id": "sure"}},
        {"type": 10, "content": "Thanks"},
    ],
}


async def opened(local: LocalDiscord, call: Call) -> Trace:
    trace = give(local)
    answer = await call("POST", f"/interactions/{trace.id}/{trace.token}/callback", {"type": 9, "data": FORM})
    assert answer == (204, None)
    return trace


async def test_a_form_is_submitted_with_an_answer_of_each_kind(registered: LocalDiscord, call: Call) -> None:
    modal = await opened(registered, call)
    trace = registered.submit(modal=modal, values={"why": "so", "colour": ["r"], "sure": True})
    labels = trace.payload["data"]["components"]
    answers = [label["component"] for label in labels if "component" in label]
    assert [answer.get("value", answer.get("values")) for answer in answers] == ["so", ["r"], None, True]
    assert labels[4] == {"type": 10, "id": labels[4]["id"]}
    assert trace.user_id == modal.user_id


@pytest.mark.parametrize(
    ("user", "values", "complaint"),
    [
        (None, {"why": "x", "colour": ["r"]}, "2 to 4000"),
        (None, {"why": "so"}, "from 1 to 1"),
        (None, {"why": "so", "colour": ["r"], "other": 1}, "no field"),
        ("kim", {"why": "so", "colour": ["r"]}, "no form is open for Kim"),
    ],
)
async def test_an_unfit_form_is_refused(
    registered: LocalDiscord, call: Call, user: str | None, values: dict[str, object], complaint: str
) -> None:
    modal = await opened(registered, call)
    with pytest.raises(LocalDiscordError, match=complaint):
        registered.submit(modal=modal, user=user, values=values)


async def test_files_are_sent_with_a_form_within_its_bounds(registered: LocalDiscord, call: Call) -> None:
    field = {"type": 18, "label": "Files", "component": {"type": 19, "custom_id": "files", "max_values": 2}}
    trace = give(registered)
    body = {"type": 9, "data": {"custom_id": "f", "title": "T", "components": [field]}}
    assert await call("POST", f"/interactions/{trace.id}/{trace.token}/callback", body) == (204, None)
    files = [registered.upload(filename=f"{each}.txt", content_type="text/plain", data=b"x") for each in "abc"]
    for chosen in ([], files):
        with pytest.raises(LocalDiscordError, match=f"from 1 to 2 files, not {len(chosen)}"):
            registered.submit(modal=trace, values={"files": chosen})
    with pytest.raises(LocalDiscordError, match="there is no uploaded file '1'"):
        registered.submit(modal=trace, values={"files": ["1"]})
    data = registered.submit(modal=trace, values={"files": files[:2]}).payload["data"]
    assert data["components"][0]["component"]["values"] == files[:2]
    resolved = data["resolved"]["attachments"]
    assert [resolved[each]["filename"] for each in files[:2]] == ["a.txt", "b.txt"]


async def test_the_oldest_files_that_nobody_sent_are_forgotten(local: LocalDiscord) -> None:
    first = local.upload(filename="a", content_type="text/plain", data=b"x")
    for _ in range(FILES_MAX):
        local.upload(filename="a", content_type="text/plain", data=b"x")
    assert len(local.world.uploads) == FILES_MAX
    assert int(first) not in local.world.uploads


async def test_a_command_without_a_form_cannot_be_submitted(registered: LocalDiscord) -> None:
    with pytest.raises(LocalDiscordError, match="no form is open"):
        registered.submit(modal=give(registered))


async def test_a_muted_member_cannot_write_and_windows_hear_of_messages(registered: LocalDiscord) -> None:
    heard: list[LocalEvent] = []
    unsubscribe = registered.subscribe(heard.append)
    said = registered.say(user="robin", channel="general", content="hi")
    registered.react(user="kim", message=said, emoji="👍")
    assert [event.kind for event in heard] == [LocalEventKind.MESSAGE_CREATED, LocalEventKind.MESSAGE_EDITED]
    assert heard[0].data["visible_to"] is None
    unsubscribe()
    guild = next(iter(registered.world.guilds.values()))
    guild.members[find_user(registered.world, "robin").id].role_ids.append(find_role(guild, "Muted").id)
    with pytest.raises(LocalDiscordError, match="may not do that"):
        registered.say(user="robin", channel="general", content="hi")
    assert len(heard) == 2


async def test_waiting_for_an_answer_ends_in_a_timeout(registered: LocalDiscord) -> None:
    trace = give(registered)
    with pytest.raises(TimeoutError):
        await trace.acknowledged(timeout=1)
    await elapse(3)
    assert trace.outcome == "The application did not respond"


async def test_a_public_answer_quotes_a_private_message_to_its_owner_alone(
    registered: LocalDiscord, call: Call
) -> None:
    first = registered.command(user="robin", channel="#general", name="give", options={"who": "kim"})
    button = {"type": 2, "style": 1, "label": "Show", "custom_id": "show"}
    secret = {"content": "secret", "flags": 64, "components": [{"type": 1, "components": [button]}]}
    await call("POST", f"/interactions/{first.id}/{first.token}/callback", {"type": 4, "data": secret})
    click = registered.click(user="robin", message=first.messages[0].id, custom_id="show")
    shown = {"type": 4, "data": {"content": "public"}}
    await call("POST", f"/interactions/{click.id}/{click.token}/callback", shown)

    def quoted(user: str) -> object:
        newest = registered.messages_for(user=user, channel="#general")[-1]
        referenced: dict[str, Any] | None = newest["referenced_message"]  # Any: Discord's JSON
        return newest["content"], referenced and referenced["content"]

    assert quoted("robin") == ("public", "secret")
    assert quoted("kim") == ("public", None)
