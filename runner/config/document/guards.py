"""Who may run a handler: permissions, and the checks that say who, in which role and where."""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from runner.data import dataclass
from runner.diagnostics import Span
from runner.fields import Channel, Checks, Entry, Expression, Role, Snowflake, Text, option
from runner.lifecycle.bits import PermissionName as PermissionName

ContextName = Literal["guild", "bot_dm", "private_channel"]
"""Where an interaction can start, as Discord names it. Discord docs, Application Commands, Interaction Contexts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRules(Entry):
    """Which Discord permissions a handler asks for; enforced on each run, before the first step."""

    member: tuple[PermissionName, ...] = option("What the caller must hold in this channel.", default=(), single=True)
    bot: tuple[PermissionName, ...] = option("What the bot must hold in this channel.", default=(), single=True)
    denied: Text | None = option("What the caller reads when a permission is missing.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPermissions(Entry):
    """Which Discord permissions a check asks for."""

    short: ClassVar[str | None] = "member"

    member: tuple[PermissionName, ...] = option(
        "What the member must hold in this channel.", default=(), single=True, min_items=1
    )
    bot: tuple[PermissionName, ...] = option(
        "What the bot must hold in this channel.", default=(), single=True, min_items=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules(Entry):
    """Which roles a member must have; each an id or `@name`."""

    short: ClassVar[str | None] = "any"

    any: tuple[Role, ...] = option("At least one of these.", default=(), single=True, min_items=1)
    all: tuple[Role, ...] = option("All of these.", default=(), single=True, min_items=1)
    none: tuple[Role, ...] = option("None of these.", default=(), single=True, min_items=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Entry):
    """A guard. Every rule in it must hold; what can't be known, as in a server that is not cached, does not hold.

    `spans` are the places of its keys, as `roles` and `roles.any`; "" is where it begins, and "{}" the whole of it.
    """

    permissions: CheckPermissions | None = option("Permissions of the member, or of the bot, here.", default=None)
    roles: RoleRules | None = option("Roles that the member has, or has not.", default=None)
    users: tuple[Snowflake, ...] = option("Only these users.", default=(), single=True, min_items=1)
    channels: tuple[Channel, ...] = option(
        "Only in these channels and their threads; each an id or `#name`, or a category's id.",
        default=(),
        single=True,
        min_items=1,
    )
    contexts: tuple[ContextName, ...] = option(
        "Only in servers (`guild`), in direct messages with the bot (`bot_dm`), or in other people's direct messages "
        "(`private_channel`).",
        default=(),
        single=True,
        min_items=1,
    )
    owner: bool = option("Only the owner of the server.", default=False)
    bot_owner: bool = option("Only the owner of the bot, or its team's admins and developers.", default=False)
    and_: Checks = option("Each of these checks holds too.", default=Checks(), min_items=1)
    or_: Checks = option("At least one of these checks holds.", default=Checks(), min_items=1)
    not_: Checks = option("None of these checks holds.", default=Checks(), min_items=1)
    if_: Expression | None = option("A template expression that must be true.", default=None)
    denied: Text | None = option("What the member reads when it doesn't hold.", default=None)

    spans: Mapping[str, Span] = field(default_factory=dict[str, Span], repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCheck(Check):
    """A check where it is asked for: by its name, written in place, or both."""

    short: ClassVar[str | None] = "check"

    check: str | None = option("A check from `checks:`.", default=None, refers="checks")
