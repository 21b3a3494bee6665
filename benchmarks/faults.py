"""What a user sees when something goes wrong on the way: one /two (reply and follow-up) under each fault.

By itself: `python -m benchmarks.faults`. Within everything else: `python -m benchmarks.compare`.
"""

import statistics
import sys
from collections.abc import Callable, Sequence

from benchmarks.discord_load import FAULTS, Outcome
from benchmarks.figures import table
from benchmarks.subjects import serving

REPEATS = 3


def fault_table(names: Sequence[str], repeats: int, tell: Callable[[str], None]) -> str:
    """Return a Markdown table: for each fault and subject the acknowledgement, its tries, and what went missing."""
    cells = {name: cells_of(name, repeats, tell) for name in dict.fromkeys(names)}
    body = [[fault, *(cells[name][fault] for name in names)] for fault in FAULTS]
    return table(["one /two under a fault", *names], body)


def cells_of(name: str, repeats: int, tell: Callable[[str], None]) -> dict[str, str]:
    """Return the subject's cell for each fault. One process meets all of them, and is quick again in between."""
    cells: dict[str, str] = {}
    with serving(name) as subject:
        for fault in FAULTS:
            outcomes: list[Outcome] = []
            for _ in range(repeats):
                subject.settle()
                outcomes.append(subject.fault(fault))
            cells[fault] = cell(outcomes)
            tell(f"{name}, {fault}: {cells[fault]}")
    return cells


def cell(outcomes: Sequence[Outcome]) -> str:
    """Return `3 ms` or `missed 2 of 3`, what else the user did not get, and the fates of the last one's callbacks."""
    acks = [outcome.ack_ms for outcome in outcomes if outcome.ack_ms is not None]
    parts = [f"{statistics.median(acks):,.0f} ms"] if acks else []
    if missed := len(outcomes) - len(acks):
        parts.append("**missed**" if not acks else f"**missed** {missed} of {len(outcomes)}")
    if any(outcome.wrong for outcome in outcomes):
        parts.append("an error text")
    if any(outcome.ack_ms is not None and not outcome.finished for outcome in outcomes):
        parts.append("the rest lost")
    return f"{', '.join(parts)} [{' '.join(outcomes[-1].callbacks)}]"


def main() -> int:
    """Print the table for the runner and the hand-written bot."""
    print(fault_table(("runner", "hand-written"), REPEATS, lambda text: print(f"  {text}", file=sys.stderr)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
