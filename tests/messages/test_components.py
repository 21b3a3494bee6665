"""Buttons and selects: they stand in rows, work for ever, carry parameters, and take nothing that they don't offer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from runner.emulator.refusals import LocalDiscordError
from runner.emulator.trace import SeenMessage, Trace
from tests.conftest import Bot, StartBot

Json = dict[str, Any]  # Any: JSON

ROWS = """
commands:
  rows:
    description: d
    reply:
      content: Which?
      components:
        - a
        - {button: {label: "For {{ user.name }}", emoji: 👍, style: primary, id: mine, on_click: [{reply: Yours}]}}
        - {button: {label: Docs, url: https://example.com/?q=1}}
        - {button: {sku: "123456789012345678"}}
        - c
        - d
        - [b, {button: {id: last, emoji: "<:yes:123456789012345678>", disabled: true, on_click: [{reply: Last}]}}]
        - pick
        - {select: {id: colour, options: {r: Red, g: Green}, on_select: [{reply: "{{ values[0] }}"}]}}
components:
  a: {button: {label: A}, reply: a}
  b: {button: {label: B}, reply: b}
  c: {button: {label: C, style: danger}, reply: c}
  d: {button: {label: D}, reply: d}
  pick: {select: {type: user, placeholder: Who?, min_values: 0, max_values: 2}, reply: "{{ values | length }}"}
"""


def plain(component: Json) -> Json:
    """Return a component without the numbers that Discord gives."""
    return {key: value for key, value in component.items() if key != "id"}


def shown_rows(message: SeenMessage) -> list[list[Json]]:
    """Return the components of each row of a message."""
    return [[plain(each) for each in row["components"]] for row in message.components]


async def test_components_stand_in_rows_as_discord_takes_them(bot: StartBot) -> None:
    trace = await (await bot(ROWS)).ran("rows")
    assert trace.refused == []
    first, second, third, fourth, fifth = shown_rows(trace.messages[0])
    assert [button.get("label") for button in first] == ["A", "For robin", "Docs", None, "C"]
    assert first[1] == {
        "type": 2,
        "style": 1,
        "label": "For robin",
        "emoji": {"name": "👍"},
        "custom_id": "lr:/rows.mine",
    }
    assert first[2] == {"type": 2, "style": 5, "label": "Docs", "url": "https://example.com/?q=1"}
    assert first[3] == {"type": 2, "style": 6, "sku_id": "123456789012345678"}
    assert (first[4]["style"], [button["label"] for button in second]) == (4, ["D"])
    assert [button["custom_id"] for button in third] == ["lr:b", "lr:/rows.last"]
    assert third[1]["emoji"] == {"id": "123456789012345678", "name": "yes", "animated": False}
    assert third[1]["disabled"] is True
    assert fourth == [{"type": 5, "custom_id": "lr:pick", "placeholder": "Who?", "min_values": 0, "max_values": 2}]
    assert [option["label"] for option in fifth[0]["options"]] == ["Red", "Green"]


async def used(bot: Bot, trace: Trace, name: str, *values: str, user: str = "Kim") -> Trace:
    """Have a member press a button or choose in a select, and wait until the bot has done with it."""
    made = bot.local.click(user=user, message=trace.messages[0].id, custom_id=f"lr:{name}", values=values)
    await bot.idle()
    return made


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction reads, and whether only they do."""
    return [(message.content, message.ephemeral) for message in trace.messages]


USED: dict[str, tuple[tuple[str, ...], str]] = {
    "a named button": (("b",), "b"),
    "a button with its own steps": (("/rows.mine",), "Yours"),
    "a select with its own steps": (("/rows.colour", "g"), "g"),
    "a named select": (("pick", "Robin", "Kim"), "2"),
    "a select in which nothing is chosen": (("pick",), "0"),
}


@pytest.mark.parametrize(("use", "answer"), USED.values(), ids=USED)
async def test_each_leads_to_its_own_steps(bot: StartBot, use: tuple[str, ...], answer: str) -> None:
    made = await bot(ROWS)
    trace = await used(made, await made.ran("rows"), *use)
    assert (trace.refused, said(trace)) == ([], [(answer, False)])


async def test_what_was_sent_before_a_restart_works_after_it(bot: StartBot) -> None:
    made = await bot(ROWS)
    sent = await made.ran("rows")
    await made.stop()
    now = ROWS.replace("Which?", "Another text").replace("        - a\n", "").replace("  a: {b", "  other: {b")
    again = await bot(now, local=made.local)
    for name, answer in (("b", "b"), ("/rows.mine", "Yours"), ("c", "c")):
        assert said(await used(again, sent, name)) == [(answer, False)]


SELECTS = """
commands:
  show: {description: d, reply: {content: Choose, components: [string, user, role, mentionable, channel]}}
components:
  string:
    select: {options: {a: A, b: {label: B, description: The second}}, max_values: 2}
    reply: "{{ values | join('+') }}"
  user: {select: {type: user, default_values: ["{{ user }}"]}, reply: "{{ values[0].name }} {{ values[0].is_member }}"}
  role: {select: {type: role, max_values: 25}, reply: "{{ values | map('name') | join('+') }}"}
  mentionable: {select: {type: mentionable}, reply: "{{ values[0].kind }} {{ values[0].name }}"}
  channel: {select: {type: channel, channel_types: text}, reply: "{{ values[0].name }} {{ values[0].type }}"}
"""
CHOSEN: dict[str, tuple[tuple[str, ...], str]] = {
    "options": (("string", "b", "a"), "b+a"),
    "a user": (("user", "Kim"), "kim True"),
    "roles": (("role", "Support"), "Support"),
    "a role among users and roles": (("mentionable", "Support"), "role Support"),
    "a user among users and roles": (("mentionable", "Olive"), "user olive"),
    "a channel": (("channel", "#support"), "support text"),
}


@pytest.mark.parametrize(("use", "answer"), CHOSEN.values(), ids=CHOSEN)
async def test_what_is_chosen_is_read_in_its_type(bot: StartBot, use: tuple[str, ...], answer: str) -> None:
    made = await bot(SELECTS)
    trace = await used(made, await made.ran("show"), *use)
    assert (trace.refused, said(trace)) == ([], [(answer, False)])


async def test_what_is_chosen_from_the_start_is_sent(bot: StartBot) -> None:
    made = await bot(SELECTS)
    trace = await made.ran("show")
    assert shown_rows(trace.messages[0])[1][0]["default_values"] == [{"id": str(trace.user_id), "type": "user"}]


OLD = "This button belongs to an older version of me and doesn't work any more."


def data_of(change: Callable[[Json], object]) -> Callable[[Json], None]:
    """Return what changes the data of an interaction."""

    def forge(payload: Json) -> None:
        change(payload["data"])

    return forge


FORGED: dict[str, tuple[tuple[str, ...], Callable[[Json], object]]] = {
    "a value that is not offered": (("string", "a"), lambda data: data.update(values=["x"])),
    "more values than can be chosen": (("string", "a"), lambda data: data.update(values=["a", "b", "a"])),
    "none where one must be chosen": (("string", "a"), lambda data: data.update(values=[])),
    "no values": (("string", "a"), lambda data: data.pop("values")),
    "values that are no list": (("string", "a"), lambda data: data.update(values="a")),
    "values that are no texts": (("string", "a"), lambda data: data.update(values=[{"a": 1}])),
    "a user that Discord says nothing of": (("user", "Kim"), lambda data: data.pop("resolved")),
    "a role that is gone": (("role", "Support"), lambda data: data["resolved"]["roles"].clear()),
    "a channel of another kind": (
        ("channel", "#support"),
        lambda data: [channel.update(type=2) for channel in data["resolved"]["channels"].values()],
    ),
}


@pytest.mark.parametrize(("use", "change"), FORGED.values(), ids=FORGED)
async def test_what_is_not_offered_runs_no_step(
    bot: StartBot, use: tuple[str, ...], change: Callable[[Json], object]
) -> None:
    made = await bot(SELECTS)
    shown = await made.ran("show")
    made.local.faults.forge(data_of(change))
    trace = await used(made, shown, *use)
    assert said(trace) == [(OLD, True)]
    assert (made.line()["outcome"], made.log.warnings) == ("refused", ["not asked for"])


PARAMS = """
commands:
  open:
    description: d
    options: {number: {type: integer, description: n, required: true}, text: {type: string, description: t}}
    reply:
      content: Ticket
      components:
        - {claim: {number: "{{ options.number }}", owner: "{{ user }}", urgent: true, note: "{{ options.text }}"}}
        - {claim: {number: 0, owner: "123456789012345678", urgent: false, note: fixed}}
        - {ask: {number: "{{ options.number }}"}}
components:
  claim:
    button: {label: "Claim {{ params.number }}", style: success}
    params: {number: integer, owner: user, urgent: boolean, note: string}
    reply: "{{ params.number + 1 }} <@{{ params.owner }}> {{ params.urgent }} {{ params.note }}"
  ask:
    button: {label: Ask}
    params: {number: integer}
    steps: [{modal: {name: why, with: {number: "{{ params.number }}", by: "{{ user }}"}}}]
modals:
  why:
    params: {number: integer, by: user}
    title: "Why {{ params.number }}?"
    fields: {reason: Reason}
    reply: "{{ params.number }} {{ params.by == user.id }} {{ fields.reason }}"
"""


def custom_ids(trace: Trace) -> list[str]:
    """Return the custom_ids of the components that an interaction shows."""
    return [button["custom_id"] for row in shown_rows(trace.messages[0]) for button in row]


@pytest.mark.parametrize("number", [0, 7, -1, 2**53 - 1])
async def test_a_component_carries_its_parameters(bot: StartBot, number: int) -> None:
    made = await bot(PARAMS)
    trace = await made.ran("open", number=number, text="né {{ x }}")
    claim, fixed, _ = custom_ids(trace)
    assert [button["label"] for button in shown_rows(trace.messages[0])[0]] == [f"Claim {number}", "Claim 0", "Ask"]
    first = await used(made, trace, claim.removeprefix("lr:"))
    assert said(first) == [(f"{number + 1} <@{trace.user_id}> True né {{{{ x }}}}", False)]
    second = await used(made, trace, fixed.removeprefix("lr:"))
    assert said(second) == [("1 <@123456789012345678> False fixed", False)]


async def test_a_form_carries_its_parameters(bot: StartBot) -> None:
    made = await bot(PARAMS)
    trace = await made.ran("open", number=7)
    opened = await used(made, trace, custom_ids(trace)[2].removeprefix("lr:"))
    assert opened.modal is not None
    assert opened.modal["title"] == "Why 7?"
    assert said(await made.submitted(opened, reason="Because")) == [("7 True Because", False)]


async def test_the_same_component_twice_fails_the_step(bot: StartBot) -> None:
    made = await bot(PARAMS.replace('owner: "123456789012345678", urgent: false', "owner: '{{ user }}', urgent: true"))
    trace = await made.ran("open", number=0, text="fixed")
    assert trace.refused == []
    assert "the same one" in made.log.of("step failed")[0]["reason"]


def replaced(custom_id: str) -> Callable[[Json], None]:
    """Return what gives an interaction another custom_id."""
    return data_of(lambda data: data.update(custom_id=custom_id))


def with_changed_end(custom_id: str) -> str:
    """Return a custom_id with another last character."""
    return custom_id[:-1] + ("A" if custom_id[-1] != "A" else "B")


FORGERIES: Mapping[str, Callable[[Sequence[str]], str]] = {
    "a changed signature": lambda ids: with_changed_end(ids[0]),
    "a changed value": lambda ids: ids[0][:20] + ("A" if ids[0][20] != "A" else "B") + ids[0][21:],
    "the parameters of another component": lambda ids: "lr:claim:" + ids[2].removeprefix("lr:ask:"),
    "no base64": lambda _: "lr:claim:%%%%",
    "a key of the store": lambda _: "lr:claim:~" + "x" * 37,
    "as long as can be": lambda _: "lr:claim:" + "A" * 91,
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_custom_id_is_refused_privately_logged_and_counted(
    bot: StartBot, forge: Callable[[Sequence[str]], str]
) -> None:
    made = await bot(PARAMS)
    trace = await made.ran("open", number=7)
    ids = custom_ids(trace)
    made.local.faults.forge(replaced(forge(ids)))
    clicked = await used(made, trace, ids[0].removeprefix("lr:"))
    assert said(clicked) == [(OLD, True)]
    assert (made.line()["outcome"], made.log.warnings, made.engine.counts.forged) == (
        "refused",
        ["forged custom_id"],
        1,
    )


async def test_a_forged_form_is_refused_too(bot: StartBot) -> None:
    made = await bot(PARAMS)
    trace = await made.ran("open", number=7)
    opened = await used(made, trace, custom_ids(trace)[2].removeprefix("lr:"))
    assert opened.modal is not None
    made.local.faults.forge(replaced(with_changed_end(opened.modal["custom_id"])))
    assert said(await made.submitted(opened, reason="x")) == [
        ("This form belongs to an older version of me. Please start again.", True)
    ]
    assert made.engine.counts.forged == 1


NOT_OURS = ("lr:claim", "lr:claim:", "lr:", "lr::", "claim", "", "lr:modal:why", "lr:\u202eclaim", "lr:/open.more")


@pytest.mark.parametrize("custom_id", NOT_OURS)
async def test_a_custom_id_that_leads_nowhere_is_answered_privately(bot: StartBot, custom_id: str) -> None:
    made = await bot(PARAMS)
    trace = await made.ran("open", number=7)
    made.local.faults.forge(replaced(custom_id))
    clicked = await used(made, trace, custom_ids(trace)[0].removeprefix("lr:"))
    assert said(clicked) == [(OLD, True)]
    assert (made.line()["outcome"], made.engine.counts.forged) == ("unknown", 0)


CHANGED: Mapping[str, str] = {
    "another parameter": PARAMS.replace("note: string}", "note: string, more: integer}")
    .replace("note: fixed}", "note: fixed, more: 1}")
    .replace('text }}"}}', 'text }}", more: 2}}'),
    "a parameter of another type": PARAMS.replace("urgent: boolean", "urgent: string")
    .replace("urgent: true", "urgent: a")
    .replace("urgent: false", "urgent: b"),
}


@pytest.mark.parametrize("now", CHANGED.values(), ids=CHANGED)
async def test_a_component_of_an_older_version_is_answered_privately(bot: StartBot, now: str) -> None:
    made, other = await bot(PARAMS), await bot(now)
    trace = await made.ran("open", number=7)
    made.engine.swap(other.engine.program)
    assert said(await used(made, trace, custom_ids(trace)[0].removeprefix("lr:"))) == [(OLD, True)]
    assert (made.line()["outcome"], made.engine.counts.forged) == ("unknown", 0)


KEYED = "bot: {signing_key: '${KEY}'}\n" + PARAMS


@pytest.mark.parametrize(("after", "works"), [("one", True), ("two", False)], ids=["the same", "a new one"])
async def test_a_signing_key_outlives_the_token(bot: StartBot, after: str, works: bool) -> None:
    made = await bot(KEYED, environment={"KEY": "one"})
    trace = await made.ran("open", number=7)
    other = await bot(KEYED, environment={"KEY": after})  # another local Discord, and so another token
    made.engine.swap(other.engine.program)
    clicked = await used(made, trace, custom_ids(trace)[0].removeprefix("lr:"))
    assert clicked.messages[0].ephemeral is not works


async def test_the_key_is_shown_to_nobody(bot: StartBot) -> None:
    made = await bot(KEYED, environment={"KEY": "a very secret key"})
    assert "very secret" not in repr(made.engine.program)


RENAMED = """
commands: {show: {description: d, reply: {content: a, components: [{old: {n: 7}}, plain]}}}
components:
  old: {button: {label: Old}, params: {n: integer}, reply: "old {{ params.n }}"}
  plain: {button: {label: Plain}, reply: plain}
"""


async def test_a_renamed_component_still_works_under_its_earlier_names(bot: StartBot) -> None:
    now = RENAMED.replace("old:", "new:").replace('reply: "old', 'aliases: [older, old], reply: "new')
    made, other = await bot(RENAMED), await bot(now)
    trace = await made.ran("show")
    made.engine.swap(other.engine.program)
    assert said(await used(made, trace, custom_ids(trace)[0].removeprefix("lr:"))) == [("new 7", False)]


GUARDED = """
checks: {nobody: {users: "123456789012345678", denied: Not you.}}
commands:
  show:
    description: d
    reply:
      content: a
      components:
        - {button: {id: private, label: P, response: [defer, ephemeral], on_click: [{wait: 2s}, {reply: Hush}]}}
        - {button: {id: guarded, label: G, check: nobody, on_click: [{reply: Never}]}}
        - {button: {id: rights, label: R, permissions: {member: administrator}, on_click: [{reply: Never}]}}
        - {button: {id: fails, label: F, on_click: [{fail: Oh}], on_error: [{reply: "Caught {{ error.message }}"}]}}
        - button:
            id: slow
            label: S
            timeout: 1s
            on_click: [{wait: "{{ 2 if user else 0 }}"}]
            on_timeout: [{reply: Late}]
        - button:
            id: again
            label: A
            on_click:
              - reply:
                  content: More
                  components:
                    - button: {id: inner, label: I, on_click: [{update: {content: Done, components: []}}]}
"""
GUARDS: dict[str, list[tuple[str, bool]]] = {
    "private": [("Hush", True)],
    "guarded": [("Not you.", True)],
    "rights": [("You need **Administrator** here.", True)],
    "fails": [("Caught Oh", False)],
    "slow": [("Late", False)],
}


@pytest.mark.parametrize(("name", "answer"), GUARDS.items(), ids=GUARDS)
async def test_a_component_with_its_own_steps_has_the_keys_of_every_handler(
    bot: StartBot, name: str, answer: list[tuple[str, bool]]
) -> None:
    made = await bot(GUARDED)
    assert said(await used(made, await made.ran("show"), f"/show.{name}")) == answer


async def test_a_component_may_show_others_with_steps_of_their_own(bot: StartBot) -> None:
    made = await bot(GUARDED)
    more = await used(made, await made.ran("show"), "/show.again")
    assert custom_ids(more) == ["lr:/show.again.inner"]
    await used(made, more, "/show.again.inner")
    message = made.local.world.message(more.messages[0].id)
    assert message is not None
    assert (message.content, message.components) == ("Done", [])


async def test_a_disabled_component_cannot_be_used(bot: StartBot) -> None:
    made = await bot(ROWS)
    with pytest.raises(LocalDiscordError):
        await used(made, await made.ran("rows"), "/rows.last")


LONG_NAME = f"""
commands:
  {"a" * 32}:
    description: d
    commands:
      {"b" * 32}:
        description: d
        reply: {{content: a, components: [{{button: {{id: {"c" * 32}, label: C, on_click: [{{reply: Clicked}}]}}}}]}}
"""


async def test_a_long_name_is_shortened_and_works(bot: StartBot) -> None:
    made = await bot(LONG_NAME)
    trace = await made.ran("a" * 32 + " " + "b" * 32)
    (custom_id,) = custom_ids(trace)
    assert len(custom_id) <= 61
    assert said(await used(made, trace, custom_id.removeprefix("lr:"))) == [("Clicked", False)]
