"""`insert`: add a record to a table."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_records import ROW, OnRecords
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import INTEGER, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert(OnRecords):
    """Add a record. The step fails when there is one already of what has to be unique, or the table has its `limit`.

    Example:
        - insert: {into: tickets, values: {owner: "{{ user }}", subject: Help, status: open}}
    """

    named: ClassVar[str] = "into"
    values_in: ClassVar[str] = "values"
    outputs: ClassVar[Mapping[str, Type]] = {"id": INTEGER, "row": ROW}

    into: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    values: Mapping[str, Data] = option("What its fields hold; one that is left out has its default.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Add it."""
        row = await step.write(lambda stored: stored.insert(self.into, self.values))
        return {"id": row["id"], "row": row}
