"""What is to happen later: one queue for schedules, deadlines of flows, and steps put off."""

from dataclasses import dataclass

from runner.store.transaction import Transaction

TIMERS_MAX = 1_000_000
"""How many timers may be pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something due at a Unix second. `kind` says who takes it; there is one of a `key` within a kind.

    `payload` is JSON text, `missed` the policy for one that fell due while nobody ran, both for whoever takes it.
    A timer with a `flow_id` goes when the flow ends.
    """

    due_at: float
    kind: str
    key: str
    payload: str = "{}"
    missed: str = ""
    flow_id: str | None = None
    id: int = 0


class Timers:
    """The queue. A timer that was claimed and neither finished nor put again is due again when the claim runs out."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, timer: Timer) -> Timer:
        """Put a timer, in place of one of the same kind and key, and return it with its id. Raises `LimitReached`."""
        raise NotImplementedError

    def cancel(self, kind: str, key: str) -> bool:
        """Take a timer out of the queue; False if there was none."""
        raise NotImplementedError

    def claim(self, limit: int, *, holder: str, for_s: float) -> list[Timer]:
        """Return at most `limit` timers that are due, the earliest first, and keep others from them for `for_s`."""
        raise NotImplementedError

    def finish(self, timer: Timer) -> bool:
        """Take a claimed timer out of the queue; False when it was cancelled or put anew in the meantime."""
        raise NotImplementedError

    def release(self, holder: str) -> int:
        """Give up all claims of a holder and return how many there were."""
        raise NotImplementedError

    def next_due(self) -> float | None:
        """Return when the next timer falls due, or its claim runs out; None when there is none."""
        raise NotImplementedError

    def list(self, kind: str, *, limit: int = 100) -> list[Timer]:
        """Return the pending timers of a kind, the earliest first."""
        raise NotImplementedError
