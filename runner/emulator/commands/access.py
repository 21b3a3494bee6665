"""Who may run a command. Source: Discord docs, Interactions: Application Commands, Permissions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from runner.emulator.forms.errors import FormErrors
from runner.emulator.forms.fields import Form
from runner.emulator.world import JsonObject
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import CommandType

_GUILD_CONTEXT: Final = 0
_BOT_DM_CONTEXT: Final = 1


class OverwriteTarget(IntEnum):
    """Whom an admin's setting of a command is about."""

    ROLE = 1
    USER = 2
    CHANNEL = 3


@dataclass(frozen=True, slots=True)
class CommandOverwrite:
    """What an admin has set for a command in one guild.

    `id` is a role's (the guild's own id: everyone), a user's or a channel's (the guild's id less 1: all channels).
    """

    id: int
    target: OverwriteTarget
    allowed: bool


def permissions_json(
    application_id: int, guild_id: int, command_id: int, overwrites: Sequence[CommandOverwrite]
) -> JsonObject:
    """Return what is set for a command in a guild, as REST and the gateway tell it."""
    entries = [{"id": str(each.id), "type": int(each.target), "permission": each.allowed} for each in overwrites]
    return {
        "id": str(command_id),
        "application_id": str(application_id),
        "guild_id": str(guild_id),
        "permissions": entries,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who wants to run a command, and where. `guild_id` is None in a DM with the app; the permissions are the
    caller's in that channel.
    """

    permissions: Permissions
    channel_id: int
    role_ids: Collection[int]
    user_id: int
    guild_id: int | None


def may_use(command: Mapping[str, object], overwrites: Sequence[CommandOverwrite], caller: Caller) -> bool:
    """Return whether Discord offers `command` to the caller; `nsfw` is not looked at.

    An admin's overwrite beats `default_member_permissions`, which is why that is a default and never a protection.
    """
    form = Form(command, (), FormErrors())
    if not _is_offered_here(form, caller.guild_id):
        return False
    if caller.guild_id is None or Permissions.ADMINISTRATOR in caller.permissions:
        return True
    needed = Permissions.USE_APPLICATION_COMMANDS
    if command.get("type") == CommandType.USER:
        needed |= Permissions.SEND_MESSAGES
    return (
        needed in caller.permissions
        and _is_channel_open(overwrites, caller.channel_id, caller.guild_id)
        and _is_allowed(form, overwrites, caller, caller.guild_id)
    )


def _is_offered_here(command: Form, guild_id: int | None) -> bool:
    context = _BOT_DM_CONTEXT if guild_id is None else _GUILD_CONTEXT
    if guild_id is None and command.has("guild_id"):
        return False
    if command.has("contexts"):
        return context in command.items("contexts")
    return guild_id is not None or command.values.get("dm_permission") is not False


def _is_channel_open(overwrites: Sequence[CommandOverwrite], channel_id: int, guild_id: int) -> bool:
    channels = {entry.id: entry.allowed for entry in overwrites if entry.target is OverwriteTarget.CHANNEL}
    return channels.get(channel_id, channels.get(guild_id - 1, True))


def _is_allowed(command: Form, overwrites: Sequence[CommandOverwrite], caller: Caller, guild_id: int) -> bool:
    users = {entry.id: entry.allowed for entry in overwrites if entry.target is OverwriteTarget.USER}
    roles = {entry.id: entry.allowed for entry in overwrites if entry.target is OverwriteTarget.ROLE}
    if caller.user_id in users:
        return users[caller.user_id]
    for_roles = [roles[role_id] for role_id in caller.role_ids if role_id in roles and role_id != guild_id]
    if for_roles:
        return any(for_roles)
    return roles.get(guild_id, _has_default_permissions(command, caller.permissions))


def _has_default_permissions(command: Form, permissions: Permissions) -> bool:
    needed = command.snowflake("default_member_permissions")
    # "0" is nobody but admins, who have passed already.
    return needed is None or (needed != 0 and Permissions(needed) in permissions)
