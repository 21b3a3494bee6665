"""What comes by the clock: at its time, after a restart, as it wants when it was missed, and on whatever runs then."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from runner.emulator.clock import elapse
from runner.engine.keeper import LEASE_S, RENEW_S
from runner.engine.schedules import MISSED_AFTER_S, MISSED_RUNS_MAX
from tests.conftest import Bot, StartBot, compiled

# The virtual clock starts on Friday, 2027-01-15, 08:00:00 UTC.


@pytest.fixture
def slack() -> float:
    """Hours pass."""
    return 300.0


def said(made: Bot) -> list[str]:
    """Return what the steps have written to the log, in order."""
    return [str(line["message"]) for line in made.log.of("step")]


def outcomes(made: Bot) -> list[str]:
    """Return how the runs have ended."""
    return [str(line["outcome"]) for line in made.log.of("unattended")]


async def restarted(bot: StartBot, made: Bot, after_s: float, text: str) -> Bot:
    """Stop a bot, let time pass, and start one on the same store; returns when it has done what was due."""
    await made.stop()
    await elapse(after_s)
    again = await bot(text, local=made.local)
    await elapse(2)
    return again


@pytest.mark.parametrize(
    ("when", "times"),
    [
        ('cron: "*/10 * * * *"', [600, 1200, 1800]),
        ('cron: "5 9 * * *", timezone: Europe/Berlin', [300]),
        ('cron: "5 8 * * 1-4"', []),
        ("every: 15m", [900, 1800]),
        ("at: 2027-01-15 08:20", [1200]),
        ("at: 2027-01-15 09:20:30, timezone: Europe/Berlin", [1230]),
        ("at: 2027-01-15 07:59", []),
    ],
)
async def test_a_schedule_comes_at_its_time(bot: StartBot, when: str, times: list[int]) -> None:
    line = "{{ now | round | int }} {{ schedule.due_at | int }} {{ schedule.name }}"
    made = await bot(f"schedules: {{it: {{{when}, steps: [{{log: '{line}'}}]}}}}")
    await elapse(1830)
    assert said(made) == [f"{1_800_000_000 + at} {1_800_000_000 + at} it" for at in times]
    assert outcomes(made) == ["ok"] * len(times)


async def test_a_schedule_sends_and_keeps(bot: StartBot) -> None:
    made = await bot("""
        state: {ticks: {type: integer, default: 0}}
        schedules:
          tick:
            every: 1m
            steps:
              - increment: {state: ticks}
              - find: {in: notes, where: {id: {above: 0}}}
              - insert: {into: notes, values: {text: "Tick {{ state.ticks }}", at: "{{ schedule.due_at }}"}}
        records: {notes: {scope: global, fields: {text: string, at: time}}}
        commands:
          last:
            description: d
            steps:
              - {id: it, find: {in: notes, order: -id, limit: 1}}
              - reply: "{% for row in steps.it.rows %}{{ row.text }}{% endfor %}"
    """)
    await elapse(185)
    assert (await made.ran("last")).messages[0].content == "Tick 3"


async def test_a_schedule_of_a_server_posts_by_the_name_of_a_channel(bot: StartBot) -> None:
    first = await bot("commands: {it: {description: d, reply: Hello}}")
    guild = (await first.ran("it")).payload["guild_id"]
    await first.stop()
    made = await bot(
        f"""
        state: {{days: {{scope: guild, type: integer, default: 0}}}}
        schedules:
          hello:
            every: 1m
            guild: "{guild}"
            steps:
              - increment: {{state: days}}
              - send: {{channel: "#general", content: "Day {{{{ state.days }}}} of {{{{ guild.name }}}}"}}
        commands: {{days: {{description: d, reply: "{{{{ state.days }}}}"}}}}
        """,
        local=first.local,
    )
    await elapse(61)
    posted = made.local.messages_for(user="Robin", channel="general")
    assert str(posted[-1]["content"]).startswith("Day 1 of ")
    assert (await made.ran("days")).messages[0].content == "1"


async def test_a_step_that_fails_is_rescued_and_the_next_run_comes(bot: StartBot) -> None:
    made = await bot("""
        schedules:
          it:
            every: 1m
            steps: [{fail: "No luck at {{ schedule.due_at | int }}."}]
            on_error: [{log: "{{ error.step }}: {{ error.message }}"}]
          bare: {every: 1m, steps: [{fail: No.}]}
          again: {every: 1m, steps: [{fail: No.}], on_error: [{fail: Again.}]}
    """)
    await elapse(121)
    assert said(made) == ["fail: No luck at 1800000060.", "fail: No luck at 1800000120."]
    assert outcomes(made) == ["failed"] * 6
    assert len(made.log.of("step failed")) == 6
    assert len(made.log.of("rescue failed")) == 2


async def test_a_run_that_takes_too_long_is_ended_and_told(bot: StartBot) -> None:
    made = await bot("""
        vars: {long: 60}
        schedules:
          it:
            at: 2027-01-15 08:01
            timeout: 5s
            steps: [{wait: "{{ vars.long }}"}, {log: a}]
            on_timeout: [{log: late}]
    """)
    await elapse(90)
    assert said(made) == ["late"]
    assert outcomes(made) == ["timeout"]
    assert [line["step"] for line in made.log.of("handler timed out")] == ["wait"]


async def test_a_schedule_does_not_run_beside_itself(bot: StartBot) -> None:
    made = await bot("""
        schedules: {it: {every: 10s, timeout: 2m, steps: [{log: begin}, {wait: 25s}, {log: end}]}}
    """)
    await elapse(100)
    lines = said(made)
    assert lines[:4] == ["begin", "end", "begin", "end"]
    assert all(first != second for first, second in pairwise(lines))


LATE = """
schedules: {it: {WHEN, missed: MISSED, steps: [{log: "{{ schedule.due_at | int }} {{ schedule.is_late }}"}]}}
"""


@pytest.mark.parametrize(
    ("when", "missed", "due"),
    [
        ("every: 10m", "skip", []),
        ("every: 10m", "run_once", [600]),
        ("every: 10m", "run", [600, 1200, 1800, 2400, 3000]),
        ('cron: "*/10 * * * *"', "skip", []),
        ('cron: "*/10 * * * *"', "run_once", [600]),
        ('cron: "*/10 * * * *"', "run", [600, 1200, 1800, 2400, 3000]),
        ("at: 2027-01-15 08:10", "skip", []),
        ("at: 2027-01-15 08:10", "run_once", [600]),
        ("at: 2027-01-15 08:10", "run", [600]),
    ],
)
async def test_what_was_missed_is_made_up_for_as_it_wants(
    bot: StartBot, when: str, missed: str, due: Sequence[int]
) -> None:
    text = LATE.replace("WHEN", when).replace("MISSED", missed)
    made = await bot(text)
    await elapse(10)
    again = await restarted(bot, made, 3300, text)
    assert said(again) == [f"{1_800_000_000 + at} True" for at in due]
    await elapse(600)
    is_over = when.startswith("at")
    assert said(again)[len(due) :] == ([] if is_over else ["1800003600 False"])


async def test_a_restart_is_no_absence(bot: StartBot) -> None:
    text = LATE.replace("WHEN", "every: 10m").replace("MISSED", "skip")
    made = await bot(text)
    await elapse(590)
    again = await restarted(bot, made, MISSED_AFTER_S - 15, text)
    assert said(again) == ["1800000600 False"]


async def test_no_more_missed_runs_are_made_up_for_than_allowed(bot: StartBot) -> None:
    text = LATE.replace("WHEN", "every: 10s").replace("MISSED", "run")
    made = await bot(text)
    await elapse(1)
    await made.stop()
    await elapse(3600)
    again = await bot(text, local=made.local)
    await elapse(5)
    assert len(said(again)) == MISSED_RUNS_MAX
    assert said(again)[0] == "1800000010 True"
    assert [line["made_up_for"] for line in again.log.of("missed runs left out")] == [MISSED_RUNS_MAX]


async def test_a_schedule_of_another_time_forgets_the_old_one(bot: StartBot) -> None:
    made = await bot("schedules: {it: {every: 10m, missed: run, steps: [{log: old}]}}")
    await elapse(10)
    again = await restarted(bot, made, 3300, "schedules: {it: {every: 20m, missed: run, steps: [{log: new}]}}")
    await elapse(1180)
    assert said(again) == []
    await elapse(40)
    assert said(again) == ["new"]


async def test_a_schedule_that_is_gone_does_not_come(bot: StartBot) -> None:
    made = await bot("schedules: {it: {every: 10m, missed: run, steps: [{log: a}]}}")
    await elapse(10)
    again = await restarted(bot, made, 3300, "schedules: {other: {every: 1h, steps: [{log: b}]}}")
    assert said(again) == []
    assert again.log.warnings == []


async def test_a_reload_changes_what_comes_and_when(bot: StartBot) -> None:
    made = await bot("schedules: {it: {every: 10m, steps: [{log: one}]}, gone: {every: 10m, steps: [{log: gone}]}}")
    await elapse(300)
    made.engine.swap(
        compiled("schedules: {it: {every: 10m, steps: [{log: two}]}, new: {every: 6m, steps: [{log: new}]}}")
    )
    await elapse(370)
    assert sorted(said(made)) == ["new", "two"]


async def test_a_bot_that_had_no_schedule_may_get_one(bot: StartBot) -> None:
    made = await bot("commands: {it: {description: d, reply: Hello}}")
    made.engine.swap(compiled("schedules: {it: {every: 1m, steps: [{log: a}]}}"))
    await elapse(65)
    assert said(made) == ["a"]


@pytest.mark.parametrize("slack", [1.0], ids=["as usual"])
async def test_of_two_processes_with_one_store_one_keeps_the_time(bot: StartBot) -> None:
    text = "schedules: {it: {every: 1m, steps: [{log: a}]}}"
    first = await bot(text)
    await elapse(1)
    second = await bot(text, local=first.local)
    await elapse(125)
    assert (said(first), said(second)) == (["a", "a"], [])
    assert second.log.warnings == ["another process serves this bot", "another process takes the timers"]
    await first.stop()
    await elapse(2 * RENEW_S)
    await elapse(60)
    assert len(said(second)) == 1


async def test_what_is_under_way_at_a_stop_may_end(bot: StartBot) -> None:
    made = await bot("schedules: {it: {every: 1m, steps: [{log: begin}, {wait: 5s}, {log: end}]}}")
    await elapse(62)
    assert said(made) == ["begin"]
    await made.stop()
    assert said(made) == ["begin", "end"]


async def test_what_does_not_end_at_a_stop_is_begun_again_at_the_start(bot: StartBot) -> None:
    text = "schedules: {it: {at: 2027-01-15 08:01, timeout: 5m, steps: [{log: begin}, {wait: 40s}, {log: end}]}}"
    made = await bot(text)
    await elapse(62)
    await made.stop()
    assert said(made) == ["begin"]
    again = await bot(text, local=made.local)
    await elapse(45)
    assert said(again) == ["begin", "end"]
    assert LEASE_S > 2 * RENEW_S


async def test_a_handler_and_a_schedule_go_on_beside_each_other(bot: StartBot) -> None:
    made = await bot("""
        state: {n: {type: integer, default: 0}}
        schedules: {it: {every: 1s, steps: [{increment: {state: n}}]}}
        commands: {n: {description: d, reply: "{{ state.n }}"}}
    """)
    await elapse(10.5)
    answers = await asyncio.gather(*(made.ran("n") for _ in range(5)))
    assert {trace.messages[0].content for trace in answers} == {"10"}
