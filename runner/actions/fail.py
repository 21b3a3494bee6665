"""`fail`: end the handler with an error."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Ending, FailureKind, Step, StepFailed
from runner.data import dataclass
from runner.fields import option


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Action):
    """End the handler as a failure: `on_error` runs, and the log has the message.

    Example:
        - fail: The queue is closed.
    """

    is_local: ClassVar[bool] = True
    short: ClassVar[str | None] = "message"
    ends: ClassVar[Ending | None] = Ending.FAIL

    message: str = option("What went wrong; `error.message` in `on_error`, and shown to the user if there is none.")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Raise it."""
        raise StepFailed(self.message, public=self.message, kind=FailureKind.FAILED)
