"""The one command: `python -m benchmarks.compare`. Measures two bots side by side and prints Markdown tables.

Whatever is measured is measured for the two in turn, within one round, several rounds over: a machine that gets slower
slows both. README.md says how to read the result.
"""

import argparse
import contextlib
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from types import FrameType

from benchmarks.discord_load import Load, Result
from benchmarks.faults import fault_table
from benchmarks.figures import RateSearch, Row, comparison
from benchmarks.subjects import SUBJECTS, Station, SubjectFailed, serving, station

MIX = {"ping": 4, "slow": 2, "perm": 2, "two": 1, "menu": 1}
WARM_UP = Load(MIX, rate=200, count=200)
# Memory settles within seconds of the start, when the start's garbage has been collected.
IDLE_AFTER_S = 3.0
# A queue that grows is not held, even if the run ends before its first missed acknowledgement.
HELD_P99_MS = 250.0
LATE_MAX_MS = 50.0
RATE_FIRST, RATE_CEILING = 800.0, 12_000.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    rounds: int
    cpu_count: int
    latency_count: int
    starts: int
    rate_run_s: float
    rate_rounds: int
    menus: int
    fault_repeats: int


FULL = Effort(
    rounds=5,
    cpu_count=4000,
    latency_count=1500,
    starts=10,
    rate_run_s=5.0,
    rate_rounds=2,
    menus=20_000,
    fault_repeats=3,
)
QUICK = Effort(
    rounds=2,
    cpu_count=800,
    latency_count=300,
    starts=3,
    rate_run_s=1.5,
    rate_rounds=1,
    menus=2000,
    fault_repeats=1,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The two subjects, the effort, and where progress is told."""

    ours: str
    theirs: str
    effort: Effort
    tell: Callable[[str], None]

    @property
    def names(self) -> tuple[str, str]:
        """The two subjects, in the order of the columns."""
        return self.ours, self.theirs

    @contextlib.contextmanager
    def both(self) -> Generator[tuple[Station, Station]]:
        """Give a serving station for each, warmed up. Only the one that is being measured has anything to do."""
        with serving(self.ours) as ours, serving(self.theirs) as theirs:
            for subject in (ours, theirs):
                subject.run(WARM_UP)
            yield ours, theirs


def in_turn(bench: Bench, rounds: int, measure: Callable[[Station, int], list[float]]) -> tuple[list[list[float]], ...]:
    """Measure each subject once a round, on fresh processes. `measure` is given a subject and a seed.

    Returns for each subject its rounds, each the list of values that `measure` gives.
    """
    values: tuple[list[list[float]], ...] = ([], [])
    for number in range(rounds):
        bench.tell(f"round {number + 1} of {rounds}")
        with bench.both() as stations:
            for place in order(number):
                values[place].append(measure(stations[place], number + 1))
    return values


def order(number: int) -> tuple[int, int]:
    """Return which of the two comes first in a round: each in turn, so that none always runs on the warmer machine."""
    return (0, 1) if number % 2 == 0 else (1, 0)


def column(rounds: Sequence[Sequence[float]], index: int) -> list[float]:
    """Return one measure of all rounds."""
    return [values[index] for values in rounds]


def cpu(bench: Bench) -> list[Row]:
    """CPU per interaction, for /ping alone and for the mix: user and system time of the whole process."""

    def measure(subject: Station, seed: int) -> list[float]:
        count = bench.effort.cpu_count
        return [
            cpu_per_interaction_us(subject, Load(kinds, rate=400, count=count, seed=seed))
            for kinds in ({"ping": 1}, MIX)
        ]

    ours, theirs = in_turn(bench, bench.effort.rounds, measure)
    return [
        Row("CPU per interaction, /ping at 400/s, µs", column(ours, 0), column(theirs, 0), 0),
        Row("CPU per interaction, mix at 400/s, µs", column(ours, 1), column(theirs, 1), 0),
    ]


def cpu_per_interaction_us(subject: Station, load: Load) -> float:
    """Return the microseconds of CPU that one interaction of the load takes."""
    before = subject.cpu_s()
    seen = checked(subject, subject.run(load))
    return (subject.cpu_s() - before) / seen.interactions * 1e6


def checked(subject: Station, seen: Result) -> Result:
    """Return the result if every user saw what was promised; a bot that answers wrongly must not win a comparison."""
    if seen.missed or seen.unfinished or seen.wrong or seen.doubled:
        raise SubjectFailed(f"{subject.name} failed under a light load: {seen}")
    return seen


def latency(bench: Bench) -> list[Row]:
    """Time from the dispatch to the accepted acknowledgement, at 100/s."""

    def measure(subject: Station, seed: int) -> list[float]:
        seen = checked(subject, subject.run(Load(MIX, rate=100, count=bench.effort.latency_count, seed=seed)))
        return [seen.p50_ms, seen.p99_ms, seen.max_ms]

    ours, theirs = in_turn(bench, bench.effort.rounds, measure)
    names = ("p50", "p99", "slowest")
    return [
        Row(f"acknowledgement at 100/s, {name}, ms", column(ours, index), column(theirs, index))
        for index, name in enumerate(names)
    ]


def rate(bench: Bench) -> list[Row]:
    """The highest rate of the mix that is held: none missed, and 99 of 100 acknowledged within `HELD_P99_MS`."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(bench.effort.rate_rounds):
        bench.tell(f"round {number + 1} of {bench.effort.rate_rounds}")
        with bench.both() as stations:
            searches = [RateSearch(RATE_FIRST, RATE_CEILING) for _ in stations]
            while any(search.rate is not None for search in searches):
                for subject, search in zip(stations, searches, strict=True):
                    try_next(bench, subject, search)
        for values, search in zip(found, searches, strict=True):
            values.append(search.held)
    return [Row("highest rate held, mix, commands/s", *found, digits=0)]


def try_next(bench: Bench, subject: Station, search: RateSearch) -> None:
    """Try the next rate of a search that is not over."""
    asked = search.rate
    if asked is None:
        return
    seen = run_at(bench, subject, asked)
    held = not seen.missed and not seen.unfinished and not seen.wrong and seen.p99_ms < HELD_P99_MS
    bench.tell(f"{subject.name} at {asked:.0f}/s: {'held' if held else 'not held'}, p99 {seen.p99_ms:.0f} ms")
    search.record(asked, held=held)


def run_at(bench: Bench, subject: Station, asked: float) -> Result:
    """Run the mix at a rate; once more if the load itself fell behind, as then it says little about the bot."""
    load = Load(MIX, rate=asked, count=int(asked * bench.effort.rate_run_s))
    seen = subject.run(load)
    subject.settle()
    if seen.late_ms > LATE_MAX_MS:
        bench.tell(f"the load itself was {seen.late_ms:.0f} ms late at {asked:.0f}/s: once more")
        seen = subject.run(load)
        subject.settle()
    return seen


def memory(bench: Bench) -> list[Row]:
    """Resident memory: idle, after interactions, and what message after message with a button leaves behind."""
    rounds = max(1, bench.effort.rounds // 2)
    values: tuple[list[list[float]], list[list[float]]] = ([], [])
    for number in range(rounds):
        bench.tell(f"round {number + 1} of {rounds}")
        for place in order(number):
            values[place].append(memory_of(bench, bench.names[place]))
    ours, theirs = values
    count, menus = bench.effort.cpu_count, bench.effort.menus
    names = (
        "memory idle, MiB",
        f"memory after {count:,} commands of the mix, MiB",
        f"growth over {menus:,} /menu, MiB",
    )
    return [Row(name, column(ours, index), column(theirs, index), 1) for index, name in enumerate(names)]


def memory_of(bench: Bench, name: str) -> list[float]:
    """Return one fresh process's memory at rest, after the mix, and its growth over the menus, in MiB."""
    with serving(name) as subject:
        time.sleep(IDLE_AFTER_S)
        idle = subject.rss_mib()
        checked(subject, subject.run(Load(MIX, rate=400, count=bench.effort.cpu_count)))
        used = subject.rss_mib()
        subject.run(Load({"menu": 1}, rate=500, count=bench.effort.menus, clicks=False))
        return [idle, used, subject.rss_mib() - used]


def start(bench: Bench) -> list[Row]:
    """From the process's start to its gateway session and to its first answered command, restarts in turn.

    The commands are registered already, as they are whenever a bot restarts.
    """
    values: tuple[list[list[float]], list[list[float]]] = ([], [])
    with station(bench.ours) as ours, station(bench.theirs) as theirs:
        for number in range(bench.effort.starts + 1):
            for place in order(number):
                measured = start_ms((ours, theirs)[place])
                # The first start registers the commands and fills the file cache.
                if number:
                    values[place].append(measured)
    names = ("start to READY, ms", "start to the first answered command, ms")
    return [Row(name, column(values[0], index), column(values[1], index), 0) for index, name in enumerate(names)]


def start_ms(subject: Station) -> list[float]:
    """Return the milliseconds to READY and to the first answer, and stop the bot again."""
    began = subject.start_bot()
    try:
        return [(instant - began) * 1000 for instant in subject.first()]
    finally:
        subject.stop_bot()


FAULTS = "faults"
MEASURES: dict[str, Callable[[Bench], list[Row]]] = {
    "cpu": cpu,
    "latency": latency,
    "start": start,
    "memory": memory,
    "rate": rate,
}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one to two minutes; for a first look, not for a claim")
    parser.add_argument("--only", default="", metavar="cpu,start,…", help=f"of {', '.join([*MEASURES, FAULTS])}")
    parser.add_argument(
        "--subjects",
        default="runner,hand-written",
        metavar="A,B",
        help=f"of {', '.join(SUBJECTS)}; the same one twice gives the noise of the measurement",
    )
    return parser.parse_args(given)


def pair(text: str) -> tuple[str, str]:
    """Return the two subjects that the text names; another number of them ends the program with exit code 2."""
    names = chosen(text, list(SUBJECTS))
    if len(names) != 2:
        print(f"--subjects takes two names, for example {','.join(SUBJECTS)}", file=sys.stderr)
        raise SystemExit(2)
    return names[0], names[1]


def chosen(text: str, known: Sequence[str]) -> list[str]:
    """Return the comma-separated names; one that is not known ends the program with exit code 2."""
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(known):
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}", file=sys.stderr)
        raise SystemExit(2)
    return names


def measured(bench: Bench, names: Sequence[str]) -> tuple[list[Row], SubjectFailed | None]:
    """Return the rows of the measures, up to the one in which a subject failed, and that failure."""
    rows: list[Row] = []
    for name in names:
        print(name, file=sys.stderr)
        try:
            rows += MEASURES[name](bench)
        except SubjectFailed as failure:
            return rows, failure
    return rows, None


def terminated(signum: int, _: FrameType | None) -> None:
    """End the program by an exception, so that it ends its children on the way out (see `station`)."""
    sys.exit(128 + signum)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for and print it; 1 if a subject failed, 2 if the command line is wrong."""
    signal.signal(signal.SIGTERM, terminated)
    options = arguments(given)
    names = chosen(options.only, [*MEASURES, FAULTS]) or [*MEASURES, FAULTS]
    ours, theirs = pair(options.subjects)
    bench = Bench(ours, theirs, QUICK if options.quick else FULL, lambda text: print(f"  {text}", file=sys.stderr))
    print(f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, {time.strftime('%Y-%m-%d')}\n")
    rows, failure = measured(bench, [name for name in names if name in MEASURES])
    if rows:
        print(comparison(rows, ours, theirs) + "\n")
    if FAULTS in names and failure is None:
        try:
            print(fault_table(bench.names, bench.effort.fault_repeats, bench.tell))
        except SubjectFailed as failed:
            failure = failed
    if failure is not None:
        print(failure, file=sys.stderr)
    return 0 if failure is None else 1


if __name__ == "__main__":
    sys.exit(main())
