"""Commands as Discord's API writes them, and what they say, whoever has written them."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, cast

from runner.compile import Program
from runner.data import dataclass
from runner.lifecycle.limits import CommandType

Payload: TypeAlias = Mapping[str, object]
"""A command as Discord's API writes it: JSON as Python reads it."""

Scope: TypeAlias = Literal["global"] | int
"""Where commands are registered: everywhere, or in the guild of this id."""

Key: TypeAlias = tuple[object, object]
"""A command's type and name, which is how Discord tells commands apart."""

# What Discord adds to a command, and what it took back: neither says anything about the command.
_NOT_COMPARED = frozenset(
    {
        "id",
        "application_id",
        "guild_id",
        "version",
        "name_localized",
        "description_localized",
        "dm_permission",
        "default_permission",
    }
)
_SETS = frozenset({"contexts", "integration_types", "channel_types", "file_types"})
_TEXTS = frozenset({"name", "description"})
_ALL_CONTEXTS = [0, 1, 2]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command of the config: what is to be registered, where the config says so, as `bot.yaml:12:3`, and the names
    that it had before."""

    payload: Payload
    where: str
    aliases: tuple[str, ...] = ()


def wanted_by(program: Program) -> dict[Scope, list[Wanted]]:
    """Return what a program wants to be registered in each scope. A server of `bot.guilds` may want nothing."""
    scopes: dict[Scope, list[Wanted]] = {int(guild): [] for guild in program.guilds}
    for command in program.registered:
        wanted = Wanted(command.payload, command.place, command.aliases)
        for scope in _scopes(command.guilds):
            scopes.setdefault(scope, []).append(wanted)
    return scopes or {"global": []}


def _scopes(guilds: tuple[str, ...]) -> list[Scope]:
    return [int(guild) for guild in dict.fromkeys(guilds)] or ["global"]


def route_of(application_id: int, scope: Scope) -> str:
    """Return the path of a scope's commands."""
    place = "" if scope == "global" else f"/guilds/{scope}"
    return f"/applications/{application_id}{place}/commands"


def key_of(command: Payload) -> Key:
    """Return what makes a command the same one in two lists."""
    return command.get("type") or CommandType.CHAT_INPUT, command.get("name")


def shown(command: Payload) -> str:
    """Return a command as users know it: `/ping`, or `menu Report message`."""
    kind, name = key_of(command)
    return f"/{name}" if kind == CommandType.CHAT_INPUT else f"menu {name}"


def is_entry_point(command: Payload) -> bool:
    """Tell whether an app's Activity is launched with it: such a command is never deleted, because Discord refuses."""
    return command.get("type") == CommandType.PRIMARY_ENTRY_POINT


def canonical(command: Payload) -> dict[str, object]:
    """Return what a command says, so that two that say the same are equal, whoever wrote them.

    What Discord adds goes, and so does what is the default anyway: null, false, empty lists and texts, "chat input",
    "all contexts". Sets are sorted, permissions are strings.
    """
    said = _said(command)
    if said.get("type") == CommandType.CHAT_INPUT:
        del said["type"]
    if said.get("contexts") == _ALL_CONTEXTS:
        del said["contexts"]
    return said


def _said(node: Payload) -> dict[str, object]:
    values = {name: _value(name, value) for name, value in node.items() if name not in _NOT_COMPARED}
    return {name: value for name, value in values.items() if not _is_default(value)}


def _value(name: str, value: object) -> object:
    match value:
        case int() if name == "default_member_permissions":
            return str(value)
        case str() if name in _TEXTS:
            return value.strip()  # as Discord does
        case list() | tuple():
            items = cast(Sequence[object], value)  # JSON: whatever it holds is an object
            return sorted(items, key=str) if name in _SETS else [_item(item) for item in items]
        case Mapping():
            return dict(cast(Payload, value))  # JSON: keys are texts
        case _:
            return value


def _item(item: object) -> object:
    return _said(cast(Payload, item)) if isinstance(item, Mapping) else item  # JSON: keys are texts


def _is_default(value: object) -> bool:
    # By identity: 0 is a value (the choice 0, permissions of nobody) although it equals False.
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)
