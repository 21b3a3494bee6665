"""`get`: read a value of the state that is somebody else's."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_state import VALUE, OnState
from runner.actions.action import Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.templates.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Get(OnState):
    """Read a value of the state: another member's, say. One's own is in `state.<name>` without a step.

    Example:
        - get: {state: points}
    """

    outputs: ClassVar[Mapping[str, Type]] = VALUE

    def settles(self, declared: Declarations) -> Mapping[str, Type]:
        """Return nothing: the value is as it was."""
        return {}

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the value, which may be none where it has no default."""
        found = self.declaration(declared)
        return self.outputs if found is None else {"value": found.read_type}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Read it."""
        return {"value": await step.read(lambda stored: stored.get(self.state, self.of))}
