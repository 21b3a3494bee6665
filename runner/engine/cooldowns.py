"""Uses per stretch of time, counted in memory: exactly, in a bounded number of buckets."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Final

from runner.data import dataclass
from runner.uses import Bucket

BUCKETS_MAX: Final = 100_000
"""How many buckets are kept. Beyond that, of those with the commonest stretch, the least recently used is forgotten."""


@dataclass(slots=True)
class Uses:
    """Counts uses. `now` gives seconds on a clock that is never set.

    Between what is asked and what is taken nobody else gets a word in: there is no await in here.
    """

    now: Callable[[], float]
    buckets_max: int = BUCKETS_MAX
    _tables: dict[float, OrderedDict[str, tuple[float, ...]]] = field(
        default_factory=dict[float, OrderedDict[str, tuple[float, ...]]]
    )
    _count: int = 0

    def take(self, buckets: Sequence[Bucket]) -> float | None:
        """Take a use of each bucket, or, if one has none left, of none of them.

        Returns None when there were, else in how many seconds all of them will have one.
        """
        wait_s = max((self.wait_s(bucket) for bucket in buckets), default=0.0)
        if wait_s > 0:
            return wait_s
        for bucket in buckets:
            self._put(bucket, (*self._recent(bucket), self.now()))
        return None

    def wait_s(self, bucket: Bucket) -> float:
        """Return in how many seconds a bucket will have a use; 0 where it has one."""
        uses = self._recent(bucket)
        return uses[-bucket.uses] + bucket.per_s - self.now() if len(uses) >= bucket.uses else 0.0

    def give_back(self, bucket: Bucket) -> None:
        """Take back the latest use of a bucket."""
        uses = self._recent(bucket)
        if len(uses) > 1:
            self._put(bucket, uses[:-1])
        elif uses:
            self._remove(bucket.per_s, bucket.name)

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return self._count

    def _recent(self, bucket: Bucket) -> tuple[float, ...]:
        """Return the uses of a bucket that still count, the oldest first."""
        table, since = self._tables.get(bucket.per_s), self.now() - bucket.per_s
        return tuple(at for at in table.get(bucket.name, ()) if at > since) if table else ()

    def _put(self, bucket: Bucket, uses: tuple[float, ...]) -> None:
        table = self._tables.setdefault(bucket.per_s, OrderedDict())
        self._count += bucket.name not in table
        table[bucket.name] = uses
        table.move_to_end(bucket.name)
        self._tidy(bucket.per_s, table)
        if self._count > self.buckets_max:
            per_s, largest = max(self._tables.items(), key=lambda item: len(item[1]))
            self._remove(per_s, next(iter(largest)))

    def _tidy(self, per_s: float, table: OrderedDict[str, tuple[float, ...]]) -> None:
        """Forget up to two buckets that are full again: more than what is new, so that all of them go in the end."""
        for _ in range(2):
            oldest = next(iter(table))
            if table[oldest][-1] > self.now() - per_s:
                return
            self._remove(per_s, oldest)

    def _remove(self, per_s: float, name: str) -> None:
        table = self._tables[per_s]
        del table[name]
        self._count -= 1
        if not table:
            del self._tables[per_s]
