"""`set`: give a value of the state."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_state import VALUE, OnState
from runner.actions.action import Step, Taken
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, Duration, option
from runner.templates.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(OnState):
    """Give a value of the state.

    Example:
        - set: {state: points, to: 0}
    """

    outputs: ClassVar[Mapping[str, Type]] = VALUE

    to: Data = option("What it becomes.")
    expires: Duration | None = option(
        "How long it lasts; then it is what it was before anybody set it. Left out: for ever.",
        default=None,
        minimum=1.0,
    )

    def takes(self, declared: Declarations) -> Mapping[str, Taken | Mapping[str, Taken]]:
        """Take what the value is declared as."""
        found = self.declaration(declared)
        return {} if found is None else {"to": found.shape}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Set it."""
        return {"value": await step.write(lambda stored: stored.set(self.state, self.of, self.to, self.expires))}
