"""`delete_emoji`: take an emoji from the server."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_emoji import EMOJI, OnEmoji
from runner.actions._on_member import server_of
from runner.actions.action import Repeats, Step, StepFailed
from runner.data import dataclass
from runner.lifecycle.limits import ErrorCode
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteEmoji(OnEmoji):
    """Take an emoji from the server. Does nothing if it is gone already.

    Example:
        - delete_emoji: "<:party:123456789012345678>"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    short: ClassVar[str | None] = "emoji"
    outputs: ClassVar[Mapping[str, Type]] = {"was_there": BOOLEAN}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Delete it, and tell whether it was there."""
        where = {"guild_id": server_of(step), "emoji_id": self.emoji_id}
        try:
            await step.rest("DELETE", EMOJI, reason=self.reason, **where)
        except StepFailed as failure:
            if failure.code != ErrorCode.UNKNOWN_EMOJI:
                raise
            return {"was_there": False}
        return {"was_there": True}
