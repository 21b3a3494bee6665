"""What the store takes: `python -m benchmarks.store [ADDRESS]`, an address as in `store:`; a file in a temporary folder
unless one is given. An address of PostgreSQL must name an empty database.

Everything that is counted is compared with what it must be: a figure for something lost is no figure.
"""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from runner.actions.action import load_actions
from runner.build import build
from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.logs import Log
from runner.run import Discord, Running, run
from runner.store.conditions import Where
from runner.store.database import Database
from runner.store.place import parse
from runner.store.queue import TimerQueue
from runner.store.records import Records, Table
from runner.store.scope import Scope
from runner.store.state import Key, State
from runner.store.timers import Timer, Timers
from runner.store.transaction import Transaction

AT_ONCE = 10_000
ROWS = 10_000
TIMERS = 100_000
CHUNK = 1000
ONE_BY_ONE = 300
WAVE = 250
LOGGER = "benchmark"
VOTES = Key("votes", Scope("global"))
HERE = Scope("guild", "1")
TICKETS = Table(
    "tickets",
    {"number": "number", "owner": "text", "subject": "text", "status": "text"},
    unique=(("number",),),
    limit=2 * ROWS,
)
BOT = """
version: 1
state: {votes: {type: integer, default: 0}}
commands: {poll: {description: Poll, reply: {content: "Tea?", components: [vote]}}}
components:
  vote:
    button: {label: "Yes"}
    steps: [{increment: {state: votes}}, {reply: {content: "{{ state.votes }}", ephemeral: true}}]
"""


def vote(tx: Transaction) -> float:
    """Count one more."""
    return State(tx).increment(VOTES, 1)


def total(tx: Transaction) -> object:
    """Return how many there are."""
    return State(tx).read_many([VOTES]).get(VOTES)


def row(label: str, figure: str) -> None:
    """Print a line of the table."""
    print(f"| {label} | {figure} |", flush=True)


async def seconds(do: Callable[[], Awaitable[object]]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    await do()
    return time.perf_counter() - begun


async def median_ms(do: Callable[[], Awaitable[object]], times: int = ONE_BY_ONE) -> float:
    """Return how long something takes as a rule, done one after the other."""
    return statistics.median([await seconds(do) for _ in range(times)]) * 1000


async def increments(database: Database) -> None:
    """Measure increments of one number: all at once, and one by one."""

    async def at_once() -> None:
        sums = await asyncio.gather(*(database.write(vote) for _ in range(AT_ONCE)))
        assert sorted(sums) == list(range(1, AT_ONCE + 1)), "an increment was lost"

    row(f"{AT_ONCE:,} increments of one number at once, exact", f"{await seconds(at_once):.2f} s")
    row("one increment, durable", f"{await median_ms(lambda: database.write(vote)):.2f} ms")
    row("one read", f"{await median_ms(lambda: database.read(total)):.2f} ms")


def insert(tx: Transaction, start: int) -> None:
    """Insert a chunk of records."""
    tickets = Records(tx, TICKETS, HERE)
    for number in range(start, start + CHUNK):
        status = "open" if number % 100 == 0 else "closed"
        tickets.insert({"number": number, "owner": str(number % 500), "subject": f"Subject {number}", "status": status})


def find(tx: Transaction, where: list[Where], order: str) -> int:
    """Return how many of at most ten are found."""
    return len(Records(tx, TICKETS, HERE).find(where, order=order, limit=10))


async def records(database: Database) -> None:
    """Measure a table of ten thousand records."""

    async def fill() -> None:
        for start in range(0, ROWS, CHUNK):
            await database.write(partial(insert, start=start))

    row(f"{ROWS:,} records inserted", f"{await seconds(fill):.2f} s")
    conditions: dict[str, tuple[list[Where], str]] = {
        "by what is unique": ([Where("number", "=", 4242)], "id"),
        "of an owner": ([Where("owner", "=", "42")], "id"),
        "open ones, the largest number first": ([Where("status", "=", "open")], "-number"),
        "all, the largest number first": ([], "-number"),
    }
    for label, (where, order) in conditions.items():
        unit = partial(find, where=where, order=order)
        took = await median_ms(partial(database.read, unit), 50)
        row(f"at most ten of them: {label}", f"{took:.2f} ms")


def put(tx: Transaction, start: int, due_at: float) -> None:
    """Put a chunk of timers, one a second."""
    timers = Timers(tx)
    for number in range(start, start + CHUNK):
        timers.put(Timer(due_at=due_at + number, kind="schedule", key=str(number)))


async def pending(database: Database) -> None:
    """Measure the queue with a hundred thousand timers in it."""
    due_at = time.time() + 3600

    async def fill() -> None:
        for start in range(0, TIMERS, CHUNK):
            await database.write(partial(put, start=start, due_at=due_at))

    row(f"{TIMERS:,} timers put", f"{await seconds(fill):.2f} s")
    queue = TimerQueue(database, "main")

    async def look() -> None:
        assert not await queue.claim(100)
        assert await queue.next_due() == due_at

    row("a look at the queue that finds nothing due", f"{await median_ms(look, 50):.2f} ms")


async def clicks(folder: Path) -> None:
    """Measure members who press one button, a wave at a time, on a bot and a local Discord in this process."""
    logging.getLogger(LOGGER).addHandler(logging.NullHandler())
    logging.getLogger(LOGGER).propagate = False
    built = build(Path("bot.yaml"), lambda _: BOT.encode(), {}, load_actions())
    assert built.program is not None
    local = LocalDiscord(clock=RealClock())
    await local.start()
    serving: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    discord = Discord(local.base_url, local.token)
    bot = asyncio.create_task(run(built.program, discord, Log(LOGGER), serving.set_result, stopping, directory=folder))
    await serving
    poll = local.command(user="Robin", channel="general", name="poll", options={})
    await answered([poll])

    async def waves() -> None:
        for _ in range(AT_ONCE // WAVE):
            clicked = [local.click(user="Robin", message=poll.messages[0].id, custom_id="lr:vote") for _ in range(WAVE)]
            await answered(clicked)
            counts.extend(int(trace.messages[-1].content) for trace in clicked)

    counts: list[int] = []
    took = await seconds(waves)
    assert sorted(counts) == list(range(1, AT_ONCE + 1)), "a click was lost"
    row(f"{AT_ONCE:,} clicks on a button that counts, {WAVE} at the same moment, exact", f"{took:.1f} s")
    stopping.set_result(None)
    await bot
    await local.stop()


async def answered(traces: Sequence[Trace]) -> None:
    """Wait until each has an answer. Raises TimeoutError."""
    async with asyncio.timeout(60):
        while any(not trace.messages for trace in traces):  # noqa: ASYNC110  # a trace tells nobody
            await asyncio.sleep(0.01)


async def main(address: str) -> None:
    """Measure everything."""
    print("| | |\n| --- | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        place = parse(address or "sqlite:bench.db", Path(folder))
        async with Database(place, now=time.time) as database:
            await increments(database)
            await records(database)
            await pending(database)
        await clicks(Path(folder))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
