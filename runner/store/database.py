"""The database: opened, migrated, checked, and given to units one after the other."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from runner.store.transaction import Transaction

T = TypeVar("T")


class Database:
    """A store that is open. `async with Database(url, now=…) as database`.

    Opening raises `StoreUnavailable`, `StoreReadOnly`, `StoreCorrupt` or `StoreOfALaterVersion`.
    """

    def __init__(self, url: str, *, now: Callable[[], float]) -> None:
        """`url` is `sqlite:PATH`, `postgresql://…` or `memory`; `now` gives Unix seconds."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run `unit` and return what it returned, once that is durable.

        Units run one at a time, in the order of the calls, and several share one commit. What a unit raises undoes
        that unit alone and is raised here. A caller that is cancelled while its unit runs doesn't stop it: it is
        whole or not there. Raises `StoreFailed`; then nothing of the unit was saved.
        """
        raise NotImplementedError

    async def read(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit that only reads, beside the writers; it sees one state of the whole database."""
        raise NotImplementedError
