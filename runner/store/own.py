"""What the runner remembers for itself: cooldowns, leases, long parameters of components, and registrations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from runner.store.transaction import Transaction

PARAMS_BYTES_MAX = 16 * 1024
"""How many bytes the parameters of one component may take as JSON."""


class CooldownBuckets(Protocol):
    """Where uses are counted: in memory for short windows, in the store for long ones."""

    async def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in every `per_s` seconds: None when that was possible, else the Unix second of the next."""
        ...


class Cooldowns:
    """Uses per window, counted in the store."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def take(self, bucket: str, *, uses: int, per_s: float) -> float | None:
        """Take one of `uses` in every `per_s` seconds: None when that was possible, else the Unix second of the next."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Lease:
    """Who has a name, and until which Unix second."""

    name: str
    holder: str
    expires_at: float


class Leases:
    """Names that one process has at a time."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def take(self, name: str, holder: str, *, for_s: float) -> Lease:
        """Take a lease that is free, has run out or is ours, and return who has it now: compare its holder."""
        raise NotImplementedError

    def release(self, name: str, holder: str) -> bool:
        """Give up a lease; False when it was somebody else's."""
        raise NotImplementedError


class Params:
    """Parameters of components that are too long for a custom_id."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, values: Mapping[str, Any]) -> str:
        """Keep parameters and return their key, 22 characters; the same for the same values. Raises `TooLarge`."""
        raise NotImplementedError

    def load(self, key: str) -> Mapping[str, Any] | None:
        """Return parameters by their key."""
        raise NotImplementedError


class Registrations:
    """How many commands were created, per scope, for Discord's daily limit."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, scope: str, creates: int) -> None:
        """Note that commands were created now."""
        raise NotImplementedError

    def within(self, scope: str, seconds: float) -> int:
        """Return how many were created in the last `seconds`."""
        raise NotImplementedError
