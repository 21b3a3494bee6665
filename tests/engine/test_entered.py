"""Fields of forms: each kind opens as Discord takes it, is read in its type, and takes only what is asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from runner.emulator.messages import Upload
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.trace import Trace
from tests.conftest import Bot, StartBot

Json = dict[str, Any]  # Any: JSON

BOT = """
commands:
  open: {description: d, options: {who: {type: user, description: w}}, steps: [{modal: form}]}
  ticks: {description: d, steps: [{modal: ticks}]}
  files: {description: d, steps: [{modal: files}]}
modals:
  form:
    title: Form
    fields:
      intro: {text: "**Read this**, {{ user.name }}"}
      one:
        type: select
        label: One
        description: Only one
        placeholder: Choose
        required: false
        options: {r: Red, g: {label: "Green for {{ user.name }}", description: The leaves, emoji: 🌿}}
        default_values: "{{ ['g', 'gone'] }}"
      many: {type: select, label: Many, max_values: 2, options: {a: A, b: B, c: C}}
      who: {type: user, label: Who, required: false, default_values: "{{ options.who }}"}
      those: {type: role, label: Those, min_values: 1, max_values: 3, required: false}
    steps:
      - reply: >-
          {{ fields.one or "none" }} {{ fields.many | join("+") }}
          {{ fields.who.name if fields.who else "nobody" }} {{ fields.those | map("name") | join("+") }}
  ticks:
    title: Ticks
    fields:
      kind: {type: radio_group, label: Kind, options: {b: Bug, i: {label: Idea, default: true}}}
      also: {type: checkbox_group, label: Also, required: false, options: {x: X, y: Y, z: Z}, default_values: [x]}
      sure: {type: checkbox, label: Sure, default: true}
      where: {type: channel, label: Where, channel_types: [text, voice]}
      whom: {type: mentionable, label: Whom, max_values: 2, required: false, default_values: ["{{ user }}"]}
    steps:
      - reply: >-
          {{ fields.kind }} {{ fields.also | join("+") }} {{ "sure" if fields.sure else "unsure" }}
          {{ fields.where.mention }} {{ fields.whom | map("kind") | join("+") }}
  files:
    title: Files
    fields:
      proof: {type: file_upload, label: Proof, file_types: [image, .pdf]}
      more: {type: file_upload, label: More, max_values: 3, required: false}
    reply: "{{ fields.proof.filename }} {{ fields.proof.size }} {{ fields.more | map('filename') | join('+') }}"
"""


def components(trace: Trace) -> Mapping[str, Json]:
    """Return the components of the form that was opened by their names, without what Discord adds."""
    assert trace.modal is not None, trace.refused
    labelled = [each["component"] for each in trace.modal["components"] if "component" in each]
    return {each["custom_id"]: {key: each[key] for key in each if key not in ("id", "custom_id")} for each in labelled}


async def test_selects_open_as_discord_takes_them(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("open", who="Kim")
    found = components(trace)
    assert trace.modal is not None
    assert trace.modal["components"][0]["content"] == "**Read this**, robin"
    assert trace.modal["components"][1]["description"] == "Only one"
    assert found["one"] == {
        "type": 3,
        "required": False,
        "placeholder": "Choose",
        "options": [
            {"label": "Red", "value": "r", "default": False},
            {
                "label": "Green for robin",
                "value": "g",
                "description": "The leaves",
                "emoji": {"name": "🌿"},
                "default": True,
            },
        ],
    }
    assert (found["many"]["max_values"], "min_values" in found["many"]) == (2, False)
    assert [default["type"] for default in found["who"]["default_values"]] == ["user"]
    assert (found["those"]["type"], found["those"]["min_values"], found["those"]["max_values"]) == (6, 1, 3)


async def test_groups_and_checkboxes_open_as_discord_takes_them(bot: StartBot) -> None:
    found = components(await (await bot(BOT)).ran("ticks"))
    assert [option.get("default") for option in found["kind"]["options"]] == [None, True]
    assert [option["default"] for option in found["also"]["options"]] == [True, False, False]
    assert found["sure"] == {"type": 23, "default": True}
    assert (found["where"]["type"], found["where"]["channel_types"]) == (8, [0, 2])
    assert [default["type"] for default in found["whom"]["default_values"]] == ["user"]


SUBMITTED: dict[str, tuple[str, dict[str, object], str]] = {
    "what was chosen from the start": ("open", {"many": "a"}, "g a nobody"),
    "something in every field": (
        "open",
        {"one": "r", "many": ["c", "a"], "who": "Kim", "those": ["Support"]},
        "r c+a kim Support",
    ),
    "nothing where nothing is required": ("open", {"one": [], "many": "b", "who": [], "those": []}, "none b nobody"),
    "ticks as they were": ("ticks", {"where": "#support"}, "i x sure <#CHANNEL> user"),
    "other ticks": (
        "ticks",
        {"kind": "b", "also": ["y", "z"], "sure": False, "where": "#support", "whom": ["Support", "Kim"]},
        "b y+z unsure <#CHANNEL> role+user",
    ),
    "no ticks": ("ticks", {"also": [], "sure": False, "where": "#support", "whom": []}, "i  unsure <#CHANNEL>"),
    "a file": ("files", {"proof": Upload(0, "a.PDF", "application/pdf", b"1234")}, "a.PDF 4"),
    "several files": (
        "files",
        {"proof": Upload(0, "a.png", "image/png", b""), "more": [Upload(0, "b", "", b""), Upload(0, "c", "", b"")]},
        "a.png 0 b+c",
    ),
}


def said(trace: Trace) -> str:
    """Return what the user of an interaction reads first, and channels without their ids."""
    words = trace.messages[0].content.split(" ")
    return " ".join("<#CHANNEL>" if word.startswith("<#") else word for word in words).strip()


@pytest.mark.parametrize(("name", "values", "answer"), SUBMITTED.values(), ids=SUBMITTED)
async def test_what_is_submitted_is_read_in_its_type(
    bot: StartBot, name: str, values: dict[str, object], answer: str
) -> None:
    made = await bot(BOT)
    trace = await made.submitted(await made.ran(name), **values)
    assert (trace.refused, said(trace)) == ([], answer)


UNFIT: dict[str, tuple[str, dict[str, object]]] = {
    "too many": ("open", {"many": ["a", "b", "c"]}),
    "a value that is not offered": ("open", {"many": "d"}),
    "a file of another type": ("files", {"proof": Upload(0, "a.exe", "", b"")}),
    "no file": ("files", {}),
}


@pytest.mark.parametrize(("name", "values"), UNFIT.values(), ids=UNFIT)
async def test_discord_holds_the_user_to_the_form(bot: StartBot, name: str, values: dict[str, object]) -> None:
    made = await bot(BOT)
    opened = await made.ran(name)
    with pytest.raises(LocalDiscordError):
        await made.submitted(opened, **values)


OLD = "This form belongs to an older version of me. Please start again."


async def forged(bot: Bot, name: str, change: Callable[[Json], object], **values: object) -> Trace:
    """Submit a form with data that no honest client would send."""
    opened = await bot.ran(name)

    def forge(payload: Json) -> None:
        change(payload["data"])

    bot.local.faults.forge(forge)
    return await bot.submitted(opened, **values)


def component(data: Json, name: str) -> Json:
    """Return a submitted component by its name."""
    parts: Sequence[Json] = data["components"]
    (found,) = (part["component"] for part in parts if part.get("component", {}).get("custom_id") == name)
    made: Json = found
    return made


def sets(name: str, key: str, value: object) -> Callable[[Json], object]:
    """Return what puts a value into a submitted component."""

    def change(data: Json) -> None:
        component(data, name)[key] = value

    return change


def lacks(name: str) -> Callable[[Json], object]:
    """Return what takes a component out of a submission."""

    def change(data: Json) -> None:
        kept = [each for each in data["components"] if each.get("component", {}).get("custom_id") != name]
        data["components"] = kept

    return change


def without_resolved(data: Json) -> None:
    """Take away what Discord says of the ids."""
    del data["resolved"]


def makes_categories(data: Json) -> None:
    """Let every channel be a category."""
    for channel in data["resolved"]["channels"].values():
        channel["type"] = 4


FORGED: dict[str, tuple[str, Callable[[Json], object], dict[str, object]]] = {
    "a value that is not offered": ("open", sets("many", "values", ["x"]), {"many": "a"}),
    "more than can be chosen": ("open", sets("many", "values", ["a", "b", "c"]), {"many": "a"}),
    "none of what is required": ("open", sets("many", "values", []), {"many": "a"}),
    "the same twice": ("open", sets("many", "values", ["a", "a"]), {"many": "a"}),
    "a text in place of a list": ("open", sets("many", "values", "a"), {"many": "a"}),
    "numbers": ("open", sets("many", "values", [1]), {"many": "a"}),
    "a user that Discord says nothing of": ("open", without_resolved, {"many": "a", "who": "Kim"}),
    "a user who is none": ("open", sets("who", "values", ["5"]), {"many": "a", "who": "Kim"}),
    "a required field that is not there": ("open", lacks("many"), {"many": "a"}),
    "no components at all": ("open", lambda data: data.pop("components"), {"many": "a"}),
    "components that are none": ("open", lambda data: data.update(components=[None, 5, "x"]), {"many": "a"}),
    "a choice of none": ("ticks", sets("kind", "value", "z"), {"where": "#support"}),
    "no choice where one is required": ("ticks", sets("kind", "value", None), {"where": "#support"}),
    "a channel of another kind": ("ticks", makes_categories, {"where": "#support"}),
    "a tick that is none": ("ticks", sets("sure", "value", "yes"), {"where": "#support"}),
    "a file that is none": ("files", without_resolved, {"proof": Upload(0, "a.png", "", b"")}),
}


@pytest.mark.parametrize(("name", "change", "values"), FORGED.values(), ids=FORGED)
async def test_what_was_not_asked_for_runs_no_step(
    bot: StartBot, name: str, change: Callable[[Json], object], values: dict[str, object]
) -> None:
    made = await bot(BOT)
    trace = await forged(made, name, change, **values)
    assert [(message.content, message.ephemeral) for message in trace.messages] == [(OLD, True)]
    assert (made.line()["outcome"], len(made.log.of("not asked for"))) == ("refused", 1)
    assert made.log.warnings == ["not asked for"]


TEXTS = """
commands: {it: {description: d, steps: [{modal: it}]}}
modals:
  it:
    title: It
    fields: {short: {label: S, min_length: 2, max_length: 5}, long: {label: L, style: paragraph, required: false}}
    reply: "[{{ fields.short }}] {{ fields.long }}"
"""
LONG_TEXTS: dict[str, tuple[object, bool]] = {
    "as short as can be": ("ab", True),
    "as long as can be": ("abcde", True),
    "two units of one character": ("😀", True),
    "too short": ("a", False),
    "too long": ("abcdef", False),
    "empty": ("", False),
    "missing": (None, False),
    "a number": (55, False),
    "a list": (["ab"], False),
}


@pytest.mark.parametrize(("value", "is_taken"), LONG_TEXTS.values(), ids=LONG_TEXTS)
async def test_a_text_is_as_long_as_the_form_asks(bot: StartBot, value: object, is_taken: bool) -> None:
    made = await bot(TEXTS)
    trace = await forged(made, "it", sets("short", "value", value), short="abc")
    assert said(trace) == (f"[{value}]" if is_taken else OLD)


HOSTILE: Sequence[str] = (
    "{{ bot.id }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "@everyone <@&1> <@1>",
    "\u202e\u2066 right to left \u202c",
    "Z" + "\u0301" * 900,
    "`" * 50 + "||**__~~```\n> # x",
    "x" * 4000,
    "\x00\x07\ufffd",
    "${DISCORD_TOKEN}",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_whatever_is_typed_is_only_a_text(bot: StartBot, text: str) -> None:
    made = await bot(TEXTS)
    trace = await made.submitted(await made.ran("it"), short="abc", long=text)
    message = made.local.world.message(trace.messages[0].id)
    assert message is not None
    assert trace.refused == []
    assert message.content == f"[abc] {text}"[:1999].strip() + ("…" if len(text) > 1994 else "")
    assert (message.mention_everyone, message.mention_ids, message.mention_role_ids) == (False, [], [])
