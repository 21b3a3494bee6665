"""`for_each`: steps run once for each item, which they read."""

import pytest

from tests.conftest import StartBot

BOT = """
vars: {names: [Robin, Kim, Alex], none: [], text: Robin}
commands:
  names:
    description: d
    steps:
      - for_each: vars.names
        do: [{reply: "{{ loop.index }}/{{ loop.length }} {{ item }}{{ '!' if loop.last else '' }}"}]
      - reply: After
  sum:
    description: d
    steps:
      - let: {sum: 0}
      - for_each: "[1, 2, 3, 4]"
        as: number
        do: [{let: {sum: "{{ vars.sum + number }}"}}]
      - reply: "{{ vars.sum }}"
  nested:
    description: d
    steps:
      - let: {text: ""}
      - for_each: "[1, 2]"
        do:
          - for_each: "['a', 'b']"
            do: [{let: {text: "{{ vars.text }}{{ item }}"}}]
          - let: {text: "{{ vars.text }}{{ item }}{{ loop.index }} "}
      - reply: "{{ vars.text }}"
  empty:
    description: d
    steps: [{id: all, for_each: vars.none, do: [{reply: Never}]}, {reply: "{{ steps.all.count }} items"}]
  counted:
    description: d
    steps: [{id: all, for_each: vars.names, do: [{log: "{{ item }}"}]}, {reply: "{{ steps.all.count }} items"}]
  stops:
    description: d
    steps: [{for_each: vars.names, do: [{reply: "{{ item }}"}, {if: item == "Kim", then: [stop]}]}, {reply: After}]
  full: {description: d, steps: [{for_each: "range(3)", at_most: 3, do: [{log: a}]}, {reply: Done}]}
  overfull:
    description: d
    steps: [{for_each: "range(4)", at_most: 3, do: [{reply: Never}], catch: [{reply: Too many}]}]
  no_list: {description: d, steps: [{for_each: user.name, do: [{reply: Never}], catch: [{reply: No list}]}]}
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("names", ["1/3 Robin", "2/3 Kim", "3/3 Alex!", "After"]),
        ("sum", ["10"]),
        ("nested", ["ab11 ab22"]),
        ("empty", ["0 items"]),
        ("counted", ["3 items"]),
        ("stops", ["Robin", "Kim"]),
        ("full", ["Done"]),
        ("overfull", ["Too many"]),
        ("no_list", ["No list"]),
    ],
)
async def test_what_runs(bot: StartBot, name: str, said: list[str]) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == said


async def test_a_round_that_fails_is_caught_beside_the_loop_and_the_loop_is_over(bot: StartBot) -> None:
    trace = await (
        await bot("""
        commands:
          it:
            description: d
            steps:
              - for_each: "[1, 2, 3]"
                do: [{reply: "{{ item }}"}, {if: item == 2, then: [{fail: "No more"}]}]
                catch: [{reply: "{{ error.message }}"}]
              - reply: After
    """)
    ).ran("it")
    assert [seen.content for seen in trace.messages] == ["1", "2", "No more", "After"]


async def test_a_round_that_fails_can_be_caught_inside_and_the_loop_goes_on(bot: StartBot) -> None:
    trace = await (
        await bot("""
        commands:
          it:
            description: d
            steps: [{for_each: "[0, 1]", do: [{reply: "{{ 1 // item }}", catch: [{reply: Not 0}]}]}]
    """)
    ).ran("it")
    assert [seen.content for seen in trace.messages] == ["Not 0", "1"]
