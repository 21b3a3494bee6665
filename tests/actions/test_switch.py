"""`switch`: the case of that name runs, and the handler goes on behind it."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  text:
    description: d
    options: {how: {type: string, description: h, required: true}}
    steps:
      - switch: options.how
        cases:
          high: [{reply: Hurry}]
          "": [{reply: Nothing}]
        default: [{reply: "As {{ options.how }} as any"}]
      - reply: After
  number:
    description: d
    options: {n: {type: number, description: n, required: true}}
    steps: [{switch: options.n, cases: {1: [{reply: One}], 1.5: [{reply: One and a half}]}}, {reply: After}]
  truth: {description: d, steps: [{switch: user.is_bot, cases: {false: [{reply: Human}], true: [{reply: Bot}]}}]}
  list: {description: d, steps: [{switch: "[1]", cases: {1: [{reply: One}]}, default: [{reply: Other}]}]}
  ends: {description: d, steps: [{switch: user.is_bot, cases: {false: [{reply: Human}, stop]}}, {reply: After}]}
"""


@pytest.mark.parametrize(("how", "said"), [("high", "Hurry"), ("low", "As low as any"), ("High", "As High as any")])
async def test_a_text_runs_the_case_of_that_name(bot: StartBot, how: str, said: str) -> None:
    trace = await (await bot(BOT)).ran("text", how=how)
    assert [seen.content for seen in trace.messages] == [said, "After"]


@pytest.mark.parametrize(
    ("number", "said"), [(1, ["One", "After"]), (1.5, ["One and a half", "After"]), (2, ["After"])]
)
async def test_a_number_runs_the_case_of_its_digits_and_without_one_nothing(
    bot: StartBot, number: float, said: list[str]
) -> None:
    trace = await (await bot(BOT)).ran("number", n=number)
    assert [seen.content for seen in trace.messages] == said


@pytest.mark.parametrize(("name", "said"), [("truth", "Human"), ("list", "Other"), ("ends", "Human")])
async def test_what_runs(bot: StartBot, name: str, said: str) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == [said]
