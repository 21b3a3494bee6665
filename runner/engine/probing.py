"""Looks after the store while nobody uses it, so that whoever asks whether the bot is ready is told what is so now."""

import asyncio
from collections.abc import Callable
from typing import Final

from runner.compile import Program
from runner.engine.memory import Memory
from runner.store.errors import StoreFailed

PROBE_EVERY_S: Final = 5.0
"""How often something is written, in seconds."""


async def watch_store(
    memory: Memory, program: Callable[[], Program], tell: Callable[[StoreFailed | None], None], slack: float = 1.0
) -> None:
    """Write to the store now and then, once a program needs it, until cancelled; `tell` is called with what came of it.

    It is called as well with what comes of all that is written meanwhile. The pause is longer by the factor `slack`.
    """
    while True:
        if memory.is_open or program().needs_store:
            try:
                database = await memory.prepare(program())
                database.tell_of_faults(tell)
                await database.probe()
            except StoreFailed as fault:
                tell(fault)
        await asyncio.sleep(PROBE_EVERY_S * slack)
