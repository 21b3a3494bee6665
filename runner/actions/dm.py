"""`dm`: write to somebody directly."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from runner.actions.action import Action, FailureKind, Repeats, Step, StepFailed
from runner.config.document import NewMessage, lacks_content
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Snowflake, Steps, keys_of, option
from runner.inside import Inside, OneOf
from runner.lifecycle import limits
from runner.messages import Message
from runner.templates.types import BOOLEAN, SNOWFLAKE, Type, optional

_CLOSED: Final = (FailureKind.CLOSED_DM, FailureKind.UNKNOWN_USER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dm(Action):
    """Write to somebody directly, with the bot's own token. `if_closed` runs where they take no direct messages.

    Example:
        - dm: {content: "Welcome, {{ user.name }}", if_closed: [{log: Their inbox is closed}]}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "content"
    worst_case_s: ClassVar[float] = 2 * limits.REST_CALL_S
    outputs: ClassVar[Mapping[str, Type]] = {
        "was_delivered": BOOLEAN,
        "message_id": optional(SNOWFLAKE),
        "channel_id": optional(SNOWFLAKE),
    }

    message: Message = keys_of(NewMessage)
    user: Snowflake | None = option("To whom: a user, or an id. Left out: whoever runs this.", default=None)
    if_closed: Steps | None = option(
        "What runs where Discord refuses it for them. Left out: the step fails, as `closed_dm`.", default=None
    )

    def lacks(self) -> str:
        """Ask for something to say."""
        return lacks_content(self.message)

    def inside(self) -> Inside | None:
        """Return what runs where they can't be written to, or nothing."""
        return None if self.if_closed is None else OneOf((Steps(), self.if_closed))

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want somebody where nobody is named."""
        return frozenset() if self.user is not None else frozenset({"user"})

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Write to them, and say whether it has arrived."""
        user_id = self.user or step.user_id
        if user_id is None:
            raise StepFailed("nobody runs this; name somebody with `user`", kind=FailureKind.INVALID)
        try:
            sent = await self._send(step, user_id)
        except StepFailed as failure:
            if self.if_closed is None or failure.kind not in _CLOSED:
                raise
            step.enter(self.if_closed)
            return {"was_delivered": False, "message_id": None, "channel_id": None}
        return {"was_delivered": True, "message_id": sent["id"], "channel_id": sent["channel_id"]}

    async def _send(self, step: Step, user_id: str) -> Any:  # Discord's JSON
        channel = await step.rest("POST", "/users/@me/channels", {"recipient_id": user_id})
        route = "/channels/{channel_id}/messages"
        return await step.rest_message("POST", route, self.message, channel_id=channel["id"])
