"""Typed values by name and scope."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from runner.data import dataclass
from runner.store.errors import LimitReached, WrongKind
from runner.store.scope import Scope
from runner.store.tables import STATE
from runner.store.transaction import Transaction
from runner.store.values import INTEGER_MAX, Json, bounded_json, from_json, is_list, is_number

VALUE_BYTES_MAX: Final = 64 * 1024
"""How many bytes one value may take as JSON."""

_NAMED: Final = sa.and_(
    STATE.c.name == sa.bindparam("its_name"),
    STATE.c.scope_kind == sa.bindparam("its_kind"),
    STATE.c.scope_id == sa.bindparam("its_id"),
)
_CHANGED: Final = (
    sa.update(STATE).where(_NAMED).values(value=sa.bindparam("new_value"), expires_at=sa.bindparam("new_expires_at"))
)
_DELETED: Final = sa.delete(STATE).where(_NAMED).returning(STATE.c.expires_at)
_COLUMNS: Final = (STATE.c.name, STATE.c.scope_kind, STATE.c.scope_id)
_LONG_OVER: Final = 0.0


@dataclass(frozen=True, slots=True)
class Key:
    """One value: its name in `state:`, and whose it is."""

    name: str
    scope: Scope


class State:
    """The values of `state:`. A value whose time is over is as good as gone."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def read_many(self, keys: Iterable[Key]) -> Mapping[Key, Json]:
        """Return the values that are set, in one query."""
        wanted = {(key.name, key.scope.kind, key.scope.id): key for key in keys}
        query = sa.select(STATE).where(sa.tuple_(*_COLUMNS).in_(list(wanted)))
        return {
            wanted[name, kind, scope_id]: from_json(value)
            for name, kind, scope_id, value, expires_at in (self._tx.rows(query) if wanted else ())
            if not self._is_over(expires_at)
        }

    def hold(self, keys: Iterable[Key]) -> None:
        """Keep others from changing values, set or not, until this unit ends: it goes by what it reads of them."""
        for key in sorted(keys, key=lambda key: (key.name, key.scope.kind, key.scope.id)):
            self._lock(key)

    def set(self, key: Key, value: Json, *, ttl_s: float | None = None) -> None:
        """Set a value, for `ttl_s` seconds or for ever. Raises `TooLarge`."""
        expires_at = None if ttl_s is None else self._tx.now + ttl_s
        text = bounded_json(key.name, value, VALUE_BYTES_MAX)
        self._tx.put(STATE, {**_columns(key), "value": text, "expires_at": expires_at})

    def increment(self, key: Key, by: float, *, start: float = 0) -> float:
        """Add `by` to a number, to `start` where none is set, and return the sum. A time limit stays.

        Raises `WrongKind` where the value is no number, or the sum is none that JSON can hold exactly.
        """

        def add(found: Json) -> float:
            if not is_number(found):
                raise WrongKind(f"{key.name} is not a number")
            total: float = found + by
            if not math.isfinite(total) or (isinstance(total, int) and abs(total) > INTEGER_MAX):
                raise WrongKind(f"{key.name} would be too large a number")
            return total

        total: float = self._change(key, add, start)
        return total

    def append(self, key: Key, value: Json, *, limit: int, start: Sequence[Json] = ()) -> list[Json]:
        """Add to the end of a list, to `start` where none is set, and return it.

        Raises `WrongKind`, `LimitReached`, `TooLarge`.
        """

        def add(found: Json) -> list[Json]:
            items = _items(key, found)
            if len(items) >= limit:
                raise LimitReached(limit)
            return [*items, value]

        items: list[Json] = self._change(key, add, list(start))
        return items

    def remove(self, key: Key, value: Json, *, start: Sequence[Json] = ()) -> list[Json]:
        """Take every `value` out of a list, or of `start`, and return what is left. Raises `WrongKind`."""

        def take(found: Json) -> list[Json]:
            return [item for item in _items(key, found) if not _same(item, value)]

        items: list[Json] = self._change(key, take, list(start))
        return items

    def unset(self, key: Key) -> bool:
        """Forget a value; False if there was none."""
        gone = self._tx.rows(_DELETED, _parameters(key))
        return any(not self._is_over(expires_at) for (expires_at,) in gone)

    def sweep(self, limit: int = 1000) -> int:
        """Delete at most `limit` values whose time is over, and return how many there were."""
        over = sa.select(*_COLUMNS).where(STATE.c.expires_at <= self._tx.now).limit(limit)
        gone = sa.delete(STATE).where(sa.tuple_(*_COLUMNS).in_(over)).returning(STATE.c.name)
        return len(self._tx.rows(gone))

    def _change(self, key: Key, make: Callable[[Json], Json], start: Json) -> Json:
        row = self._lock(key)
        is_over = self._is_over(row.expires_at)
        value = make(start if is_over else from_json(row.value))
        written = bounded_json(key.name, value, VALUE_BYTES_MAX)
        lasts = None if is_over else row.expires_at
        self._tx.rows(_CHANGED, {**_parameters(key), "new_value": written, "new_expires_at": lasts})
        return value

    def _lock(self, key: Key) -> Any:
        """Return the row of a value; one that isn't set gets a row that is over."""
        return self._tx.lock(STATE, {**_columns(key), "value": "null", "expires_at": _LONG_OVER})

    def _is_over(self, expires_at: float | None) -> bool:
        return expires_at is not None and expires_at <= self._tx.now


def _parameters(key: Key) -> dict[str, str]:
    return {"its_name": key.name, "its_kind": key.scope.kind, "its_id": key.scope.id}


def _columns(key: Key) -> dict[str, str]:
    return {"name": key.name, "scope_kind": key.scope.kind, "scope_id": key.scope.id}


def _items(key: Key, found: Json) -> list[Json]:
    if not is_list(found):
        raise WrongKind(f"{key.name} is not a list")
    return found


def _same(one: Json, other: Json) -> bool:
    """Compare as JSON does: `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
