"""What a step may do with what the bot keeps: the same whether the step stands alone or in a transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

Json = Any  # a JSON value, as the config declares it
Row = Mapping[str, Json]

COMPARISONS: Final[Mapping[str, str]] = {
    "not": "!=",
    "in": "in",
    "not_in": "not in",
    "above": ">",
    "at_least": ">=",
    "below": "<",
    "at_most": "<=",
}
"""The words that compare a field in `where:`, and what they mean."""

ROWS_MAX: Final = 1000
"""How many records one step gives at most."""


class Stored(Protocol):
    """The state and the records of a bot, for one unit. Names are declared, and values have been checked.

    `of` is whose value is meant: a user's id or a channel's, as its scope asks; None for those of the run. Raises
    `StepFailed` where what is asked can't be.
    """

    def get(self, state: str, of: str | None) -> Json:
        """Return a value; its default where none is set."""
        ...

    def set(self, state: str, of: str | None, value: Json, expires_s: float | None) -> Json:
        """Set a value, for so many seconds or for ever, and return it."""
        ...

    def increment(self, state: str, of: str | None, by: float) -> float:
        """Add to a number and return the sum."""
        ...

    def append(self, state: str, of: str | None, value: Json) -> list[Json]:
        """Add to the end of a list and return it."""
        ...

    def remove(self, state: str, of: str | None, value: Json) -> list[Json]:
        """Take every such item out of a list and return what is left."""
        ...

    def unset(self, state: str, of: str | None) -> bool:
        """Forget a value; False if none was set."""
        ...

    def read_own(self, names: Sequence[str]) -> dict[str, Json]:
        """Return values of whoever started the run, in one query; one whose scope isn't there is its default."""
        ...

    def insert(self, table: str, values: Row) -> Row:
        """Add a record and return it."""
        ...

    def find(self, table: str, where: Row, order: str, limit: int, offset: int) -> Sequence[Row]:
        """Return the records that meet every condition."""
        ...

    def count(self, table: str, where: Row) -> int:
        """Return how many records meet every condition."""
        ...

    def change(self, table: str, where: Row, values: Row) -> Sequence[Row]:
        """Change the records that meet every condition and return them."""
        ...

    def drop(self, table: str, where: Row) -> Sequence[Row]:
        """Delete the records that meet every condition and return them."""
        ...
