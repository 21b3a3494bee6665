"""A bot whose steps compute on the event loop's thread: `python -m tests.engine.burning bot.yaml`, for a test.

It runs as `lifecycle-runner` does, with one action more, which no bot should have.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from runner.actions.action import Action, Step, load_actions
from runner.build import build
from runner.data import dataclass
from runner.fields import Duration, option
from runner.logs import Log, configure
from runner.run import Discord, Running, run, stop_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn(Action):
    """Compute, on the thread of the event loop: an action with a defect.

    Example:
        - burn: 1s
    """

    short: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=60)
    after: Duration = option("How long it lets others have the loop before that.", minimum=0.0, default=0.0)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.after)
        until = time.monotonic() + self.duration
        while time.monotonic() < until:
            pass
        return None


def serving(running: Running) -> None:
    """Tell whoever waits for it that the bot serves."""
    print(len(running.engine.program.commands), flush=True)


async def main(path: Path) -> None:
    """Serve until a signal comes."""
    built = build(path, Path.read_bytes, os.environ, {**load_actions(), "burn": Burn})
    assert built.program is not None, built.diagnostics
    discord = Discord(os.environ["DISCORD_API_URL"], os.environ["DISCORD_TOKEN"])
    with stop_signals() as stopping:
        await run(built.program, discord, Log("runner"), serving, stopping)


if __name__ == "__main__":
    handler = configure(sys.stderr, format="json")
    try:
        asyncio.run(main(Path(sys.argv[1])))
    finally:
        handler.close()
