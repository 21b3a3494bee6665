"""Names that one process has at a time: who serves a bot, who has a shard."""

from typing import Final

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.tables import LEASES
from runner.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Lease:
    """Who has a name, and until which Unix second."""

    name: str
    holder: str
    expires_at: float


class Leases:
    """The names that are taken."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def take(self, name: str, holder: str, *, for_s: float) -> Lease:
        """Take a lease that is free, has run out or is ours, and return who has it now: compare its holder."""
        ours = Lease(name, holder, self._tx.now + for_s)
        values = {"name": name, "holder": holder, "expires_at": ours.expires_at}
        row = self._tx.lock(LEASES, values)
        if row.holder != holder and row.expires_at > self._tx.now:
            return Lease(name, row.holder, row.expires_at)
        self._tx.put(LEASES, values)
        return ours

    def release(self, name: str, holder: str) -> bool:
        """Give up a lease; False when it was somebody else's."""
        return bool(self._tx.rows(_RELEASED, {"its_name": name, "its_holder": holder}))


_RELEASED: Final = (
    sa.delete(LEASES)
    .where(LEASES.c.name == sa.bindparam("its_name"), LEASES.c.holder == sa.bindparam("its_holder"))
    .returning(LEASES.c.name)
)
