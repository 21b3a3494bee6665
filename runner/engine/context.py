"""What templates read of an interaction: Discord's payload as plain mappings, made only for the roots that are read.

The attributes are those that `check.contexts` declares for each root.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from runner import objects
from runner.actions.action import Refused
from runner.compile import Handler, Program
from runner.data import dataclass
from runner.engine import entered, options
from runner.lifecycle.bits import Permissions
from runner.lifecycle.deadline import snowflake_created_at
from runner.lifecycle.limits import CommandType
from runner.objects import channel, message, user

Json = Mapping[str, Any]

_PERMISSION_NAMES: Final = tuple((flag.value, str(flag.name).lower()) for flag in Permissions)


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a server. The higher its position the more it is above; a managed one belongs to an integration."""

    id: str
    name: str
    position: int
    is_managed: bool


class Directory(Protocol):
    """What the gateway knows besides the interactions: the bot itself, its servers, their channels and roles."""

    @property
    def bot(self) -> Json:
        """The bot as a user, with `latency_ms`."""
        ...

    @property
    def bot_owners(self) -> frozenset[str]:
        """The ids of the users who own the bot: its owner, or its team's admins and developers."""
        ...

    def guild_name(self, guild_id: str) -> str:
        """Return a server's name; an empty text when it is not known."""
        ...

    def guild_owner(self, guild_id: str) -> str | None:
        """Return the id of a server's owner; None when it is not known."""
        ...

    def channel_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of the first channel with this name in a server."""
        ...

    def sticker_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of a server's sticker with this name."""
        ...

    def category_of(self, guild_id: str, channel_id: str) -> str | None:
        """Return the id of a channel's category: empty if it has none; None when the channel is not known."""
        ...

    def channel(self, guild_id: str, channel_id: str) -> Json | None:
        """Return a channel or a thread in Discord's words (`id`, `name`, `type`, `parent_id`); None if unknown."""
        ...

    def role_name(self, guild_id: str, role_id: str) -> str:
        """Return a role's name; an empty text when it is not known."""
        ...

    def system_channel(self, guild_id: str) -> str:
        """Return the id of the channel in which a server greets its members, or else its first one; empty if none."""
        ...

    def role_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of the role with this name in a server."""
        ...

    def role(self, guild_id: str, role_id: str) -> Role | None:
        """Return a role of a server; None when either is not known."""
        ...

    def bot_roles(self, guild_id: str) -> tuple[str, ...] | None:
        """Return the ids of the bot's own roles in a server; None when they are not known."""
        ...

    def bot_permissions(self, guild_id: str, channel_id: str = "") -> int | None:
        """Return what the bot holds in a channel, or in the server as a whole; None when that is not known."""
        ...


NOWHERE: Final[Json] = {"id": "0", "user": {"id": None}}
"""Stands for the interaction where there is none: nobody has asked, and nowhere."""


def build(handler: Handler, program: Program, interaction: Json, directory: Directory, now: float) -> dict[str, Any]:
    """Return the context of one run: the roots that the handler's templates read. `now` is in Unix seconds."""
    made = common(handler.roots, program, interaction, directory, now)
    if "options" in handler.roots:
        made["options"] = options.values(interaction["data"], handler.options)
    if handler.fields:  # whether or not they are read: no step runs on what was not asked for
        made["fields"] = entered.fields(interaction["data"], handler.fields)
    if handler.select is not None:
        made["values"] = entered.values(interaction["data"], handler.select)
    return made


def common(
    roots: frozenset[str], program: Program, interaction: Json, directory: Directory, now: float
) -> dict[str, Any]:
    """Return those of `roots` that do not depend on the handler. `now` is in Unix seconds."""
    made: dict[str, Any] = {}
    for root in roots:
        if (builder := _BUILDERS.get(root)) is not None:
            made[root] = builder(interaction)
    if "guild" in roots:
        made["guild"] = guild(interaction, directory)
    if "bot" in roots:
        made["bot"] = directory.bot
    if "now" in roots:
        made["now"] = now
    if "vars" in roots:
        made["vars"] = program.variables
    if "data" in roots:
        made["data"] = program.data
    if "inputs" in roots:
        made["inputs"] = program.inputs
    if "steps" in roots:
        made["steps"] = {}
    return made


def essentials(interaction: Json) -> dict[str, Any]:
    """Return the roots that every interaction has, whatever it is and whatever has become of its handler."""
    return {root: _BUILDERS[root](interaction) for root in ("user", "channel", "interaction")}


def caller(interaction: Json) -> Json:
    """Return Discord's user object of whoever started the interaction."""
    member = interaction.get("member")
    found: Json = member["user"] if member else interaction["user"]
    return found


def caller_id(interaction: Json) -> str | None:
    """Return the id of whoever started the interaction, or the event; None where nobody did, or nobody can tell."""
    member: Json = interaction.get("member") or {}
    found: Json = member.get("user") or interaction.get("user") or {}
    known: str | None = found.get("id")
    return known


def member(interaction: Json) -> dict[str, Any] | None:
    """Return the caller as a member of the server; None outside a server."""
    found = interaction.get("member")
    if not found:
        return None
    granted = int(found.get("permissions") or 0)
    return {
        **user(found["user"], found),
        "nick": found.get("nick"),
        "roles": list(found["roles"]),
        "permissions": [name for bit, name in _PERMISSION_NAMES if granted & bit],
    }


def guild(interaction: Json, directory: Directory) -> dict[str, Any] | None:
    """Return the server; None outside one."""
    guild_id = interaction.get("guild_id")
    if not guild_id:
        return None
    return {"id": guild_id, "name": directory.guild_name(guild_id), "locale": interaction.get("guild_locale") or ""}


def _interaction(interaction: Json) -> dict[str, Any]:
    return {
        "id": interaction["id"],
        "locale": interaction.get("locale") or "",
        "created_at": snowflake_created_at(interaction["id"]),
    }


def _channel(interaction: Json) -> dict[str, Any] | None:
    found = interaction.get("channel")
    return channel(found) if found else None


def _message(interaction: Json) -> dict[str, Any] | None:
    found = interaction.get("message")
    return message(found, interaction.get("guild_id")) if found else None


def _target(interaction: Json) -> dict[str, Any]:
    """Return whom or what a menu was opened on; raises `Refused` where that is not there."""
    data: Json = interaction["data"]
    resolved: Json = data.get("resolved") or {}
    identity = str(data.get("target_id"))
    if data.get("type") == CommandType.MESSAGE:
        if found := objects.resolved(resolved, "messages", identity):
            return message(found, interaction.get("guild_id"))
    elif found := objects.resolved(resolved, "users", identity):
        return objects.person(found, objects.resolved_member(resolved, identity))
    raise Refused("gone_target")


_BUILDERS: Final[Mapping[str, Callable[[Json], Any]]] = {
    "user": lambda interaction: user(caller(interaction), interaction.get("member")),
    "member": member,
    "channel": _channel,
    "interaction": _interaction,
    "message": _message,
    "target": _target,
}
