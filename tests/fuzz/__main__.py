"""The search: mutate, judge, keep what reaches a new rule, report what must not be."""

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.judge import Verdict, judged, peak_mib
from tests.fuzz.mutations import mutated

_ROOT = Path(__file__).parent.parent.parent
_KEPT_MAX = 2000
"""How many files that reached something new serve as seeds beside the project's own."""


def seeds() -> list[bytes]:
    """Return the project's own configs, those that it refuses included."""
    folders = (_ROOT / "examples", _ROOT / "tests/configs/accepted", _ROOT / "tests/configs/refused")
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.yaml"))]


def safely(data: bytes) -> Verdict:
    """Judge a file, an exception being the worst that can be said of it."""
    try:
        return judged(data)
    except Exception:
        return Verdict(traceback.format_exc(), frozenset())


def search(minutes: float, seed: int, folder: Path) -> int:
    """Mutate until the time is up; return how many different wrongs were found."""
    random, corpus, own = Random(seed), seeds(), len(seeds())
    wrongs, reached, count = Counter[str](), set[frozenset[str]](), 0
    ends, says = time.monotonic() + minutes * 60, time.monotonic()
    while time.monotonic() < ends:
        data = mutated(corpus, random)
        verdict, count = safely(data), count + 1
        if verdict.wrong:
            _note(verdict.wrong, data, wrongs, folder)
        if verdict.slugs not in reached and len(corpus) < own + _KEPT_MAX:
            reached.add(verdict.slugs)
            corpus.append(data)
        if time.monotonic() > says:
            says += 60
            print(
                f"{count} files, {len(reached)} sets of faults, {len(wrongs)} wrongs, {peak_mib():.0f} MiB", flush=True
            )
    print(
        f"seed {seed}: {count} files in {minutes:g} minutes, {len(reached)} sets of faults, {len(wrongs)} wrongs, "
        f"{peak_mib():.0f} MiB at most"
    )
    return len(wrongs)


def _note(wrong: str, data: bytes, wrongs: Counter[str], folder: Path) -> None:
    """Report a wrong once: two tracebacks that end alike are one."""
    kind = "\n".join(wrong.splitlines()[-3:])
    wrongs[kind] += 1
    if wrongs[kind] == 1:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{len(wrongs)}.yaml"
        file.write_bytes(data)
        print(f"{file}: {wrong}", flush=True)


def main() -> int:
    """Search, or judge the files that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", help="judge these instead of searching")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", type=Path, default=Path(".fuzz"), help="where files that must not be are written")
    given = parser.parse_args()
    if given.files:
        wrong = [said for file in given.files if (said := safely(file.read_bytes()).wrong)]
        print("\n".join(wrong) or "fine")
        return bool(wrong)
    return bool(search(given.minutes, given.seed, given.found))


if __name__ == "__main__":
    sys.exit(main())
