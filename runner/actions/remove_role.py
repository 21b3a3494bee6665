"""`remove_role`: take a role from a member."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._on_roles import OnRoles, change
from runner.actions.action import Repeats, Step
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRole(OnRoles):
    """Take a role from a member, or several. Does nothing where they don't have it.

    Example:
        - remove_role: {role: "@Muted", reason: Time served}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Take it."""
        await change(self, step, "DELETE", [step.role(role) for role in self.role])
        return None
