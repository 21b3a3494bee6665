"""A minute under load and under faults, in real time: `python -m benchmarks.endurance`.

The bot is a process of its own, on the local Discord of the package. Members use commands and buttons that are answered
at once, late, never, or with a failure; meanwhile calls fail in every way that a network knows, the gateway is lost,
and interactions come twice. In the end nobody may have been missed whom a bot could have answered, nobody may have been
answered twice, and nothing may be left open.
"""

import argparse
import asyncio
import contextlib
import logging
import math
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.figures import arrivals, kinds, percentile
from runner.emulator.clock import RealClock
from runner.emulator.faults import Cut
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.lifecycle.limits import INITIAL_RESPONSE_S

HERE: Final = Path(__file__).parent
MIX: Final = {"hello": 10, "slow": 4, "hang": 2, "fail": 3, "press": 1}
USERS: Final = ("Robin", "Sam", "Kim", "Mo", "Olive")

FAULT_SHARE: Final = 0.1
"""How many faults there are for each interaction. Most interactions take two calls."""

DUPLICATE_SHARE: Final = 0.01
"""How many interactions come twice."""

GATEWAY_LOST_EVERY_S: Final = 15.0
"""How often the connection to the gateway is cut."""

ATTEMPT_S: Final = 1.0
"""For how long everything must have been well in somebody's 3 s, so that a bot could have answered them."""

STALL_S: Final = 0.5
"""How late the local Discord's own process may be before that counts against the machine and not against the bot."""

SETTLE_S: Final = 15.0
"""How long what is under way may take to end, after the last interaction."""

SHOWN_MAX: Final = 5
"""Of how many who were let down the whole story is told."""

START_S: Final = 30.0
_READY: Final = (LocalEventKind.GATEWAY_CONNECTED, LocalEventKind.COMMANDS_REGISTERED)
WARM_S: Final = 5.0


@dataclass(slots=True)
class Sent:
    """One interaction: what it was, and its trace."""

    kind: str
    trace: Trace


@dataclass(slots=True)
class Evidence:
    """What has happened. `troubles` are stretches of time, in Unix seconds, in which no bot could have been reached."""

    sent: list[Sent] = field(default_factory=list[Sent])
    faults: Counter[str] = field(default_factory=Counter[str])
    duplicates: int = 0
    troubles: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    lost_at: float | None = None

    def hear(self, event: LocalEvent) -> None:
        """Note how long the gateway was lost."""
        if event.kind is LocalEventKind.GATEWAY_DISCONNECTED:
            self.lost_at = self.lost_at or event.at
        elif event.kind is LocalEventKind.GATEWAY_CONNECTED and self.lost_at is not None:
            self.troubles.append((self.lost_at, event.at))
            self.lost_at = None

    def is_possible(self, sent: Sent) -> bool:
        """Tell whether a bot could have answered in time: enough of the 3 s were without trouble, in one piece."""
        begin = sent.trace.dispatched_at
        end, longest = begin + INITIAL_RESPONSE_S, 0.0
        for lost, found in sorted(self.troubles):
            longest = max(longest, min(lost, end) - begin)
            begin = max(begin, found)
        return max(longest, end - begin) >= ATTEMPT_S


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of them all. Only what is under `missed`, `doubled` and `left_open` is a fault of the bot."""

    answered: int
    missed: int
    not_possible: int
    doubled: int
    left_open: int
    acknowledged_ms: Sequence[float]
    let_down: Sequence[Sent]

    @property
    def is_flawless(self) -> bool:
        """Whether nobody was let down."""
        return not self.let_down


def judged(evidence: Evidence) -> Verdict:
    """Return what became of every interaction."""
    found = Counter[str]()
    took: list[float] = []
    let_down: list[Sent] = []
    for sent in evidence.sent:
        end = _end_of(evidence, sent)
        found[end] += 1
        if end not in ("answered", "not possible"):
            let_down.append(sent)
        if sent.trace.acknowledged_at is not None:
            took.append((sent.trace.acknowledged_at - sent.trace.dispatched_at) * 1000)
    return Verdict(
        answered=found["answered"],
        missed=found["missed"],
        not_possible=found["not possible"],
        doubled=found["doubled"],
        left_open=found["left open"],
        acknowledged_ms=sorted(took),
        let_down=let_down,
    )


def _end_of(evidence: Evidence, sent: Sent) -> str:
    trace = sent.trace
    if not trace.acknowledgements:
        return "missed" if evidence.is_possible(sent) else "not possible"
    seen = [message for message in trace.messages if not message.deleted]
    if any(message.loading for message in seen):
        return "left open"
    if len(seen) > 1 or trace.acknowledgements > 1:
        return "doubled"
    return "answered" if seen else "left open"


class Run:
    """One run against a bot that serves."""

    def __init__(self, local: LocalDiscord, rate: float, seconds: float, seed: int) -> None:
        """Send `rate` interactions a second for so many seconds."""
        self.evidence = Evidence()
        self._local = local
        self._count = round(rate * seconds)
        self._rate, self._seconds, self._seed = rate, seconds, seed
        self._random = random.Random(seed)
        self._menu = 0

    async def run(self) -> Verdict:
        """Send them all, with the faults, and judge when the last has ended."""
        menu = self._local.command(user="Robin", channel="support", name="menu")  # where nothing pushes it out
        await menu.finished(START_S)
        self._menu = menu.messages[0].id
        forget = self._local.subscribe(self.evidence.hear)
        async with asyncio.TaskGroup() as tasks:
            watching, *failing = [tasks.create_task(each) for each in (self._watch(), self._fail(), self._cut())]
            await self._send()
            for each in failing:
                each.cancel()
            self._local.faults.clear()
            await asyncio.sleep(SETTLE_S)
            watching.cancel()
        forget()
        return judged(self.evidence)

    async def _send(self) -> None:
        began = time.monotonic()
        plan = zip(arrivals(self._rate, self._count, self._seed), kinds(MIX, self._count, self._seed), strict=True)
        for at, kind in plan:
            if (early_s := began + at - time.monotonic()) > 0:
                await asyncio.sleep(early_s)
            trace = self._use(kind, self._random.choice(USERS))
            self.evidence.sent.append(Sent(kind, trace))
            if self._random.random() < DUPLICATE_SHARE:
                self._local.dispatch_again(trace)
                self.evidence.duplicates += 1

    def _use(self, kind: str, user: str) -> Trace:
        if kind == "press":
            return self._local.click(user=user, message=self._menu, custom_id="lr:press")
        return self._local.command(user=user, channel="general", name=kind)

    async def _fail(self) -> None:
        """Have calls fail, now and then."""
        while True:
            await asyncio.sleep(self._random.expovariate(self._rate * FAULT_SHARE))
            self._one_fault(self._random.choice(("callback", "original")))

    def _one_fault(self, match: str) -> None:
        what = self._random.choice(("500", "502", "503", "429", "before", "after", "delay"))
        self.evidence.faults[what] += 1
        match what:
            case "before" | "after":
                cut: Cut = "before" if what == "before" else "after"
                self._local.faults.next(match, cut=cut)
            case "delay":
                self._local.faults.next(match, delay_s=self._random.uniform(0.2, 1.2))
            case _:
                self._local.faults.next(match, status=int(what), retry_after=0.3)

    async def _cut(self) -> None:
        """Have the gateway's connection lost, now and then: cut, or ended in good order."""
        while True:
            await asyncio.sleep(GATEWAY_LOST_EVERY_S)
            is_cut = self._random.random() < 0.5
            self.evidence.faults["gateway"] += 1
            if is_cut:
                self._local.drop_gateway()
            else:
                self._local.reconnect()

    async def _watch(self) -> None:
        """Note when this process itself was late: what was sent then no bot could have answered."""
        while True:
            before = time.time()
            await asyncio.sleep(0.1)
            if time.time() - before - 0.1 > STALL_S:
                self.evidence.troubles.append((before, time.time()))


@contextlib.asynccontextmanager
async def serving(local: LocalDiscord, folder: Path) -> AsyncGenerator[int]:
    """Run the bot as a process of its own; yields its process id. Its log is `bot.log` in the folder."""
    with (folder / "bot.log").open("wb") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "runner", str(HERE / "endurance.yaml"),
            env={**os.environ, "DISCORD_TOKEN": local.token, "DISCORD_API_URL": local.base_url},
            stdout=log, stderr=log, cwd=HERE.parent,
        )  # fmt: skip
        try:
            yield bot.pid
        finally:
            bot.terminate()
            await bot.wait()


async def ready(local: LocalDiscord) -> None:
    """Wait until the bot has registered its commands and answers. Raises TimeoutError."""
    registered = asyncio.Event()
    forget = local.subscribe(lambda event: registered.set() if event.kind in _READY else None)
    async with asyncio.timeout(START_S):
        while not (local.is_connected and local.commands_for(user="Robin", channel="general")):
            registered.clear()
            await registered.wait()
    forget()


def resident_mb(pid: int) -> float:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def told(run: Run, verdict: Verdict, memory_mb: tuple[float, float]) -> str:
    """Return the result, for people."""
    evidence = run.evidence
    faults = ", ".join(f"{name} {count}" for name, count in sorted(evidence.faults.items()))
    p50, p99 = (percentile(verdict.acknowledged_ms, share) for share in (0.5, 0.99))
    slowest = verdict.acknowledged_ms[-1] if verdict.acknowledged_ms else math.nan
    lost_s = sum(found - lost for lost, found in evidence.troubles)
    shown = [_shown(sent) for sent in verdict.let_down[:SHOWN_MAX]]
    return "\n".join((
        *shown,
        f"{len(evidence.sent)} interactions, {evidence.duplicates} of them twice; faults: {faults}",
        f"answered {verdict.answered}, not possible to answer {verdict.not_possible} (out of reach for {lost_s:.1f} s)",
        f"missed {verdict.missed}, doubled {verdict.doubled}, left open {verdict.left_open}",
        f"acknowledged after {p50:.0f} ms (median), {p99:.0f} ms (99 of 100), {slowest:.0f} ms (the slowest)",
        f"memory {memory_mb[0]:.1f} MiB before, {memory_mb[1]:.1f} MiB after",
    ))  # fmt: skip


def _shown(sent: Sent) -> str:
    """Return what happened to somebody who was let down."""
    trace = sent.trace
    lines = [
        f"    {(event.at - trace.dispatched_at) * 1000:8.0f} ms {event.what} {event.detail} {event.status or ''}"
        for event in trace.events
    ]
    seen = [(message.content, "private" if message.ephemeral else "public") for message in trace.messages]
    return "\n".join((f"{sent.kind}: {trace.state.value} {seen}", *lines))


async def endure(rate: float, seconds: float, seed: int) -> tuple[str, bool]:
    """Return what is told of a run, and whether nobody was let down."""
    local = LocalDiscord(clock=RealClock())
    await local.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with serving(local, Path(folder)) as pid:
                await ready(local)
                await Run(local, rate, WARM_S, seed + 1).run()
                before = resident_mb(pid)
                run = Run(local, rate, seconds, seed)
                verdict = await run.run()
                text = told(run, verdict, (before, resident_mb(pid)))
        return text, verdict.is_flawless
    finally:
        await local.stop()


def main(given: Sequence[str] | None = None) -> int:
    """Run it once; the exit code is 1 if somebody was let down."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.endurance", description="A minute under load and faults."
    )
    parser.add_argument("--rate", type=float, default=200.0, help="interactions a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parsed = parser.parse_args(given)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of each connection that is cut
    text, is_flawless = asyncio.run(endure(parsed.rate, parsed.seconds, parsed.seed))
    print(text)
    return 0 if is_flawless else 1


if __name__ == "__main__":
    sys.exit(main())
