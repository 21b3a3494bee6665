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
        return bool(self._tx.rows(_CANCELLED, {"its_kind": kind, "its_key": key}))

    def claim(self, limit: int, *, holder: str, for_s: float) -> list[Timer]:
        """Return at most `limit` timers that are due, the earliest first, and keep others from them for `for_s`."""
        values = {"now": self._tx.now, "at_most": limit, "its_holder": holder, "until": self._tx.now + for_s}
        return sorted(_timers(self._tx.rows(_CLAIMED, values)), key=lambda timer: timer.due_at)

    def finish(self, timer: Timer) -> bool:
        """Take a claimed timer out of the queue; False when it was cancelled or put anew in the meantime."""
        return bool(self._tx.rows(_FINISHED, {"its_kind": timer.kind, "its_key": timer.key, "its_id": timer.id}))

    def renew(self, holder: str, *, for_s: float) -> int:
        """Keep all claims of a holder for `for_s` more and return how many there are."""
        return len(self._tx.rows(_RENEWED, {"its_holder": holder, "until": self._tx.now + for_s}))

    def release(self, holder: str) -> int:
        """Give up all claims of a holder and return how many there were."""
        return len(self._tx.rows(_GIVEN_UP, {"its_holder": holder}))

    def next_due(self) -> float | None:
        """Return when the next timer falls due, or its claim runs out; None when there is none."""
        ((at,),) = self._tx.rows(_NEXT)
        return None if at is None else float(at)

    def list(self, kind: str, *, limit: int = 100) -> list[Timer]:
        """Return the pending timers of a kind, the earliest first."""
        return _timers(self._tx.rows(_PENDING, {"its_kind": kind, "at_most": limit}))

    def _count(self) -> int:
        ((count,),) = self._tx.rows(_COUNTED)
        return int(count)


_NAMES: Final = ("due_at", "kind", "key", "payload", "missed", "flow_id", "id", "attempts")
_COLUMNS: Final = tuple(TIMERS.c[name] for name in _NAMES)

_NAMED: Final = sa.and_(TIMERS.c.kind == sa.bindparam("its_kind"), TIMERS.c.key == sa.bindparam("its_key"))
_HELD: Final = sa.update(TIMERS).where(TIMERS.c.holder == sa.bindparam("its_holder"))
_AT_MOST: Final = sa.bindparam("at_most", type_=sa.Integer)
_DUE: Final = (
    sa.select(TIMERS.c.kind, TIMERS.c.key)
    .where(TIMERS.c.ready_at <= sa.bindparam("now"))
    .order_by(TIMERS.c.ready_at)
    .limit(_AT_MOST)
    .with_for_update(skip_locked=True)  # rows that another process is about to claim are passed over, not waited for
)
_CLAIMED: Final = (
    sa.update(TIMERS)
    .where(sa.tuple_(TIMERS.c.kind, TIMERS.c.key).in_(_DUE))
    .values(holder=sa.bindparam("its_holder"), ready_at=sa.bindparam("until"), attempts=TIMERS.c.attempts + 1)
    .returning(*_COLUMNS)
)
_CANCELLED: Final = sa.delete(TIMERS).where(_NAMED).returning(TIMERS.c.id)
_FINISHED: Final = sa.delete(TIMERS).where(_NAMED, TIMERS.c.id == sa.bindparam("its_id")).returning(TIMERS.c.id)
_RENEWED: Final = _HELD.values(ready_at=sa.bindparam("until")).returning(TIMERS.c.id)
_GIVEN_UP: Final = _HELD.values(holder=None, ready_at=TIMERS.c.due_at).returning(TIMERS.c.id)
_NEXT: Final = sa.select(sa.func.min(TIMERS.c.ready_at))
_PENDING: Final = (
    sa.select(*_COLUMNS).where(TIMERS.c.kind == sa.bindparam("its_kind")).order_by(TIMERS.c.due_at).limit(_AT_MOST)
)
_COUNTED: Final = sa.select(sa.func.count()).select_from(TIMERS)


def _timers(rows: Sequence[Any]) -> list[Timer]:
    return [Timer(**row._mapping) for row in rows]
