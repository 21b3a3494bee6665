"""`confirm`: two buttons, and whether it was the first."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  short:
    description: d
    steps: [{id: it, confirm: Sure?}, {reply: "{{ steps.it.confirmed }} {{ steps.it.user.name }}"}]
  long:
    description: d
    steps:
      - id: it
        confirm: {prompt: Delete?, "yes": Delete, "no": Keep, style: danger}
      - if: steps.it.confirmed
        then: [{update: Deleted}]
        else: [{update: {content: Kept, components: []}}]
"""


@pytest.mark.parametrize(("label", "said"), [("Yes", "True robin"), ("No", "False robin")])
async def test_the_answer_is_true_for_the_first_button(bot: StartBot, label: str, said: str) -> None:
    made = await bot(BOT)
    asked = (await made.ran("short")).messages[0]
    assert (await made.pressed(asked.id, label)).messages[-1].content == said


@pytest.mark.parametrize(("label", "said"), [("Delete", "Deleted"), ("Keep", "Kept")])
async def test_an_update_takes_the_questions_place_and_its_buttons_are_gone(
    bot: StartBot, label: str, said: str
) -> None:
    made = await bot(BOT)
    asked = (await made.ran("long")).messages[0]
    assert [each["style"] for each in made.components(asked.id)] == [4, 2]
    answer = await made.pressed(asked.id, label)
    assert made.text(asked.id) == said
    assert made.components(asked.id) == []
    assert [seen.id for seen in answer.messages] == [asked.id]
