"""`let`: names for values, within one run."""

from tests.conftest import StartBot

BOT = """
vars: {limit: 10, fixed: here}
commands:
  typed:
    description: d
    options: {a: {type: integer, description: a, required: true}, b: {type: integer, description: b, required: true}}
    steps:
      - let: {total: "{{ options.a + options.b }}", names: ["{{ user.name }}", {deep: "{{ options.a }}"}]}
      - reply: "{{ vars.total + 1 }} {{ vars.names[0] }} {{ vars.names[1].deep * 2 }} {{ vars.fixed }}"
  again:
    description: d
    steps: [{let: {limit: 5}}, {let: {limit: "{{ vars.limit + 1 }}"}}, {reply: "{{ vars.limit }}"}]
  untouched: {description: d, reply: "{{ vars.limit }}"}
"""


async def test_a_value_keeps_its_type_however_deep(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("typed", a=2, b=3)
    assert trace.messages[0].content == "6 robin 4 here"


async def test_a_later_value_takes_the_place_of_an_earlier_one_in_this_run_only(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("again")).messages[0].content == "6"
    assert (await made.ran("again")).messages[0].content == "6"
    assert (await made.ran("untouched")).messages[0].content == "10"
