"""`unset`: a value is its default again."""

from tests.conftest import StartBot

BOT = """
state: {goal: {type: integer, default: 3}}
commands:
  raise: {description: d, steps: [{increment: {state: goal}}, {reply: "{{ state.goal }}"}]}
  reset:
    description: d
    steps: [{id: it, unset: {state: goal}}, {reply: "{{ steps.it.was_set }} {{ state.goal }}"}]
"""


async def test_a_value_is_its_default_again(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("reset")).messages[0].content == "False 3"
    assert (await made.ran("raise")).messages[0].content == "4"
    assert (await made.ran("reset")).messages[0].content == "True 3"
    assert (await made.ran("raise")).messages[0].content == "4"
