"""`ban`: send somebody away for good."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions._on_member import Telling, server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Duration, option
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import BAN_DELETE_MESSAGES_MAX_S

_BAN: Final = "/guilds/{guild_id}/bans/{user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban(Telling):
    """Send somebody away for good, whether they are in the server or not.

    Example:
        - ban: {user: "{{ user }}", reason: Spam, delete_messages: 1d, dm: You have been banned.}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.BAN_MEMBERS

    delete_messages: Duration = option(
        "Their messages of how long before are deleted with them, at most 7d.",
        default=0.0,
        maximum=BAN_DELETE_MESSAGES_MAX_S,
    )

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Tell them, then ban them."""
        guild_id, user_id = server_of(step), await self.whom(step)
        was_told = await self.tell(step, user_id)
        settings = {"delete_message_seconds": int(self.delete_messages)}
        await step.rest("PUT", _BAN, settings, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return {"was_told": was_told}
