"""`unban`: let somebody come back."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions._on_member import server_of
from runner.actions._on_server import OnServer
from runner.actions.action import Repeats, Step, StepFailed
from runner.data import dataclass
from runner.fields import Snowflake, option
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode
from runner.templates.types import BOOLEAN, Type

_BAN: Final = "/guilds/{guild_id}/bans/{user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unban(OnServer):
    """Let somebody come back who was banned. Does nothing where they are not.

    Example:
        - unban: {user: "{{ user }}", reason: Time served}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    short: ClassVar[str | None] = "user"
    needs: ClassVar[Permissions] = Permissions.BAN_MEMBERS
    outputs: ClassVar[Mapping[str, Type]] = {"was_banned": BOOLEAN}

    user: Snowflake = option("Whom: a user, or an id.")
    reason: str | None = option("Why, for the server's audit log: 512 characters, longer text is cut.", default=None)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take the ban back, and say whether there was one."""
        guild_id = server_of(step)
        try:
            await step.rest("DELETE", _BAN, reason=self.reason, guild_id=guild_id, user_id=self.user)
        except StepFailed as failure:
            if failure.code != ErrorCode.UNKNOWN_BAN:
                raise
            return {"was_banned": False}
        return {"was_banned": True}
