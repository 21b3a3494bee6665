"""Uses per stretch of time that a restart must not forget, counted in the store.

Importing this costs no SQLAlchemy.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.store.values import from_json, to_json
from runner.uses import Bucket

if TYPE_CHECKING:
    from runner.store.transaction import Transaction


class Cooldowns:
    """Uses, counted in a unit's transaction."""

    def __init__(self, tx: "Transaction") -> None:
        self._tx = tx

    def take(self, buckets: Sequence[Bucket]) -> tuple[float, ...]:
        """Take a use of each bucket, or, if one has none left, of none of them.

        Returns for each the Unix second at which it has a use; 0 for one that has one now.
        """
        known = {bucket: self._recent(bucket) for bucket in sorted(buckets)}  # in one order, whoever asks
        free_at = tuple(_free_at(bucket, known[bucket]) for bucket in buckets)
        if not any(free_at):
            for bucket, uses in known.items():
                self._put(bucket, (*uses, self._tx.now))
        return free_at

    def give_back(self, buckets: Sequence[Bucket]) -> None:
        """Take back the latest use of each bucket."""
        for bucket in sorted(buckets):
            self._put(bucket, self._recent(bucket)[:-1])

    def sweep(self, limit: int = 1000) -> int:
        """Delete at most `limit` buckets whose uses are all over, and return how many there were."""
        import sqlalchemy as sa

        from runner.store.tables import COOLDOWNS

        over = sa.select(COOLDOWNS.c.bucket).where(COOLDOWNS.c.expires_at <= self._tx.now).limit(limit)
        gone = sa.delete(COOLDOWNS).where(COOLDOWNS.c.bucket.in_(over)).returning(COOLDOWNS.c.bucket)
        return len(self._tx.rows(gone))

    def _recent(self, bucket: Bucket) -> tuple[float, ...]:
        """Return the uses of a bucket that still count, the oldest first, and keep others from it."""
        from runner.store.tables import COOLDOWNS  # it brings SQLAlchemy along

        now = self._tx.now
        row = self._tx.lock(COOLDOWNS, {"bucket": bucket.name, "uses": "[]", "expires_at": now + bucket.per_s})
        return tuple(at for at in from_json(row.uses) if at > now - bucket.per_s)

    def _put(self, bucket: Bucket, uses: tuple[float, ...]) -> None:
        from runner.store.tables import COOLDOWNS

        expires_at = max(uses, default=self._tx.now - bucket.per_s) + bucket.per_s
        self._tx.put(COOLDOWNS, {"bucket": bucket.name, "uses": to_json(uses), "expires_at": expires_at})


def _free_at(bucket: Bucket, uses: tuple[float, ...]) -> float:
    return uses[-bucket.uses] + bucket.per_s if len(uses) >= bucket.uses else 0.0
