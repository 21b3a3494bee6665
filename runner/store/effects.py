"""What is known of the effects of flows: an intent before, a result after, so that a crash between leaves no riddle."""

from collections.abc import Mapping
from typing import Final, Literal

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.tables import EFFECTS
from runner.store.transaction import Transaction
from runner.store.values import bounded

RESULT_BYTES_MAX: Final = 16 * 1024
"""How many bytes the result of one effect may take, as UTF-8."""


@dataclass(frozen=True, slots=True)
class EffectKey:
    """One attempt at one effect of a flow."""

    flow_id: str
    position: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What is known of an effect: `intended` was written before, `done` after it, with its result as JSON text."""

    state: Literal["intended", "done"]
    result: str | None
    at: float


class Effects:
    """Intents and results of a flow's effects. They go with the flow."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def intend(self, key: EffectKey) -> Effect | None:
        """Write that the effect is about to happen; return what was known of this attempt already, if anything."""
        if self._tx.add(EFFECTS, {**_columns(key), "is_done": 0, "result": None, "at": self._tx.now}):
            return None
        return self.load(key.flow_id).get(key)

    def finish(self, key: EffectKey, result: str | None = None) -> None:
        """Write the result of an effect, as JSON text. Raises `TooLarge`."""
        kept = None if result is None else bounded("the result of a step", result, RESULT_BYTES_MAX)
        self._tx.put(EFFECTS, {**_columns(key), "is_done": 1, "result": kept, "at": self._tx.now})

    def load(self, flow_id: str) -> Mapping[EffectKey, Effect]:
        """Return what is known of a flow's effects."""
        rows = self._tx.rows(_OF_A_FLOW, {"its_flow": flow_id})
        return {
            EffectKey(row.flow_id, row.position, row.attempt): Effect(
                "done" if row.is_done else "intended", row.result, row.at
            )
            for row in rows
        }


_OF_A_FLOW: Final = sa.select(EFFECTS).where(EFFECTS.c.flow_id == sa.bindparam("its_flow"))


def _columns(key: EffectKey) -> Mapping[str, object]:
    return {"flow_id": key.flow_id, "position": key.position, "attempt": key.attempt}
