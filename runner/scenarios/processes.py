"""Scenario files in processes of their own: Python's threads would take turns on one core."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

PRELOADED: Final = (
    "runner.cli.test",
    "runner.scenarios.files",
    "runner.engine.events.intake",
    "runner.engine.flows.desk",
    "runner.engine.interaction",
    "runner.engine.keeper",
    "runner.engine.rivals",
    "runner.engine.standby",
    "runner.engine.stored",
    "runner.registration.registrar",
    "runner.store.database",
    "runner.store.queue",
    "runner.store.registrations",
    "runner.store.sqlite",
    "sqlalchemy.dialects.sqlite",
)
"""What every process needs. It is imported once, by the server that all of them are forks of."""

JOBS_EACH: Final = 2
"""How many processes are worth it for each core: a scenario waits for its sockets for a third of the time."""

JOBS_MAX: Final = 60
"""How many processes there are at most; Windows can't wait for more."""


def usual_jobs() -> int:
    """Return how many processes keep the cores busy that this one may use."""
    has_affinity = hasattr(os, "sched_getaffinity")  # not on macOS and Windows
    return JOBS_EACH * (len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1)


def begin_to_load() -> None:
    """Have what the processes are forks of begin to load what they need; `in_processes` does so too."""
    if _context().get_start_method() == "forkserver":
        from multiprocessing import forkserver  # not on Windows

        forkserver.ensure_running()


def in_processes(play: Callable[[Path], T], files: Sequence[Path], jobs: int) -> Iterator[T]:
    """Yield what `play` returns for each file, in the order of the files, from at most `jobs` processes.

    It raises what `play` raises. The largest files are played first, so that none is left to a single process at last.
    """
    with ProcessPoolExecutor(min(jobs, len(files), JOBS_MAX), _context(), _begin) as pool:
        try:
            begun = {file: pool.submit(play, file) for file in sorted(files, key=_size, reverse=True)}
            for file in files:
                yield begun[file].result()
        except BaseException:  # one has failed, or somebody has had enough
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _context() -> BaseContext:
    """Return how processes are made: never as forks of this one, which may have threads."""
    if "forkserver" not in multiprocessing.get_all_start_methods():  # Windows
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def _begin() -> None:
    """Make a process ready: it ends at Ctrl-C without a word, and leaves nothing behind."""
    signal.signal(signal.SIGINT, _end)
    gc.freeze()  # what has been imported stays, and need not be walked behind every scenario


def _end(_number: int, _frame: object) -> None:
    sys.exit(130)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
