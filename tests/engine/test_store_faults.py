"""A store in every kind of trouble while runs wait: the user is told, the log names the cause, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.store.errors import StoreCorrupt, StoreFailed, StoreReadOnly
from tests.conftest import Bot, StartBot, compiled
from tests.troubles import Trouble, damaged, full, locked, own_disk, read_only

BOT = """
state: {note: {scope: user, type: string}}
commands:
  it:
    description: d
    steps:
      - {id: one, choose: {prompt: One, options: {a: A}}}
      - {id: two, choose: {prompt: "Two {{ steps.one.value }}", options: {b: B}}}
      - send: Effect
      - update: {content: "Done {{ steps.one.value }}{{ steps.two.value }}"}
"""
SORRY = "I can't get at what I have to remember. Please try again later"


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


@pytest.fixture
def disk(tmp_path: Path, trouble: Trouble) -> Iterator[None]:
    """Give the test's store a disk of its own, if that is to become full."""
    with own_disk(tmp_path / ".lifecycle") if trouble is full else nullcontext():
        yield


async def at_rest(bot: StartBot, text: str) -> Bot:
    """Start a bot, and let it write all that it writes at its start before its file is changed behind its back."""
    made = await bot(text)
    await elapse(1)
    return made


def said(trace: Trace) -> str:
    """Return the last that an interaction shows."""
    return trace.messages[-1].content


def store_of(made: Bot) -> Path:
    """Return where a bot keeps things."""
    return made.directory / ".lifecycle/state.db"


def waiting(made: Bot) -> int:
    """Return how many runs wait."""
    with closing(sqlite3.connect(store_of(made))) as database:
        ((count,),) = database.execute("SELECT count(*) FROM flows").fetchall()
    return int(count)


LOCKED = pytest.param(locked, "the store can't be reached", id="locked")
LASTING = [
    pytest.param(full, "the store is full", id="full"),
    pytest.param(read_only, "the store can't be written", id="read only"),
    pytest.param(damaged, "the store is damaged", id="damaged"),
]


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(("trouble", "happened"), [*LASTING, LOCKED])
async def test_an_answer_in_times_of_trouble_is_told_so_and_can_be_given_again(
    bot: StartBot, trouble: Trouble, happened: str
) -> None:
    made = await at_rest(bot, BOT)
    message = (await made.ran("it")).messages[0].id
    with trouble(store_of(made)):
        answer = await made.pressed(message, "A")
        assert made.text(message) == "One"
        assert (answer.failed, answer.messages[-1].ephemeral) == (False, True)
        (line,) = made.log.of("not taken")
    assert said(answer) == f"{SORRY} (`{line['reference']}`)."
    assert (happened in line["reason"], str(store_of(made)) in line["reason"]) == (True, True)
    assert made.line()["outcome"] == "not taken"
    await made.pressed(message, "A")
    assert made.text(message) == "Two a"
    await made.pressed(message, "B")
    assert made.text(message) == "Done ab"
    assert waiting(made) == 0


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(("trouble", "happened"), [*LASTING, LOCKED])
async def test_what_cannot_be_put_away_is_told_so(bot: StartBot, trouble: Trouble, happened: str) -> None:
    made = await at_rest(bot, BOT)
    await made.ran("it")
    with trouble(store_of(made)):
        command = await made.ran("it")
        (line,) = made.log.of("step failed")
    assert [seen.content for seen in command.messages] == [f"{SORRY} (`{line['reference']}`)."]
    assert (happened in line["reason"], command.failed) == (True, False)
    assert waiting(made) == 1
    assert (await made.ran("it")).messages[0].content == "One"


SLOW = """
commands:
  it:
    description: d
    steps:
      - confirm: Sure?
      - send: Effect one
      - wait: 10s
      - send: Effect two
      - confirm: And now?
"""


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(("trouble", "happened"), LASTING)
async def test_trouble_in_the_middle_ends_the_run_and_what_was_done_is_not_done_again(
    bot: StartBot, trouble: Trouble, happened: str
) -> None:
    made = await at_rest(bot, SLOW)
    message = (await made.ran("it")).messages[0].id
    answer = made.press(message, "Yes")
    await elapse(5)
    with trouble(store_of(made)):
        await made.idle()
        (line,) = made.log.of("step failed")
        assert (said(answer), happened in line["reason"]) == (f"{SORRY} (`{line['reference']}`).", True)
    await elapse(300)
    texts = [seen["content"] for seen in made.local.messages_for(user="Robin", channel="general")]
    assert (texts.count("Effect one"), texts.count("Effect two"), waiting(made)) == (1, 0, 0)


LATE = """
commands:
  it:
    description: d
    steps:
      - choose:
          prompt: One
          options: {a: A}
          timeout: 2m
          on_timeout: [{send: Effect}, {update: {content: Timed out}}, stop]
"""


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(("trouble", "happened"), [*LASTING, LOCKED])
async def test_a_time_that_comes_in_times_of_trouble_is_dealt_with_behind_them(
    bot: StartBot, trouble: Trouble, happened: str
) -> None:
    made = await at_rest(bot, LATE)
    message = (await made.ran("it")).messages[0].id
    await elapse(110)
    with trouble(store_of(made)):
        await elapse(10)
        while not (lines := made.log.of("timers wait for the store")):
            await elapse(1)
        assert (made.text(message), happened in lines[0]["reason"]) == ("One", True)
    await elapse(20)
    assert made.text(message) == "Timed out"
    texts = [seen["content"] for seen in made.local.messages_for(user="Robin", channel="general")]
    assert (texts.count("Effect"), waiting(made)) == (1, 0)


SOON = """
schedules:
  soon: {at: "TIME", missed: run_once, steps: [{send: {channel: "CHANNEL", content: Came}}]}
"""


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize(("trouble", "happened"), [*LASTING, LOCKED])
@pytest.mark.parametrize("is_stopped", [False, True], ids=["goes on", "is stopped"])
async def test_a_schedule_that_is_new_in_times_of_trouble_comes_behind_them(
    bot: StartBot, trouble: Trouble, happened: str, is_stopped: bool
) -> None:
    made = await at_rest(bot, LATE)
    (channel,) = (each.id for each in made.local.world.channels.values() if each.name == "general")
    time = datetime.fromtimestamp(made.local.clock.now() + 3, UTC).isoformat()
    new = compiled(SOON.replace("TIME", time).replace("CHANNEL", str(channel)))
    with trouble(store_of(made)):
        made.engine.swap(new)
        while not (lines := made.log.of("store not ready")):
            await elapse(1)
        assert happened in lines[0]["reason"]
        await elapse(4)
        if is_stopped:
            await made.stop()
            return
    await elapse(30)
    texts = [seen["content"] for seen in made.local.messages_for(user="Robin", channel="general")]
    assert (texts.count("Came"), len(made.log.of("store not ready"))) == (1, 1)


@pytest.mark.parametrize(("trouble", "expected"), [(read_only, StoreReadOnly), (damaged, StoreCorrupt)])
async def test_a_start_in_times_of_trouble_names_it_and_one_behind_them_takes_everything_up(
    bot: StartBot, trouble: Trouble, expected: type[StoreFailed]
) -> None:
    made = await bot(BOT)
    message = (await made.ran("it")).messages[0].id
    await made.stop()
    with trouble(store_of(made)):
        with pytest.raises(expected) as refusal:
            await bot(BOT, local=made.local)
        assert str(store_of(made)) in str(refusal.value)
    again = await bot(BOT, local=made.local)
    await again.pressed(message, "A")
    assert again.text(message) == "Two a"
