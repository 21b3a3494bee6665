"""How many commands were created, for Discord's daily limit."""

from typing import Final

import sqlalchemy as sa

from runner.store.tables import REGISTRATIONS
from runner.store.transaction import Transaction

KEPT_S: Final = 2 * 86_400.0
"""How long creations are remembered, in seconds: twice the time over which Discord counts them."""


class Registrations:
    """Creations of commands by scope: a server's id, or `global`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, scope: str, creates: int) -> None:
        """Note that commands were created now."""
        at = {"scope": scope, "at": self._tx.now}
        row = self._tx.lock(REGISTRATIONS, {**at, "creates": 0})
        self._tx.put(REGISTRATIONS, {**at, "creates": row.creates + creates})
        self._tx.rows(_FORGOTTEN, {"before": self._tx.now - KEPT_S})

    def within(self, scope: str, seconds: float) -> int:
        """Return how many were created in the last `seconds`."""
        ((count,),) = self._tx.rows(_SUMMED, {"its_scope": scope, "since": self._tx.now - seconds})
        return int(count)


_FORGOTTEN: Final = sa.delete(REGISTRATIONS).where(REGISTRATIONS.c.at < sa.bindparam("before"))
_SUMMED: Final = sa.select(sa.func.coalesce(sa.func.sum(REGISTRATIONS.c.creates), 0)).where(
    REGISTRATIONS.c.scope == sa.bindparam("its_scope"), REGISTRATIONS.c.at > sa.bindparam("since")
)
