"""`set`: a value of the state becomes another one, for a while or for ever."""

import pytest

from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """
state:
  mood: {scope: user, type: string}
  goal: {type: integer, default: 10}
  hosts: {type: list, items: user, limit: 2}
  seen: {scope: channel, type: time}
  notes: {scope: guild, type: data}
commands:
  mood:
    description: d
    options: {mood: {type: string, description: m}}
    steps: [{set: {state: mood, to: "{{ options.mood | default('fine') }}", expires: 1m}}, {reply: "{{ state.mood }}"}]
  ask: {description: d, reply: "{{ state.mood | default('?') }}, {{ state.goal }}, {{ state.hosts | length }}"}
  goal:
    description: d
    options: {goal: {type: integer, description: g, required: true}}
    steps: [{id: it, set: {state: goal, to: "{{ options.goal }}"}}, {reply: "{{ steps.it.value + 1 }}"}]
  hosts: {description: d, steps: [{set: {state: hosts, to: ["{{ user }}"]}}, {reply: "{{ state.hosts[0] }}"}]}
  seen: {description: d, steps: [{set: {state: seen, to: "{{ now }}"}}, {reply: "{{ state.seen + 1 > now }}"}]}
  notes:
    description: d
    steps:
      - {id: it, set: {state: notes, to: {by: "{{ user.name }}", tags: [a, 1, null]}}}
      - reply: "{{ steps.it.value }}"
"""


async def test_a_value_is_read_as_it_was_set(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("ask")).messages[0].content == "?, 10, 0"
    assert (await made.ran("goal", goal=41)).messages[0].content == "42"
    assert (await made.ran("mood", mood="great")).messages[0].content == "great"
    assert (await made.ran("ask")).messages[0].content == "great, 41, 0"
    assert (await made.ran("ask", user="Sam")).messages[0].content == "?, 41, 0"


async def test_a_value_lasts_as_long_as_it_is_said_to(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("mood")
    await elapse(59)
    assert (await made.ran("ask")).messages[0].content.startswith("fine")
    await elapse(1)
    assert (await made.ran("ask")).messages[0].content.startswith("?")


async def test_a_value_outlives_the_bot(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("goal", goal=41)
    await made.stop()
    again = await bot(BOT, local=made.local)
    assert (await again.ran("ask")).messages[0].content == "?, 41, 0"


@pytest.mark.parametrize(
    ("command", "said"), [("seen", "True"), ("notes", "{'by': 'robin', 'tags': ['a', 1, None]}")]
)  # fmt: skip
async def test_a_value_can_be_of_any_type(bot: StartBot, command: str, said: str) -> None:
    made = await bot(BOT)
    assert (await made.ran(command)).messages[0].content == said


async def test_a_user_stands_for_their_id(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("hosts")
    assert trace.messages[0].content == trace.payload["member"]["user"]["id"]


async def test_a_template_that_gives_something_else_fails_the_step(bot: StartBot) -> None:
    made = await bot("""
        vars: {half: 0.5}
        state: {goal: {type: integer, default: 1}}
        commands:
          bad: {description: d, steps: [{set: {state: goal, to: "{{ vars.half }}"}}, {reply: done}]}
          ask: {description: d, reply: "{{ state.goal }}"}
    """)
    assert "Something went wrong" in (await made.ran("bad")).messages[0].content
    assert (await made.ran("ask")).messages[0].content == "1"
