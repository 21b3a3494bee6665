"""What templates read of an interaction: Discord's payload as plain mappings, made only for the roots that are read.

The attributes are those that `check.contexts` declares for each root.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from runner.compile import Handler, Program
from runner.lifecycle.bits import Permissions
from runner.lifecycle.deadline import snowflake_created_at
from runner.lifecycle.limits import ChannelType

Json = Mapping[str, Any]

_PERMISSION_NAMES: Final = tuple((flag.value, str(flag.name).lower()) for flag in Permissions)
_CHANNEL_TYPES: Final = {int(kind): kind.name.removeprefix("GUILD_").lower() for kind in ChannelType}


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


def build(handler: Handler, program: Program, interaction: Json, directory: Directory, now: float) -> dict[str, Any]:
    """Return the context of one run: the roots that the handler's templates read. `now` is in Unix seconds."""
    made: dict[str, Any] = {}
    roots = handler.roots
    for root in roots:
        if (builder := _BUILDERS.get(root)) is not None:
            made[root] = builder(interaction)
    if "guild" in roots:
        made["guild"] = guild(interaction, directory)
    if "bot" in roots:
        made["bot"] = directory.bot
    if "now" in roots:
        made["now"] = now
    if "options" in roots:
        made["options"] = options(interaction, handler.options)
    if "fields" in roots:
        made["fields"] = dict.fromkeys(handler.fields, "") | fields(interaction)
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


def user(found: Json, member: Json | None = None) -> dict[str, Any]:
    """Return a user as templates see it; with `member`, under the name that the server knows."""
    name = found["username"]
    nick = member.get("nick") if member else None
    return {
        "id": found["id"],
        "name": name,
        "display_name": nick or found.get("global_name") or name,
        "mention": f"<@{found['id']}>",
        "is_bot": bool(found.get("bot")),
    }


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


def channel(found: Json) -> dict[str, Any]:
    """Return a channel as templates see it."""
    return {
        "id": found["id"],
        "name": found.get("name") or "",
        "mention": f"<#{found['id']}>",
        "type": _CHANNEL_TYPES.get(found.get("type", 0), "unknown"),
    }


def role(found: Json) -> dict[str, Any]:
    """Return a role as templates see it."""
    return {"id": found["id"], "name": found["name"], "mention": f"<@&{found['id']}>"}


def options(interaction: Json, declared: tuple[str, ...]) -> dict[str, Any]:
    """Return the options by name, each in the type that it was declared with; one that the user left out is none."""
    data = interaction["data"]
    resolved: Json = data.get("resolved") or {}
    made: dict[str, Any] = dict.fromkeys(declared)
    made.update((given["name"], _option(given, resolved)) for given in data.get("options") or ())
    return made


def fields(interaction: Json) -> dict[str, str]:
    """Return what the user has typed into a form, by field; an optional one that was left blank is an empty text.

    Source: Discord docs, Interactions: Receiving and Responding, Modal Submit Data Structure.
    """
    labelled = (part["component"] for part in interaction["data"].get("components") or () if "component" in part)
    return {field["custom_id"]: field.get("value") or "" for field in labelled}


def _option(given: Json, resolved: Json) -> Any:
    value = given["value"]
    match given["type"]:
        case 6:
            members: Json = resolved.get("members") or {}
            return user(resolved["users"][value], members.get(value))
        case 7:
            return channel(resolved["channels"][value])
        case 8:
            return role(resolved["roles"][value])
        case _:
            return value


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
    return {"id": found["id"], "content": found.get("content") or ""} if found else None


_BUILDERS: Final[Mapping[str, Callable[[Json], Any]]] = {
    "user": lambda interaction: user(caller(interaction), interaction.get("member")),
    "member": member,
    "channel": _channel,
    "interaction": _interaction,
    "message": _message,
}
