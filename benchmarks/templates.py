"""How long the worst templates hold a process up: `python -m benchmarks.templates`.

Each probe is parsed, compiled and rendered, several times; the best time counts, in the thread's own seconds, so that
what else the machine does is not the template's doing. Exits with 1 if one takes longer than the bound.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from runner.templates import RenderError, TemplateFault, parse
from runner.templates.sandbox import compile_template
from tests.templates.probes import CONTEXT, NOT_IN_THE_LANGUAGE, QUICK, STOPPED_AT_RUN_TIME

REPEATS = 5
BOUND_S = 0.06


def probes() -> Iterator[tuple[str, str]]:
    """Yield the name and the source of every probe."""
    yield from NOT_IN_THE_LANGUAGE.items()
    yield from STOPPED_AT_RUN_TIME.items()
    yield from ((name, source) for name, (source, _) in QUICK.items())


def attempt(source: str) -> None:
    """Do with a template all that a bot would."""
    with suppress(TemplateFault, RenderError):
        compile_template(parse(source))(CONTEXT)


def seconds(work: Callable[[], None]) -> float:
    """Return the least time that `work` takes, in seconds of this thread."""
    times: list[float] = []
    for _ in range(REPEATS):
        started = time.thread_time()
        work()
        times.append(time.thread_time() - started)
    return min(times)


def main() -> int:
    """Print the slowest probes and how many are too slow."""
    took = {name: seconds(partial(attempt, source)) for name, source in probes()}
    slowest = sorted(took, key=lambda name: took[name], reverse=True)
    for name in slowest[:5]:
        print(f"{took[name] * 1000:6.1f} ms  {name}")
    over = sum(each > BOUND_S for each in took.values())
    print(f"{len(took)} probes, {over} over {BOUND_S * 1000:.0f} ms")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
