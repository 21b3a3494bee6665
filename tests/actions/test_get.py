"""`get`: what is kept for somebody else."""

from tests.conftest import StartBot

BOT = """
state:
  points: {scope: member, type: integer, default: 3}
  mood: {scope: user, type: string}
commands:
  gain: {description: d, steps: [{increment: {state: points, by: 4}}, {set: {state: mood, to: fine}}, {reply: ok}]}
  look:
    description: d
    options: {who: {type: user, description: w, required: true}}
    steps:
      - {id: points, get: {state: points, of: "{{ options.who }}"}}
      - {id: mood, get: {state: mood, of: "{{ options.who.id }}"}}
      - reply: "{{ steps.points.value + 1 }} {{ steps.mood.value | default('?') }}"
"""


async def test_another_members_value_is_read(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("gain", user="Sam")
    assert (await made.ran("look", who="Sam")).messages[0].content == "8 fine"
    assert (await made.ran("look", who="Robin")).messages[0].content == "4 ?"
