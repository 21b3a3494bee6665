"""`form`: opened at once or from a button, asked again where something is wrong, on several pages."""

from typing import Any

import pytest

from runner.emulator.messages import Upload
from runner.emulator.trace import InteractionState, Trace
from tests.conftest import Bot, StartBot

BOT = """
commands:
  simple:
    description: d
    steps:
      - id: it
        form:
          title: "Report, {{ user.name }}"
          fields:
            subject: {label: Subject, max_length: 20, value: "{{ user.name }}", placeholder: Short}
            body: {label: What?, style: paragraph, required: false, description: All of it}
      - reply: "{{ steps.it.subject }}: {{ steps.it.body or 'nothing' }} ({{ steps.it.user.name }})"
  behind:
    description: d
    steps:
      - reply: First
      - {id: it, form: {title: T, fields: {a: A}, prompt: Now this, continue: Open}}
      - reply: "{{ steps.it.a }}"
  twice:
    description: d
    steps:
      - {id: one, form: {title: One, fields: {a: A}}}
      - {id: two, form: {title: Two, fields: {a: A}}}
      - reply: "{{ steps.one.a }} {{ steps.two.a }}"
  asked:
    description: d
    steps:
      - {id: sure, confirm: Sure?}
      - {id: it, form: {title: T, fields: {a: A}}}
      - update: "{{ steps.it.a }}"
  checked:
    description: d
    steps:
      - id: it
        form:
          title: T
          attempts: 3
          fields:
            age: {label: Age, type: integer, min: 18, max: 99}
            rate: {label: Rate, type: number, required: false}
            code: {label: Code, pattern: "[A-Z]{3}", invalid: "{{ event.value }} is no code"}
            word: {label: Word, valid: "event.value != event.fields.code"}
        catch: [{reply: "{{ error.message }}"}]
      - when: steps.it
        reply: "{{ steps.it.age + 1 }} {{ steps.it.rate }} {{ steps.it.code }} {{ steps.it.word }}"
  pages:
    description: d
    steps:
      - id: it
        form: {title: Long, fields: {a: A, b: B, c: C, d: D, e: E, f: F, g: {label: G, required: false}}}
      - reply: "{{ steps.it.a }}{{ steps.it.e }}{{ steps.it.f }}{{ steps.it.g }}"
  panel: {description: d, reply: {content: Panel, components: [ask]}}
components:
  ask:
    button: {label: Ask}
    steps:
      - {id: it, form: {title: T, fields: {a: A}}}
      - {id: sure, confirm: "Sure {{ steps.it.a }}?"}
      - update: {content: "Done {{ steps.sure.confirmed }}"}
"""


def form(trace: Trace) -> dict[str, Any]:
    """Return the form that an interaction has opened."""
    assert trace.modal is not None
    return trace.modal


def said(trace: Trace) -> list[str]:
    """Return what an interaction shows."""
    return [seen.content for seen in trace.messages]


async def opened(bot: Bot, trace: Trace, label: str = "Continue") -> Trace:
    """Return the click that opens the form of a question."""
    return await bot.pressed(trace.messages[-1].id, label)


async def test_a_form_opens_at_once_and_goes_on_when_it_is_submitted(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("simple")
    assert trace.state is InteractionState.MODAL_SHOWN
    first, second = (row["component"] for row in form(trace)["components"])
    assert form(trace)["title"] == "Report, robin"
    assert (first["value"], first["placeholder"], first["max_length"], first["style"]) == ("robin", "Short", 20, 1)
    assert (second["required"], second["style"]) == (False, 2)
    assert said(await made.submitted(trace, subject="Hi", body="All")) == ["Hi: All (robin)"]


async def test_what_is_left_blank_is_an_empty_text(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.submitted(await made.ran("simple"), subject="Hi")) == ["Hi: nothing (robin)"]


async def test_behind_an_answer_a_button_opens_it_as_often_as_one_likes(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("behind")
    assert said(trace) == ["First", "Now this"]
    first, second = await opened(made, trace, "Open"), await opened(made, trace, "Open")
    assert form(first)["custom_id"] == form(second)["custom_id"]
    submitted = await made.submitted(second, a="x")
    assert said(submitted)[-1] == "x"
    assert made.usable(trace.messages[1].id) == []
    assert said(await made.submitted(first, a="y")) == ["This question is over."]


async def test_between_two_forms_there_is_a_button(bot: StartBot) -> None:
    made = await bot(BOT)
    between = await made.submitted(await made.ran("twice"), a="1")
    assert said(between) == ["There is a form to fill in."]
    trace = await opened(made, between)
    assert form(trace)["title"] == "Two"
    assert said(await made.submitted(trace, a="2"))[-1] == "1 2"


async def test_behind_a_click_it_opens_at_once_and_may_change_the_message(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("asked")).messages[0]
    trace = await made.pressed(asked.id, "Yes")
    await made.submitted(trace, a="x")
    assert made.text(asked.id) == "x"
    assert made.components(asked.id) == []


RIGHT = {"age": "41", "rate": "1,5", "code": "ABC", "word": "x"}
WRONG = {
    "no number": ({"age": "old"}, "“Age” has to be a whole number."),
    "too small": ({"age": "17"}, "“Age” has to be at least 18."),
    "too large": ({"age": "100"}, "“Age” has to be at most 99."),
    "no number, but optional": ({"rate": "x"}, "“Rate” has to be a number."),
    "another pattern": ({"code": "abc"}, "abc is no code"),
    "an expression": ({"word": "ABC"}, "“Word” is not right."),
}


@pytest.mark.parametrize(("changed", "reason"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_asked_for_again_with_what_was_typed(
    bot: StartBot, changed: dict[str, str], reason: str
) -> None:
    made = await bot(BOT)
    wrong = await made.submitted(await made.ran("checked"), **{**RIGHT, **changed})
    assert said(wrong) == [reason]
    again = await opened(made, wrong)
    typed = {row["component"]["custom_id"]: row["component"].get("value") for row in form(again)["components"]}
    assert typed == {**RIGHT, **changed}
    assert said(await made.submitted(again, **RIGHT))[-1] == "42 1.5 ABC x"


async def test_after_so_many_attempts_it_fails_with_what_is_wrong(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.submitted(await made.ran("checked"), **{**RIGHT, "age": "1"})
    for _ in range(2):
        trace = await made.submitted(await opened(made, trace), **{**RIGHT, "age": "1"})
    assert said(trace)[-1] == "“Age” has to be at least 18."
    assert made.line()["outcome"] == "ok"


async def test_an_optional_number_that_is_left_blank_is_none(bot: StartBot) -> None:
    made = await bot(BOT)
    given = {name: text for name, text in RIGHT.items() if name != "rate"}
    assert said(await made.submitted(await made.ran("checked"), **given)) == ["42  ABC x"]


async def test_more_than_five_fields_are_several_pages(bot: StartBot) -> None:
    made = await bot(BOT)
    first = await made.ran("pages")
    assert len(form(first)["components"]) == 5
    between = await made.submitted(first, a="1", b="2", c="3", d="4", e="5")
    assert said(between) == ["There is a form to fill in. (2/2)"]
    second = await opened(made, between)
    assert len(form(second)["components"]) == 2
    assert said(await made.submitted(second, f="6"))[-1] == "156"


async def test_a_form_that_any_message_opens_leaves_that_message_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    panel = (await made.ran("panel")).messages[0].id
    asked = await made.submitted(await made.pressed(panel, "Ask"), a="x")
    question = asked.messages[-1].id
    assert (made.text(question), made.text(panel)) == ("Sure x?", "Panel")
    assert len(made.usable(panel)) == 1
    await made.pressed(question, "Yes")
    assert (made.text(question), made.text(panel)) == ("Done True", "Panel")


KINDS = """
commands:
  kinds:
    description: d
    steps:
      - id: it
        form:
          title: T
          fields:
            who: {label: Who?, type: user, default_values: "{{ user }}"}
            where: {label: Where?, type: channel, channel_types: text, required: false}
            which: {label: Which?, type: select, options: {a: A, b: {label: B, default: true}}, max_values: 2}
            one: {label: One, type: radio_group, options: {x: X, y: Y}}
            sure: {label: Sure?, type: checkbox, valid: event.value, invalid: "You have to be sure."}
      - reply: >-
          {{ steps.it.who.name }} {{ steps.it.where is none }} {{ steps.it.which | join('+') }} {{ steps.it.one }}
          {{ steps.it.sure }}
  files:
    description: d
    steps:
      - id: it
        form:
          title: T
          fields:
            about: {text: "Two files, **please**"}
            files: {label: Files, type: file_upload, max_values: 2}
            roles: {label: Roles, type: role, max_values: 2, required: false}
            boxes: {label: Boxes, type: checkbox_group, options: {x: X, y: Y}, required: false}
      - reply: "{{ steps.it.files | map('filename') | join }} {{ steps.it.roles | length }} {{ steps.it.boxes | join }}"
"""
ENTERED = {"who": "Kim", "which": ["b", "a"], "one": "y", "sure": True}


async def test_a_form_asks_for_everything_that_forms_can(bot: StartBot) -> None:
    made = await bot(KINDS)
    trace = await made.ran("kinds")
    who, _, which, one, _ = (row["component"] for row in form(trace)["components"])
    assert who["default_values"] == [{"id": str(trace.user_id), "type": "user"}]
    assert [each.get("default", False) for each in which["options"]] == [False, True]
    assert [each["value"] for each in one["options"]] == ["x", "y"]
    assert said(await made.submitted(trace, **ENTERED)) == ["kim True b+a y True"]


async def test_what_was_chosen_stands_there_again(bot: StartBot) -> None:
    made = await bot(KINDS)
    wrong = await made.submitted(await made.ran("kinds"), **{**ENTERED, "which": ["a"], "sure": False})
    assert said(wrong) == ["You have to be sure."]
    again = await opened(made, wrong)
    who, _, which, one, sure = (row["component"] for row in form(again)["components"])
    kim = next(str(user.id) for user in made.local.world.users.values() if user.username == "kim")
    assert who["default_values"] == [{"id": kim, "type": "user"}]
    assert [each.get("default", False) for each in which["options"]] == [True, False]
    assert [each.get("default", False) for each in one["options"]] == [False, True]
    assert sure["default"] is False
    assert said(await made.submitted(again, **ENTERED))[-1] == "kim True b+a y True"


async def test_texts_stand_between_fields_and_files_come_along(bot: StartBot) -> None:
    made = await bot(KINDS)
    trace = await made.ran("files")
    assert form(trace)["components"][0]["content"] == "Two files, **please**"
    upload = Upload(0, "notes.txt", "text/plain", b"a")
    assert said(await made.submitted(trace, files=[upload], boxes=["y"])) == ["notes.txt 0 y"]


async def test_what_was_not_asked_for_is_refused_and_the_form_stays_open(bot: StartBot) -> None:
    made = await bot(KINDS)
    trace = await made.ran("kinds")

    def forge(payload: dict[str, Any]) -> None:
        payload["data"]["components"][3]["component"]["value"] = "z"

    made.local.faults.forge(forge)
    assert said(await made.submitted(trace, **ENTERED)) == [
        "This form belongs to an older version of me. Please start again."
    ]
    assert said(await made.submitted(trace, **ENTERED))[-1] == "kim True b+a y True"
