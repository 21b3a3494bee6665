"""`schedule`: a flow is begun later, after a restart too, and once."""

import pytest

from runner.emulator.clock import elapse
from runner.engine.keeper import LEASE_S
from tests.conftest import Bot, StartBot

# The virtual clock starts on Friday, 2027-01-15, 08:00:00 UTC.

BOT = """
state: {points: {scope: member, type: integer, default: 0}}
flows:
  remind:
    params: {text: string, number: {type: integer, default: 7}}
    steps:
      - increment: {state: points}
      - send: "{{ user.mention }} {{ params.text }} {{ params.number + 1 }} {{ guild.name is none }} {{ channel.name }}"
      - log: "{{ params.text }} {{ now | round | int }}"
  fails: {steps: [{fail: No.}], on_error: [{log: "{{ error.message }}"}]}
commands:
  points: {description: d, reply: "{{ state.points }}"}
  it:
    description: d
    options: {text: {type: string, description: t}}
    steps:
      - id: it
        schedule: {flow: remind, with: {text: "{{ options.text | default('tea') }}"}, TIME}
      - reply: {content: "{{ steps.it.at | int }} {{ steps.it.key }}", ephemeral: true}
  bad: {description: d, steps: [{schedule: {flow: fails, after: 5s}}, {reply: ok}]}
"""


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


def said(made: Bot) -> list[str]:
    """Return what the steps have written to the log, in order."""
    return [str(line["message"]) for line in made.log.of("step")]


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("after: 10m", 600),
        ('after: "{{ 5 * 60 }}"', 300),
        ("at: 2027-01-15 08:20", 1200),
        ("at: 2027-01-15 09:20, timezone: Europe/Berlin", 1200),
        ('at: "{{ now + 90 }}"', 90),
        ("at: 2027-01-15 07:00", 0),
    ],
)
async def test_a_flow_is_begun_at_its_time_and_for_whoever_wanted_it(bot: StartBot, time: str, at: int) -> None:
    made = await bot(BOT.replace("TIME", time))
    trace = await made.ran("it")
    answered = trace.messages[0].content.split()
    assert abs(int(answered[0]) - (1_800_000_000 + at)) <= (1 if at else 3600)
    await elapse(at + 2)
    ((text, begun_at),) = [line.split() for line in said(made)]
    assert text == "tea"
    assert abs(int(begun_at) - (1_800_000_000 + at)) <= 1
    posted = made.local.messages_for(user="Robin", channel="general")[-1]["content"]
    assert posted == f"<@{trace.payload['member']['user']['id']}> tea 8 False general"
    assert (await made.ran("points")).messages[0].content == "1"
    await elapse(3600)
    assert len(said(made)) == 1


async def test_a_flow_comes_again_and_again(bot: StartBot) -> None:
    made = await bot(BOT.replace("TIME", 'cron: "*/10 * * * *", key: tea'))
    await made.ran("it")
    await elapse(1805)
    assert [int(line.split()[1]) for line in said(made)] == [1_800_000_000 + at for at in (600, 1200, 1800)]


async def test_a_flow_is_begun_after_a_restart(bot: StartBot) -> None:
    text = BOT.replace("TIME", "after: 10m")
    made = await bot(text)
    await made.ran("it")
    await made.stop()
    await elapse(300)
    again = await bot(text, local=made.local)
    await elapse(305)
    assert len(said(again)) == 1


@pytest.mark.parametrize(
    ("time", "count"),
    [
        ("after: 10m", 1),
        ("after: 10m, missed: run_once", 1),
        ("after: 10m, missed: skip", 0),
        ('cron: "*/10 * * * *"', 1),
        ('cron: "*/10 * * * *", missed: skip', 0),
    ],
)
async def test_what_was_missed_is_begun_late_or_not_at_all(bot: StartBot, time: str, count: int) -> None:
    text = BOT.replace("TIME", time)
    made = await bot(text)
    await made.ran("it")
    await made.stop()
    await elapse(3300)
    again = await bot(text, local=made.local)
    await elapse(5)
    assert len(said(again)) == count
    await elapse(600)
    assert len(said(again)) == count + ("cron" in time)


async def test_another_one_of_the_same_key_takes_its_place(bot: StartBot) -> None:
    made = await bot(BOT.replace("TIME", 'after: 10m, key: "tea {{ user.id }}"'))
    await made.ran("it", text="one")
    await elapse(300)
    key = (await made.ran("it", text="two")).messages[0].content.partition(" ")[2]
    await made.ran("it", text="three", user="Sam")
    await elapse(605)
    assert sorted(line.split()[0] for line in said(made)) == ["three", "two"]
    assert key.startswith("tea ")


async def test_a_flow_of_a_newer_config_is_begun_as_that_says(bot: StartBot) -> None:
    made = await bot(BOT.replace("TIME", "after: 10m"))
    await made.ran("it")
    await made.stop()
    newer = "flows: {remind: {params: {text: string}, steps: [{log: 'New: {{ params.text }}'}]}}"
    run = "commands: {it: {description: d, steps: [{run: {flow: remind, with: {text: a}}}, {reply: ok}]}}"
    again = await bot(f"{newer}\n{run}", local=made.local)
    await elapse(605)
    assert said(again) == ["New: tea"]


@pytest.mark.parametrize(
    ("flows", "event"),
    [
        ("{}", "flow gone"),
        ("{remind: {params: {other: string}, steps: [{log: a}]}}", "flow not begun"),
    ],
)
async def test_a_flow_that_is_gone_or_takes_something_else_is_named(bot: StartBot, flows: str, event: str) -> None:
    made = await bot(BOT.replace("TIME", "after: 10m"))
    await made.ran("it")
    await made.stop()
    again = await bot(f"flows: {flows}\ncommands: {{it: {{description: d, reply: ok}}}}", local=made.local)
    await elapse(605)
    assert [line["flow"] for line in again.log.of(event)] == ["remind"]
    assert again.log.warnings == [event]


async def test_a_flow_that_fails_is_told_to_the_log(bot: StartBot) -> None:
    made = await bot(BOT.replace("TIME", "after: 10m"))
    await made.ran("bad")
    await elapse(6)
    assert said(made) == ["No."]
    (line,) = made.log.of("unattended")
    assert (line["handler"], line["outcome"]) == ("flow fails", "failed")


async def test_a_time_that_a_template_gives_and_that_is_none_fails_the_step(bot: StartBot) -> None:
    made = await bot(BOT.replace("TIME", 'at: "{{ options.text }}"'))
    said_to_user = (await made.ran("it", text="soon")).messages[0].content
    assert said_to_user.startswith("Something went wrong")
    (line,) = made.log.of("step failed")
    assert line["reason"] == (
        "this says no time: a time is written like 2026-12-24 18:00, with the offset of its zone or without"
    )


@pytest.mark.parametrize("at", ["nan", "inf", "-1", "1e300", "253402300800"])
async def test_a_number_that_is_no_second_fails_the_step(bot: StartBot, at: str) -> None:
    made = await bot(BOT.replace("TIME", 'at: "{{ options.text }}"'))
    await made.ran("it", text=at)
    (line,) = made.log.of("step failed")
    assert line["reason"] == f"this says no time: `{at}` is no second of the years 1970 to 9999"


async def test_a_run_in_a_direct_message_stays_there(bot: StartBot) -> None:
    made = await bot("""
        flows: {remind: {steps: [{send: "For {{ user.name }}"}, {log: "{{ guild is none }}"}]}}
        commands: {it: {description: d, steps: [{schedule: {flow: remind, after: 5s}}, {reply: ok}]}}
    """)
    await made.ran("it")
    await elapse(LEASE_S)
    assert len(said(made)) == 1
