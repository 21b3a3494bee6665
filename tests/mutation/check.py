"""Runs tests against mutants, each in a copy of the tree of its own, and tells which test saw what."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.mutation.mutant import Mutant, NotApplicable

COPIED: Final = ("runner", "tests", "examples", "pyproject.toml")
"""What the tests need of the tree."""

AT_A_TIME: Final = 2
"""How many copies are tested at once."""

TIMEOUT_S: Final = 600.0
"""How long one run may take. A mutant that makes the tests hang is not seen by a test, so it counts as undecided."""

_NO_END: Final = -1  # none of pytest's exit codes

_FIRST_FAILURE: Final = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


class Verdict(Enum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    UNDECIDED = "undecided"  # the tests hung or could not be run
    NOT_APPLICABLE = "not applicable"  # the code that it changes is not there any more


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant's verdict, and by which test or for what reason."""

    mutant: Mutant
    verdict: Verdict
    by: str


def checked(root: Path, mutants: Iterable[Mutant], timeout_s: float = TIMEOUT_S) -> Iterator[Result]:
    """Yield what becomes of each mutant of the tree at `root`, in order; each may take `timeout_s` seconds."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield from pool.map(_checked, repeat(root), mutants, repeat(timeout_s))


def baseline(root: Path, tests: Sequence[str]) -> str | None:
    """Return the first failing test of the tree as it is, None if there is none: else a catch would mean nothing."""
    with TemporaryDirectory() as directory:
        code, output = _tested(copied(root, Path(directory)), tests, TIMEOUT_S)
        return None if code == 0 else first_failure(output)


def copied(root: Path, directory: Path) -> Path:
    """Copy what the tests need from the tree at `root` into `directory`; returns it."""
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, directory / name)
    return directory


def table(results: Sequence[Result]) -> str:
    """Return the results as lines of two columns: the mutant, and who caught it or why not."""
    width = max((len(result.mutant.breaks) for result in results), default=0)
    lines = [f"{result.mutant.breaks:<{width}} | {said(result)}" for result in results]
    caught = sum(result.verdict is Verdict.CAUGHT for result in results)
    return "\n".join([*lines, f"{caught} of {len(results)} mutants caught"])


def first_failure(output: str) -> str:
    """Return the name of the first test that failed from what pytest printed, or its last line if it names none."""
    found = _FIRST_FAILURE.search(output)
    return found[1] if found else (output.strip().splitlines() or ["no output"])[-1]


def said(result: Result) -> str:
    """Return which test caught the mutant, or why none did."""
    return result.by if result.verdict is Verdict.CAUGHT else f"{result.verdict.value.upper()}: {result.by}"


def _checked(root: Path, mutant: Mutant, timeout_s: float) -> Result:
    with TemporaryDirectory() as directory:
        copy = copied(root, Path(directory))
        try:
            mutant.apply(copy)
        except NotApplicable as reason:
            return Result(mutant, Verdict.NOT_APPLICABLE, str(reason))
        code, output = _tested(copy, mutant.tests, timeout_s)
    return Result(mutant, _verdict(code), first_failure(output))


def _verdict(code: int) -> Verdict:
    """Return what pytest's exit code says of a mutant. Only 0 and 1 mean that the tests have run."""
    match code:
        case 0:
            return Verdict.SURVIVED
        case 1:
            return Verdict.CAUGHT
        case _:
            return Verdict.UNDECIDED


def _tested(root: Path, tests: Sequence[str], timeout_s: float) -> tuple[int, str]:
    """Run `tests` in the tree at `root` until the first failure; returns pytest's exit code and its output."""
    options = ("-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", "--hypothesis-seed=0")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=root,
            env={**os.environ, "COLUMNS": "500"},  # or pytest cuts the names of tests off
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _NO_END, f"no end within {timeout_s:g} s"
    return done.returncode, done.stdout
