"""`append`: add to the end of a list of the state."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from runner.actions._on_state import VALUE, OnState, no_list
from runner.actions.action import Misfit, Step, Taken
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, option
from runner.templates.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Append(OnState):
    """Add to the end of a list of the state. The step fails when the list has reached its `limit`.

    Example:
        - append: {state: queue, value: "{{ user.id }}"}
    """

    outputs: ClassVar[Mapping[str, Type]] = VALUE

    value: Data = option("What is added.")

    def takes(self, declared: Declarations) -> Mapping[str, Taken | Mapping[str, Taken]]:
        """Take what the list's items are declared as."""
        found = self.declaration(declared)
        return {} if found is None else {"value": found.item_shape}

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse what is no list."""
        yield from OnState.misfits(self, declared)
        yield from no_list(self.state, self.declaration(declared))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Add it."""
        return {"value": await step.write(lambda stored: stored.append(self.state, self.of, self.value))}
