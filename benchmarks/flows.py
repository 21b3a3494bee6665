"""What runs that wait cost: `python -m benchmarks.flows [COUNT]`, 100,000 unless said otherwise.

A bot is a process of its own on the local Discord, on a core of its own. Some hundred runs are made to wait by
commands; the others are copies of one of them, put into its store with timers of their own. README.md says what the
figures mean.
"""

import asyncio
import contextlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.subjects import bot_core, load_core
from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace

COUNT = 100_000
ASKED_BY = {"Robin": 90, "Kim": 90, "Mo": 90}
STARTS = 5
SETTLED_S = 3.0
SERVES_MAX_S = 60.0
BOT = """\
version: 1
flows:
  vote:
    params: {question: string}
    result: string
    expires: 30d
    steps:
      - {id: it, choose: {prompt: "{{ params.question }}", options: {a: Apples, p: Pears}, from: anyone, timeout: 30d}}
      - {return: "{{ steps.it.value }}"}
commands:
  ask:
    description: Ask
    options: {question: {type: string, description: What, required: true}}
    steps:
      - {id: chosen, run: {flow: vote, with: {question: "{{ options.question }}"}}}
      - update: {content: "{{ steps.chosen.result }}"}
"""


@dataclass(frozen=True, slots=True)
class Started:
    """A bot that serves: its process, and how long the start took."""

    pid: int
    serving_s: float

    @property
    def resident_mb(self) -> float:
        """How much memory the process has, in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@contextlib.asynccontextmanager
async def started(local: LocalDiscord, folder: Path) -> AsyncGenerator[Started]:
    """Start the bot of a folder, and end it."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(bot_core()), sys.executable, "-m", "runner", "--log-level", "error", "bot.yaml",
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent.parent),
            "DISCORD_TOKEN": local.token,
            "DISCORD_API_URL": local.base_url,
        },
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SERVES_MAX_S):
            if not (await process.stdout.readline()).startswith(b"serving"):
                raise RuntimeError("the bot has not come to serve")
        yield Started(process.pid, time.monotonic() - begun)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def ended(trace: Trace) -> Trace:
    """Wait for an interaction's end."""
    await trace.finished(10.0)
    return trace


async def starts(local: LocalDiscord, folder: Path) -> tuple[float, float]:
    """Return how long the bot takes to serve, in seconds, and what it holds then, in megabytes: medians."""
    found: list[tuple[float, float]] = []
    for _ in range(STARTS):
        async with started(local, folder) as bot:
            await asyncio.sleep(SETTLED_S)
            found.append((bot.serving_s, bot.resident_mb))
    return statistics.median(s for s, _ in found), statistics.median(mb for _, mb in found)


async def ask(local: LocalDiscord, folder: Path) -> list[Trace]:
    """Make runs wait, by commands; return those."""
    asked: list[Trace] = []
    async with started(local, folder):
        for user, count in ASKED_BY.items():
            for number in range(count):
                options = {"question": f"Question {number} of {user}: apples or pears?"}
                asked.append(await ended(local.command(user=user, channel="general", name="ask", options=options)))
    return asked


def copy(store: Path, count: int) -> tuple[float, float]:
    """Put copies of one run into a store, of many users; return the bytes of each, and those of its saved state."""
    before = size(store)
    with closing(sqlite3.connect(store)) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        names = [name for _, name, *_ in database.execute("PRAGMA table_info(flows)")]
        flow = dict(zip(names, database.execute("SELECT * FROM flows LIMIT 1").fetchone(), strict=True))
        timers = [name for _, name, *_ in database.execute("PRAGMA table_info(timers)")]
        query = "SELECT * FROM timers WHERE flow_id = ?"
        timer = dict(zip(timers, database.execute(query, (flow["id"],)).fetchone(), strict=True))
        for number in range(count):
            made = {"id": f"copy{number:012}", "owner_id": str(10**17 + number // 100)}
            insert(database, "flows", {**flow, **made})
            put = {"key": made["id"], "flow_id": made["id"], "id": 10**6 + number, "due_at": timer["due_at"] + number}
            insert(database, "timers", {**timer, **put, "ready_at": put["due_at"]})
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (size(store) - before) / count, float(len(str(flow["machine"]).encode()))


def insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    """Insert a row."""
    names, places = ", ".join(row), ", ".join("?" for _ in row)
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))


def size(store: Path) -> int:
    """Return how many bytes a store takes on the disk."""
    return sum(path.stat().st_size for path in store.parent.glob(store.name + "*"))


async def click(local: LocalDiscord, asked: list[Trace]) -> list[float]:
    """Answer the questions one after the other; return how long each acknowledgement took, in milliseconds."""
    took: list[float] = []
    for trace in asked:
        shown = trace.messages[0]
        custom_id = str(shown.components[0]["components"][1]["custom_id"])
        clicked = await ended(local.click(user="Robin", message=shown.id, custom_id=custom_id))
        assert clicked.acknowledged_at is not None, "the click was not answered"
        found = local.world.message(shown.id)
        assert found is not None
        assert found.content == "p", f"the run went on wrongly: {found.content}"
        took.append((clicked.acknowledged_at - clicked.dispatched_at) * 1000)
    return took


async def measured(count: int) -> None:
    """Measure, and print what came of it."""
    os.sched_setaffinity(0, {load_core()})
    local = LocalDiscord(clock=RealClock())
    await local.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
        await starts(local, folder)  # commands are registered, and files are in the cache
        alone_s, alone_mb = await starts(local, folder)
        asked = await ask(local, folder)
        store = folder / ".lifecycle/state.db"
        each, machine = copy(store, count)
        beside_s, beside_mb = await starts(local, folder)
        async with started(local, folder) as bot:
            await asyncio.sleep(SETTLED_S)
            took = await click(local, asked)
            behind_mb = bot.resident_mb
        print(f"runs that wait: {count}, of which {len(asked)} were asked by commands besides")
        print(f"start to serving: {alone_s:.2f} s with none, {beside_s:.2f} s with all of them")
        print(f"memory: {alone_mb:.0f} MB with none, {beside_mb:.0f} MB with all, {behind_mb:.0f} MB behind the clicks")
        print(f"click to acknowledgement: p50 {percentile(took, 0.5):.1f} ms, p99 {percentile(took, 0.99):.1f} ms")
        print(f"store: {size(store) / 2**20:.0f} MB, {each:.0f} bytes a run, {machine:.0f} of them its saved state")
    await local.stop()


if __name__ == "__main__":
    asyncio.run(measured(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
