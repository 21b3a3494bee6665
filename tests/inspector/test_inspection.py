"""A running bot, opened up: what it keeps where, what is new, and what scripts read of it."""

from typing import Any

import pytest

from runner.cli import CALL_AT_FAULT, WORLD_AT_FAULT, main
from runner.emulator.clock import elapse
from runner.emulator.page_inspector import InspectorView
from runner.inspector.asked import of_handler, text_lines
from runner.inspector.inspection import TELL_AFTER_S, Inspection
from tests.conftest import Bot, StartBot, compiled

BOT = """
state:
  visits: {scope: member, type: integer, default: 0}
  total: {scope: global, type: integer, default: 0}
records:
  notes: {scope: guild, fields: {text: string}}
commands:
  visit:
    description: Visit
    steps:
      - increment: {state: visits}
      - increment: {state: total, by: 2}
      - insert: {into: notes, values: {text: "{{ user.name }}"}}
      - reply: Hi
  post: {description: Post, steps: [{send: {channel: "#general", content: Posted}}, {reply: Done}]}
  many: {description: Many, steps: [{for_each: range(50), do: [{log: x}]}, {reply: Done}]}
flows:
  later: {steps: [{log: later}]}
schedules:
  daily: {cron: "0 9 * * *", timezone: UTC, steps: [{run: later}]}
"""


async def opened(bot: StartBot, text: str = BOT) -> tuple[Bot, Inspection]:
    """Start a bot and look into it."""
    times = [0.0]
    inspection = Inspection(lambda: times[0])
    made = await bot(text, observer=inspection.recorder)
    inspection.recorder.now = made.local.clock.now
    inspection.running = made.running
    return made, inspection


def place(made: Bot) -> tuple[str, str, str]:
    """Return the ids of the guild, of #general and of Robin."""
    world = made.local.world
    general = next(each for each in world.channels.values() if each.name == "general")
    robin = next(each.id for each in world.users.values() if each.username == "robin")
    return str(general.guild_id), str(general.id), str(robin)


async def test_what_is_kept_is_that_of_the_member_in_the_place(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    await made.ran("visit")
    await made.ran("visit", user="Kim")
    guild, channel, robin = place(made)
    kept = await inspection.kept(guild, channel, robin)
    assert kept["state"] == {"total": 4, "visits": 1}
    assert [row["text"] for row in kept["records"]["notes"]["rows"]] == ["robin", "kim"]
    assert [(timer["kind"], timer["key"]) for timer in kept["timers"]] == [("schedule", "daily")]
    assert kept["flows"] == []


async def test_a_table_of_servers_says_that_there_is_none_in_a_direct_message(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    _, channel, robin = place(made)
    kept = await inspection.kept(None, channel, robin)
    assert kept["records"]["notes"] == {"rows": [], "note": "the scope `guild` exists only in a server"}
    assert kept["state"] == {"total": 0, "visits": 0}


async def test_a_bot_that_keeps_nothing_opens_no_store_for_whoever_looks(bot: StartBot) -> None:
    made, inspection = await opened(bot, "commands: {ping: {description: Ping, reply: Pong}}")
    kept = await inspection.kept(*place(made))
    assert kept == {"state": {}, "records": {}, "flows": [], "timers": []}
    assert not await made.running.memory.has_store(made.engine.program)


async def test_a_bot_that_does_not_run_says_so(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    inspection.running = None
    assert await inspection.kept(*place(made)) == {"error": "the bot is not running"}


async def test_news_of_a_run_are_gathered_and_told_once(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    heard: list[Any] = []
    stop = inspection.subscribe(heard.append)
    await made.ran("many")
    await elapse(2 * TELL_AFTER_S)
    assert [(news["handler"], len(news["steps"]), news["outcome"]) for news in heard] == [("/many", 52, "ok")]
    inspection.recorder.swapped(compiled(BOT))
    assert heard[1:] == [None]
    stop()
    await made.ran("many")
    await elapse(2 * TELL_AFTER_S)
    assert len(heard) == 2
    assert [run["handler"] for run in inspection.runs()] == ["/many", "/many"]
    assert [reload["generation"] for reload in inspection.reloads()] == [1]


async def test_a_restart_is_asked_for_where_there_is_one(bot: StartBot) -> None:
    _, inspection = await opened(bot)
    inspection.restart()
    asked: list[bool] = []
    inspection.on_restart = lambda: asked.append(True)
    inspection.restart()
    assert asked == [True]


async def test_a_lane_has_the_status_of_each_call_which_the_bot_does_not_know(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    trace = await made.ran("post")
    [lane] = InspectorView(made.local, inspection).snapshot()["lanes"]
    assert lane["key"] == str(trace.id)
    calls = {step["step"]: [call["status"] for call in step["calls"]] for step in lane["run"]["steps"]}
    assert calls == {"send": [200], "reply": []}
    assert [step["calls"][0]["status"] for step in inspection.runs()[0]["steps"] if step["calls"]] == [None]


async def test_what_comes_by_the_clock_has_a_lane_of_its_own(bot: StartBot) -> None:
    made, inspection = await opened(bot, BOT.replace('cron: "0 9 * * *", timezone: UTC', "every: 1m"))
    await elapse(70)
    [lane] = InspectorView(made.local, inspection).snapshot()["lanes"]
    assert (lane["key"], lane["interaction"], lane["user"]) == ("run-1", None, None)
    assert [step["branches"] for step in lane["run"]["steps"]] == [["flows/later"], []]


async def test_scripts_and_people_read_the_lanes_of_one_handler(bot: StartBot) -> None:
    made, inspection = await opened(bot)
    await made.ran("visit")
    await made.ran("many")
    lanes = [{"user": "Robin", "interaction": {"command": None}, "run": run} for run in inspection.runs()]
    unknown = {"user": None, "interaction": {"command": "old"}, "run": None}
    visits = of_handler({"lanes": [*lanes, unknown]}, "/visit")
    assert [lane["run"]["handler"] for lane in visits["lanes"]] == ["/visit"]
    assert [line.partition(" s  ")[2] or line for line in text_lines({"lanes": [*visits["lanes"], unknown]})] == [
        "/visit by Robin: ok",
        "bot.yaml:12 increment, done",
        "bot.yaml:13 increment, done",
        "bot.yaml:14 insert, done",
        "bot.yaml:15 reply, done",
        "callback reply, because `reply` at bot.yaml:15 says so",
        "/old: under way",
    ]


@pytest.mark.parametrize(
    ("address", "code"),
    [("ftp://x/", CALL_AT_FAULT), ("bot.yaml", CALL_AT_FAULT), ("http://127.0.0.1:1/", WORLD_AT_FAULT)],
)
def test_an_address_without_a_page_is_said(address: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", address]) == code
    assert address in capsys.readouterr().err
