"""`increment`: everybody is counted, and what is written is read at once."""

import asyncio

from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """
state:
  points: {scope: member, type: integer, default: 10}
  likes: {type: integer, default: 0}
  weight: {scope: channel, type: number, default: 0.5}
commands:
  points:
    description: d
    steps:
      - reply: "{{ state.points }}"
      - {id: it, increment: {state: points, by: 5}}
      - reply: "{{ steps.it.value }} {{ state.points }}"
  give:
    description: d
    options:
      to: {type: user, description: t, required: true}
      much: {type: integer, description: m, required: true}
    steps:
      - {id: it, increment: {state: points, by: "{{ options.much }}", of: "{{ options.to }}"}}
      - reply: "{{ steps.it.value }} {{ state.points }}"
  eat: {description: d, steps: [{increment: {state: weight, by: 0.25}}, {reply: "{{ state.weight }}"}]}
  ask: {description: d, reply: {content: "Like?", components: [like]}}
  likes: {description: d, reply: "{{ state.likes }}"}
components:
  like:
    button: {label: Like}
    steps: [{increment: {state: likes}}, {reply: {content: "{{ state.likes }}", ephemeral: true}}]
"""


async def test_a_number_grows_and_later_templates_read_it(bot: StartBot) -> None:
    made = await bot(BOT)
    assert [message.content for message in (await made.ran("points")).messages] == ["10", "15 15"]
    assert [message.content for message in (await made.ran("points")).messages] == ["15", "20 20"]
    assert [message.content for message in (await made.ran("points", user="Sam")).messages] == ["10", "15 15"]


async def test_what_is_given_to_another_is_not_ones_own(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("give", to="Sam", much=-3)).messages[0].content == "7 10"
    assert (await made.ran("give", to="Robin", much=7)).messages[0].content == "17 17"


async def test_a_channel_has_its_own_number(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("eat")
    assert (await made.ran("eat")).messages[0].content == "1.0"
    assert (await made.ran("eat", channel="support")).messages[0].content == "0.75"


async def test_fifty_members_who_press_a_button_in_the_same_millisecond_are_all_counted(bot: StartBot) -> None:
    made = await bot(BOT)
    shown = await made.ran("ask")
    traces = [made.click(shown.messages[0].id, "like", user=user) for user in ["Robin", "Sam"] * 25]
    await elapse(0.001)
    await made.idle()
    said = sorted(int(trace.messages[-1].content) for trace in traces)
    assert said == list(range(1, 51))
    assert (await made.ran("likes")).messages[0].content == "50"
    assert {trace.acknowledgements for trace in traces} == {1}


async def test_two_bots_on_one_store_lose_no_click(bot: StartBot) -> None:
    one, other = await bot(BOT), await bot(BOT)
    shown = [await each.ran("ask") for each in (one, other)]
    for _ in range(20):
        for each, trace in zip((one, other), shown, strict=True):
            each.click(trace.messages[0].id, "like")
    await asyncio.gather(one.idle(), other.idle())
    assert (await one.ran("likes")).messages[0].content == "40"
