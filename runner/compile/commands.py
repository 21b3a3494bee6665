"""A command as Discord registers it.

Source: Discord docs, Application Commands, Application Command Object.
"""

from collections.abc import Callable, Mapping

from runner.check.numbers import as_number
from runner.compile.program import DeclaredOption, Json
from runner.compile.words import bits, channel_types
from runner.config import document
from runner.lifecycle import limits
from runner.lifecycle.limits import CommandType, OptionType

_BOUNDS: Mapping[OptionType, tuple[float, float]] = {
    OptionType.STRING: (0, limits.STRING_OPTION_LENGTH_MAX),
    OptionType.INTEGER: (-limits.INTEGER_OPTION_ABS_MAX, limits.INTEGER_OPTION_ABS_MAX),
    OptionType.NUMBER: (-limits.NUMBER_OPTION_ABS_MAX, limits.NUMBER_OPTION_ABS_MAX),
}
"""What Discord takes for an option that says nothing narrower: lengths of a text, and numbers."""


_CONTEXTS: Mapping[str, int] = {"guild": 0, "bot_dm": 1, "private_channel": 2}
_INTEGRATION_TYPES: Mapping[str, int] = {"guild_install": 0, "user_install": 1}


def command_payload(name: str, command: document.TopCommand, *, is_global: bool, in_servers_only: bool) -> Json:
    """Return the command in Discord's JSON."""
    return {
        "type": int(CommandType.CHAT_INPUT),
        "name": name,
        "description": command.description,
        **_translations(command),
        "options": _options(command),
        **_access(command, command.permissions, is_global=is_global, in_servers_only=in_servers_only),
    }


def menu_payload(name: str, menu: document.ContextMenu, *, is_global: bool, in_servers_only: bool) -> Json:
    """Return a command in the menu of a user or a message in Discord's JSON."""
    made: Json = {"type": int(CommandType[menu.type.upper()]), "name": name}
    if menu.name_localizations:
        made["name_localizations"] = dict(menu.name_localizations)
    return {**made, **_access(menu, menu.permissions, is_global=is_global, in_servers_only=in_servers_only)}


def _access(
    said: document.Registration,
    asked: document.PermissionRules | None,
    *,
    is_global: bool,
    in_servers_only: bool,
) -> Json:
    """Return where and to whom Discord offers it. A server's own command is offered there, and takes no `contexts`."""
    visible_to = said.visible_to if said.visible_to is not None else asked.member if asked else ()
    contexts = said.contexts or (("guild",) if in_servers_only else ())
    made: Json = {"default_member_permissions": _default_permissions(visible_to)}
    if said.nsfw:
        made["nsfw"] = True
    if is_global and contexts:
        made["contexts"] = [_CONTEXTS[each] for each in contexts]
    if is_global and said.integration_types:
        made["integration_types"] = [_INTEGRATION_TYPES[each] for each in said.integration_types]
    return made


def _default_permissions(visible_to: tuple[str, ...]) -> str | None:
    """Return the bits as Discord keeps them: none for everybody, "0" for nobody but administrators."""
    if not visible_to:
        return None
    return "0" if document.NOBODY in visible_to else str(int(bits(visible_to)))


def _translations(named: document.Command | document.Option) -> Json:
    translated = {
        "name_localizations": named.name_localizations,
        "description_localizations": named.description_localizations,
    }
    return {key: dict(texts) for key, texts in translated.items() if texts}


def declared_options(command: document.Command) -> dict[str, DeclaredOption]:
    """Return what each option of a command takes, for values as Discord sends them."""
    return {name: _declared(entry) for name, entry in command.options.items()}


def _declared(entry: document.Option) -> DeclaredOption:
    kind = OptionType[entry.type.upper()]
    low, high = (entry.min_length, entry.max_length) if entry.type == "string" else (entry.min, entry.max)
    least, most = _BOUNDS.get(kind, (0, 0))
    return DeclaredOption(
        kind,
        entry.required,
        least if low is None else low,
        most if high is None else high,
        frozenset(choice_value(entry.type, value) for value in entry.choices or ()),
    )


def _options(command: document.Command) -> list[Json]:
    """Return what stands below a command: its options, or the commands and groups in it, which are options too."""
    inside = document.commands_in(command)
    if not inside:
        return [_option(name, entry) for name, entry in command.options.items()]
    return [_inner(name, entry) for name, entry in inside.items()]


def _inner(name: str, command: document.Command) -> Json:
    kind = OptionType.SUB_COMMAND_GROUP if document.commands_in(command) else OptionType.SUB_COMMAND
    described: Json = {"type": int(kind), "name": name, "description": command.description}
    return {**described, **_translations(command), "options": _options(command)}


def _option(name: str, entry: document.Option) -> Json:
    made: Json = {
        "type": int(OptionType[entry.type.upper()]),
        "name": name,
        "description": entry.description,
        **_translations(entry),
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
        made["choices"] = [_choice(entry.type, value, choice) for value, choice in entry.choices.items()]
    if entry.autocomplete is not None:
        made["autocomplete"] = True
    if entry.file_types:
        made["file_types"] = list(entry.file_types)
    if entry.channel_types:
        made["channel_types"] = channel_types(entry.channel_types)
    return made


def _choice(kind: str, value: str, choice: document.Choice) -> Json:
    made: Json = {"name": choice.name, "value": choice_value(kind, value)}
    return {**made, "name_localizations": dict(choice.name_localizations)} if choice.name_localizations else made


def choice_value(kind: str, value: str | float) -> str | float:
    """Return a value as an option of this type has it, from how it is written: as a key, that is as text."""
    if kind not in ("integer", "number"):
        return str(value)
    number = as_number(str(value), whole=kind == "integer")
    assert number is not None, "checked"
    return number
