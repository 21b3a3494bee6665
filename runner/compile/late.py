"""What is compiled when it is asked for first: a bot serves before the last of its handlers is compiled."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, overload

from runner.fields import Steps

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class Late(Mapping[K, V]):
    """What stands under each key, made when it is asked for first and kept. To make it twice would do no harm."""

    __slots__ = ("_made", "_make")

    def __init__(self, keys: Iterable[K], make: Callable[[K], V]) -> None:
        """`make` gives what stands under one of the keys; it is never None."""
        self._made: dict[K, V | None] = dict.fromkeys(keys)
        self._make: Callable[[K], V] | None = make

    def __getitem__(self, key: K) -> V:
        """Return what stands under the key. Raises `KeyError`."""
        found = self._made[key]
        if found is None:
            assert self._make is not None, "it is forgotten once all is made"
            found = self._made[key] = self._make(key)
        return found

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | D) -> V | D: ...
    def get(self, key: K, /, default: object = None) -> object:
        """Return what stands under the key, if anything does."""
        return self[key] if key in self._made else default

    def __contains__(self, key: object) -> bool:
        """Tell whether anything stands under the key; nothing is made for that."""
        return key in self._made

    def __iter__(self) -> Iterator[K]:
        """Yield the keys, in their order; nothing is made for that."""
        return iter(self._made)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._made)

    def rest(self) -> Iterator[V]:
        """Make what nobody has asked for yet, and forget how."""
        yield from self.values()
        self._make = None


class Runs(Mapping[str, Steps]):
    """Every run of steps by its address. Where it isn't compiled yet, the handler or flow is that it belongs to."""

    __slots__ = ("_made", "_owners")

    def __init__(self, made: Mapping[str, Steps], owners: Mapping[str, Late[str, Any]]) -> None:
        """`made` gets the runs of each of the `owners`, by section and name, when that is made."""
        self._made = made
        self._owners = owners

    def __getitem__(self, address: str) -> Steps:
        """Return the run at an address. Raises `KeyError`."""
        if address not in self._made:
            self._make(address)
        return self._made[address]

    def _make(self, address: str) -> None:
        if address.startswith("defaults/"):
            self.complete()  # all inherit it
        elif address.count("/") > 1:  # what is shorter is no run's
            section, _, name = handler_key(address).partition("/")
            if section in self._owners:
                self._owners[section].get(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the addresses of all runs."""
        self.complete()
        return iter(self._made)

    def __len__(self) -> int:
        """Return how many runs there are."""
        self.complete()
        return len(self._made)

    def complete(self) -> None:
        """Make what nobody has asked for yet."""
        for _ in self.rest():
            pass

    def rest(self) -> Iterator[object]:
        """Make what nobody has asked for yet, one by one, and forget how."""
        for owner in self._owners.values():
            yield from owner.rest()
        self._owners = dict[str, Late[str, Any]]()


def handler_key(address: str) -> str:
    """Return the key of the handler to which a run of steps belongs, by its address."""
    section, name, *rest = address.split("/")
    return f"{section}/{name}" if name else f"{section}//{rest[0]}"  # what a command shows has a `/` in its name
