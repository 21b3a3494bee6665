"""`change`: change records."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_records import OnRecords
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import ANY, INTEGER, ListOf, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(OnRecords):
    """Change the records that meet every condition. The step fails when they would no longer be unique.

    Example:
        - change: {in: tickets, where: {id: 1}, set: {status: closed}}
    """

    named: ClassVar[str] = "in_"
    values_in: ClassVar[str] = "set_"
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER, "rows": ListOf(ANY)}

    in_: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    where: Mapping[str, Data] = option("What they hold, as in `find`. An empty one, `{}`, means all of them.")
    set_: Mapping[str, Data] = option("What their fields hold from now on.", min_items=1)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change them."""
        rows = await step.write(lambda stored: stored.change(self.in_, self.where, self.set_))
        return {"count": len(rows), "rows": rows}
