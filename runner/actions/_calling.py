"""What runs a flow, whoever has said so."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Kept, Leave, Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.inside import Call, Inside
from runner.templates.types import ANY, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling(Action):
    """A step that runs a flow, and goes on behind it."""

    outputs: ClassVar[Mapping[str, Type]] = {"result": ANY}

    flow: str = option("The flow's name.", static=True, refers="flows")
    with_: Mapping[str, Data] = option("Its parameters.", default={})

    def inside(self) -> Inside | None:
        """Return the call."""
        return Call(self.flow, self.with_)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Go into the flow."""
        step.call(self.flow, self.with_)
        return None

    async def again(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Come back from a flow that has ended without a `return`."""
        step.come_back(kept, None)
        return {"result": None}

    def unwound(self, step: Step, kept: Kept, leave: Leave) -> bool:
        """Come back from a flow that is left, and take what it returned."""
        return step.come_back(kept, leave)
