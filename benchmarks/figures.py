"""The arithmetic of the benchmarks: schedules, percentiles, spreads, the search for a limit, Markdown tables."""

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that at least `share` (0 < share <= 1) do not exceed.

    No values: NaN, which a table shows as a dash, so that "nothing was answered" never reads as a fast answer.
    """
    if not values:
        return math.nan
    return sorted(values)[math.ceil(share * len(values)) - 1]


def arrivals(rate: float, count: int, seed: int) -> list[float]:
    """Return `count` instants in seconds from the start, as independent users produce them: exponential gaps.

    The same seed gives the same instants, so that every subject meets the same bursts. They are scaled to end at
    exactly `count / rate`: the mean rate is the one that was asked for, not one that the seed happens to give.
    """
    source = random.Random(seed)
    instants: list[float] = []
    now = 0.0
    for _ in range(count):
        now += source.expovariate(rate)
        instants.append(now)
    scale = (count / rate) / now if now else 1.0
    return [instant * scale for instant in instants]


def kinds(weights: Mapping[str, int], count: int, seed: int) -> list[str]:
    """Return `count` kinds in the proportions of `weights`, shuffled within each block of one whole mix.

    Exact proportions, because two runs whose mixes differ by chance have different costs.
    """
    source = random.Random(seed)
    block = [kind for kind, weight in weights.items() for _ in range(weight)]
    order: list[str] = []
    while len(order) < count:
        source.shuffle(block)
        order.extend(block)
    return order[:count]


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of several rounds, and how far they lie apart."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return the spread of the values that are numbers, or nothing if there are none."""
    known = [value for value in values if math.isfinite(value)]
    return Spread(statistics.median(known), min(known), max(known)) if known else None


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours / theirs round by round: the two of one round saw the same machine, two medians did not."""
    return [our / their for our, their in zip(ours, theirs, strict=True) if their]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a measure, and its value in each round for the two subjects."""

    measure: str
    ours: Sequence[float]
    theirs: Sequence[float]
    digits: int = 2


def cell(values: Sequence[float], digits: int) -> str:
    """Return `median (low-high)`, the median alone for a single round, or a dash."""
    found = spread(values)
    if found is None:
        return "–"
    middle = f"{found.median:,.{digits}f}"
    if found.low == found.high:
        return middle
    return f"{middle} ({found.low:,.{digits}f}–{found.high:,.{digits}f})"


def comparison(rows: Sequence[Row], ours: str, theirs: str) -> str:
    """Return the rows as a Markdown table whose last column is the ratio of the first subject to the second."""
    body = [[row.measure, cell(row.ours, row.digits), cell(row.theirs, row.digits), ratio_cell(row)] for row in rows]
    return table(["", ours, theirs, f"{ours} / {theirs}"], body)


def ratio_cell(row: Row) -> str:
    """Return the ratio's cell, marked by the sign that keeps it from being read as a value."""
    text = cell(ratios(row.ours, row.theirs), 2)
    return text if text == "–" else f"×{text}"


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *body])


class RateSearch:
    """A bounded search for the highest rate that is held: up by `GROWTH` until one fails, then halving the gap.

    Ask `rate` for the next one to try (None: finished), tell `record` whether it was held.
    """

    GROWTH = 1.5
    CLOSE_ENOUGH = 1.06
    STEPS_MAX = 16

    def __init__(self, first: float, ceiling: float) -> None:
        """Begin at `first` interactions per second and never ask for more than `ceiling`."""
        self.held = 0.0
        self._failed: float | None = None
        self._first = first
        self._ceiling = ceiling
        self._steps = 0

    @property
    def rate(self) -> float | None:
        """The next rate to try in interactions per second, or None when the limit is known well enough."""
        if self._steps >= self.STEPS_MAX or self.held >= self._ceiling:
            return None
        if self._failed is None:
            return min(self.held * self.GROWTH or self._first, self._ceiling)
        if self.held and self._failed / self.held < self.CLOSE_ENOUGH:
            return None
        return math.sqrt(self.held * self._failed) if self.held else self._failed / 2

    def record(self, rate: float, *, held: bool) -> None:
        """Note the outcome of the rate that was tried."""
        self._steps += 1
        if held:
            self.held = rate
        else:
            self._failed = rate
