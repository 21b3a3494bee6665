"""Questions say all that a message can, beside their own buttons, and choose from all that Discord's selects offer."""

from collections.abc import Callable
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from tests.conftest import Bot, StartBot

Json = dict[str, Any]  # Any: Discord's JSON

BOT = """
messages:
  sure:
    params: {what: string}
    embeds: [{title: "Delete {{ params.what }}?", color: '#112233'}]
    components: [{help: {what: "{{ params.what }}"}}]
components:
  help: {button: {label: "Help with {{ params.what }}"}, params: {what: string}, reply: "About {{ params.what }}"}
commands:
  confirm:
    description: d
    steps: [{id: it, confirm: {message: sure, with: {what: all}}}, {reply: "{{ steps.it.confirmed }}"}]
  choose:
    description: d
    steps:
      - choose:
          prompt: Which?
          embeds: [{description: One of these}]
          files: [{text: hello, name: hello.txt}]
          mentions: users
          options: {a: A, b: B}
      - confirm: Really?
      - update: {content: Done}
  laid_out:
    description: d
    steps:
      - {id: it, choose: {components: [{container: {components: [{text: "# Which?"}]}}], options: {a: A}, cancel: Stop}}
      - confirm: Plain?
      - reply: Done
  laid_out_update:
    description: d
    steps: [{confirm: {components: [{text: Sure?}]}}, {update: "Done"}]
  form:
    description: d
    steps:
      - reply: First
      - form: {title: T, fields: {a: {label: A, type: integer}}, embeds: [{title: Fill it in}]}
      - reply: Done
  bare: {description: d, steps: [{reply: First}, {form: {title: T, fields: {a: A}}}]}
  page:
    description: d
    steps:
      - paginate:
          items: range(3)
          line: "No. {{ item }}"
          per_page: 2
          header: Above
          embeds: [{title: Numbers, footer: Below}]
  laid_out_page:
    description: d
    steps:
      - paginate: {items: range(3), line: "No. {{ item }}", per_page: 2, components: [{text: Above}], close: Close}
  late: {description: d, steps: [{confirm: {message: sure, with: {what: all}, timeout: 1m}}]}
"""


def parts(made: Bot, message: int) -> list[Json]:
    """Return the components of a message as it is now."""
    found = made.local.world.message(message)
    assert found is not None
    return found.components


def button(made: Bot, message: int, label: str) -> str:
    """Return the custom_id of a button of a message, whatever else that shows."""
    rows = (row.get("components", []) for row in parts(made, message))
    return next(str(each["custom_id"]) for row in rows for each in row if each.get("label") == label)


def embeds(made: Bot, message: int) -> list[Json]:
    """Return the embeds of a message as it is now."""
    found = made.local.world.message(message)
    assert found is not None
    return found.embeds


async def test_a_question_is_a_message_by_its_name(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("confirm")).messages[0]
    assert embeds(made, asked.id)[0]["title"] == "Delete all?"
    assert [each["label"] for each in made.components(asked.id)] == ["Help with all", "Yes", "No"]
    assert (await made.pressed(asked.id, "Help with all")).messages[-1].content == "About all"
    answer = await made.pressed(asked.id, "Yes")
    assert (answer.messages[-1].content, answer.refused) == ("True", [])


async def test_an_answer_disables_the_question_and_nothing_else(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("confirm")).messages[0]
    await made.pressed(asked.id, "Yes")
    assert [each["label"] for each in made.usable(asked.id)] == ["Help with all"]
    assert (await made.pressed(asked.id, "Help with all")).messages[-1].content == "About all"


async def test_a_timeout_disables_the_question_and_nothing_else(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("late")).messages[0]
    await elapse(61)
    assert [each["label"] for each in made.usable(asked.id)] == ["Help with all"]
    assert embeds(made, asked.id)[0]["title"] == "Delete all?"


async def test_the_next_question_takes_the_place_of_all_of_the_one_before(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("choose")).messages[0]
    assert embeds(made, asked.id)[0]["description"] == "One of these"
    assert [each["filename"] for each in asked.attachments] == ["hello.txt"]
    await made.pressed(asked.id, "A")
    found = made.local.world.message(asked.id)
    assert found is not None
    assert (found.content, found.embeds, found.attachments) == ("Really?", [], [])
    await made.pressed(asked.id, "Yes")
    assert made.text(asked.id) == "Done"


async def test_a_question_that_is_laid_out_has_its_buttons_below_the_layout(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("laid_out")
    asked = trace.messages[0]
    assert [each["type"] for each in parts(made, asked.id)] == [17, 1, 1]
    answer = await made.pressed(asked.id, "A")
    assert answer.refused == []
    rows = [each for row in parts(made, asked.id)[1:] for each in row["components"]]
    assert all(each["disabled"] for each in rows), "it is closed, and stays laid out"
    assert answer.messages[-1].content == "Plain?", "what is plain can't take the place of what is laid out"


async def test_what_takes_the_place_of_a_question_that_is_laid_out_is_a_text_in_it(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("laid_out_update")).messages[0]
    answer = made.local.click(user="Robin", message=asked.id, custom_id=button(made, asked.id, "Yes"))
    await made.idle()
    assert answer.refused == []
    assert [(each["type"], each.get("content")) for each in parts(made, asked.id)] == [(10, "Done")]


async def test_a_form_says_what_is_above_its_button(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("form")).messages[-1]
    assert (asked.content, embeds(made, asked.id)[0]["title"]) == ("", "Fill it in")
    opened = await made.pressed(asked.id, "Continue")
    wrong = await made.submitted(opened, a="x")
    assert wrong.messages[-1].content == "“A” has to be a whole number."
    assert (await made.ran("bare")).messages[-1].content == "There is a form to fill in."


async def test_the_lines_of_a_page_are_in_its_embed(bot: StartBot) -> None:
    made = await bot(BOT)
    page = (await made.ran("page")).messages[0]
    assert (page.content, embeds(made, page.id)[0]["description"]) == ("Above", "No. 0\nNo. 1")
    await made.pressed(page.id, "▶")
    assert (made.text(page.id), embeds(made, page.id)[0]["description"]) == ("Above", "No. 2")


async def test_the_lines_of_a_page_that_is_laid_out_are_a_text_below(bot: StartBot) -> None:
    made = await bot(BOT)
    page = (await made.ran("laid_out_page")).messages[0]
    made.local.click(user="Robin", message=page.id, custom_id=button(made, page.id, "▶"))
    await made.idle()
    assert [each.get("content") for each in parts(made, page.id)] == ["Above", "No. 2", None, None]


WHOM = """
commands:
  it:
    description: d
    steps:
      - {id: it, choose: {prompt: Which?, KEYS}}
      - reply: "SAYS"
"""
NAMES = "{{ steps.it.values | map('name') | join('+') }}: {{ steps.it.label }}"
CHOSEN: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "a user": ("type: user", "{{ steps.it.value.name }} {{ steps.it.value.is_member }}", ("Kim",), "kim True"),
    "users": ("type: user, most: 3", NAMES, ("Kim", "Olive"), "kim+olive: Kim, Olive"),
    "nobody": ("type: user, least: 0", "{{ steps.it.value is none }}", (), "True"),
    "a role": ("type: role", "{{ steps.it.value.mention[:3] }}" + NAMES, ("Support",), "<@&Support: Support"),
    "a role among all": ("type: mentionable", "{{ steps.it.value.kind }}", ("Support",), "role"),
    "a channel": ("type: channel, channel_types: text", "{{ steps.it.value.name }}", ("#support",), "support"),
    "an option": ("as: select, options: {a: A, b: B}", "{{ steps.it.value }}", ("b",), "b"),
}


def whom(keys: str, says: str) -> str:
    """Return a bot that asks with these keys, and what it says then."""
    return WHOM.replace("KEYS", keys).replace("SAYS", says)


async def picked(made: Bot, *values: str) -> Trace:
    """Have the question answered with what stands under these names."""
    asked = (await made.ran("it")).messages[0]
    menu = next(each for each in made.components(asked.id) if each["type"] != 2)
    trace = made.local.click(user="Robin", message=asked.id, custom_id=menu["custom_id"], values=values)
    await made.idle()
    return trace


@pytest.mark.parametrize(("keys", "says", "values", "said"), CHOSEN.values(), ids=CHOSEN)
async def test_what_is_chosen_comes_in_its_type(
    bot: StartBot, keys: str, says: str, values: tuple[str, ...], said: str
) -> None:
    trace = await picked(await bot(whom(keys, says)), *values)
    assert (trace.refused, trace.messages[-1].content) == ([], said)


async def test_somebody_is_chosen_from_the_start(bot: StartBot) -> None:
    made = await bot(whom("type: user, default_values: '{{ user }}'", "x"))
    trace = await made.ran("it")
    (menu,) = made.components(trace.messages[0].id)
    assert menu["default_values"] == [{"id": str(trace.user_id), "type": "user"}]


FORGED: dict[str, tuple[str, tuple[str, ...], Callable[[Json], object]]] = {
    "a value that is not offered": ("as: select, options: {a: A}", ("a",), lambda data: data.update(values=["x"])),
    "none where one must be chosen": ("type: user", ("Kim",), lambda data: data.update(values=[])),
    "a user of whom Discord says nothing": ("type: user", ("Kim",), lambda data: data.pop("resolved")),
}


@pytest.mark.parametrize(("keys", "values", "change"), FORGED.values(), ids=FORGED)
async def test_what_is_not_offered_is_refused_and_the_question_stays_open(
    bot: StartBot, keys: str, values: tuple[str, ...], change: Callable[[Json], object]
) -> None:
    made = await bot(whom(keys, "{{ steps.it.label }}"))

    def forge(payload: Json) -> None:
        change(payload["data"])

    asked = (await made.ran("it")).messages[0]
    (menu,) = made.components(asked.id)
    made.local.faults.forge(forge)
    trace = made.local.click(user="Robin", message=asked.id, custom_id=menu["custom_id"], values=values)
    await made.idle()
    assert [(each.content, each.ephemeral) for each in trace.messages] == [
        ("This button belongs to an older version of me and doesn't work any more.", True)
    ]
    assert len(made.usable(asked.id)) == 1
