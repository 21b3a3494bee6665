"""What a unit sees of the database while it runs."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Executable


class Transaction(Protocol):
    """A transaction under way; valid until its unit returns."""

    @property
    def now(self) -> float:
        """When the unit began, in Unix seconds."""
        ...

    def rows(self, statement: Executable, values: Sequence[Mapping[str, object]] | None = None) -> Sequence[Any]:
        """Execute a statement and return all of its rows. Any: rows are typed by those who know the statement."""
        ...
