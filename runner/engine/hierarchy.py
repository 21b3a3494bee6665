"""Who is above whom in a server: the highest role counts, and of two at one position the older.

Source: Discord docs, Topics: Permissions, Permission Hierarchy.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from runner.actions.action import Refused
from runner.engine.context import Directory, Role, caller

Json = Mapping[str, Any]  # Any: Discord's JSON

_LOWEST: Final = (-1, 0)


def role_obstacle(named: str, interaction: Json, directory: Directory) -> Refused | None:
    """Return why the bot can't give or take a role, given by id or as `@name`; None where nothing is known to."""
    guild_id: str = interaction.get("guild_id") or ""
    role_id = directory.role_named(guild_id, named[1:]) if named.startswith("@") else named
    role = directory.role(guild_id, role_id) if role_id else None
    if role is None:
        return None
    if role.is_managed or role.id == guild_id:
        return Refused("refused_role_fixed", role=_shown(role))
    if _is_owner(str(directory.bot["id"]), guild_id, directory):
        return None
    own = _rank(directory.bot_roles(guild_id), guild_id, directory)
    return None if own is None or _place(role) < own else Refused("refused_role_above", role=_shown(role))


def member_obstacle(
    member_id: str, roles: Iterable[str] | None, interaction: Json, directory: Directory, *, for_caller: bool
) -> Refused | None:
    """Return why the bot, or with `for_caller` who asked it to, can't act on a member; None where nothing is known to.

    `roles` are the member's, None if they are not known.
    """
    guild_id: str = interaction.get("guild_id") or ""
    if _is_owner(member_id, guild_id, directory):
        return Refused("refused_guild_owner")
    theirs = _rank(roles, guild_id, directory)
    if theirs is None:
        return None
    if for_caller and not _is_above_as_caller(member_id, theirs, interaction, directory):
        return Refused("refused_rank", member=f"<@{member_id}>")
    bot_roles = directory.bot_roles(guild_id)
    if bot_roles is not None and not _is_above(str(directory.bot["id"]), bot_roles, theirs, guild_id, directory):
        return Refused("refused_member_above", member=f"<@{member_id}>")
    return None


def caller_obstacle(
    member_id: str, roles: Iterable[str] | None, interaction: Json, directory: Directory
) -> Refused | None:
    """Return why whoever asked for it can't act on a member: because they are not above, or nobody knows.

    `roles` are the member's. None where nobody has asked, and for the caller.
    """
    member: Json | None = interaction.get("member")
    if not member or caller(interaction)["id"] == member_id:
        return None
    guild_id: str = interaction["guild_id"]
    if _is_owner(member_id, guild_id, directory):
        return Refused("refused_guild_owner")
    if _is_owner(caller(interaction)["id"], guild_id, directory):
        return None
    own, theirs = _rank(member["roles"], guild_id, directory), _rank(roles, guild_id, directory)
    is_above = own is not None and theirs is not None and own > theirs
    return None if is_above else Refused("refused_rank", member=f"<@{member_id}>")


def roles_of(member_id: str, interaction: Json) -> tuple[str, ...] | None:
    """Return the roles of a member as far as the interaction tells: of the caller, and of whom its data names."""
    member: Json = interaction.get("member") or {}
    if member and caller(interaction)["id"] == member_id:
        return tuple(member["roles"])
    data: Json = interaction.get("data") or {}
    resolved: Json = data.get("resolved") or {}
    members: Mapping[str, Json] = resolved.get("members") or {}
    return tuple(members[member_id]["roles"]) if member_id in members else None


def _is_above_as_caller(member_id: str, theirs: tuple[int, int], interaction: Json, directory: Directory) -> bool:
    """Tell whether the caller is above a member, or is the member. Without a caller there is nobody to be asked."""
    member: Json | None = interaction.get("member")
    if not member or caller(interaction)["id"] == member_id:
        return True
    return _is_above(caller(interaction)["id"], member["roles"], theirs, interaction["guild_id"], directory)


def _is_owner(user_id: str, guild_id: str, directory: Directory) -> bool:
    return directory.guild_owner(guild_id) == user_id


def _is_above(user_id: str, roles: Iterable[str], other: tuple[int, int], guild_id: str, directory: Directory) -> bool:
    if _is_owner(user_id, guild_id, directory):
        return True
    own = _rank(roles, guild_id, directory)
    return own is None or own > other


def _rank(roles: Iterable[str] | None, guild_id: str, directory: Directory) -> tuple[int, int] | None:
    """Return the place of the highest of some roles; None where one of them is not known."""
    if roles is None:
        return None
    known = [directory.role(guild_id, role) for role in roles]
    if not all(known):
        return None
    return max((_place(role) for role in known if role), default=_LOWEST)


def _place(role: Role) -> tuple[int, int]:
    return (role.position, -int(role.id))


def _shown(role: Role) -> str:
    return f"@{role.name.removeprefix('@')}"
