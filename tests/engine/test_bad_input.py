"""Bad input, whichever way it comes: nothing crashes, nobody is pinged, no template is evaluated, and the bot goes on.

What each kind of option, component and field takes is shown with it, in `test_options.py`, `test_entered.py` and
`tests/messages/test_components.py`. Here one bot is given everything, in every place where users can put something.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from tests.conftest import Bot, StartBot

Json = dict[str, Any]  # Any: Discord's JSON

BOT = """
bot: {signing_key: a key that only the bot has}
state: {pressed: {scope: global, type: integer, default: 0}}
records: {notes: {fields: {text: string}}}
events:
  message: {steps: [{send: {content: "[{{ message.content }}]"}}]}
commands:
  ping: {description: d, reply: Pong}
  say:
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply:
      content: "[{{ options.text }}]"
      embeds: [{title: "{{ options.text }}", description: "{{ options.text }}", footer: {text: "{{ options.text }}"}}]
      components: [{note: {text: "{{ options.text }}"}}]
  keep:
    description: d
    options: {text: {type: string, description: t, required: true}}
    steps:
      - insert: {into: notes, values: {text: "{{ options.text }}"}}
      - {id: found, find: {in: notes, where: {text: "{{ options.text }}"}}}
      - reply: "[{{ steps.found.rows | map('text') | join }}]"
  ask: {description: d, steps: [{modal: form}]}
  choose:
    description: d
    steps:
      - {id: one, choose: {prompt: Which?, options: {a: A, b: B}, from: anyone}}
      - increment: {state: pressed}
      - update: {content: "{{ state.pressed }}", components: []}
  offer:
    description: d
    options:
      who: {type: user, description: w, required: true}
      role: {type: role, description: r, required: true}
      where: {type: channel, description: c, required: true, channel_types: text}
    reply:
      content: Offer
      components:
        - {give: {who: "{{ options.who }}", role: "{{ options.role }}"}}
        - {post: {where: "{{ options.where }}"}}
components:
  note: {button: {label: "Note {{ params.text }}"}, params: {text: string}, reply: "[{{ params.text }}]"}
  give:
    button: {label: Give}
    params: {who: user, role: role}
    steps: [{add_role: {user: "{{ params.who }}", role: "{{ params.role }}"}}, {reply: Given}]
  post:
    button: {label: Post}
    params: {where: channel}
    steps: [{send: {channel: "{{ params.where }}", content: Hello}}, {reply: Posted}]
modals:
  form:
    title: F
    fields: {text: {label: T, style: paragraph}}
    reply: "[{{ fields.text }}]"
"""
SHOWN_MAX = 2000


@pytest.fixture
async def made(bot: StartBot) -> AsyncIterator[Bot]:
    """A bot that has to answer when the test is over, and to have had no failure of its own."""
    running = await bot(BOT)
    yield running
    assert [message.content for message in (await running.ran("ping", user="Kim")).messages] == ["Pong"]
    assert {"rescue failed", "step failed"}.isdisjoint(running.log.warnings)
    assert pinged(running) == []


def pinged(made: Bot) -> list[str]:
    """Return what the bot has said in #general that pings anybody."""
    said = made.local.messages_for(user="Olive", channel="general", limit=100)
    mine = [each for each in said if each["author"]["id"] == str(made.local.world.bot_id)]
    return [each["content"] for each in mine if each["mention_everyone"] or each["mentions"] or each["mention_roles"]]


TEXTS: Mapping[str, str] = {
    "a template": "{{ 7 * 191 }} {% for i in range(10**9) %}x{% endfor %} {# a #} ${DISCORD_TOKEN}",
    "a way out of the sandbox": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "mentions": "@everyone @here <@1> <@&1> <#1>",
    "markdown": "`" * 50 + "||**__~~```\n> # x\n[a](https://example.com)",
    "right to left": "\u202e\u2066 abc \u2069\u202c\u200f\u061c",
    "zalgo": "Z" + "\u0301\u0489" * 800,
    "as long as a form takes": "x" * 4000,
    "emojis of two units": "😀" * 2000,
    "half of a character": "a\ud800b",
    "what no text has": "a\x00\x07\ufffd\x1b[31m",
    "json and yaml": '", "content": "@everyone", "a": [{&a *a !!x',
}


async def an_option(made: Bot, text: str) -> list[Trace]:
    return [await made.ran("say", text=text)]


async def a_record(made: Bot, text: str) -> list[Trace]:
    return [await made.ran("keep", text=text)]


async def a_field(made: Bot, text: str) -> list[Trace]:
    return [await made.submitted(await made.ran("ask"), text=text)]


async def a_parameter(made: Bot, text: str) -> list[Trace]:
    shown = await made.ran("say", text=text)
    message = shown.messages[0].id
    (button,) = made.components(message)
    clicked = made.local.click(user="Sam", message=message, custom_id=button["custom_id"])
    await made.idle()
    return [shown, clicked]


WAYS: Mapping[str, Callable[[Bot, str], Awaitable[list[Trace]]]] = {
    "an option": an_option,
    "a record": a_record,
    "a field": a_field,
    "a parameter": a_parameter,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_whatever_users_write_is_shown_as_a_text_and_nothing_else(
    made: Bot, text: str, way: Callable[[Bot, str], Awaitable[list[Trace]]]
) -> None:
    for trace in await way(made, text):
        assert (trace.refused, trace.acknowledgements) == ([], 1)
        (message,) = trace.messages
        whole = f"[{text}]"
        assert message.content[: SHOWN_MAX - 1] == whole[: len(message.content)][: SHOWN_MAX - 1]
        assert "1337" not in message.content
    assert made.log.warnings == []


@pytest.mark.parametrize("text", [each for each in TEXTS.values() if "\ud800" not in each], ids=ascii)
async def test_whatever_is_written_in_a_channel_is_shown_as_a_text_and_nothing_else(made: Bot, text: str) -> None:
    made.local.say(user="Robin", channel="general", content=text[: SHOWN_MAX - 2])
    await elapse(1)
    await made.idle()
    *_, last = made.local.messages_for(user="Olive", channel="general")
    assert (last["author"]["id"], last["content"]) == (str(made.local.world.bot_id), f"[{text[: SHOWN_MAX - 2]}]")
    assert made.log.warnings == []


def of_data(change: Callable[[Json], object]) -> Callable[[Json], None]:
    """Return what changes the data of an interaction."""

    def changed(payload: Json) -> None:
        change(payload["data"])

    return changed


CHANGES: Mapping[str, Callable[[Json], object]] = {
    "a text in place of an id": lambda data: data["options"][0].update(value="@everyone"),
    "a number in place of an id": lambda data: data["options"][0].update(value=1),
    "another type": lambda data: data["options"][1].update(type=3),
    "a list of options that is none": lambda data: data.update(options={"who": "1"}),
    "options that are none": lambda data: data.update(options=[1, "who", None]),
    "a group that is none": lambda data: data.update(options=[{"type": 1, "name": ["a"], "options": "b"}]),
    "an option twice": lambda data: data["options"].append(data["options"][0]),
    "nobody resolved": lambda data: data["resolved"].pop("users"),
    "no role resolved": lambda data: data["resolved"].pop("roles"),
    "no channel resolved": lambda data: data["resolved"].pop("channels"),
    "nothing resolved": lambda data: data.pop("resolved"),
    "nulls resolved": lambda data: data.update(resolved=dict.fromkeys(data["resolved"])),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_options_that_no_client_sends_are_answered_privately(made: Bot, change: Callable[[Json], object]) -> None:
    made.local.faults.forge(of_data(change))
    trace = await made.ran("offer", who="Kim", role="Support", where="support")
    assert trace.acknowledgements == 1
    assert [message.ephemeral or message.content == "Offer" for message in trace.messages] == [True]


@pytest.mark.parametrize("data", [None, [], ["a"], "ping", 1, {}], ids=repr)
@pytest.mark.parametrize("kind", [2, 3, 5])
async def test_an_interaction_about_nothing_is_answered_privately(made: Bot, kind: int, data: object) -> None:
    made.local.faults.forge(lambda payload: payload.update(type=kind, data=data))
    trace = await made.ran("ping")
    assert [message.ephemeral for message in trace.messages] == [True]


async def offered(made: Bot) -> int:
    """Return a message with buttons about Kim, a role and a channel that are there."""
    return (await made.ran("offer", who="Kim", role="Muted", where="support", user="Olive")).messages[0].id


FORGED: Mapping[str, Callable[[str], str]] = {
    "another signature": lambda mine: mine[:-1] + ("A" if mine[-1] != "A" else "B"),
    "another value": lambda mine: mine[:14] + ("A" if mine[14] != "A" else "B") + mine[15:],
    "no signature": lambda mine: mine.rpartition(":")[0],
    "no text that base64 knows": lambda mine: f"{mine[:10]}\ud800\u202e{{{{ bot }}}}",
    "what belongs to another component": lambda mine: mine.replace("give", "post"),
    "a question that was never asked": lambda _: "lr:@:" + "A" * 16,
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_custom_id_runs_no_step(made: Bot, forge: Callable[[str], str]) -> None:
    message = await offered(made)
    give = next(each["custom_id"] for each in made.components(message) if each["label"] == "Give")
    made.local.faults.forge(of_data(lambda data: data.update(custom_id=forge(give))))
    trace = await made.pressed(message, "Post")
    assert [shown.ephemeral for shown in trace.messages] == [True]
    assert trace.messages[0].content not in ("Given", "Posted")


async def test_a_replayed_answer_to_a_question_is_no_second_one(made: Bot) -> None:
    asked = (await made.ran("choose")).messages[0].id
    replayed = made.components(asked)[0]["custom_id"]
    answered = await made.pressed(asked, "A")
    assert made.text(asked) == "1"
    other = await offered(made)
    for user in ("Robin", "Sam"):
        made.local.faults.forge(of_data(lambda data: data.update(custom_id=replayed)))
        trace = await made.pressed(other, "Post", user=user)
        assert [shown.ephemeral for shown in trace.messages] == [True]
    made.local.dispatch_again(answered)
    await made.idle()
    assert made.text(asked) == "1"
    assert made.engine.counts.duplicates == 1


async def leaves(made: Bot) -> None:
    made.local.leave(user="Kim")


async def role_goes(made: Bot) -> None:
    (guild,) = made.local.world.guilds.values()
    role = next(role for role in guild.roles.values() if role.name == "Muted")
    await made.gateway.request("DELETE", "/guilds/{guild}/roles/{role}", guild=str(guild.id), role=str(role.id))


async def channel_goes(made: Bot) -> None:
    channel = next(each for each in made.local.world.channels.values() if each.name == "support")
    await made.gateway.request("DELETE", "/channels/{channel}", channel=str(channel.id))


MEANWHILE: Mapping[str, tuple[Callable[[Bot], Awaitable[None]], str]] = {
    "a member who has left": (leaves, "Give"),
    "a role that was deleted": (role_goes, "Give"),
    "a channel that was deleted": (channel_goes, "Post"),
}


@pytest.mark.parametrize(("happens", "label"), MEANWHILE.values(), ids=MEANWHILE)
async def test_what_is_gone_meanwhile_is_a_friendly_line(
    bot: StartBot, happens: Callable[[Bot], Awaitable[None]], label: str
) -> None:
    made = await bot(BOT)
    message = await offered(made)
    await happens(made)
    await elapse(1)
    trace = await made.pressed(message, label)
    assert trace.acknowledgements == 1
    ((text, is_private),) = [(shown.content, shown.ephemeral) for shown in trace.messages]
    assert (text.partition("`")[0], is_private) == ("Something went wrong (", True)
    assert [shown.content for shown in (await made.ran("ping")).messages] == ["Pong"]
