"""`drop`: delete records."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_records import OnRecords
from runner.actions.action import Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import INTEGER, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(OnRecords):
    """Delete the records that meet every condition.

    Example:
        - drop: {from: tickets, where: {status: closed}}
    """

    named: ClassVar[str] = "from_"
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER}

    from_: str = option("Which table, by its name in `records:`.", static=True, refers="records")
    where: Mapping[str, Data] = option("What they hold, as in `find`. An empty one, `{}`, means all of them.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete them."""
        return {"count": await step.write(lambda stored: stored.drop(self.from_, self.where))}
