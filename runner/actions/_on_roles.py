"""What every step on a member's roles has."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from runner.actions._on_member import MEMBER, OnMember, server_of, user_of
from runner.actions.action import Step, Target
from runner.data import dataclass
from runner.fields import Role, option
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions

ROLES_MAX = 25
"""How many roles a step can name: each is a call of its own, which nobody else's call can undo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoles(OnMember):
    """A step on some of a member's roles."""

    short: ClassVar[str | None] = "role"
    needs: ClassVar[Permissions] = Permissions.MANAGE_ROLES
    targets: ClassVar[Mapping[str, Target]] = {"role": Target.ROLE}

    role: tuple[Role, ...] = option(
        "Which role, or which of them: each an id or `@name`.", single=True, min_items=1, max_items=ROLES_MAX
    )

    def takes_s(self) -> float:
        """Allow for a call for each role; what a template gives is taken for one."""
        return limits.REST_CALL_S * max(1, len(self.role))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSet(OnRoles):
    """A step that may give a role of which a member can have one at a time."""

    targets: ClassVar[Mapping[str, Target]] = {"role": Target.ROLE, "instead_of": Target.ROLE}

    instead_of: tuple[Role, ...] = option(
        "Roles that they can't have besides, and that are taken from them; those of `role` may be among them.",
        default=(),
        single=True,
        max_items=ROLES_MAX,
    )

    def takes_s(self) -> float:
        """Allow for asking which of the others they have, and for taking each."""
        others = len(self.instead_of) + 1 if self.instead_of else 0
        return OnRoles.takes_s(self) + limits.REST_CALL_S * others

    async def take_others(self, step: Step) -> None:
        """Take away the roles that they can't have besides."""
        if not self.instead_of:
            return
        given = {step.role(role) for role in self.role}
        held = await step.roles_of(user_of(self, step))
        others = dict.fromkeys(step.role(role) for role in self.instead_of)
        await change(self, step, "DELETE", [role for role in others if role in held and role not in given])


async def change(action: OnRoles, step: Step, method: str, roles: Sequence[str]) -> None:
    """Give (`PUT`) or take (`DELETE`) roles, each by a call of its own, so that nothing else changes meanwhile."""
    route, guild_id, user_id = MEMBER + "/roles/{role_id}", server_of(step), user_of(action, step)
    for role_id in roles:
        await step.rest(method, route, reason=action.reason, guild_id=guild_id, user_id=user_id, role_id=role_id)
