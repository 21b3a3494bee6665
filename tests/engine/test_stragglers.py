"""Nobody is left with a spinner by an outage that outlasts the tries for one call; on a local Discord's wire."""

import asyncio

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.engine.acknowledger import DOUBTS_MAX
from runner.engine.stragglers import PAUSE_MAX_S
from tests.conftest import Bot, StartBot

BOT = """
checks: {never: {if: 1 > 2, denied: Not you.}}
commands:
  slow: {description: d, timeout: 5m, steps: [{wait: 5s}, {reply: Hello}]}
  quiet: {description: d, response: ephemeral, steps: [{wait: 5s}, {reply: Hello}]}
  guarded: {description: d, steps: [{wait: 5s}, {require: never}, {reply: Hello}]}
  silent: {description: d, steps: [{wait: 5s}]}
"""
EVERYTHING = 100_000  # more calls than are ever made


def seen(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user of an interaction sees in the end, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def failed(bot: Bot) -> str:
    """Return the built-in sentence for the latest failure."""
    return f"Something went wrong (`{bot.line()['reference']}`)."


async def begun(bot: Bot, name: str) -> Trace:
    """Have a command typed, and wait until its spinner is there. Then nothing on the token gets through any more."""
    trace = bot.command(name)
    await trace.acknowledged()
    bot.local.faults.next("/webhooks/", cut="before", times=EVERYTHING)
    return trace


@pytest.mark.parametrize("outage_s", [30, 120, 600])
@pytest.mark.parametrize("name", ["slow", "quiet"])
async def test_a_spinner_ends_when_the_outage_does(bot: StartBot, name: str, outage_s: float) -> None:
    made = await bot(BOT)
    trace = await begun(made, name)
    await elapse(outage_s)
    assert [message.loading for message in trace.messages] == [True]
    assert made.engine.counts.waiting == 1
    made.local.faults.clear()
    await made.idle()
    assert seen(trace) == [(failed(made), name == "quiet")]
    assert made.line()["total_ms"] <= (outage_s + PAUSE_MAX_S + 5) * 1000
    assert "answer delayed" in made.log.warnings
    assert made.engine.counts.waiting == 0


async def test_a_refusal_that_was_held_up_is_still_for_one_alone(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await begun(made, "guarded")
    await elapse(60)
    made.local.faults.clear()
    await made.idle()
    assert seen(trace) == [("Not you.", True)]
    assert made.line()["outcome"] == "refused"


async def test_steps_that_say_nothing_are_done_when_the_outage_ends(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await begun(made, "silent")
    await elapse(60)
    made.local.faults.clear()
    await made.idle()
    assert seen(trace) == [("Done.", True)]
    assert made.line()["outcome"] == "ok"


async def test_an_outage_until_the_token_dies_is_waited_out_in_few_calls_and_none_of_them_too_late(
    bot: StartBot,
) -> None:
    made = await bot(BOT)
    trace = await begun(made, "slow")
    before = made.local.faults.pending
    await made.idle()
    assert before - made.local.faults.pending < 500
    assert made.line()["outcome"] == "token expired"
    assert made.line()["total_ms"] < 900_000
    assert trace.refused == []


async def test_a_process_that_stops_says_last_words_within_its_drain(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await begun(made, "slow")
    await elapse(100)
    stopping = asyncio.create_task(made.stop())
    await elapse(4)
    made.local.faults.clear()
    await stopping
    assert seen(trace) == [(failed(made), False)]
    assert made.line()["total_ms"] < 110_000


async def test_a_process_that_stops_during_an_outage_stops_all_the_same(bot: StartBot) -> None:
    made = await bot(BOT)
    await begun(made, "slow")
    await elapse(100)
    started = asyncio.get_running_loop().time()
    await made.stop()
    assert asyncio.get_running_loop().time() - started < 21
    assert "could not be reached" in made.log.of("could not tell the user")[0]["reason"]


# --- a follow-up of unknown outcome


@pytest.mark.parametrize(
    ("cut", "times", "said"),
    [
        pytest.param("before", 1, 1, id="it had not arrived"),
        pytest.param("before", 2, 1, id="nor had the second"),
        pytest.param("after", 1, 2, id="it had arrived, and is read twice"),
        pytest.param("before", DOUBTS_MAX, 0, id="never said more often than the bound"),
        pytest.param("after", EVERYTHING, DOUBTS_MAX, id="never read more often than the bound"),
    ],
)
async def test_the_only_end_is_said_again_when_nobody_knows_whether_it_has_arrived(
    bot: StartBot, cut: str, times: int, said: int
) -> None:
    """The public spinner goes for a private refusal, so that its user has nothing until that is there."""
    made = await bot(BOT)
    made.local.faults.next("follow_up", cut="before" if cut == "before" else "after", times=times)
    trace = await made.ran("guarded")
    made.local.faults.clear()
    assert seen(trace) == [("Not you.", True)] * said
    assert made.log.warnings == (["could not tell the user"] if times >= DOUBTS_MAX else [])
