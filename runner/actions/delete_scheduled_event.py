"""`delete_scheduled_event`: delete a scheduled event."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import server_of
from runner.actions._on_scheduled_event import EVENT, OnScheduledEvent
from runner.actions.action import Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.limits import ErrorCode
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteScheduledEvent(OnScheduledEvent):
    """Delete a scheduled event. Does nothing if it is gone already.

    Example:
        - delete_scheduled_event: "123456789012345678"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "event"
    outputs: ClassVar[Mapping[str, Type]] = {"was_there": BOOLEAN}

    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete it, and tell whether it was there."""
        where = {"guild_id": server_of(step), "event_id": self.event}
        try:
            await step.rest("DELETE", EVENT, reason=self.reason, **where)
        except StepFailed as failure:
            if failure.code != ErrorCode.UNKNOWN_SCHEDULED_EVENT:
                raise
            return {"was_there": False}
        return {"was_there": True}
