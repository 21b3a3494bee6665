"""`if`: one of two branches runs, and the handler goes on behind it."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  both:
    description: d
    options: {n: {type: integer, description: n, required: true}}
    steps:
      - if: options.n > 10
        then: [{reply: More}]
        else: [{reply: Less}]
      - reply: After
  nested:
    description: d
    options: {n: {type: integer, description: n, required: true}}
    steps:
      - if: options.n
        then:
          - if: options.n > 10
            then: [{let: {size: large}}]
            else: [{let: {size: small}}]
        else: [{let: {size: nothing}}]
      - reply: "{{ vars.size }}"
  without_else: {description: d, steps: [{if: user.is_bot, then: [{reply: Bot}]}, {reply: After}]}
  stops: {description: d, steps: [{if: not user.is_bot, then: [{reply: Human}, stop]}, {reply: After}]}
  constant: {description: d, steps: [{if: true, then: [{reply: Yes}]}]}
  skipped: {description: d, steps: [{when: user.is_bot, if: true, then: [{reply: Yes}]}, {reply: After}]}
"""


@pytest.mark.parametrize(("number", "said"), [(11, "More"), (10, "Less")], ids=["true", "false"])
async def test_the_expression_decides_and_the_handler_goes_on(bot: StartBot, number: int, said: str) -> None:
    trace = await (await bot(BOT)).ran("both", n=number)
    assert [seen.content for seen in trace.messages] == [said, "After"]


@pytest.mark.parametrize(("number", "said"), [(0, "nothing"), (5, "small"), (50, "large")])
async def test_branches_may_have_branches(bot: StartBot, number: int, said: str) -> None:
    trace = await (await bot(BOT)).ran("nested", n=number)
    assert [seen.content for seen in trace.messages] == [said]


@pytest.mark.parametrize(
    ("name", "said"),
    [("without_else", ["After"]), ("stops", ["Human"]), ("constant", ["Yes"]), ("skipped", ["After"])],
    ids=["without else", "stops", "constant", "skipped"],
)
async def test_what_runs(bot: StartBot, name: str, said: list[str]) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == said
