"""Who may run a handler: permissions, and the named guards of `checks:`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from runner.fields import Entry, Expression, Role, Snowflake, Text, option
from runner.lifecycle.bits import Permissions

PERMISSION_NAMES: tuple[str, ...] = tuple(sorted(str(flag.name).lower() for flag in Permissions))
if TYPE_CHECKING:
    PermissionName = str  # type checkers can't follow words that come from Discord's own bit names
else:
    PermissionName = Literal[PERMISSION_NAMES]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRules(Entry):
    """Which Discord permissions a handler asks for; enforced on each run, before the first step."""

    member: tuple[PermissionName, ...] = option("What the caller must hold in this channel.", default=(), single=True)
    bot: tuple[PermissionName, ...] = option("What the bot must hold in this channel.", default=(), single=True)
    denied: Text | None = option("What the caller reads when a permission is missing.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules(Entry):
    """Which roles a member must have; each an id or `@name`."""

    short: ClassVar[str | None] = "any"

    any: tuple[Role, ...] = option("At least one of these.", default=(), single=True)
    all: tuple[Role, ...] = option("All of these.", default=(), single=True)
    none: tuple[Role, ...] = option("None of these.", default=(), single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Entry):
    """A named guard. Every rule in it must hold."""

    permissions: tuple[PermissionName, ...] = option("Permissions that the member holds here.", default=(), single=True)
    roles: RoleRules | None = option("Roles that the member has.", default=None)
    users: tuple[Snowflake, ...] = option("Only these users.", default=(), single=True)
    if_: Expression | None = option("A template expression that must be true.", default=None)
    denied: Text | None = option("What the member reads when it doesn't hold.", default=None)
