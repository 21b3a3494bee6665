"""One short run: some minutes of a bot's life, with people, weather and misfortunes, all drawn from one seed."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from runner.engine.interaction import LIVE_MAX as LIVE_MAX_USUAL
from runner.lifecycle import budget

from .bots import UNKNOWN, Bot, Library
from .discord import Case, Discord
from .loop import SimulatedLoop
from .process import Process, WallClock
from .rules import Evidence, Violation, judge
from .wire import Rates, Wire

SETTLE_S: Final = 1_200.0
"""How long the end of a run is after its last interaction: longer than any token lives and any rescue takes."""

WEATHERS: Final = (0.0, 0.3, 1.0, 1.0, 2.0, 5.0)
"""By what the rates are multiplied in a run; one is drawn."""

KNOWN_SHARE: Final = 0.9
"""How many interactions are about something that the bot has; the others are about what it never had, or no longer."""

OUTAGES_S: Final = (0.2, 0.5, 1.0, 2.5, 8.0, 20.0)
"""How long the network may be gone."""

DRAINS_S: Final = (0.0, 1.0, budget.DRAIN_S)
"""How long a process that is told to stop may finish what is under way."""

CLOCK_STEPS_S: Final = (-90.0, -4.0, -1.5, -0.7, 0.7, 1.5, 4.0, 90.0)
"""By how much somebody sets the machine's clock."""

LIVE_MAX: Final = (LIVE_MAX_USUAL, LIVE_MAX_USUAL, LIVE_MAX_USUAL, 3)
"""How many interactions a process may have under way at once."""

REPLAYED: Final = 3
"""How many of the last events a new connection may deliver once more."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is made of. `make_process` stands in for `Process` in tests of the simulator itself."""

    seed: int
    index: int
    interactions: int
    rates: Rates
    with_clock_faults: bool = True
    make_process: Callable[..., Process] = Process


@dataclass(slots=True)
class Result:
    """What came of a run: how often what happened, which rules were broken, and a hash of everything in its order."""

    counts: Counter[str]
    violations: list[Violation]
    digest: int
    evidence: Evidence
    bots: list[Bot]


def run(setting: Setting, library: Library) -> Result:
    """Run one episode from its start to the end of its last token."""
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(_Episode(setting, library, loop).play())
    finally:
        for task in asyncio.all_tasks(loop):  # what was left behind has been judged
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


class _Episode:
    def __init__(self, setting: Setting, library: Library, loop: SimulatedLoop) -> None:
        self.random = Random(f"{setting.seed}/{setting.index}")
        self.setting = setting
        self.loop = loop
        self.digest = 0
        self.bots = [library.drawn(self.random) for _ in range(2)]
        self.current = self.bots[0]
        self.weather = self.random.choice(WEATHERS)
        self.rates = setting.rates.scaled(self.weather)
        self.discord = Discord(self._observe)
        self.evidence = Evidence(self.discord)
        self.references = 0
        self.process: Process | None = None
        self.recent: list[dict[str, object]] = []
        self.waiting: list[tuple[Case, dict[str, object]]] = []
        self.connected_from = 0.0

    async def play(self) -> Result:
        random, count = self.random, self.setting.interactions
        self.wire = Wire(self.discord, self.rates, random)
        self.evidence.suffered = self.wire.suffered
        self.evidence.outages = self.wire.outages
        self.clock = WallClock(self._clock_offset(), random.choice((0.0, 0.0, 5e-5, -5e-5)))
        await self._start()
        begin = self.loop.time()
        duration_s = count / random.choice((2.0, 5.0, 20.0, 100.0))
        for _ in range(count):
            self.loop.call_at(begin + random.random() * duration_s, self._ask)
        await self._misfortunes(begin, duration_s)
        await asyncio.sleep(max(0.0, begin + duration_s - self.loop.time()) + SETTLE_S)
        await self._end()
        counts, violations = judge(self.evidence)
        return Result(counts, violations, self.digest, self.evidence, self.bots)

    # --- people

    def _ask(self) -> None:
        """Let somebody start an interaction now."""
        bot = self.current if self.random.random() < KNOWN_SHARE else self.random.choice(self.bots)
        asked = self.random.choice(bot.asked if self.random.random() < KNOWN_SHARE else UNKNOWN)
        case = self.discord.open(asked.kind, self.loop.time())
        payload: dict[str, object] = {**asked.payload, "id": case.id, "token": case.token}
        self._dispatch(case, payload)
        if self.random.random() < self.rates.duplicate:
            self.loop.call_later(self.random.uniform(0.0, 6.0), self._deliver, case, payload)
        if self.random.random() < self.rates.rival:
            self.loop.call_later(self.random.uniform(0.0, 2.0), self._rival, case)

    def _rival(self, case: Case) -> None:
        self.evidence.rivalled.add(case.id)
        self.discord.rival_reply(case, self.loop.time())

    def _dispatch(self, case: Case, payload: dict[str, object]) -> None:
        is_late = self.random.random() < self.rates.late_event
        transit_s = self.random.uniform(0.0, 5.0) if is_late else self.random.uniform(0.01, 0.15)
        self.loop.call_later(transit_s, self._deliver, case, payload)

    def _deliver(self, case: Case, payload: dict[str, object]) -> None:
        now = self.loop.time()
        if now < self.connected_from:
            self.loop.call_at(self.connected_from, self._deliver, case, payload)
        elif self.process is None:
            self.waiting.append((case, payload))
        else:
            self.evidence.delivered.setdefault(case.id, []).append((now, self.evidence.lives - 1))
            self.discord.note(case, now, "delivered")
            self.recent = [*self.recent[1 - REPLAYED :], payload]
            self.process.receive(payload)

    # --- misfortunes

    async def _misfortunes(self, begin: float, duration_s: float) -> None:
        """Let happen what happens in this weather, one thing after another."""
        rates, happenings = self.rates, list[tuple[float, str]]()
        for kind in ("outages", "disconnects", "restarts", "drains", "swaps", "stalls", "clock_steps"):
            count = int(getattr(rates, kind) * max(duration_s, 30.0) / 60 + self.random.random())
            happenings += [(begin + self.random.random() * (duration_s + 3.0), kind) for _ in range(count)]
        for at, kind in sorted(happenings):
            await asyncio.sleep(max(0.0, at - self.loop.time()))
            await self._misfortune(kind)

    async def _misfortune(self, kind: str) -> None:
        random, now = self.random, self.loop.time()
        match kind:
            case "outages":
                self.wire.outages.append((now, now + random.choice(OUTAGES_S)))
                self._happened(f"outage of {self.wire.outages[-1][1] - now:g} s")
            case "disconnects":
                self.connected_from = now + random.uniform(0.1, 4.0)
                self._happened(f"disconnect for {self.connected_from - now:.1f} s")
                self._replay()
            case "stalls":
                self.evidence.stalls.append((now, now + random.uniform(0.05, 1.0)))
                self._happened(f"stall of {self.evidence.stalls[-1][1] - now:.2f} s")
                self.loop.stall(self.evidence.stalls[-1][1] - now)
            case "clock_steps" if self.setting.with_clock_faults:
                self.clock.offset_s += random.choice(CLOCK_STEPS_S)
                self._happened(f"clock set: now ahead by {self.clock.offset_s:g} s")
            case "swaps" if self.process is not None:
                self.current = random.choice(self.bots)
                self._happened(f"swap to {self.current.name}")
                self.process.engine.swap(self.current.program)
            case "restarts":
                await self._kill()
                await self._start_again()
            case "drains":
                await self._drain()
                await self._start_again()
            case _:
                pass

    def _happened(self, what: str) -> None:
        now = self.loop.time()
        self.digest = zlib.crc32(f"{now:.6f} {what}".encode(), self.digest)
        self.evidence.happenings.append((now, what))

    def _clock_offset(self) -> float:
        if not self.setting.with_clock_faults or self.random.random() < 0.6:
            return 0.0
        return self.random.choice((-1.0, 1.0)) * self.random.choice((0.2, 0.9, 2.0, 10.0, 600.0)) * self.weather

    def _replay(self) -> None:
        """Deliver the last events again when the connection is back."""
        for payload in self.recent:
            case = self.discord.cases[str(payload["id"])]
            self.loop.call_at(self.connected_from + 0.01, self._deliver, case, payload)

    async def _start(self) -> None:
        live_max = self.random.choice(LIVE_MAX)
        make = self.setting.make_process
        process = make(self.current.program, self.wire, self.clock, self._new_reference, live_max)
        await process.start()
        self._happened(f"started {self.current.name}, clock ahead by {self.clock.offset_s:g} s")
        self.process = process
        self.evidence.processes.append(process)
        for case, payload in self.waiting:
            self._deliver(case, payload)
        self.waiting.clear()

    async def _start_again(self) -> None:
        await asyncio.sleep(self.random.uniform(0.1, 2.0))
        if self.random.random() < 0.3:  # a new session instead of a resumed one: what was missed is gone
            self.waiting.clear()
        await self._start()
        if self.random.random() < 0.5:
            self._replay()

    async def _kill(self) -> None:
        process, self.process = self.process, None
        self._happened("killed")
        if process is not None:
            self.evidence.killed |= process.unfinished
            await process.kill()

    async def _drain(self) -> None:
        process, within_s = self.process, self.random.choice(DRAINS_S)
        self._happened(f"drain within {within_s:g} s")
        if process is not None:
            now = self.loop.time()
            ends = now + within_s + budget.RESCUE_TIMEOUT_S
            self.evidence.drained |= dict.fromkeys(process.unfinished, (now, ends))
            await process.engine.drain(within_s)
            self._happened("drained")
            self.process = None
            await process.stop()

    async def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            self.evidence.left_alive = len(process.engine.live)
            await process.stop()
        self.evidence.left_tasks = len(asyncio.all_tasks()) - 1
        self.evidence.left_timers = [str(handle) for handle in self.loop.timers()]

    def _new_reference(self) -> str:
        self.references += 1
        return f"ref{self.references:05}"

    def _observe(self, case: Case, at: float, what: str) -> None:
        self.digest = zlib.crc32(f"{at:.6f} {case.id} {what}".encode(), self.digest)
