"""The first response of one interaction, between two threads: the event loop's, and the one that stands by.

Both may want to answer. Whoever comes second learns what the first has sent and sends nothing else, so that never are
two different first responses on their way.
"""

import threading
from typing import Final, Protocol

from runner.engine.responses import First

_LOCK: Final = threading.Lock()
"""Held for the few lines in which one thread looks and takes; one lock for all costs less than one for each."""


class Claim:
    """What each side has sent as the first response of an interaction. `path` is where it is sent.

    `due` is when the other thread looks whether the loop has answered, `end` when Discord takes no answer any more,
    both in seconds of its own clock. `deferral` is what the other thread sends if the loop has offered nothing.
    """

    __slots__ = ("_offered", "deferral", "due", "end", "is_over", "is_taken", "path", "sent")

    def __init__(self, path: str, deferral: First, due: float, end: float) -> None:
        self.path = path
        self.deferral = deferral
        self.due = due
        self.end = end
        self.sent: First | None = None  # by the thread; it may have arrived
        self.is_taken = False  # Discord has told the thread that it has taken what that sent
        self.is_over = False  # the loop has the outcome
        self._offered: First | None = None

    def offer(self, first: First) -> First:
        """Return what the loop may send: its own wish, or what the other thread has sent already."""
        with _LOCK:
            if self.sent is None:
                self._offered = first
            return self.sent or first

    def withdraw(self, *, is_refused: bool) -> None:
        """Take back what was offered and has not arrived. `is_refused` if Discord has refused it, whoever sent it."""
        with _LOCK:
            self._offered = None
            if is_refused:
                self.sent = None

    def take(self) -> First | None:
        """Return what the other thread is to send; None if the loop has the outcome. To be called on that thread."""
        with _LOCK:
            if self.is_over:
                return None
            self.sent = self.sent or self._offered or self.deferral
            return self.sent

    def close(self) -> None:
        """Say that the outcome is known."""
        self.is_over = True


class LooksAfter(Protocol):
    """Answers where the event loop doesn't."""

    def now(self) -> float:
        """Return its own clock's seconds."""
        ...

    def watch(self, claim: Claim) -> None:
        """Look after an interaction. Returns at once."""
        ...
