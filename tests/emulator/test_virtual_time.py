"""The event loop whose time jumps."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from runner.emulator.clock import (
    VIRTUAL_START_S,
    LeapClock,
    LeapLoop,
    VirtualClock,
    VirtualLoop,
    VirtualTimeExhausted,
    elapse,
)
from runner.emulator.snowflake import Snowflakes, created_at

T = TypeVar("T")


async def test_a_quarter_of_an_hour_takes_no_time() -> None:
    loop, started = asyncio.get_running_loop(), time.monotonic()
    await elapse(900)
    assert loop.time() == pytest.approx(900, abs=0.5)
    assert time.monotonic() - started < 5


async def test_timers_fire_in_order_at_their_own_instants() -> None:
    loop = asyncio.get_running_loop()
    fired: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await elapse(seconds)
        fired.append((name, round(loop.time() - started)))

    started = loop.time()
    await asyncio.gather(sleeper("late", 60), sleeper("early", 1), sleeper("middle", 30))
    assert fired == [("early", 1), ("middle", 30), ("late", 60)]


async def test_loopback_traffic_comes_before_a_timer() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    for _ in range(50):
        async with asyncio.timeout(0.5):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
            writer.close()
            await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def test_what_a_thread_takes_before_the_next_timer_is_no_time() -> None:
    """On a busy machine it takes longer, and what is due at an hour is due at that all the same."""
    loop = asyncio.get_running_loop()
    timer = asyncio.create_task(elapse(3600))
    started = loop.time()
    await asyncio.to_thread(threading.Event().wait, 0.2)
    assert loop.time() == started
    await timer


async def test_a_timer_that_is_due_before_a_thread_has_ended_comes_in_between() -> None:
    loop, goes_on = asyncio.get_running_loop(), threading.Event()
    started = loop.time()
    job = asyncio.create_task(asyncio.to_thread(goes_on.wait, 60))
    await elapse(0.2)
    assert loop.time() == pytest.approx(started + 0.2)
    goes_on.set()
    assert await job


async def test_time_waits_for_a_thread() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    async with asyncio.timeout(60):
        assert await asyncio.to_thread(_work) == "done"
    assert loop.time() - before < 10


def _work() -> str:
    """Take a little real time, as work in a thread does."""
    until = time.monotonic() + 0.02
    while time.monotonic() < until:
        pass
    return "done"


def test_the_end_of_threads_is_waited_for_though_time_jumps() -> None:
    loop, threads, released = VirtualLoop(), ThreadPoolExecutor(1), threading.Event()
    loop.set_default_executor(threads)
    done = threads.submit(released.wait)
    loop.call_later(10, released.set)
    try:
        loop.run_until_complete(loop.shutdown_default_executor(1))
        assert done.done()
        assert loop.time() == pytest.approx(10, abs=0.1)
    finally:
        released.set()
        loop.close()


def test_without_threads_a_job_is_done_when_there_is_nothing_else_to_do() -> None:
    async def plays() -> list[str]:
        loop, done = asyncio.get_running_loop(), list[str]()

        async def job(name: str) -> None:
            await asyncio.to_thread(lambda: done.append(f"{name} in {threading.current_thread().name}"))

        async def other() -> None:
            for number in range(3):
                await asyncio.sleep(0)
                done.append(f"other {number}")

        async with asyncio.timeout(1):
            await asyncio.gather(job("first"), job("second"), other())
        assert loop.time() == 0
        return done

    in_main = f"in {threading.current_thread().name}"
    expected = ["other 0", "other 1", "other 2", f"first {in_main}", f"second {in_main}"]
    assert run_without_threads(plays()) == expected


def test_without_threads_what_a_job_raises_is_raised_and_one_that_nobody_waits_for_is_not_done() -> None:
    async def plays() -> bool:
        never = asyncio.ensure_future(asyncio.to_thread(pytest.fail, "this was cancelled"))
        await asyncio.sleep(0)
        never.cancel()
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        return never.cancelled()

    assert run_without_threads(plays())


def run_without_threads(job: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a loop whose jobs have no threads."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(has_threads=False)) as runner:
        return runner.run(job)


async def test_names_resolve_while_a_timer_is_pending() -> None:
    async with asyncio.timeout(5):
        assert await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)


def test_time_without_end_is_noticed() -> None:
    loop = VirtualLoop(hours_max=1)

    def rearm() -> None:
        loop.call_later(60, rearm)

    rearm()
    with pytest.raises(VirtualTimeExhausted, match="1 virtual hours"):
        loop.run_forever()
    assert loop.time() == pytest.approx(3660, abs=1)
    loop.close()


async def test_a_virtual_clock_follows_its_loop() -> None:
    clock = VirtualClock(asyncio.get_running_loop())
    before = clock.now()
    await elapse(90)
    assert before >= VIRTUAL_START_S
    assert clock.now() - before == pytest.approx(90, abs=0.1)


class Still:
    """A clock that stands still."""

    def now(self) -> float:
        return VIRTUAL_START_S


def test_ids_of_one_instant_are_unique_ascending_and_bear_its_time() -> None:
    ids = Snowflakes(Still())
    made = [ids.next() for _ in range(5000)]
    assert made == sorted(set(made))
    assert created_at(made[0]) == VIRTUAL_START_S
    assert created_at(made[-1]) == pytest.approx(VIRTUAL_START_S, abs=0.002)


def test_two_workers_never_share_an_id() -> None:
    assert Snowflakes(Still(), worker=1).next() != Snowflakes(Still(), worker=2).next()


def test_time_elapses_only_where_it_costs_none() -> None:
    async def job() -> None:
        await elapse(1)

    with pytest.raises(RuntimeError, match="wait for what is to happen"):
        asyncio.run(job())


def test_an_ordinary_loop_leaps_and_rings_at_once_what_was_due_in_between() -> None:
    async def waits() -> tuple[float, float, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LeapLoop)
        clock, started, real = LeapClock(loop), loop.time(), time.monotonic()
        before = clock.now()
        sleeper = asyncio.create_task(asyncio.sleep(900))
        await asyncio.sleep(0)
        loop.leap(901)
        await sleeper
        with pytest.raises(ValueError, match="moved back"):
            loop.leap(-1)
        return loop.time() - started, clock.now() - before, time.monotonic() - real

    with asyncio.Runner(loop_factory=LeapLoop) as runner:
        of_the_loop, of_the_clock, real_s = runner.run(waits())
    assert of_the_loop == pytest.approx(901, abs=10)
    assert of_the_clock == pytest.approx(901, abs=10)
    assert real_s < 10
