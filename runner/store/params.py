"""Parameters of components that are too long for a custom_id."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from runner.store.errors import LimitReached
from runner.store.tables import PARAMS
from runner.store.transaction import Transaction
from runner.store.values import Json, bounded_json, from_json

PARAMS_BYTES_MAX: Final = 16 * 1024
"""How many bytes the parameters of one component may take as JSON."""

PARAMS_MAX: Final = 1_000_000
"""How many different parameters are kept. They are kept for ever, as the components that need them may be."""

KEY_CHARS: Final = 22
"""How long a key is: 132 bits, so that nobody meets another's by chance."""


class Params:
    """Parameters by a key that follows from them: the same ones are kept once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, values: Mapping[str, Json], *, count_max: int = PARAMS_MAX) -> str:
        """Keep parameters and return their key. Raises `TooLarge`, `LimitReached`."""
        data = bounded_json("the parameters of a component", dict(sorted(values.items())), PARAMS_BYTES_MAX)
        key = urlsafe_b64encode(hashlib.sha256(data.encode()).digest()).decode()[:KEY_CHARS]
        if self._tx.add(PARAMS, {"key": key, "data": data}) and self._count() > count_max:
            raise LimitReached(count_max)
        return key

    def load(self, key: str) -> Mapping[str, Json] | None:
        """Return parameters by their key; None if there are none."""
        for (data,) in self._tx.rows(sa.select(PARAMS.c.data).where(PARAMS.c.key == key)):
            found: Mapping[str, Json] = from_json(data)
            return found
        return None

    def _count(self) -> int:
        ((count,),) = self._tx.rows(sa.select(sa.func.count()).select_from(PARAMS))
        return int(count)
