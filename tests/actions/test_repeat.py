"""`repeat`: so many times, while something holds, or until it does."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  times: {description: d, steps: [{repeat: 3, do: [{reply: "{{ loop.index }}{{ '!' if loop.first else '' }}"}]}]}
  option:
    description: d
    options: {n: {type: integer, description: n, required: true}}
    steps: [{id: all, repeat: "{{ options.n }}", do: [{log: a}]}, {reply: "{{ steps.all.count }}"}]
  while:
    description: d
    steps:
      - let: {n: 1}
      - repeat: {while: vars.n < 100}
        do: [{let: {n: "{{ vars.n * 2 }}"}}]
      - reply: "{{ vars.n }}"
  never: {description: d, steps: [{repeat: {while: false}, do: [{reply: Never}]}, {reply: Done}]}
  until:
    description: d
    steps:
      - repeat: {until: vars.n == 3}
        do: [{let: {n: "{{ loop.index }}"}}, {reply: "{{ vars.n }}"}]
  both: {description: d, steps: [{repeat: {times: 2, until: loop.index == 5}, do: [{reply: "{{ loop.index }}"}]}]}
  endless:
    description: d
    steps:
      - repeat: {while: true, at_most: 7}
        do: [{let: {n: "{{ loop.index }}"}}]
        catch: [{reply: "{{ vars.n }}"}]
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("times", ["1!", "2", "3"]),
        ("while", ["128"]),
        ("never", ["Done"]),
        ("until", ["1", "2", "3"]),
        ("both", ["1", "2"]),
        ("endless", ["7"]),
    ],
)
async def test_what_runs(bot: StartBot, name: str, said: list[str]) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == said


@pytest.mark.parametrize("count", [0, 1, 5])
async def test_a_template_may_say_how_many_times(bot: StartBot, count: int) -> None:
    trace = await (await bot(BOT)).ran("option", n=count)
    assert [seen.content for seen in trace.messages] == [str(count)]


async def test_the_handlers_timeout_ends_a_loop(bot: StartBot) -> None:
    made = await bot("""
        commands:
          it:
            description: d
            timeout: 10s
            steps: [{repeat: {while: true}, do: [{wait: 1s}]}]
            on_timeout: [{reply: Enough}]
    """)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Enough"]
    assert made.line()["total_ms"] == pytest.approx(10_000, abs=500)
