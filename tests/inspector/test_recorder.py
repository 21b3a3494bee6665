"""What is kept of runs: each step with its place, what it was given, which way it went, and why users were answered."""

from runner.compile import Program
from runner.emulator.clock import elapse
from runner.engine.observer import Ended, StepBegun, Subject
from runner.inspector.plain import ITEMS_MAX, TEXT_MAX, plain
from runner.inspector.record import RunRecord, StepRecord, as_json
from runner.inspector.recorder import HANDLERS_MAX, RUNS_PER_HANDLER_MAX, STEPS_MAX, Recorder
from runner.scenarios.coverage import Coverage
from tests.conftest import Bot, StartBot, compiled

BOT = """
commands:
  order:
    description: Order
    options: {count: {type: integer, description: How many, required: true}}
    steps:
      - id: price
        let: {total: "{{ options.count * 2 }}"}
      - if: options.count > 3
        then: [{reply: "Many: {{ vars.total }}"}]
        else: [{reply: Few}]
      - when: options.count == 7
        log: lucky
  post:
    description: Post
    steps:
      - send: {channel: "#general", content: Posted}
      - reply: Done
  lost: {description: Lose, steps: [{send: {channel: "100000000000000000", content: x}}]}
  slow: {description: Slow, steps: [{wait: 2s}, {reply: Late}]}
  stuck: {description: Stuck, timeout: 1s, steps: [{wait: "{{ '10s' }}"}]}
  staff: {description: Staff, visible_to: [], permissions: {member: [ban_members]}, reply: Hi}
  twice: {description: Twice, steps: [{for_each: range(2), do: [{run: greet}]}, {reply: Done}]}
  both: {description: Both, steps: [{parallel: {one: [{wait: 100ms}], two: [{log: b}]}}, {reply: Done}]}
flows:
  greet: {steps: [{log: hello}]}
schedules:
  daily: {every: 1m, steps: [{log: tick}]}
events:
  message: {when: message.id != "", steps: [{log: heard}]}
  thread_create: {steps: [{log: thread}]}
"""


async def watched(bot: StartBot) -> tuple[Bot, Recorder]:
    """Start the bot with a recorder that has the time of the local Discord."""
    recorder = Recorder(now=lambda: 0.0)
    made = await bot(BOT, observer=recorder)
    recorder.now = made.local.clock.now
    return made, recorder


async def ran(bot: StartBot, command: str, **options: int) -> RunRecord:
    """Run a command and return what is kept of that."""
    made, recorder = await watched(bot)
    trace = made.local.command(user="Robin", channel="general", name=command, options=options)
    await made.idle()
    found = recorder.of(str(trace.id))
    assert found is not None
    return found


def lines(run: RunRecord) -> list[str]:
    """Return the steps as a tree."""
    return ["  " * step.depth + " ".join([step.name, step.how, *step.branches]) for step in run.steps]


async def test_a_run_has_its_steps_with_their_places_inputs_and_branches(bot: StartBot) -> None:
    run = await ran(bot, "order", count=5)
    assert lines(run) == ["let done", "if done then", "  reply done", "log skipped"]
    assert [step.place for step in run.steps] == ["bot.yaml:9", "bot.yaml:10", "bot.yaml:11", "bot.yaml:14"]
    assert [step.inputs for step in run.steps] == [
        {"values": {"total": 10}}, {"if": True}, {"content": "Many: 10"}, None
    ]  # fmt: skip
    assert (run.subject.handler, run.outcome, run.generation) == ("/order", "ok", 1)


async def test_the_other_branch_is_told_apart(bot: StartBot) -> None:
    assert lines(await ran(bot, "order", count=1))[1:3] == ["if done else", "  reply done"]


async def test_a_call_and_what_discord_said_to_it_stand_with_their_step(bot: StartBot) -> None:
    made, recorder = await watched(bot)
    await made.ran("post")
    await made.ran("lost")
    general = next(each.id for each in made.local.world.channels.values() if each.name == "general")
    posted, lost = recorder.runs("/post")[0].steps[0], recorder.runs("/lost")[0].steps[0]
    assert [(call.method, call.path, call.status) for call in posted.calls] == [
        ("POST", f"/channels/{general}/messages", None)
    ]
    assert [(call.status, call.code) for call in lost.calls] == [(404, 10003)]
    assert (lost.how, lost.reason[:16]) == ("failed", "Discord refused:")


async def test_each_answer_says_what_was_decided_and_why(bot: StartBot) -> None:
    run = await ran(bot, "post")
    assert [(made.call, made.before, made.after, made.why) for made in run.decisions] == [
        ("callback defer", "received", "deferred source", "`send` at bot.yaml:18 may take longer than Discord waits"),
        ("edit original", "deferred source", "replied", "`reply` at bot.yaml:19 says so"),
    ]


async def test_the_watchdog_a_guard_and_the_end_of_patience_say_why_they_answer(bot: StartBot) -> None:
    made, recorder = await watched(bot)
    for command in ("slow", "staff", "stuck"):
        await made.ran(command, user="Kim")
    why = {run.subject.handler: [each.why for each in run.decisions] for run in recorder.runs()}
    assert why["/staff"] == ["a guard has refused"]
    assert why["/stuck"][-1] == "the handler's time is up, and nothing else has told the user"
    assert why["/slow"][-1] == "`reply` at bot.yaml:21 says so"
    assert [(run.subject.handler, run.outcome) for run in recorder.runs()] == [
        ("/slow", "ok"), ("/staff", "refused"), ("/stuck", "timeout")
    ]  # fmt: skip
    assert recorder.runs("/stuck")[0].steps[0].how == "cut"


async def test_steps_in_loops_flows_and_beside_each_other_keep_their_places(bot: StartBot) -> None:
    made, recorder = await watched(bot)
    await made.ran("twice")
    await made.ran("both")
    twice, both = recorder.runs()
    assert lines(twice) == [
        "for_each done do do",
        "  run done flows/greet", "    log done",
        "  run done flows/greet", "    log done",
        "reply done",
    ]  # fmt: skip
    assert lines(both) == ["parallel done parallel/one parallel/two", "  wait done", "  log done", "reply done"]
    assert as_json(both)["steps"][1]["took_s"] == 0.1


async def test_what_comes_by_the_clock_is_kept_as_well(bot: StartBot) -> None:
    made, recorder = await watched(bot)
    await made.local.connected()
    await elapse(70)
    [run] = recorder.runs("schedule daily")
    assert (run.subject.id, run.subject.kind, lines(run)) == ("", None, ["log done"])


def subject(handler: str = "/x") -> Subject:
    """Return somebody who runs a handler."""
    return Subject("1", 2, handler, None, None, None)


PROGRAM: Program = compiled("commands: {x: {description: X, reply: X}}")


def test_the_last_runs_of_each_handler_are_kept() -> None:
    recorder = Recorder(now=lambda: 0.0)
    for _ in range(RUNS_PER_HANDLER_MAX + 1):
        recorder.watch(subject(), PROGRAM)
    assert [run.number for run in recorder.runs()] == list(range(2, RUNS_PER_HANDLER_MAX + 2))
    for number in range(HANDLERS_MAX):
        recorder.watch(subject(f"/{number}"), PROGRAM)
    assert recorder.runs("/x") == []
    assert len(recorder.runs()) == HANDLERS_MAX


def test_a_run_keeps_its_first_steps_and_counts_the_others() -> None:
    recorder = Recorder(now=lambda: 0.0)
    watch = recorder.watch(subject(), PROGRAM)
    step = PROGRAM.runs["commands/x/steps"].items[0]
    for _ in range(STEPS_MAX + 2):
        watch(StepBegun("commands/x/steps", 0, step))
    watch(Ended("ok", None))
    [run] = recorder.runs()
    assert (len(run.steps), run.left_out, run.steps[0].how) == (STEPS_MAX, 2, "cut")


def test_values_are_shown_within_bounds() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    assert plain("x" * TEXT_MAX) == "x" * TEXT_MAX
    assert len(plain("x" * (TEXT_MAX + 1))) == TEXT_MAX
    assert plain(list(range(ITEMS_MAX + 1)))[ITEMS_MAX:] == ["…"]
    assert plain({str(each): each for each in range(ITEMS_MAX + 2)})["…"] == 2
    assert str(plain(deep)).count("[") < 10
    assert plain(object).startswith("<class")


def test_a_reload_is_noted() -> None:
    recorder = Recorder(now=lambda: 7.0)
    recorder.swapped(PROGRAM)
    assert [(each.at, each.generation, each.digest) for each in recorder.reloads] == [(7.0, 1, PROGRAM.digest)]


def test_a_step_that_is_still_running_has_no_end() -> None:
    step = StepRecord("commands/x/steps", 0, "reply", None, "bot.yaml:1", 0, 5.5)
    run = RunRecord(1, subject(), 1, 5.0, steps=[step])
    assert as_json(run)["steps"][0] | {"inputs": None} == {
        "step": "reply", "id": None, "place": "bot.yaml:1", "address": "commands/x/steps/0", "depth": 0,
        "after_s": 0.5, "took_s": None, "how": "running", "reason": None, "attempts": 0, "inputs": None,
        "outputs": None, "branches": [], "calls": [],
    }  # fmt: skip


async def test_coverage_names_the_largest_parts_that_nothing_has_reached(bot: StartBot) -> None:
    coverage = Coverage.of(compiled(BOT))
    made = await bot(BOT, observer=coverage)
    await made.ran("order", count=5)
    made.local.say(user="Robin", channel="general", content="Hm")
    await elapse(1)
    report = coverage.report()
    assert (report.reached, report.of) == (
        {"handler": 2, "branch": 1, "step": 4},
        {"handler": 12, "branch": 5, "step": 23},
    )
    assert [(part.kind, part.name, part.place) for part in report.missed] == [
        ("branch", "else of if", "bot.yaml:10"),
        ("step", "log", "bot.yaml:14"),
        ("handler", "/post", "bot.yaml:18"),
        ("handler", "/lost", "bot.yaml:20"),
        ("handler", "/slow", "bot.yaml:21"),
        ("handler", "/stuck", "bot.yaml:22"),
        ("handler", "/staff", "bot.yaml:23"),
        ("handler", "/twice", "bot.yaml:24"),
        ("handler", "/both", "bot.yaml:25"),
        ("handler", "flow greet", "bot.yaml:27"),
        ("handler", "schedule daily", "bot.yaml:29"),
        ("handler", "event thread_create", "bot.yaml:32"),
    ]
