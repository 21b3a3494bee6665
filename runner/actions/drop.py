"""`drop`: delete records."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_records import OnRecords
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.stored import ROWS_MAX, Stored
from runner.templates.types import ANY, INTEGER, ListOf, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(OnRecords):
    """Delete the records that meet every condition, and tell what they held.

    Example:
        - drop: {from: tickets, where: {status: closed}}
    """

    named: ClassVar[str] = "from_"
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER, "rows": ListOf(ANY)}

    from_: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    where: Mapping[str, Data] = option("What they hold, as in `find`. An empty one, `{}`, means all of them.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete them."""
        return await step.write(self._dropped)

    def _dropped(self, stored: Stored) -> Mapping[str, object]:
        """Delete them; `rows` are as many of them as `find` would give, for what a step gives may be kept."""
        gone = stored.drop(self.from_, self.where)
        return {"count": len(gone), "rows": gone[:ROWS_MAX]}
