"""`increment`: add to a number of the state."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from runner.actions._on_state import VALUE, OnState
from runner.actions.action import Misfit, Step, Taken
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import option
from runner.templates.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment(OnState):
    """Add to a number of the state. Whoever does so at the same moment is counted, too.

    Example:
        - increment: {state: points, by: 5}
    """

    outputs: ClassVar[Mapping[str, Type]] = VALUE

    by: float = option("How much; less than zero takes away.", default=1)

    def takes(self, declared: Declarations) -> Mapping[str, Taken | Mapping[str, Taken]]:
        """Take a whole number where the value is one."""
        found = self.declaration(declared)
        return {"by": found.shape} if found is not None and found.is_number else {}

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse what is no number."""
        yield from OnState.misfits(self, declared)
        found = self.declaration(declared)
        if found is not None and not found.is_number:
            headline = f"`{self.state}` is declared as {found.kind}: there is nothing to add to"
            yield Misfit("state", headline, "only a number can be incremented", "declare it as `integer`, or use `set`")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Add to it."""
        return {"value": await step.write(lambda stored: stored.increment(self.state, self.of, self.by))}
