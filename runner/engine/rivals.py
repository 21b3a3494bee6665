"""Another process that answers with this bot's token: named in the log, with what to do, once a minute at most."""

import asyncio
from typing import Final

from runner.logs import Log

SILENCE_S: Final = 60.0
"""How long nothing is said again: every interaction may be met by both processes."""

ADVICE: Final = "another process runs with this bot's token: stop it, or give each a token of its own"


class Rivals:
    """Counts the interactions that were answered elsewhere."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._unsaid = 0
        self._silent_until = 0.0

    def met(self, identity: str, handler: str) -> None:
        """Note that another process was faster."""
        self._unsaid += 1
        now = self._loop.time()
        if now >= self._silent_until:
            self._log.warning(
                "answered elsewhere", id=identity, handler=handler, interactions=self._unsaid, advice=ADVICE
            )
            self._unsaid, self._silent_until = 0, now + SILENCE_S
