"""What runs by the clock: its next times, kept as timers, and its runs.

A schedule has one timer of the kind `schedule`, for when it comes next. When that is due, the run gets a timer of its
own and the next time is put, in one unit: whatever happens to the process then, neither is lost, and a run that was
under way is begun again.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from runner.actions.action import StepFailed
from runner.compile import Program, Schedule
from runner.engine.calls import taken
from runner.engine.memory import Memory
from runner.engine.unattended import Unattended
from runner.logs import Log

if TYPE_CHECKING:
    from runner.store.timers import Timer
    from runner.store.transaction import Transaction

DUE: Final = "schedule"
"""The kind of the timers that say when a schedule comes next; the key is its name."""

RUN: Final = "schedule-run"
"""The kind of the timers that are runs."""

LATER: Final = "later"
"""The kind of the timers that begin a flow; for one that comes again and again, of the one that comes next."""

LATER_RUN: Final = "later-run"
"""The kind of the timers that are one run of a flow that comes again and again."""

MISSED_AFTER_S: Final = 60.0
"""How late a run may begin before it counts as missed, in seconds: a restart is no absence."""

MISSED_RUNS_MAX: Final = 100
"""How many missed runs are made up for at once, under `missed: run`. The others are left out, and that is logged."""


class Schedules:
    """The schedules of a bot. `program` gives the newest."""

    def __init__(
        self, program: Callable[[], Program], memory: Memory, unattended: Unattended, now: Callable[[], float], log: Log
    ) -> None:
        self._program = program
        self._memory = memory
        self._unattended = unattended
        self._now = now
        self._log = log
        self._running: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def put(self, program: Program, since: float) -> None:
        """Put the timers of a program's schedules, and take those of others away. Raises `StoreFailed`.

        A schedule whose time is the same as before keeps its timer: what it has missed meanwhile is not forgotten. The
        program is served `since` that Unix second, and what has fallen due behind it is put all the same.
        """
        database = await self._memory.prepare(program)
        await database.write(lambda tx: _put(tx, program, since))

    async def due(self, timer: "Timer") -> None:
        """Put the runs of a schedule that are due, those that were missed as it wants, and its next time."""
        schedule = self._program().schedules.get(timer.key)
        if schedule is None:
            return
        now = self._now()
        runs = self._runs_due(schedule, timer.due_at, now)
        following = schedule.next_after(timer.due_at, now)
        database = await self._memory.prepare(self._program())
        await database.write(lambda tx: _go_on(tx, timer, schedule, runs, following, now))

    async def run(self, timer: "Timer") -> None:
        """Run a schedule once, not beside itself."""
        said: dict[str, Any] = json.loads(timer.payload)
        name, due_at = str(said["name"]), float(said["due_at"])
        async with self._running[name]:
            program = self._program()
            schedule = program.schedules.get(name)
            if schedule is None:
                self._log.warning("schedule gone", schedule=name)
                return
            is_late = self._now() - due_at > MISSED_AFTER_S
            values = {"schedule": {"name": name, "due_at": due_at, "is_late": is_late}}
            place = {"guild_id": schedule.guild_id}
            await self._unattended.run(schedule.handler, program, place=place, values=values, begun_by=timer)

    async def later_due(self, timer: "Timer") -> None:
        """Begin a flow whose time has come; for one that comes again and again, put the run and the next time."""
        from runner.engine.later import Kept

        kept, now = Kept.of(timer), self._now()
        is_skipped = timer.missed == "skip" and now - timer.due_at > MISSED_AFTER_S
        following = kept.next_after(now)
        if following is not None:
            database = await self._memory.prepare(self._program())
            await database.write(lambda tx: _come_again(tx, timer, following, now, is_skipped=is_skipped))
        elif not is_skipped:
            await self.begin(timer)

    async def begin(self, timer: "Timer") -> None:
        """Begin a flow now, on whatever its config says now."""
        from runner.engine.later import Kept

        kept, program = Kept.of(timer), self._program()
        handler, flow = program.begun.get(kept.flow), program.flows.get(kept.flow)
        if handler is None or flow is None:
            self._log.warning("flow gone", flow=kept.flow)
            return
        try:
            values = {"params": taken(flow, kept.values)}
        except StepFailed as failure:
            self._log.warning("flow not begun", flow=kept.flow, reason=str(failure))
        else:
            await self._unattended.run(handler, program, place=kept.place, values=values, begun_by=timer)

    def _runs_due(self, schedule: Schedule, due_at: float, now: float) -> list[float]:
        """Return the instants for which there is to be a run now."""
        if now - due_at <= MISSED_AFTER_S:
            return [due_at]
        times = _times(schedule, due_at, now)
        recent = _times(schedule, schedule.next_after(due_at, now - MISSED_AFTER_S), now)
        chosen = {"run": times, "run_once": times[:1], "skip": recent}[schedule.missed]
        self._log.info("schedule missed", schedule=schedule.name, late_s=round(now - due_at), runs=len(chosen))
        if len(times) == MISSED_RUNS_MAX and schedule.missed == "run":
            self._log.warning("missed runs left out", schedule=schedule.name, made_up_for=MISSED_RUNS_MAX)
        return chosen


def _times(schedule: Schedule, first: float | None, now: float) -> list[float]:
    """Return the instants from `first` to `now` at which a schedule comes, at most `MISSED_RUNS_MAX`."""
    times: list[float] = []
    while first is not None and first <= now and len(times) < MISSED_RUNS_MAX:
        times.append(first)
        first = schedule.next_after(first, first)
    return times


def _put(tx: "Transaction", program: Program, since: float) -> None:
    from runner.store.timers import Timer, Timers  # it brings SQLAlchemy along, which the store has imported by now

    timers = Timers(tx)
    known = {timer.key: timer for timer in timers.list(DUE, limit=10_000)}
    for name in known.keys() - program.schedules.keys():
        timers.cancel(DUE, name)
    for name, schedule in program.schedules.items():
        if name in known and known[name].payload == schedule.said:
            continue
        if (first := schedule.first_after(since)) is not None:
            timers.put(Timer(due_at=first, kind=DUE, key=name, payload=schedule.said, missed=schedule.missed))
        else:
            timers.cancel(DUE, name)


def _come_again(tx: "Transaction", timer: "Timer", following: float, now: float, *, is_skipped: bool) -> None:
    from runner.store.timers import Timers

    timers = Timers(tx)
    if not timers.finish(timer):
        return  # it was cancelled
    if not is_skipped:
        timers.put(replace(timer, kind=LATER_RUN, due_at=now))
    timers.put(replace(timer, due_at=following))


def _go_on(
    tx: "Transaction", timer: "Timer", schedule: Schedule, runs: list[float], following: float | None, now: float
) -> None:
    from runner.store.timers import Timer, Timers

    timers = Timers(tx)
    if not timers.finish(timer):
        return  # a reload has put another one in its place, or none
    for due_at in runs:
        payload = json.dumps({"name": schedule.name, "due_at": due_at})
        # Of runs that are to be made up for each is one; else a run that has not begun yet is as good as this one.
        key = f"{schedule.name} {due_at}" if schedule.missed == "run" else schedule.name
        timers.put(Timer(due_at=now, kind=RUN, key=key, payload=payload))
    if following is not None:
        timers.put(Timer(due_at=following, kind=DUE, key=schedule.name, payload=schedule.said, missed=schedule.missed))
