"""`wait`: a pause, with a spinner, that the handler's timeout ends."""

from typing import Any

import pytest

from runner.emulator.clock import VIRTUAL_START_S, elapse
from tests.conftest import Bot, StartBot

Options = dict[str, Any]  # whatever a user may fill in

BOT = """
commands:
  short: {description: d, steps: [{wait: 200ms}, {reply: Done}]}
  long: {description: d, timeout: 14m, steps: [{wait: 13m}, {reply: Done}]}
  option:
    description: d
    timeout: 5m
    options: {seconds: {type: number, description: s, required: true}}
    steps: [{wait: "{{ options.seconds }}"}, {reply: Done}]
  text:
    description: d
    timeout: 5m
    options: {time: {type: string, description: t, required: true}}
    steps: [{wait: "{{ options.time }}"}, {reply: Done}]
  behind: {description: d, steps: [{reply: One}, {wait: 5s}, {reply: Two}]}
  step_timeout: {description: d, steps: [{wait: 5s, timeout: 1s, catch: [{reply: Too long}]}]}
"""


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


@pytest.mark.parametrize(("name", "seconds"), [("short", 0.2), ("long", 780)], ids=["short", "long"])
async def test_a_pause_takes_its_time_behind_a_spinner(bot: StartBot, name: str, seconds: float) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert made.line()["total_ms"] / 1000 == pytest.approx(seconds, abs=0.3)
    assert trace.acknowledged_at == pytest.approx(trace.dispatched_at, abs=0.1)
    assert [seen.content for seen in trace.messages] == ["Done"]


@pytest.mark.parametrize(
    ("name", "options", "seconds"),
    [("option", {"seconds": 2.5}, 2.5), ("text", {"time": "1m30s"}, 90)],
    ids=["a number of seconds", "a duration"],
)
async def test_a_template_may_give_seconds_or_a_duration(
    bot: StartBot, name: str, options: Options, seconds: float
) -> None:
    made = await bot(BOT)
    await made.ran(name, **options)
    assert made.line()["total_ms"] / 1000 == pytest.approx(seconds, abs=0.3)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("option", {"seconds": 0}),
        ("option", {"seconds": -1}),
        ("option", {"seconds": 3601}),
        ("text", {"time": "soon"}),
    ],
    ids=["nothing", "less than nothing", "beyond the longest", "no duration"],
)
async def test_what_is_no_pause_fails_at_once(bot: StartBot, name: str, options: Options) -> None:
    made = await bot(BOT)
    trace = await made.ran(name, **options)
    assert made.line()["outcome"] == "failed"
    assert made.line()["total_ms"] < 500
    assert "Something went wrong" in trace.messages[0].content


async def test_a_pause_behind_an_answer_needs_no_spinner(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("behind")
    assert [seen.content for seen in trace.messages] == ["One", "Two"]


async def test_a_steps_own_timeout_ends_the_pause(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("step_timeout")
    assert [seen.content for seen in trace.messages] == ["Too long"]
    assert made.line()["total_ms"] == pytest.approx(1000, abs=200)


# --- saved

SAVED = """
commands:
  it:
    description: d
    steps:
      - reply: One
      - wait: WAIT
      - send: "Two for {{ user.name }}"
"""


def posted(made: Bot) -> list[str]:
    """Return what everybody reads in the channel."""
    return [str(message["content"]) for message in made.local.messages_for(user="Robin", channel="general")]


@pytest.mark.parametrize(
    "wait", ["{duration: 2h, saved: true}", "{until: '2027-01-15 10:00'}", "{until: '2027-01-15T11:00+01:00'}"]
)
async def test_a_saved_pause_takes_its_time_across_a_restart(bot: StartBot, wait: str) -> None:
    made = await bot(SAVED.replace("WAIT", wait))
    until = VIRTUAL_START_S + 7_200
    await made.ran("it")
    assert made.line()["outcome"] == "waiting"
    await made.stop()
    again = await bot(SAVED.replace("WAIT", wait), local=made.local)
    await elapse(until - 60 - made.clock.now())
    assert posted(again) == ["One"]
    await elapse(120)
    await again.idle()
    assert posted(again) == ["One", "Two for robin"]


async def test_an_instant_that_is_over_is_not_waited_for(bot: StartBot) -> None:
    made = await bot(SAVED.replace("WAIT", "{until: '2027-01-14 08:00'}"))
    await made.ran("it")
    assert posted(made) == ["One", "Two for robin"]


async def test_the_user_is_told_until_when_where_nothing_has_been_said(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, steps: [{wait: {duration: 3d, saved: true}}, {send: Two}]}}")
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == [
        f"I will come back to this <t:{round(VIRTUAL_START_S) + 3 * 86_400}:R>."
    ]
