"""How many runs are under way: who may begin, who waits for a turn, whose run has to end for another."""

import asyncio
from collections import deque
from dataclasses import field
from typing import Final, Generic, Literal, Protocol, TypeVar

from runner.data import dataclass

WAITING_MAX: Final = 25
"""How many runs may wait for one place."""


class Runs(Protocol):
    """A run, as far as slots know it."""

    def replace(self) -> None:
        """End it, because another one takes its place, and tell its user."""
        ...


R = TypeVar("R", bound=Runs)


@dataclass(slots=True)
class _Place(Generic[R]):
    """The runs that are counted together: those under way, the oldest first, and those that wait, in their order."""

    running: list[R] = field(default_factory=list[R])
    waiting: "deque[tuple[R, int, asyncio.Future[None]]]" = field(
        default_factory=deque["tuple[R, int, asyncio.Future[None]]"]
    )


class Busy(Exception):
    """There is no room for another run, nor for one more to wait."""


class Slots(Generic[R]):
    """Gives runs their turns, in the order in which they asked. Each must `leave` once, however it has ended."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        """At most `waiting_max` runs wait for one place."""
        self._waiting_max = waiting_max
        self._places: dict[str, _Place[R]] = {}
        self._at: dict[int, str] = {}

    def enter(
        self, run: R, key: str, limit: int, when_busy: Literal["refuse", "wait", "restart"]
    ) -> "asyncio.Future[None] | None":
        """Let a run begin among those of `key`, of which `limit` may be under way.

        Returns None when it may begin now, else what is done when its turn has come. Raises `Busy`.
        """
        place = self._places.setdefault(key, _Place())
        if len(place.running) < limit and not place.waiting:
            place.running.append(run)
            self._at[id(run)] = key
            return None
        if when_busy == "refuse" or (when_busy == "wait" and len(place.waiting) >= self._waiting_max):
            raise Busy
        if when_busy == "restart":
            self._make_way(place)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place.waiting.append((run, limit, turn))
        self._at[id(run)] = key
        return turn

    def leave(self, run: R) -> None:
        """Take a run out, whether it was under way or still waiting, and let the next one begin."""
        key = self._at.pop(id(run), None)
        if key is None:
            return
        place = self._places[key]
        place.running = [other for other in place.running if other is not run]
        place.waiting = deque(entry for entry in place.waiting if entry[0] is not run)
        while place.waiting and len(place.running) < place.waiting[0][1]:
            following, _, turn = place.waiting.popleft()
            place.running.append(following)
            if not turn.done():
                turn.set_result(None)
        if not place.running:
            del self._places[key]

    def __len__(self) -> int:
        """Return how many runs are under way or waiting."""
        return len(self._at)

    def _make_way(self, place: _Place[R]) -> None:
        """End the oldest run, and those that have waited for the same: only the newest is wanted."""
        for waiting, _, _ in place.waiting:
            waiting.replace()
        if place.running and not place.waiting:
            place.running[0].replace()
