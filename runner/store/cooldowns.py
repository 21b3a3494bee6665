"""Uses per window of time: counted in memory where the window is short, in the store where a restart must not help.

Importing this costs no SQLAlchemy: a bot whose cooldowns are all short needs no store.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from runner.store.values import from_json, to_json

if TYPE_CHECKING:
    from runner.store.database import Database
    from runner.store.transaction import Transaction

USES_MAX: Final = 1000
"""How many uses a window may have: each one is remembered."""

MEMORY_BUCKETS_MAX: Final = 100_000
"""How many buckets are counted in memory. Beyond that the one that was used first is forgotten."""

MEMORY_WINDOW_MAX_S: Final = 60.0
"""The longest window for which memory will do, in seconds: a restart takes about as long as waiting."""


class CooldownBuckets(Protocol):
    """Where uses are counted."""

    async def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in any stretch of `per_s` seconds.

        Returns None when there was one, else the Unix second at which there will be.
        """
        ...


@dataclass(slots=True)
class MemoryCooldowns:
    """Uses, counted in memory. `now` gives Unix seconds."""

    now: Callable[[], float]
    _uses: dict[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])

    async def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in any stretch of `per_s` seconds; else return when there will be one."""
        now = self.now()
        recent, retry_at = _taken(self._uses.pop(bucket, ()), now, uses, per_s)
        self._uses[bucket] = recent
        if len(self._uses) > MEMORY_BUCKETS_MAX:
            del self._uses[next(iter(self._uses))]
        return retry_at


@dataclass(frozen=True, slots=True)
class StoredCooldowns:
    """Uses, counted in the store."""

    database: "Database"

    async def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in any stretch of `per_s` seconds; else return when there will be one.

        Raises `StoreFailed`.
        """
        return await self.database.write(lambda tx: Cooldowns(tx).take(bucket, uses=uses, per_s=per_s))


class Cooldowns:
    """Uses, counted in a unit's transaction."""

    def __init__(self, tx: "Transaction") -> None:
        self._tx = tx

    def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in any stretch of `per_s` seconds; else return when there will be one."""
        from runner.store.tables import COOLDOWNS  # it brings SQLAlchemy along

        now = self._tx.now
        row = self._tx.lock(COOLDOWNS, {"bucket": bucket, "uses": "[]", "expires_at": now + per_s})
        recent, retry_at = _taken(from_json(row.uses), now, uses, per_s)
        if retry_at is None:
            self._tx.put(COOLDOWNS, {"bucket": bucket, "uses": to_json(recent), "expires_at": now + per_s})
        return retry_at

    def sweep(self, limit: int = 1000) -> int:
        """Delete at most `limit` buckets whose uses are all over, and return how many there were."""
        import sqlalchemy as sa

        from runner.store.tables import COOLDOWNS

        over = sa.select(COOLDOWNS.c.bucket).where(COOLDOWNS.c.expires_at <= self._tx.now).limit(limit)
        gone = sa.delete(COOLDOWNS).where(COOLDOWNS.c.bucket.in_(over)).returning(COOLDOWNS.c.bucket)
        return len(self._tx.rows(gone))


def _taken(before: Sequence[float], now: float, uses: int, per_s: float) -> tuple[tuple[float, ...], float | None]:
    """Return the uses that count from now on, and when there will be one again if there is none now."""
    recent = tuple(at for at in before if at > now - per_s)
    if len(recent) >= uses:
        return recent, recent[-uses] + per_s
    return (*recent, now), None
