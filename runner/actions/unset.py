"""`unset`: forget a value of the state."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_state import OnState
from runner.actions.action import Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Unset(OnState):
    """Forget a value of the state: it is its default again.

    Example:
        - unset: {state: points}
    """

    outputs: ClassVar[Mapping[str, Type]] = {"was_set": BOOLEAN}

    def settles(self, declared: Declarations) -> Mapping[str, Type]:
        """Return that the value is its default again, if it is the caller's own."""
        found = self.declaration(declared)
        return {} if found is None or self.of is not None else {self.state: found.read_type}

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return whether there was a value."""
        return self.outputs

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Forget it."""
        return {"was_set": await step.write(lambda stored: stored.unset(self.state, self.of))}
