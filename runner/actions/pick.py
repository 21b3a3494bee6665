"""`pick`: choose some of many by chance."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, FailureKind, Step, StepFailed
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import ANY, INTEGER, ListOf, Type, optional
from runner.templates.values import is_list

PICKED_MAX = 1000
"""How many can be picked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Action):
    """Choose some of a list by chance, none of them twice, in the order in which they are drawn.

    Example:
        - pick: {from: [Robin, Kim, Sam], count: 2}
    """

    short: ClassVar[str | None] = "from_"
    is_local: ClassVar[bool] = True
    outputs: ClassVar[Mapping[str, Type]] = {"items": ListOf(ANY), "first": optional(ANY), "count": INTEGER}

    from_: Data = option("The list, such as the rows that `find` gives.")
    count: int = option(
        "How many. Where there are fewer, all of them are picked.", default=1, minimum=1, maximum=PICKED_MAX
    )

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Draw them; gives them, the first of them or none, and how many there are."""
        among: object = self.from_
        if not is_list(among):
            raise StepFailed("this is no list to pick from", kind=FailureKind.INVALID)
        items = step.chance.sample(list(among), min(self.count, len(among)))
        return {"items": items, "first": items[0] if items else None, "count": len(items)}
