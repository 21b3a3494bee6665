"""The gauge of the event loop's lag, on a loop whose time is a number."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from runner.compile import CompiledStep
from runner.engine.lag import LAG_S, LOOK_EVERY_S, SILENCE_S, Lag
from runner.engine.live import Counts
from runner.logs import Log
from tests.conftest import Lines, compiled
from tests.simulation.loop import SimulatedLoop

PROGRAM = compiled("commands: {it: {description: d, steps: [{log: a}, {wait: 1s}, {log: b}]}}")
STEPS: tuple[CompiledStep, ...] = PROGRAM.commands["it"].steps.items
FAST, SLOW, OTHER = STEPS

Work = Callable[[SimulatedLoop, Lag], Coroutine[Any, Any, None]]


def measured(work: Work) -> tuple[Counts, Lines]:
    """Return what the gauge and the log say of some work."""
    lines, logger = Lines(), logging.getLogger("test.lag")
    logger.addHandler(lines)
    counts = Counts()

    async def job() -> None:
        lag = Lag(counts, Log("test.lag"))
        lag.start()
        try:
            await work(loop, lag)
            await asyncio.sleep(2 * LOOK_EVERY_S)
        finally:
            lag.stop()

    loop = SimulatedLoop()
    try:
        loop.run_until_complete(job())
    finally:
        loop.close()
        logger.removeHandler(lines)
    return counts, lines


@pytest.mark.parametrize(("stalled_s", "is_seen"), [(LAG_S / 2, False), (LAG_S + LOOK_EVERY_S + 0.01, True)])
def test_a_loop_that_is_held_up_is_measured_and_told_of(stalled_s: float, is_seen: bool) -> None:
    async def work(loop: SimulatedLoop, _: Lag) -> None:
        loop.stall(stalled_s)

    counts, lines = measured(work)
    assert counts.lags == is_seen
    assert len(lines.of("event loop held up")) == is_seen
    assert (counts.lag_max_s > LAG_S) is is_seen


def test_the_step_that_held_it_up_is_named_and_not_one_that_waited_meanwhile() -> None:
    async def work(loop: SimulatedLoop, lag: Lag) -> None:
        waiting_from = loop.time()
        await asyncio.sleep(3.0)
        began = loop.time()
        loop.stall(1.0)
        lag.suspect("/burns", FAST, began)
        lag.suspect("/waits", SLOW, waiting_from)

    _, lines = measured(work)
    (line,) = lines.of("event loop held up")
    assert (line["handler"], line["step"], line["place"]) == ("/burns", "log", FAST.place)
    assert line["ms"] == pytest.approx(1000, abs=1000 * LOOK_EVERY_S)


def test_what_only_waited_is_not_blamed() -> None:
    async def work(loop: SimulatedLoop, lag: Lag) -> None:
        began = loop.time()
        await asyncio.sleep(3.0)
        lag.suspect("/waits", SLOW, began)
        await asyncio.sleep(1.0)
        loop.stall(1.0)
        lag.suspect("/quick", OTHER, loop.time())

    _, lines = measured(work)
    (line,) = lines.of("event loop held up")
    assert "handler" not in {name for name, value in line.items() if value is not None}


def test_a_loop_that_is_held_up_again_and_again_is_told_of_now_and_then() -> None:
    async def work(loop: SimulatedLoop, _: Lag) -> None:
        for _times in range(20):
            loop.stall(1.0)
            await asyncio.sleep(LOOK_EVERY_S)

    counts, lines = measured(work)
    said = lines.of("event loop held up")
    assert counts.lags == 20
    assert len(said) == int(20 * (1.0 + LOOK_EVERY_S) / SILENCE_S) + 1
    assert said[0]["times"] == 1
    assert said[1]["times"] > 1
