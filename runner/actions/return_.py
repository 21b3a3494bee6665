"""`return`: end a flow with a result."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Ending, Leave, Step
from runner.data import dataclass
from runner.fields import Data, option


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Action):
    """End the flow that this stands in, with a result; the steps behind its `run` go on. Outside of a flow, `stop`.

    Example:
        - return: "{{ user.name }}"
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "return_"
    ends: ClassVar[Ending | None] = Ending.RETURN

    return_: Data = option("The result; left out, none.", default=None)

    def returns(self) -> object:
        """Return the result."""
        return self.return_

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Leave the flow."""
        step.leave(Leave(Ending.RETURN, value=self.return_))
        return None
