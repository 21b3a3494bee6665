"""What is to happen later: one queue for schedules, deadlines of flows, and steps put off."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.errors import LimitReached
from runner.store.tables import TIMERS
from runner.store.transaction import Transaction
from runner.store.values import bounded

TIMERS_MAX: Final = 250_000
"""How many timers may be pending."""

PAYLOAD_BYTES_MAX: Final = 64 * 1024
"""How many bytes the payload of one timer may take, as UTF-8."""

_ID_BITS: Final = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something due at a Unix second. `kind` says who takes it; there is one of a `key` within a kind.

    `payload` is JSON text, `missed` the policy for one that fell due while nobody ran, both for whoever takes it.
    A timer with a `flow_id` goes when the flow ends. `attempts` counts how often it was claimed.
    """

    due_at: float
    kind: str
    key: str
    payload: str = "{}"
    missed: str = ""
    flow_id: str | None = None
    id: int = 0
    attempts: int = 0


class Timers:
    """The queue. A timer that was claimed and neither finished nor put again is due again when the claim runs out.

    A holder is a name that one process has at a time, such as a lease's: a process that starts gives up the claims
    of the one before it, and need not wait for them to run out.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, timer: Timer, *, count_max: int = TIMERS_MAX) -> Timer:
        """Put a timer, in place of one of the same kind and key, and return it with its new id.

        Raises `LimitReached`, `TooLarge`.
        """
        made = replace(timer, id=secrets.randbits(_ID_BITS), attempts=0)
        bounded("what is put off", made.payload, PAYLOAD_BYTES_MAX)
        values = {name: getattr(made, name) for name in _NAMES}
        self._tx.put(TIMERS, {**values, "ready_at": made.due_at, "holder": None})
        if self._count() > count_max:
            raise LimitReached(count_max)
        self._tx.note_due(made.due_at)
        return made

    def cancel(self, kind: str, key: str) -> bool:
        """Take a timer out of the queue; False if there was none."""
        gone = sa.delete(TIMERS).where(TIMERS.c.kind == kind, TIMERS.c.key == key)
        return bool(self._tx.rows(gone.returning(TIMERS.c.id)))

    def claim(self, limit: int, *, holder: str, for_s: float) -> list[Timer]:
        """Return at most `limit` timers that are due, the earliest first, and keep others from them for `for_s`."""
        due = sa.select(TIMERS.c.kind, TIMERS.c.key).where(TIMERS.c.ready_at <= self._tx.now)
        # Rows that another process is about to claim are passed over, not waited for.
        due = due.order_by(TIMERS.c.ready_at).limit(limit).with_for_update(skip_locked=True)
        claimed = sa.update(TIMERS).where(sa.tuple_(TIMERS.c.kind, TIMERS.c.key).in_(due))
        again = {"holder": holder, "ready_at": self._tx.now + for_s, "attempts": TIMERS.c.attempts + 1}
        return sorted(
            _timers(self._tx.rows(claimed.values(again).returning(*_COLUMNS))), key=lambda timer: timer.due_at
        )

    def finish(self, timer: Timer) -> bool:
        """Take a claimed timer out of the queue; False when it was cancelled or put anew in the meantime."""
        gone = sa.delete(TIMERS).where(TIMERS.c.kind == timer.kind, TIMERS.c.key == timer.key, TIMERS.c.id == timer.id)
        return bool(self._tx.rows(gone.returning(TIMERS.c.id)))

    def renew(self, holder: str, *, for_s: float) -> int:
        """Keep all claims of a holder for `for_s` more and return how many there are."""
        renewed = sa.update(TIMERS).where(TIMERS.c.holder == holder).values(ready_at=self._tx.now + for_s)
        return len(self._tx.rows(renewed.returning(TIMERS.c.id)))

    def release(self, holder: str) -> int:
        """Give up all claims of a holder and return how many there were."""
        given_up = sa.update(TIMERS).where(TIMERS.c.holder == holder)
        return len(self._tx.rows(given_up.values(holder=None, ready_at=TIMERS.c.due_at).returning(TIMERS.c.id)))

    def next_due(self) -> float | None:
        """Return when the next timer falls due, or its claim runs out; None when there is none."""
        ((at,),) = self._tx.rows(sa.select(sa.func.min(TIMERS.c.ready_at)))
        return None if at is None else float(at)

    def list(self, kind: str, *, limit: int = 100) -> list[Timer]:
        """Return the pending timers of a kind, the earliest first."""
        query = sa.select(*_COLUMNS).where(TIMERS.c.kind == kind).order_by(TIMERS.c.due_at).limit(limit)
        return _timers(self._tx.rows(query))

    def _count(self) -> int:
        ((count,),) = self._tx.rows(sa.select(sa.func.count()).select_from(TIMERS))
        return int(count)


_NAMES: Final = ("due_at", "kind", "key", "payload", "missed", "flow_id", "id", "attempts")
_COLUMNS: Final = tuple(TIMERS.c[name] for name in _NAMES)


def _timers(rows: Sequence[Any]) -> list[Timer]:
    return [Timer(**row._mapping) for row in rows]
