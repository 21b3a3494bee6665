"""The runner, with a watch on its event loop: `python -m benchmarks.stalls`, with the runner's own arguments.

A timer is due every `EVERY_S`. Each time that it comes late is a stall; when the loop ends they are written to the
standard error, as one line of JSON: pairs of when, in monotonic seconds, and how late, in seconds.
"""

import asyncio
import json
import sys
from typing import Final

from runner.__main__ import main

EVERY_S: Final = 0.005
LATE_S: Final = 0.005
STALLS: Final = "stalls "
"""How the line begins."""


class Watched(asyncio.SelectorEventLoop):
    """An event loop that notes how late it is."""

    def __init__(self) -> None:
        """Begin to watch with the first turn."""
        super().__init__()
        self._late: list[tuple[float, float]] = []
        self.call_soon(self._look, self.time())

    def _look(self, due_s: float) -> None:
        now_s = self.time()
        if now_s - due_s > LATE_S:
            self._late.append((now_s, now_s - due_s))
        self.call_at(now_s + EVERY_S, self._look, now_s + EVERY_S)

    def close(self) -> None:
        """Say what was noted."""
        late, self._late = self._late, []
        if late:
            print(STALLS + json.dumps(late), file=sys.stderr, flush=True)
        super().close()


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return Watched()


if __name__ == "__main__":
    # The runner makes its loop itself, and Python has no other place to say of which kind.
    asyncio.set_event_loop_policy(_Policy())  # pyright: ignore[reportDeprecated]
    sys.exit(main())
