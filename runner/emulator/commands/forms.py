"""Whether Discord would take the definition of an application command.

Source: Discord docs, Interactions: Application Commands.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from runner.emulator.commands.options import check_options, check_texts, translations, type_of
from runner.emulator.forms.errors import FormErrors, FormFault
from runner.emulator.forms.fields import Form
from runner.lifecycle import limits
from runner.lifecycle.limits import CommandType, ErrorCode

_CONTEXTS: Final = (0, 1, 2)  # guild, the app's own DM, other private channels
_INTEGRATION_TYPES: Final = (0, 1)  # installed to a guild, installed to a user

_LEVELS: Final = 4  # below a command: group, subcommand, option, choice

# Most commands of each type, globally and in one guild.
_GLOBAL_MAX: Final[Mapping[int, int]] = MappingProxyType(
    {
        CommandType.CHAT_INPUT: limits.GLOBAL_CHAT_INPUT_COMMANDS_MAX,
        CommandType.USER: limits.GLOBAL_USER_COMMANDS_MAX,
        CommandType.MESSAGE: limits.GLOBAL_MESSAGE_COMMANDS_MAX,
        CommandType.PRIMARY_ENTRY_POINT: limits.GLOBAL_PRIMARY_ENTRY_POINTS_MAX,
    }
)
_GUILD_MAX: Final[Mapping[int, int]] = MappingProxyType(
    {
        CommandType.CHAT_INPUT: limits.GUILD_CHAT_INPUT_COMMANDS_MAX,
        CommandType.USER: limits.GUILD_USER_COMMANDS_MAX,
        CommandType.MESSAGE: limits.GUILD_MESSAGE_COMMANDS_MAX,
        CommandType.PRIMARY_ENTRY_POINT: limits.GUILD_PRIMARY_ENTRY_POINTS_MAX,
    }
)


def check_command(item: object, *, guild: bool) -> FormFault | None:
    """Return why Discord refuses one command, or None. Places start at the command's own fields."""
    errors = FormErrors()
    form = Form({}, (), errors).at(item)
    if form:
        _check(form)
    return errors.fault() or (too_many([form], guild=guild) if form else None)


def check_commands(items: object, *, guild: bool) -> FormFault | None:
    """Return why Discord refuses a bulk overwrite, or None. Places start at the index; one bad command refuses all."""
    errors = FormErrors()
    root = Form({}, (), errors)
    if not isinstance(items, list):
        root.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return errors.fault()
    # A list of JSON says no more about its items.
    found = (root.at(item, index) for index, item in enumerate(items))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    forms = [form for form in found if form]
    root.fits(len(forms), 0, limits.BULK_OVERWRITE_COMMANDS_MAX)
    for form in forms:
        _check(form)
    _check_names_differ(forms)
    return errors.fault() or too_many(forms, guild=guild)


def too_many(commands: Iterable[Form], *, guild: bool) -> FormFault | None:
    """Return the refusal (30032) of more commands of a type than one scope holds, or None."""
    most = _GUILD_MAX if guild else _GLOBAL_MAX
    for kind, count in Counter(type_of(command) for command in commands).items():
        if count > most.get(kind, count):
            code = ErrorCode.MAXIMUM_COMMANDS
            message = f"Maximum number of application commands reached ({most[kind]})."
            return FormFault(limits.HTTP_STATUS_BY_CODE[code], code, message)
    return None


def _check(command: Form) -> None:
    kind = command.choice("type", tuple(CommandType)) or CommandType.CHAT_INPUT
    command.snowflake("id")
    is_chat_input = kind == CommandType.CHAT_INPUT
    check_texts(command, is_chat_input=is_chat_input, is_described=is_chat_input)
    if is_chat_input:
        check_options(command)
        _check_size(command)
    else:
        command.items("options", most=0)
    _check_access(command)


def _check_access(command: Form) -> None:
    command.integer("default_member_permissions", 0, limits.DEFAULT_MEMBER_PERMISSIONS_MAX)
    for key in ("dm_permission", "default_permission", "nsfw"):
        command.boolean(key)
    for key, allowed in (("contexts", _CONTEXTS), ("integration_types", _INTEGRATION_TYPES)):
        if command.has(key) and not command.each_of(key, allowed):
            command.fits(0, 1, len(allowed), key)


def _check_names_differ(commands: Iterable[Form]) -> None:
    seen: set[tuple[int, str]] = set()
    for command in commands:
        key = (type_of(command), f"{command.values.get('name')}")
        if key in seen:
            message = "Application command names must be unique"
            command.refuse("APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)


def _check_size(command: Form) -> None:
    if _size(command, _LEVELS) > limits.COMMAND_TOTAL_MAX:
        message = f"Command exceeds maximum size ({limits.COMMAND_TOTAL_MAX})"
        command.refuse("APPLICATION_COMMAND_TOO_LARGE", message)


def _size(node: Form, levels: int) -> int:
    """Return the characters of a command, an option or a choice and of all below it; the longest translation counts.

    What is nested deeper than `levels` is no command anyway, and not looked at.
    """
    scratch = Form(node.values, (), FormErrors())
    own = sum(_longest(scratch, key) for key in ("name", "description"))
    value = len(str(scratch.values["value"])) if scratch.has("value") else 0
    below = [child for key in ("options", "choices") for child in scratch.children(key)] if levels else []
    return own + value + sum(_size(child, levels - 1) for child in below)


def _longest(node: Form, key: str) -> int:
    texts = (node.values.get(key), *translations(node, key).values())
    return max(len(text) for text in (*texts, "") if isinstance(text, str))
