"""Reloads under load: `python -m benchmarks.reload`. Edits a running bot's file again and again while it is used.

The bot is a process of its own on the local Discord. While commands arrive at a steady rate, its file is saved anew
every `EDIT_EVERY_S`, every third time with a fault. Each command answers with two messages that both name the
generation, so that an answer from two generations would show. README.md says what the figures mean.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.stalls import STALLS
from benchmarks.subjects import bot_core, load_core
from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.lifecycle import limits

EDIT_EVERY_S = 0.3
RATE = 100.0
SERVES_MAX_S = 60.0
CATCH_UP_S = 5.0
"""How long the last edit may take to be served, in seconds."""

COMMANDS = 'commands:\n  version: {{description: Say, steps: [{{reply: "{0}"}}, {{reply: "{0}"}}]}}\n'
GROUP = "  group-{0}:\n    description: Group {0}\n    commands:\n"
MORE = """\
      other-{0}:
        description: Number {0}
        options: {{text: {{type: string, description: Some text}}}}
        steps:
"""
STEP = '          - reply: "{{{{ user.mention }}}} said {{{{ options.text or {0} }}}}"\n'
BROKEN = "  broken: {description: [oops\n"


@dataclass(slots=True)
class Edits:
    """What was written when, and which of it has been seen served: by number, in monotonic seconds."""

    saved: dict[int, float] = field(default_factory=dict[int, float])
    served: dict[int, float] = field(default_factory=dict[int, float])


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run has shown. Times are milliseconds."""

    commands: int
    interactions: int
    missed: int
    doubled: int
    mixed: int
    good_edits: int
    never_served: int
    served_p50_ms: float
    served_p95_ms: float
    build_p95_ms: float
    ack_p50_ms: float
    ack_p99_ms: float
    ack_max_ms: float
    stall_p99_ms: float
    stall_max_ms: float


def config(number: int, commands: int, *, broken: bool = False) -> str:
    """Return the bot of one edit. Only `version` differs from edit to edit, as when somebody edits one command."""
    others = [MORE.format(each) + STEP.format(each) for each in range(1, commands)]
    for at in range(0, len(others), limits.COMMAND_OPTIONS_MAX):  # in groups: Discord takes a hundred commands
        others[at] = GROUP.format(at) + others[at]
    return COMMANDS.format(number) + (BROKEN if broken else "") + "".join(others)


def save(path: Path, text: str) -> None:
    """Save as most editors do: into a new file that takes the old one's place."""
    path.with_suffix(".tmp").write_text(text, encoding="utf-8")
    path.with_suffix(".tmp").replace(path)


@contextlib.asynccontextmanager
async def running_bot(local: LocalDiscord, folder: Path) -> AsyncGenerator[list[bytes]]:
    """Run the bot on a core of its own; gives its log, line by line as it is written."""
    log: list[bytes] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(bot_core()), sys.executable, "-m", "benchmarks.stalls", "--log-format", "json", "bot.yaml",
        cwd=folder,
        env={
            **environment,
            "PYTHONPATH": str(Path(__file__).parent.parent),
            "DISCORD_TOKEN": local.token,
            "DISCORD_API_URL": local.base_url,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    reader = asyncio.create_task(_kept(process.stderr, log))
    try:
        async with asyncio.timeout(SERVES_MAX_S):
            if not (await process.stdout.readline()).startswith(b"serving"):
                raise RuntimeError(b"".join(log).decode())
        yield log
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await reader


async def _kept(stream: asyncio.StreamReader, log: list[bytes]) -> None:
    while line := await stream.readline():
        log.append(line)


async def load(local: LocalDiscord, seen: Callable[[Trace], None], until: asyncio.Event) -> list[Trace]:
    """Use the command at a steady rate until told to stop; `seen` learns of each end."""
    traces: list[Trace] = []
    start, clock = time.monotonic(), time.monotonic
    async with asyncio.TaskGroup() as tasks:
        while not until.is_set():
            await asyncio.sleep(max(0.0, start + len(traces) / RATE - clock()))
            trace = local.command(user="Robin", channel="general", name="version")
            traces.append(trace)
            tasks.create_task(_watched(trace, seen))
    return traces


async def _watched(trace: Trace, seen: Callable[[Trace], None]) -> None:
    with contextlib.suppress(TimeoutError):
        await trace.finished(10.0)
        seen(trace)


async def edit(path: Path, commands: int, count: int, edits: Edits) -> None:
    """Save `count` versions one after the other, every third of them with a fault."""
    for number in range(1, count + 1):
        is_broken = number % 3 == 0
        save(path, config(number, commands, broken=is_broken))
        if not is_broken:
            edits.saved[number] = time.monotonic()
        await asyncio.sleep(EDIT_EVERY_S if commands < 500 else EDIT_EVERY_S * 5)


async def measured(commands: int, count: int) -> Figures:
    """Run a bot of so many commands through so many edits."""
    local = LocalDiscord(clock=RealClock())
    await local.start()
    edits, is_over = Edits(), asyncio.Event()

    def seen(trace: Trace) -> None:
        for message in trace.messages[:1]:
            edits.served.setdefault(int(message.content), time.monotonic())

    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            path = Path(folder) / "bot.yaml"
            save(path, config(0, commands))
            async with running_bot(local, Path(folder)) as log:
                await asyncio.sleep(CATCH_UP_S)  # it follows its files a little after it began to serve
                began = time.monotonic()
                loading = asyncio.create_task(load(local, seen, is_over))
                await edit(path, commands, count, edits)
                await asyncio.sleep(CATCH_UP_S)
                is_over.set()
                traces = await loading
    finally:
        await local.stop()
    return _figures(commands, traces, edits, log, began)


def _figures(commands: int, traces: list[Trace], edits: Edits, log: list[bytes], began: float) -> Figures:
    acks = [(trace.acknowledged_at - trace.dispatched_at) * 1000 for trace in traces if trace.acknowledged_at]
    delays = [(edits.served[number] - at) * 1000 for number, at in edits.saved.items() if number in edits.served]
    builds = [float(found[1]) for line in log if (found := re.search(rb'"reloaded".*"ms": ?([0-9.]+)', line))]
    told = next((line for line in log if line.startswith(STALLS.encode())), b"")
    stalls = [late * 1000 for at, late in json.loads(told[len(STALLS) :] or b"[]") if at > began]
    contents = [[message.content for message in trace.messages] for trace in traces]
    return Figures(
        commands=commands,
        interactions=len(traces),
        missed=len(traces) - len(acks),
        doubled=sum(trace.acknowledgements > 1 or len(said) > 2 for trace, said in zip(traces, contents, strict=True)),
        mixed=sum(len(set(said)) > 1 for said in contents),
        good_edits=len(edits.saved),
        never_served=len(edits.saved) - len(delays),
        served_p50_ms=percentile(delays, 0.5),
        served_p95_ms=percentile(delays, 0.95),
        build_p95_ms=percentile(builds, 0.95),
        ack_p50_ms=percentile(acks, 0.5),
        ack_p99_ms=percentile(acks, 0.99),
        ack_max_ms=max(acks, default=0.0),
        stall_p99_ms=percentile(stalls, 0.99),
        stall_max_ms=max(stalls, default=0.0),
    )


def main() -> None:
    """Measure, and print one line for each size of bot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--commands", type=int, nargs="+", default=[100, 1000])
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {load_core()})
    for commands in chosen.commands:
        print(asyncio.run(measured(commands, chosen.edits if commands < 500 else chosen.edits // 5)))


if __name__ == "__main__":
    main()
