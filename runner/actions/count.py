"""`count`: count records."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_records import OnRecords
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import INTEGER, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(OnRecords):
    """Count the records that meet every condition.

    Example:
        - count: {in: tickets, where: {status: open}}
    """

    named: ClassVar[str] = "in_"
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER}

    in_: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    where: Mapping[str, Data] = option("What they hold, as in `find`.", default={})

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Count them."""
        return {"count": await step.read(lambda stored: stored.count(self.in_, self.where))}
