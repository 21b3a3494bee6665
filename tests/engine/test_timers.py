"""What is due later is taken at its second, at most so many at once, and again after a crash."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from runner.emulator.clock import VirtualClock, elapse
from runner.engine.timers import ATTEMPTS_MAX, LOOK_S, RENEW_S, RETRY_S, RUNNING_MAX, Scheduler
from runner.logs import Log
from runner.store.database import Database
from runner.store.errors import StoreUnavailable
from runner.store.place import SqlitePlace
from runner.store.queue import CLAIM_S, TimerQueue
from runner.store.timers import Timer, Timers
from runner.store.transaction import Transaction
from tests.conftest import Lines


@dataclass
class Taken:
    """What was taken, and when in seconds since the test began."""

    clock: VirtualClock
    start: float
    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    takes_s: float = 0.0
    running: int = 0
    most: int = 0

    async def take(self, timer: Timer) -> None:
        """Take a timer, for `takes_s` seconds."""
        self.times.setdefault(timer.key, []).append(round(self.clock.now() - self.start, 2))
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(self.takes_s)
        self.running -= 1


@dataclass
class Bench:
    """A store in memory, and a scheduler that can be started and killed."""

    database: Database
    clock: VirtualClock
    taken: Taken
    lines: Lines
    tasks: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])

    def start(self, holder: str = "main") -> Scheduler:
        """Start a scheduler, as a process does."""
        queue = TimerQueue(self.database, holder)
        made = Scheduler(queue, {"test": self.taken.take}, now=self.clock.now, log=Log(self.lines_name))
        self.tasks.append(asyncio.create_task(made.run()))
        return made

    @property
    def lines_name(self) -> str:
        return f"timers.{id(self)}"

    async def kill(self) -> None:
        """End what runs, as the death of the process does."""
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.tasks.clear()

    async def put(self, key: str, in_s: float, kind: str = "test") -> None:
        """Put a timer that is due in so many seconds."""
        timer = Timer(due_at=self.clock.now() + in_s, kind=kind, key=key)
        await self.database.write(lambda tx: Timers(tx).put(timer))

    async def pending(self) -> int:
        """Return how many timers are in the queue."""
        return len(await self.database.read(lambda tx: Timers(tx).list("test", limit=10_000)))


@pytest.fixture
async def bench(virtual_clock: VirtualClock) -> AsyncIterator[Bench]:
    """Give a store in memory on virtual time."""
    async with Database(SqlitePlace(None), now=virtual_clock.now) as database:
        lines = Lines()
        made = Bench(database, virtual_clock, Taken(virtual_clock, virtual_clock.now()), lines)
        logger = logging.getLogger(made.lines_name)
        logger.propagate = False
        logger.addHandler(lines)
        yield made
        await made.kill()


async def test_timers_are_taken_when_they_are_due_and_are_gone_then(bench: Bench) -> None:
    bench.start()
    for key, in_s in (("b", 60), ("a", 5), ("c", 600)):
        await bench.put(key, in_s)
    await elapse(700)
    assert {key: [round(at) for at in times] for key, times in bench.taken.times.items()} == {
        "a": [5],
        "b": [60],
        "c": [600],
    }
    assert all(at - round(at) < 0.2 for times in bench.taken.times.values() for at in times)
    assert await bench.pending() == 0
    assert bench.lines.warnings == []


async def test_what_is_put_while_it_sleeps_and_is_due_sooner_is_taken_in_time(bench: Bench) -> None:
    bench.start()
    await bench.put("late", LOOK_S - 1)
    await elapse(1)
    await bench.put("soon", 2)
    await bench.put("now", 0)
    await elapse(5)
    assert bench.taken.times["now"][0] < 1.5
    assert 3 <= bench.taken.times["soon"][0] < 3.5


async def test_what_was_due_while_nobody_ran_is_taken_at_the_start(bench: Bench) -> None:
    await bench.put("a", 5)
    await elapse(1000)
    bench.start()
    await elapse(1)
    assert 1000 <= bench.taken.times["a"][0] < 1001


async def test_a_timer_under_way_in_a_crash_is_taken_again(bench: Bench) -> None:
    bench.taken.takes_s = 10
    bench.start()
    await bench.put("a", 1)
    await elapse(5)
    await bench.kill()
    bench.start()
    await elapse(20)
    assert len(bench.taken.times["a"]) == 2
    assert await bench.pending() == 0


async def test_a_timer_that_brings_the_process_down_each_time_is_dropped(bench: Bench) -> None:
    bench.taken.takes_s = 10
    await bench.put("a", 0)
    for _ in range(ATTEMPTS_MAX + 2):
        bench.start()
        await elapse(1)
        await bench.kill()
    assert len(bench.taken.times["a"]) == ATTEMPTS_MAX
    assert await bench.pending() == 0
    (line,) = bench.lines.of("timer dropped")
    assert line["key"] == "a"


async def test_a_timer_that_takes_longer_than_a_claim_is_taken_once(bench: Bench) -> None:
    bench.taken.takes_s = 5 * CLAIM_S
    bench.start("one")
    bench.start("other")
    await bench.put("a", 1)
    await elapse(10 * CLAIM_S)
    assert len(bench.taken.times["a"]) == 1


async def test_timers_of_another_process_that_died_are_taken_over(bench: Bench) -> None:
    bench.taken.takes_s = 10
    bench.start("one")
    await bench.put("a", 0)
    await elapse(1)
    await bench.kill()
    bench.start("other")
    await elapse(2 * CLAIM_S)
    first, second = bench.taken.times["a"]
    assert CLAIM_S - 1 < second - first < CLAIM_S + LOOK_S


async def test_no_more_are_taken_at_once_than_allowed_and_none_is_lost(bench: Bench) -> None:
    bench.taken.takes_s = 1
    bench.start()
    count = 3 * RUNNING_MAX + 7

    def put(tx: Transaction) -> None:
        for number in range(count):
            Timers(tx).put(Timer(due_at=bench.clock.now(), kind="test", key=str(number)))

    await bench.database.write(put)
    await elapse(10)
    assert bench.taken.most == RUNNING_MAX
    assert len(bench.taken.times) == count
    assert await bench.pending() == 0


async def test_a_failure_is_logged_and_ends_the_timer(bench: Bench) -> None:
    async def fail(_timer: Timer) -> None:
        raise RuntimeError("no")

    scheduler = Scheduler(
        TimerQueue(bench.database, "main"), {"test": fail}, now=bench.clock.now, log=Log(bench.lines_name)
    )
    bench.tasks.append(asyncio.create_task(scheduler.run()))
    await bench.put("a", 0)
    await elapse(1)
    assert await bench.pending() == 0
    assert [line["key"] for line in bench.lines.of("timer failed")] == ["a"]


async def test_a_timer_whose_store_fails_is_taken_again_until_it_does_not(bench: Bench) -> None:
    calls = 0

    async def take(_timer: Timer) -> None:
        nonlocal calls
        calls += 1
        if calls <= ATTEMPTS_MAX + 1:
            raise StoreUnavailable("sqlite:/srv/state.db", "database is locked")

    scheduler = Scheduler(
        TimerQueue(bench.database, "main"), {"test": take}, now=bench.clock.now, log=Log(bench.lines_name)
    )
    bench.tasks.append(asyncio.create_task(scheduler.run()))
    await bench.put("a", 0)
    await elapse((ATTEMPTS_MAX + 1) * RETRY_S + 1)
    assert calls == ATTEMPTS_MAX + 2
    assert await bench.pending() == 0
    assert ["locked" in line["reason"] for line in bench.lines.of("timer waits for the store")] == [True] * (calls - 1)


async def test_a_timer_that_nothing_takes_is_dropped_and_named(bench: Bench) -> None:
    bench.start()
    await bench.put("a", 0, kind="of the future")
    await elapse(1)
    assert [line["kind"] for line in bench.lines.of("timer dropped")] == ["of the future"]


class Broken:
    """A queue that fails so often, and then is empty."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.looks = 0

    def tell(self, wake: Callable[[float], None]) -> None:
        """Tell nobody."""

    async def claim(self, limit: int) -> Sequence[Timer]:
        """Fail, or have nothing."""
        assert limit > 0
        self.looks += 1
        if self.looks <= self.failures:
            raise StoreUnavailable("sqlite:/srv/state.db", "database is locked")
        return ()

    async def renew(self) -> None:
        """Do nothing."""

    async def release(self) -> None:
        """Do nothing."""

    async def finish(self, timer: Timer) -> None:
        """Do nothing."""

    async def next_due(self) -> float | None:
        """Know of nothing."""
        return None


async def test_a_store_that_fails_is_tried_again_and_named(bench: Bench) -> None:
    queue = Broken(failures=2)
    scheduler = Scheduler(queue, {}, now=bench.clock.now, log=Log(bench.lines_name))
    bench.tasks.append(asyncio.create_task(scheduler.run()))
    await elapse(2 * RETRY_S + 1)
    assert queue.looks == 3
    assert ["locked" in line["reason"] for line in bench.lines.of("timers wait for the store")] == [True, True]


async def test_draining_waits_for_what_is_under_way(bench: Bench) -> None:
    bench.taken.takes_s = 5
    scheduler = bench.start()
    await bench.put("a", 0)
    await elapse(1)
    assert bench.taken.running == 1
    await scheduler.drain(2)
    assert bench.taken.running == 1
    await scheduler.drain(60)
    assert bench.taken.running == 0
    assert RENEW_S < CLAIM_S / 2
