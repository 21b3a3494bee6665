"""`crosspost`: publish a message of an announcement channel."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_message import MESSAGE, OnMessage
from runner.actions.action import Repeats, Step, StepFailed
from runner.data import dataclass
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosspost(OnMessage):
    """Publish a message of an announcement channel in the channels that follow it. Does nothing the second time.

    Example:
        - crosspost: "{{ message.id }}"
          catch: [{log: This is no announcement channel}]
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "message"
    needs: ClassVar[Permissions] = Permissions.SEND_MESSAGES | Permissions.MANAGE_MESSAGES
    needs_server: ClassVar[bool] = True

    def asks(self) -> Permissions:
        """Return what a message of the bot's own takes; nobody but Discord knows yet whether it is one."""
        return Permissions.SEND_MESSAGES

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Publish it."""
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        try:
            await step.rest("POST", MESSAGE + "/crosspost", **where)
        except StepFailed as failure:
            if failure.code != ErrorCode.ALREADY_CROSSPOSTED:
                raise
        return None
