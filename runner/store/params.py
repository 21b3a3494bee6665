"""Parameters of components and forms that are too long for a custom_id.

They are kept for as long as there is room, since what shows them may be clicked for ever. Whoever shows them, or clicks
on what shows them, uses them.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from runner.store.errors import LimitReached
from runner.store.tables import PARAMS
from runner.store.transaction import Transaction
from runner.store.values import PARAMS_BYTES_MAX, PARAMS_KEY_CHARS, Json, bounded_json, from_json

PARAMS_KEPT_S: Final = 90 * 86_400.0
"""How long parameters that nobody uses don't give way to others, in seconds."""

PARAMS_NOTED_S: Final = 86_400.0
"""How exactly it is known when they were used: of what is clicked all the time, not each click is written down."""

PARAMS_MAX: Final = 100_000
"""How many different parameters are kept. One more is refused, unless others give way that nobody has used for long."""

_GIVE_WAY: Final = 1000
"""How many give way at once, so that others don't have to soon."""


class Params:
    """Parameters by a key that follows from them: the same ones are kept once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, values: Mapping[str, Json], *, count_max: int = PARAMS_MAX) -> str:
        """Keep parameters and return their key. Raises `TooLarge`, `LimitReached`."""
        data = bounded_json("the parameters of a component", dict(sorted(values.items())), PARAMS_BYTES_MAX)
        key = urlsafe_b64encode(hashlib.sha256(data.encode()).digest()).decode()[:PARAMS_KEY_CHARS]
        if not self._tx.add(PARAMS, {"key": key, "data": data, "used_at": self._tx.now}):
            self.use(key)
        elif self._count() > count_max and not self._make_room():
            raise LimitReached(count_max)
        return key

    def load(self, key: str) -> "tuple[Mapping[str, Json], bool] | None":
        """Return parameters by their key, and whether that they are used is worth a note; None if there are none."""
        for data, used_at in self._tx.rows(_CHOSEN, {"its_key": key}):
            found: Mapping[str, Json] = from_json(data)
            return found, used_at <= self._tx.now - PARAMS_NOTED_S
        return None

    def use(self, key: str) -> None:
        """Note that parameters are used."""
        self._tx.rows(_USED, {"its_key": key, "used_at": self._tx.now})

    def _make_room(self) -> bool:
        """Delete what nobody has used for the longest time, if that is long enough; tell whether there was any."""
        unused = sa.select(PARAMS.c.key).where(PARAMS.c.used_at <= self._tx.now - PARAMS_KEPT_S)
        oldest = unused.order_by(PARAMS.c.used_at).limit(_GIVE_WAY)
        return bool(self._tx.rows(sa.delete(PARAMS).where(PARAMS.c.key.in_(oldest)).returning(PARAMS.c.key)))

    def _count(self) -> int:
        ((count,),) = self._tx.rows(_COUNTED)
        return int(count)


_CHOSEN: Final = sa.select(PARAMS.c.data, PARAMS.c.used_at).where(PARAMS.c.key == sa.bindparam("its_key"))
_USED: Final = sa.update(PARAMS).where(PARAMS.c.key == sa.bindparam("its_key"))
_COUNTED: Final = sa.select(sa.func.count()).select_from(PARAMS)
