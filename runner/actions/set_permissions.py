"""`set_permissions`: say what a role or a member may do in a channel."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from runner.actions._on_channel import CHANNEL, OnChannel, Overwrite, channel_of, target_of, two_targets
from runner.actions.action import Misfit, Repeats, Seeing, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Role, Snowflake, option
from runner.lifecycle import limits
from runner.lifecycle.bits import PermissionName, Permissions, permissions_named

_OVERWRITE: Final = CHANNEL + "/permissions/{target_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPermissions(OnChannel):
    """Say what a role or a member may do in a channel, and may not. What is not named stays as it is.

    Example:
        - set_permissions: {user: "{{ user }}", allow: [view_channel, send_messages]}
    """

    repeats: ClassVar[Repeats] = Repeats.SAFE
    needs: ClassVar[Permissions] = Permissions.MANAGE_ROLES

    role: Role | None = option("For whom: a role, an id or `@name`; `@everyone` is one too.", default=None)
    user: Snowflake | None = option("For whom: a user, or an id.", default=None)
    allow: tuple[PermissionName, ...] = option("What they may do here.", default=(), single=True)
    deny: tuple[PermissionName, ...] = option("What they may not do here.", default=(), single=True)
    inherit: tuple[PermissionName, ...] = option("What they may do here as elsewhere.", default=(), single=True)

    def lacks(self) -> str:
        """Ask for a role or a user, and for a permission."""
        if self.role is None and self.user is None:
            return "`role` or `user`"
        return "" if self.allow or self.deny or self.inherit else "`allow`, `deny` or `inherit`"

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse a step for a role and for a user at once."""
        if self.role is not None and self.user is not None:
            yield two_targets("user")

    def seeing(self) -> tuple[Seeing, ...]:
        """Return whether it lets them see the channel, if it says anything of that."""
        said = Overwrite(role=self.role, user=self.user, allow=self.allow, deny=self.deny)
        return tuple(said.seeing("deny", is_new=False))

    def takes_s(self) -> float:
        """Allow for asking what is said of them now."""
        return 2 * limits.REST_CALL_S

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Change what is said of them, and take it away where nothing is left of it."""
        target_id, kind = target_of(self.role, self.user, step)
        channel_id = channel_of(self.channel, step)
        channel = await step.rest("GET", CHANNEL, channel_id=channel_id)
        overwrites: list[dict[str, Any]] = channel.get("permission_overwrites") or []  # Any: Discord's JSON
        before = next((each for each in overwrites if each["id"] == target_id), None)
        allow, deny = self._changed(int(before["allow"]), int(before["deny"])) if before else self._changed(0, 0)
        place = {"channel_id": channel_id, "target_id": target_id}
        if allow or deny:
            body = {"type": kind, "allow": str(allow), "deny": str(deny)}
            await step.rest("PUT", _OVERWRITE, body, reason=self.reason, **place)
        elif before is not None:
            await step.rest("DELETE", _OVERWRITE, reason=self.reason, **place)
        return None

    def _changed(self, allow: int, deny: int) -> tuple[int, int]:
        allowed, denied = int(permissions_named(self.allow)), int(permissions_named(self.deny))
        named = allowed | denied | int(permissions_named(self.inherit))
        return allow & ~named | allowed & ~denied, deny & ~named | denied
