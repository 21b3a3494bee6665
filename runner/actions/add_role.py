"""`add_role`: give a member a role."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_roles import OnSet, change
from runner.actions.action import Repeats, Step
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRole(OnSet):
    """Give a member a role, or several. Does nothing where they have it already.

    Example:
        - add_role: "@Support"
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take the others of its set away, then give it."""
        roles = [step.role(role) for role in self.role]
        await self.take_others(step)
        await change(self, step, "PUT", roles)
        return None
