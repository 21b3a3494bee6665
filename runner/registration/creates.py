"""How many commands were created lately: Discord takes 200 a day in each scope.

Source: Discord docs, Interactions: Application Commands, Registering a Command.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from runner.lifecycle import limits


class Registrations(Protocol):
    """Remembers creations. One that outlives the process counts those of earlier starts, too."""

    async def add(self, scope: str, creates: int) -> None:
        """Note that so many commands were created in a scope now."""
        ...

    async def within(self, scope: str, seconds: float) -> int:
        """Return how many were created in a scope in the last `seconds`."""
        ...


class RegistrationsInMemory:
    """Creations of this process alone. Discord counts all of them, and refuses what goes beyond."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` gives Unix seconds."""
        self._now = now
        self._noted: dict[str, deque[tuple[float, int]]] = {}

    async def add(self, scope: str, creates: int) -> None:
        """Note that so many commands were created in a scope now. Forgets what is older than the window."""
        noted = self._noted.setdefault(scope, deque())
        noted.append((self._now(), creates))
        while noted[0][0] < self._now() - limits.COMMAND_CREATES_WINDOW_S:
            noted.popleft()

    async def within(self, scope: str, seconds: float) -> int:
        """Return how many were created in a scope in the last `seconds`."""
        since = self._now() - seconds
        return sum(creates for at, creates in self._noted.get(scope, ()) if at >= since)
