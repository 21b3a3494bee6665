"""Typed values by name and scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.store.scope import Scope
from runner.store.transaction import Transaction

Json = Any  # a JSON value; what it is has been checked against the declaration before


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
        raise NotImplementedError

    def set(self, key: Key, value: Json, *, ttl_s: float | None = None) -> None:
        """Set a value, for `ttl_s` seconds or for ever."""
        raise NotImplementedError

    def increment(self, key: Key, by: float, *, start: float = 0) -> float:
        """Add `by` to a number, to `start` where none is set, and return the sum. Raises `WrongKind`."""
        raise NotImplementedError

    def append(self, key: Key, value: Json, *, limit: int) -> list[Json]:
        """Add to the end of a list and return it. Raises `WrongKind`, `LimitReached`."""
        raise NotImplementedError

    def remove(self, key: Key, value: Json) -> list[Json]:
        """Take every `value` out of a list and return what is left. Raises `WrongKind`."""
        raise NotImplementedError

    def unset(self, key: Key) -> bool:
        """Forget a value; False if there was none."""
        raise NotImplementedError
