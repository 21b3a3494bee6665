"""`toggle_role`: give a member a role, or take it."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_member import user_of
from runner.actions._on_roles import OnSet, change
from runner.actions.action import Repeats, Step
from runner.data import dataclass
from runner.lifecycle import limits
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleRole(OnSet):
    """Take a role from a member who has it, and give it to one who hasn't. Several go the way of the first.

    Example:
        - toggle_role: "@Support"
    """

    repeats: ClassVar[Repeats] = Repeats.ONCE
    outputs: ClassVar[Mapping[str, Type]] = {"has_role": BOOLEAN}

    def takes_s(self) -> float:
        """Allow for asking which roles they have."""
        return OnSet.takes_s(self) + limits.REST_CALL_S

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take it or give it, and say which: whether they have it now."""
        roles = [step.role(role) for role in self.role]
        if roles[0] in await step.roles_of(user_of(self, step)):
            await change(self, step, "DELETE", roles)
            return {"has_role": False}
        await self.take_others(step)
        await change(self, step, "PUT", roles)
        return {"has_role": True}
