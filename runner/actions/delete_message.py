"""`delete_message`: delete a message."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage
from runner.actions.action import FailureKind, Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.bits import Permissions
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage(OnMessage):
    """Delete a message: one of the bot's own, or anybody's. Does nothing if it is gone already.

    Example:
        - delete_message: "{{ message.id }}"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "message"
    needs: ClassVar[Permissions] = Permissions.MANAGE_MESSAGES
    outputs: ClassVar[Mapping[str, Type]] = {"was_there": BOOLEAN}

    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    def asks(self) -> Permissions:
        """Return nothing: nobody but Discord knows yet whether it is one of the bot's own."""
        return Permissions(0)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete it, and tell whether it was there."""
        try:
            await step.rest(
                "DELETE", MESSAGE, reason=self.reason, channel_id=self.channel_id(step), message_id=self.message
            )
        except StepFailed as failure:
            if failure.kind is not FailureKind.UNKNOWN_MESSAGE:
                raise
            return {"was_there": False}
        return {"was_there": True}
