"""`choose`: a question with buttons or a select, and what its answer gives."""

from typing import Any

import pytest

from tests.conftest import StartBot

Json = dict[str, Any]  # Any: JSON of components

BOT = """
vars: {mood: bad}
commands:
  buttons:
    description: d
    steps:
      - id: it
        choose: {prompt: "How {{ vars.mood }}?", options: {low: Low, high: {label: High, style: danger, emoji: 🔥}}}
      - reply: "{{ steps.it.value }} {{ steps.it.label }} {{ steps.it.values | join }} {{ steps.it.user.name }}"
  select:
    description: d
    steps:
      - id: it
        choose:
          prompt: Which?
          options: {a: {label: A, description: First}, b: B, c: C}
          as: select
          placeholder: Choose
          least: 0
          most: 2
      - reply: "[{{ steps.it.value }}] {{ steps.it.label }} {{ steps.it.values | length }}"
  many:
    description: d
    steps: [{choose: {prompt: Which?, options: {a: A, b: B, c: C, d: D, e: E, f: F}}}, {reply: Done}]
  wide: {description: d, steps: [{choose: {prompt: Q, as: buttons, options: {a: A, b: B, c: C, d: D, e: E, f: F}}}]}
  private: {description: d, response: ephemeral, steps: [{choose: {prompt: Q, options: {a: A}}}, {reply: Done}]}
"""


async def test_buttons_are_shown_and_the_answer_closes_them(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("buttons")).messages[0]
    assert asked.content == "How bad?"
    assert [(each["label"], each["style"], each.get("emoji")) for each in asked.components[0]["components"]] == [
        ("Low", 2, None),
        ("High", 4, {"name": "🔥"}),
    ]
    answer = await made.pressed(asked.id, "High")
    assert answer.messages[-1].content == "high High high robin"
    assert made.usable(asked.id) == []
    assert made.text(asked.id) == "How bad?"
    assert answer.acknowledgements == 1


@pytest.mark.parametrize(
    ("chosen", "said"),
    [(["b"], "[b] B 1"), (["a", "c"], "[a] A, C 2"), ([], "[]  0")],
    ids=["one", "two", "none"],
)
async def test_a_select_gives_its_values(bot: StartBot, chosen: list[str], said: str) -> None:
    made = await bot(BOT)
    asked = (await made.ran("select")).messages[0]
    (menu,) = made.components(asked.id)
    assert (menu["placeholder"], menu["min_values"], menu["max_values"]) == ("Choose", 0, 2)
    assert menu["options"][0] == {"value": "a", "label": "A", "description": "First"}
    assert (await made.chose(asked.id, *chosen)).messages[-1].content == said.strip()


async def test_more_than_five_options_are_a_select_unless_buttons_are_asked_for(bot: StartBot) -> None:
    made = await bot(BOT)
    select, buttons = (await made.ran("many")).messages[0], (await made.ran("wide")).messages[0]
    assert [each["type"] for each in made.components(select.id)] == [3]
    assert [len(row["components"]) for row in buttons.components] == [5, 1]


async def test_a_private_question_stays_private(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("private")).messages[0]
    answer = await made.pressed(asked.id, "A")
    assert asked.ephemeral
    assert [seen.ephemeral for seen in answer.messages] == [True, True]


async def test_without_anything_behind_it_the_answer_only_closes_the_question(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("wide")).messages[0]
    answer = await made.pressed(asked.id, "F")
    assert made.usable(asked.id) == []
    assert [seen.id for seen in answer.messages] == [asked.id]
