"""Who may run a handler: permissions of both sides, named checks. Asked on each run, before the first step.

Discord's own gate (`default_member_permissions`) is a default that a server's admins can override, and components
have none at all, so it is never relied on. Source: Discord docs, Application Commands, Permissions.
"""

from collections.abc import Mapping
from typing import Any, Final

from runner.actions.action import Refused
from runner.compile import Check, Guard, Handler, Render
from runner.engine import context
from runner.engine.context import Directory
from runner.lifecycle.bits import Permissions

Json = Mapping[str, Any]

_WORDS: Final[Mapping[Permissions, str]] = {  # where Discord's own client has other words than its API
    Permissions.MANAGE_GUILD: "Manage Server",
    Permissions.VIEW_GUILD_INSIGHTS: "View Server Insights",
    Permissions.MODERATE_MEMBERS: "Timeout Members",
    Permissions.STREAM: "Video",
    Permissions.USE_VAD: "Use Voice Activity",
    Permissions.SEND_TTS_MESSAGES: "Send Text-to-Speech Messages",
}

# Plain numbers: operations on flags cost ten times as much, and this is asked on every run.
_ADMINISTRATOR: Final = int(Permissions.ADMINISTRATOR)
_WORDED: Final = tuple(
    (int(flag), _WORDS.get(flag) or str(flag.name).replace("_", " ").title()) for flag in Permissions
)


def admit(
    handler: Handler, interaction: Json, values: dict[str, Any], checks: Mapping[str, Check], directory: Directory
) -> None:
    """Raise `Refused` unless the caller and the bot may do this here."""
    if handler.needs_server and not interaction.get("guild_id"):
        raise Refused("refused_server")
    guard = handler.guard
    if guard.member or guard.bot:
        _admit_permissions(guard, interaction, values)
    if guard.check is not None:
        admit_check(checks[guard.check], interaction, values, directory, "")


def _admit_permissions(guard: Guard, interaction: Json, values: dict[str, Any]) -> None:
    member: Json = interaction.get("member") or {}
    if missing := lacking(guard.member, member.get("permissions")):
        raise Refused("refused_member", _said(guard.denied, values), missing)
    if missing := lacking(guard.bot, interaction.get("app_permissions")):
        raise Refused("refused_bot", "", missing)


def admit_check(check: Check, interaction: Json, values: dict[str, Any], directory: Directory, denied: str) -> None:
    """Raise `Refused` unless every rule of a named check holds; `denied` replaces the check's own sentence."""
    if not _holds(check, interaction, values, directory):
        raise Refused("refused_check", denied or _said(check.denied, values))


def lacking(asked: Permissions, granted: str | None) -> tuple[str, ...]:
    """Return the names, as Discord's own client words them, of the permissions that are asked for and not granted."""
    held = int(granted or 0)
    missing = int(asked) & ~held
    if not missing or held & _ADMINISTRATOR:
        return ()
    return tuple(worded for bit, worded in _WORDED if bit & missing)


def _said(text: Render | str, values: dict[str, Any]) -> str:
    return text if isinstance(text, str) else str(text(values))


def _holds(check: Check, interaction: Json, values: dict[str, Any], directory: Directory) -> bool:
    member: Json = interaction.get("member") or {}
    if lacking(check.permissions, member.get("permissions")):
        return False
    if check.users and context.caller(interaction)["id"] not in check.users:
        return False
    if not _has_roles(check, frozenset(member.get("roles") or ()), interaction.get("guild_id") or "", directory):
        return False
    return check.condition is None or bool(check.condition(values))


def _has_roles(check: Check, held: frozenset[str], guild_id: str, directory: Directory) -> bool:
    """Tell whether the roles are as the check says. Where that can't be known the answer is no."""
    asked = (*check.any_role, *check.all_roles, *check.no_role)
    if asked and not guild_id:
        return False
    if any(role.startswith("@") for role in asked) and not directory.guild_name(guild_id):
        return False

    def has(role: str) -> bool:
        named = directory.role_named(guild_id, role[1:]) if role.startswith("@") else role
        return named in held

    return (
        (not check.any_role or any(has(role) for role in check.any_role))
        and all(has(role) for role in check.all_roles)
        and not any(has(role) for role in check.no_role)
    )
