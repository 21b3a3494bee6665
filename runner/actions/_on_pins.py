"""What both steps on pins have."""

from typing import ClassVar, Final

from runner.actions._on_channel import CHANNEL
from runner.actions._on_message import OnMessage
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.bits import Permissions

_PIN: Final = CHANNEL + "/messages/pins/{message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPin(OnMessage):
    """A step on the pin of a message."""

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "message"
    needs: ClassVar[Permissions] = Permissions.PIN_MESSAGES

    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    async def change(self, step: Step, method: str) -> None:
        """Set the pin (`PUT`) or take it away (`DELETE`)."""
        where = {"channel_id": self.channel_id(step), "message_id": self.message}
        await step.rest(method, _PIN, reason=self.reason, **where)
