"""`find`: look records up."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from runner.actions._on_records import ROW, OnRecords, no_field
from runner.actions.action import Misfit, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, option
from runner.stored import ROWS_MAX
from runner.templates.types import ANY, INTEGER, ListOf, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(OnRecords):
    """Look records up: those that meet every condition, in order.

    Example:
        - find: {in: tickets, where: {status: open}, order: -id, limit: 10}
    """

    named: ClassVar[str] = "in_"
    outputs: ClassVar[Mapping[str, Type]] = {"rows": ListOf(ANY), "count": INTEGER, "first": ROW}

    in_: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    where: Mapping[str, Data] = option(
        "What they hold, by field: a value, a list of which it is one, or a comparison such as `{above: 5}`.",
        default={},
    )
    order: str = option(
        "By which field they come; with a `-` before it from the largest down.", default="id", static=True
    )
    limit: int = option("How many at most.", default=100, minimum=1, maximum=ROWS_MAX)
    offset: int = option("How many to pass over.", default=0, minimum=0)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse an order by what is no field."""
        yield from OnRecords.misfits(self, declared)
        yield from no_field(self.declaration(declared), self.order)

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the records; the first may be none."""
        return {**OnRecords.gives(self, declared), "first": self.first_type(declared)}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Look them up."""
        rows = await step.read(
            lambda stored: stored.find(self.in_, self.where, self.order, self.limit, self.offset),
        )
        return {"rows": rows, "count": len(rows), "first": rows[0] if rows else None}
