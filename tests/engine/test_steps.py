"""Steps around steps: who catches what, how long things may take, and what is tried again."""

from collections.abc import Mapping
from typing import ClassVar

import pytest

from runner.actions.action import Action, Step, StepFailed
from runner.data import dataclass
from runner.engine.frames import Shape
from runner.engine.steps import STEPS_MAX
from runner.fields import option
from tests.conftest import StartBot, compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky(Action):
    """Fail the first times.

    Example:
        - flaky: {failures: 1, of: [0]}
    """

    worst_case_s: ClassVar[float] = 1.0

    failures: int = option("How often.")
    lasts: float = option("How long it takes, in seconds.", default=0.0)

    tried: ClassVar[list[float]] = []

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.lasts)
        self.tried.append(0)
        if len(self.tried) <= self.failures:
            raise StepFailed("not yet", public=f"Attempt {len(self.tried)}")
        return None


MORE = {"flaky": Flaky}


@pytest.fixture(autouse=True)
def untried() -> None:
    """No attempt has been made yet."""
    Flaky.tried.clear()


def one(steps: str, more: str = "") -> str:
    """Return a bot with one command."""
    return f"commands:\n  it:\n    description: d\n    timeout: 5m\n    steps: {steps}\n    {more}\n"


CAUGHT = {
    "in a branch": "[{if: true, then: [{fail: No}], catch: [{reply: Caught}]}, {reply: After}]",
    "in a loop": "[{repeat: 2, do: [{fail: No}], catch: [{reply: Caught}]}, {reply: After}]",
    "by the nearest": "[{if: true, then: [{if: true, then: [{fail: No}], catch: [{reply: Caught}]}],"
    " catch: [{reply: Never}]}, {reply: After}]",
    "by the next, from a catch": "[{if: true, then: [{fail: No, catch: [{fail: Again}]}],"
    " catch: [{reply: Caught}]}, {reply: After}]",
}


@pytest.mark.parametrize("steps", CAUGHT.values(), ids=CAUGHT)
async def test_catch_catches_what_fails_inside_of_its_step(bot: StartBot, steps: str) -> None:
    trace = await (await bot(one(steps))).ran("it")
    assert [seen.content for seen in trace.messages] == ["Caught", "After"]


async def test_what_a_catch_does_is_not_caught_by_itself(bot: StartBot) -> None:
    made = await bot(one("[{if: true, then: [{fail: No}], catch: [{fail: Again}]}]"))
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Again"]


# --- time


async def test_a_steps_timeout_is_that_of_everything_inside_of_it(bot: StartBot) -> None:
    made = await bot(one("[{repeat: 100, do: [{wait: 3s}], timeout: 10s, catch: [{reply: '{{ error.step }}'}]}]"))
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["repeat"]
    assert made.line()["total_ms"] == pytest.approx(10_000, abs=300)


async def test_no_step_inside_catches_the_timeout_of_one_around_it(bot: StartBot) -> None:
    made = await bot(
        one("[{if: true, then: [{wait: 1m, catch: [{reply: Never}]}], timeout: 5s, catch: [{reply: Caught}]}]")
    )
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Caught"]


async def test_finally_has_time_of_its_own_behind_a_timeout(bot: StartBot) -> None:
    steps = "[{if: true, then: [{try: [{wait: 1m}], finally: [{wait: 3s}, {reply: Finally}]}], timeout: 5s,"
    trace = await (await bot(one(steps + " catch: [{reply: Caught}]}]"))).ran("it")
    assert [seen.content for seen in trace.messages] == ["Finally", "Caught"]


async def test_the_timeout_of_one_step_is_not_that_of_the_next(bot: StartBot) -> None:
    trace = await (await bot(one("[{if: true, then: [{wait: 1s}], timeout: 2s}, {wait: 20s}, {reply: Done}]"))).ran(
        "it"
    )
    assert [seen.content for seen in trace.messages] == ["Done"]


# --- without end


async def test_a_run_takes_so_many_steps_and_no_more(bot: StartBot) -> None:
    made = await bot(one("[{repeat: 1000, do: [{repeat: 1000, do: [{let: {n: 1}}]}]}]", "on_error: [{reply: Enough}]"))
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Enough"]
    assert f"{STEPS_MAX} steps" in made.log.of("step failed")[0]["reason"]


async def test_steps_that_only_calculate_leave_the_loop_to_others(bot: StartBot) -> None:
    made = await bot(
        one("[{repeat: 1000, do: [{repeat: 19, do: [{let: {n: 1}}]}]}, {reply: Slow}]")
        + "  quick: {description: d, reply: Quick}\n"
    )
    slow, quick = made.command("it"), made.command("quick")
    await made.idle()
    assert quick.acknowledged_at is not None
    assert slow.acknowledged_at is not None
    names = [line["handler"] for line in made.log.of("interaction")]
    assert names == ["/quick", "/it"]


# --- again


async def test_a_step_that_fails_is_tried_again_later_and_later(bot: StartBot) -> None:
    made = await bot(
        one("[{flaky: {failures: 3}, retry: {attempts: 4, delay: 2s, backoff: 3}}, {reply: Done}]"), more=MORE
    )
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Done"]
    assert made.line()["total_ms"] == pytest.approx(1000 * (2 + 6 + 18), abs=300)
    assert len(made.log.of("step tried again")) == 3


async def test_the_last_attempts_failure_is_the_steps(bot: StartBot) -> None:
    made = await bot(one("[{flaky: {failures: 9}, retry: 3, catch: [{reply: '{{ error.message }}'}]}]"), more=MORE)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Attempt 3"]


async def test_each_attempt_has_the_steps_whole_timeout(bot: StartBot) -> None:
    steps = "[{flaky: {failures: 9, lasts: 60}, timeout: 5s, retry: {attempts: 3, delay: 0s}, catch: [{reply: Late}]}]"
    made = await bot(one(steps), more=MORE)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Late"]
    assert made.line()["total_ms"] == pytest.approx(15_000, abs=300)


async def test_the_timeout_of_a_step_around_it_ends_the_attempts(bot: StartBot) -> None:
    flaky = "{flaky: {failures: 9}, retry: {attempts: 9, delay: 1m}}"
    made = await bot(one(f"[{{if: true, then: [{flaky}], timeout: 90s, catch: [{{reply: Late}}]}}]"), more=MORE)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Late"]
    assert made.line()["total_ms"] == pytest.approx(90_000, abs=300)


# --- addresses


def test_a_stack_is_saved_as_addresses_and_found_again() -> None:
    program = compiled(one("[{for_each: '[1, 2]', do: [{if: true, then: [{reply: a}]}]}]"))
    stack = [
        ["commands/it/steps", 1, {"kept": {"items": [1, 2], "at": 1}}],
        ["commands/it/steps/0/do", 1],
        ["commands/it/steps/0/do/0/then", 0],
    ]
    shape = Shape(program.runs, keep=dict, renew=dict)
    frames = shape.restored(stack, {})
    assert [frame.steps for frame in frames] == [program.runs[str(address)] for address, *_ in stack]
    assert frames[0].at.name == "for_each"
    assert shape.saved(frames, {}) == stack


def test_an_address_of_another_program_is_not_found() -> None:
    with pytest.raises(KeyError):
        Shape(compiled(one("[{reply: a}]")).runs, keep=dict, renew=dict).restored([["commands/other/steps", 0]], {})
