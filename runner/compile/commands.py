"""A command as Discord registers it.

Source: Discord docs, Application Commands, Application Command Object.
"""

from collections.abc import Callable, Mapping

from runner.compile.guards import bits
from runner.compile.program import Json
from runner.config import document
from runner.lifecycle.limits import ChannelType, CommandType, OptionType

_CHANNEL_TYPES: Mapping[str, tuple[ChannelType, ...]] = {
    "text": (ChannelType.GUILD_TEXT,),
    "voice": (ChannelType.GUILD_VOICE,),
    "category": (ChannelType.GUILD_CATEGORY,),
    "announcement": (ChannelType.GUILD_ANNOUNCEMENT,),
    "stage": (ChannelType.GUILD_STAGE_VOICE,),
    "forum": (ChannelType.GUILD_FORUM,),
    "media": (ChannelType.GUILD_MEDIA,),
    "thread": (ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD),
}


def command_payload(name: str, command: document.Command, *, in_servers_only: bool) -> Json:
    """Return the command in Discord's JSON. A guild's own command takes no `contexts`, so it is never marked so."""
    asked = command.visible_to
    if asked is None:
        asked = command.permissions.member if command.permissions else ()
    payload: Json = {
        "type": int(CommandType.CHAT_INPUT),
        "name": name,
        "description": command.description,
        "options": [_option(option, entry) for option, entry in command.options.items()],
        "default_member_permissions": str(int(bits(asked))) if asked else None,
    }
    return {**payload, "contexts": [0]} if in_servers_only else payload


def _option(name: str, entry: document.Option) -> Json:
    made: Json = {
        "type": int(OptionType[entry.type.upper()]),
        "name": name,
        "description": entry.description,
        "required": entry.required,
    }
    number: Callable[[float], float] = int if entry.type == "integer" else float
    for key, value in (("min_value", entry.min), ("max_value", entry.max)):
        if value is not None:
            made[key] = number(value)
    for key, length in (("min_length", entry.min_length), ("max_length", entry.max_length)):
        if length is not None:
            made[key] = length
    if entry.choices:
        made["choices"] = [_choice(entry.type, value, label) for value, label in entry.choices.items()]
    if entry.channel_types:
        made["channel_types"] = [int(kind) for word in entry.channel_types for kind in _CHANNEL_TYPES[word]]
    return made


def _choice(kind: str, value: str, label: str) -> Json:
    convert: Callable[[str], object] = {"integer": int, "number": float}.get(kind, str)
    return {"name": label, "value": convert(value)}
