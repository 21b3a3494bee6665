"""`timeout_member`: keep a member from writing and speaking for a while."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar, Final

from runner.actions._on_member import MEMBER, Telling, server_of
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.fields import Duration, option
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import MEMBER_TIMEOUT_MAX_S
from runner.templates.types import BOOLEAN, INSTANT, Type

_MARGIN_S: Final = 60.0
"""How far from the longest timeout is stayed away, in seconds: Discord counts it by its own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeoutMember(Telling):
    """Keep a member from writing, reacting and speaking for a while. A new timeout replaces an old one.

    Example:
        - timeout_member: {user: "{{ user }}", for: 10m, reason: Spam, dm: "Please stay calm."}
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    needs: ClassVar[Permissions] = Permissions.MODERATE_MEMBERS
    outputs: ClassVar[Mapping[str, Type]] = {"was_told": BOOLEAN, "until": INSTANT}

    for_: Duration = option("How long, at most 28d.", minimum=1.0, maximum=MEMBER_TIMEOUT_MAX_S)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Tell them, then set it; gives when it ends."""
        guild_id, user_id = server_of(step), await self.whom(step)
        was_told = await self.tell(step, user_id)
        until = step.now + min(self.for_, MEMBER_TIMEOUT_MAX_S - _MARGIN_S)
        changed = {"communication_disabled_until": datetime.fromtimestamp(until, UTC).isoformat()}
        await step.rest("PATCH", MEMBER, changed, reason=self.reason, guild_id=guild_id, user_id=user_id)
        return {"was_told": was_told, "until": until}
