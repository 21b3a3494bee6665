"""Actions with needs and targets, for tests of what is asked before they run."""

from collections.abc import Mapping
from typing import ClassVar, Final

from runner.actions.action import Action, Place, Step, Target
from runner.data import dataclass
from runner.fields import Duration, Role, Snowflake, option
from runner.lifecycle.bits import Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang(Action):
    """Claim to be fast, and take its time.

    Example:
        - hang: 5s
    """

    whole: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=900)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.duration)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Action):
    """Need a permission in the interaction's channel.

    Example:
        - ring
    """

    needs: ClassVar[Permissions] = Permissions.MANAGE_MESSAGES
    worst_case_s: ClassVar[float] = 1.0

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.rest(
            "POST", "/channels/{channel_id}/messages", {"content": "ring"}, channel_id=step.channel_id or ""
        )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Action):
    """Act on a member, with a permission of the server's.

    Example:
        - hit: "{{ user }}"
    """

    whole: ClassVar[str | None] = "member"
    needs: ClassVar[Permissions] = Permissions.BAN_MEMBERS
    targets: ClassVar[Mapping[str, Target]] = {"member": Target.MEMBER}

    member: Snowflake = option("Whom.")

    def needs_in(self) -> object:
        return Place.SERVER

    def is_for_caller(self) -> bool:
        return True

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.rest("POST", "/channels/{channel_id}/messages", {"content": "hit"}, channel_id=step.channel_id or "")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Give(Action):
    """Act on roles, with a permission of the server's.

    Example:
        - give: ["@Support"]
    """

    whole: ClassVar[str | None] = "roles"
    needs: ClassVar[Permissions] = Permissions.MANAGE_ROLES
    targets: ClassVar[Mapping[str, Target]] = {"roles": Target.ROLE}

    roles: tuple[Role, ...] = option("Which.", single=True)

    def needs_in(self) -> object:
        return Place.SERVER

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.rest(
            "POST", "/channels/{channel_id}/messages", {"content": "give"}, channel_id=step.channel_id or ""
        )
        return None


ACTING: Final[Mapping[str, type[Action]]] = {"hang": Hang, "ring": Ring, "hit": Hit, "give": Give}
"""Actions that need and act on what a test is about. Those that act post their names, which the wire shows."""
