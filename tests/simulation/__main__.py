"""Runs many episodes and reports: `python -m tests.simulation --seed 7 --interactions 100000 --jobs 2`.

Exit codes: 0 no rule was broken, 1 one was, 2 the call is wrong.
"""

import argparse
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from itertools import islice
from typing import Final

from .bots import Library
from .episode import Setting, run
from .report import told
from .wire import Rates

PER_EPISODE: Final = 200
"""Interactions in one episode; small enough that a failing one is read by a person."""

CHUNK: Final = 25
"""Episodes that one job does before it reports."""

GENERATED_BOTS: Final = 24
TRACES_PER_RULE: Final = 2
"""Traces of one broken rule that are printed; all are counted."""

PROGRESS_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What to run, as the command line says it."""

    seed: int
    interactions: int
    jobs: int
    episode: int | None
    rates: Rates
    with_clock_faults: bool
    with_blank_texts: bool
    generated_bots: int
    given: tuple[str, ...]
    shows_bots: bool

    def command(self, episode: int) -> str:
        """Return what replays one episode."""
        return " ".join(["python -m tests.simulation", f"--seed {self.seed} --episode {episode}", *self.given])


@dataclass(slots=True)
class Tally:
    """What came of some episodes. Bounded: traces are kept of the first violations of each rule only."""

    episodes: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    digest: int = 0
    traces: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        self.episodes += other.episodes
        self.counts.update(other.counts)
        self.digest = zlib.crc32(str(other.digest).encode(), self.digest)
        for rule, traces in other.traces.items():
            kept = self.traces.setdefault(rule, [])
            kept += traces[: TRACES_PER_RULE - len(kept)]


@cache
def _library(seed: int, count: int, with_blank_texts: bool) -> Library:
    """Return the bots of a seed; a worker builds each once, and every episode may use any."""
    return Library(seed, count, with_blank_texts=with_blank_texts)


def play(options: Options, episodes: Sequence[int]) -> Tally:
    """Run some episodes, one after another."""
    library = _library(options.seed, options.generated_bots, options.with_blank_texts)
    tally = Tally()
    for index in episodes:
        setting = Setting(options.seed, index, PER_EPISODE, options.rates, with_clock_faults=options.with_clock_faults)
        tally.add(_played(options, setting, library))
    return tally


def _played(options: Options, setting: Setting, library: Library) -> Tally:
    result = run(setting, library)
    tally = Tally(1, result.counts, result.digest)
    for violation in result.violations:
        kept = tally.traces.setdefault(violation.rule, [])
        if len(kept) < TRACES_PER_RULE:
            kept.append(told(result, violation, options.command(setting.index)))
    if options.shows_bots:
        for bot in result.bots:
            print(f"# {bot.name}\n{bot.text}")
    return tally


def _chunks(numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
    numbers = iter(numbers)
    while chunk := tuple(islice(numbers, CHUNK)):
        yield chunk


def play_all(options: Options) -> Tally:
    """Run everything, in as many processes as asked for, with a line of progress now and then."""
    count = -(-options.interactions // PER_EPISODE)
    numbers = range(count) if options.episode is None else (options.episode,)
    work = partial(play, options)
    if options.jobs == 1 or options.episode is not None:
        return _gathered(map(work, _chunks(numbers)))
    with ProcessPoolExecutor(options.jobs) as pool:
        return _gathered(_mapped(pool, work, _chunks(numbers), options.jobs))


def _mapped(
    pool: ProcessPoolExecutor, work: "partial[Tally]", chunks: Iterator[tuple[int, ...]], jobs: int
) -> Iterator[Tally]:
    """Yield the results in order, with at most a few chunks waiting: `pool.map` would take in ten million at once."""
    waiting = [pool.submit(work, chunk) for chunk in islice(chunks, 2 * jobs)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(work, chunk) for chunk in islice(chunks, 1)]


def _gathered(tallies: Iterable[Tally]) -> Tally:
    total, started = Tally(), time.monotonic()
    reported = started
    for tally in tallies:
        for rule in tally.traces.keys() - total.traces.keys():  # at once: a long run is long
            print(*tally.traces[rule], sep="\n\n", end="\n\n", flush=True)
        total.add(tally)
        if time.monotonic() - reported >= PROGRESS_EVERY_S:
            reported = time.monotonic()
            done = total.counts["interactions"]
            print(f"{done} interactions, {done / (reported - started):.0f}/s, {_broken(total)} violations", flush=True)
    return total


def _broken(tally: Tally) -> int:
    return sum(count for what, count in tally.counts.items() if what.startswith("broke "))


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Attack the engine.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interactions", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=1, help="processes; the results are the same")
    parser.add_argument("--episode", type=int, help="replay this one only")
    parser.add_argument("--show-bots", action="store_true", help="print the files of the bots that are run")
    parser.add_argument("--bots", type=int, default=GENERATED_BOTS, help="how many bots are generated")
    parser.add_argument("--rate", action="append", default=[], metavar="NAME=VALUE", help=_rates_help())
    parser.add_argument("--no-clock-faults", action="store_true", help="the machine's clock is right and stays so")
    parser.add_argument("--no-blank-texts", action="store_true", help="no text turns out to be empty")
    parsed = parser.parse_args(arguments)
    try:
        rates = replace(Rates(), **{name: float(value) for name, _, value in (r.partition("=") for r in parsed.rate)})
    except (TypeError, ValueError):
        parser.error("--rate takes NAME=VALUE, where NAME is one of those that --help lists")
    given = [f"--rate {rate}" for rate in parsed.rate]
    given += ["--no-clock-faults"] if parsed.no_clock_faults else []
    given += ["--no-blank-texts"] if parsed.no_blank_texts else []
    given += [f"--bots {parsed.bots}"] if parsed.bots != GENERATED_BOTS else []
    return Options(
        seed=parsed.seed,
        interactions=parsed.interactions,
        jobs=parsed.jobs,
        episode=parsed.episode,
        rates=rates,
        with_clock_faults=not parsed.no_clock_faults,
        with_blank_texts=not parsed.no_blank_texts,
        generated_bots=parsed.bots,
        given=tuple(given),
        shows_bots=parsed.show_bots,
    )


def _rates_help() -> str:
    return "change how often something goes wrong: " + ", ".join(item.name for item in fields(Rates))


def main(arguments: Sequence[str]) -> int:
    """Run, print what came of it, and return the exit code."""
    options = _options(arguments)
    started = time.monotonic()
    total = play_all(options)
    for what, count in sorted(total.counts.items()):
        print(f"{count:10} {what}")
    took_s = time.monotonic() - started
    print(f"seed {options.seed}, {total.episodes} episodes, {took_s:.1f} s, trace hash {total.digest:08x}")
    return 1 if _broken(total) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
