"""Names, descriptions and options of a command, as Discord takes them.

Source: Discord docs, Interactions: Application Commands.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from runner.emulator.forms.fields import Form, whole_number
from runner.emulator.forms.messages import check_choice
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType, CommandType, OptionType

_SUB: Final = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_PLAIN: Final = tuple(kind for kind in OptionType if kind not in _SUB)
_WITH_CHOICES: Final = (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER)

# What may stand below a command, a group and a subcommand: a group holds no group, a subcommand only plain options.
_BELOW: Final[Mapping[OptionType | None, tuple[OptionType, ...]]] = {
    None: tuple(OptionType),
    OptionType.SUB_COMMAND_GROUP: (OptionType.SUB_COMMAND,),
    OptionType.SUB_COMMAND: _PLAIN,
}


def type_of(command: Form) -> int:
    """Return a command's type; one without is a chat input command."""
    number = whole_number(command.values.get("type"))
    return CommandType.CHAT_INPUT if number is None else number


def check_texts(form: Form, *, is_chat_input: bool, is_described: bool) -> None:
    """Record what is wrong with the name and the description of a command or option, and with their translations."""
    name = form.text("name", limits.COMMAND_NAME_MAX, least=limits.COMMAND_NAME_MIN, required=True)
    if is_chat_input and name is not None:
        _check_name(form, name, "name")
    for key in ("name", "description"):
        form.fits(len(translations(form, key)), 0, limits.COMMAND_LOCALIZATIONS_MAX, f"{key}_localizations")
    for locale, text in translations(form, "name").items():
        if _check_translation(form, text, limits.COMMAND_NAME_MAX, "name_localizations", locale) and is_chat_input:
            _check_name(form, str(text), "name_localizations", locale)
    most = limits.COMMAND_DESCRIPTION_MAX if is_described else 0
    form.text("description", most, least=min(limits.COMMAND_DESCRIPTION_MIN, most), required=is_described)
    for locale, text in translations(form, "description").items():
        _check_translation(form, text, most, "description_localizations", locale)


def translations(form: Form, key: str) -> Mapping[str, object]:
    """Return the translations of a field by locale. Discord takes a locale that it does not know."""
    values = form.values.get(f"{key}_localizations")
    # The keys of a JSON object are texts.
    return cast("dict[str, object]", values) if isinstance(values, dict) else {}


def check_options(parent: Form, kind: OptionType | None = None) -> None:
    """Record what is wrong with the options below a command (`kind` None), a group or a subcommand."""
    options = parent.children("options", most=limits.COMMAND_OPTIONS_MAX)
    kinds = [_check_option(option, _BELOW[kind]) for option in options]
    if len({each in _SUB for each in kinds if each is not None}) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        parent.refuse("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message, "options")
    _check_order(options)
    _check_names_differ(options)


def _check_name(form: Form, name: str, *steps: str) -> None:
    if limits.is_command_name(name):
        return
    if limits.is_command_name(name.lower()):
        form.refuse("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", *steps)
    else:
        form.refuse("STRING_TYPE_REGEX", "String value did not match validation regex.", *steps)


def _check_translation(form: Form, text: object, most: int, key: str, locale: str) -> bool:
    if isinstance(text, str):
        return form.fits(len(text), min(1, most), most, key, locale)
    form.refuse("STRING_TYPE_CONVERT", f'Could not interpret "{text}" as string.', key, locale)
    return False


def _check_option(option: Form, allowed: Sequence[OptionType]) -> OptionType | None:
    check_texts(option, is_chat_input=True, is_described=True)
    option.boolean("required")
    option.boolean("autocomplete")
    if option.is_missing("type", required=True):
        return None
    number = whole_number(option.values["type"])
    if number is None or number not in allowed:
        names = ", ".join(f"{kind:d}" for kind in allowed)
        option.refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).')
        return None
    kind = OptionType(number)
    _check_by_kind(option, kind)
    return kind


def _check_by_kind(option: Form, kind: OptionType) -> None:
    match kind:
        case OptionType.SUB_COMMAND | OptionType.SUB_COMMAND_GROUP:
            check_options(option, kind)
        case OptionType.CHANNEL:
            option.each_of("channel_types", tuple(ChannelType))
        case OptionType.ATTACHMENT:
            option.items("file_types", most=limits.FILE_TYPES_MAX)
        case OptionType.INTEGER:
            _check_range(option, kind, limits.INTEGER_OPTION_ABS_MAX)
        case OptionType.NUMBER:
            _check_range(option, kind, limits.NUMBER_OPTION_ABS_MAX)
        case OptionType.STRING:
            _check_lengths(option)
        case _:
            pass
    if kind in _WITH_CHOICES:
        _check_choices(option, kind)
    elif option.values.get("autocomplete") is True:
        option.refuse_choice((False,), "autocomplete")


def _check_choices(option: Form, kind: OptionType) -> None:
    choices = option.children("choices", most=limits.CHOICES_MAX)
    for choice in choices:
        check_choice(choice, kind)
    if choices and option.values.get("autocomplete") is True:
        option.refuse_choice((False,), "autocomplete")


def _check_range(option: Form, kind: OptionType, most: float) -> None:
    bounds = [_number(option, key, kind, most) for key in ("min_value", "max_value")]
    match bounds:
        case [float() | int() as low, float() | int() as high]:
            option.in_range(low, -most, high, "min_value")
        case _:
            pass


def _number(option: Form, key: str, kind: OptionType, most: float) -> float | None:
    value = option.values.get(key)
    wanted = int if kind is OptionType.INTEGER else (int, float)
    if value is None:
        return None
    if isinstance(value, wanted) and not isinstance(value, bool):
        return value if option.in_range(value, -most, most, key) else None
    name = "int" if kind is OptionType.INTEGER else "float"
    option.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not {name}.', key)
    return None


def _check_lengths(option: Form) -> None:
    least = option.integer("min_length", 0, limits.STRING_OPTION_LENGTH_MAX)
    most = option.integer("max_length", limits.STRING_OPTION_MAX_LENGTH_MIN, limits.STRING_OPTION_LENGTH_MAX)
    if least is not None and most is not None:
        option.in_range(least, 0, most, "min_length")


def _check_order(options: Sequence[Form]) -> None:
    seen_optional = False
    for option in options:
        is_required = option.values.get("required") is True
        if is_required and seen_optional:
            message = "Required options must be placed before non-required options"
            option.refuse("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        seen_optional = seen_optional or not is_required


def _check_names_differ(options: Sequence[Form]) -> None:
    """Refuse two options of one name, in the default language or in any other: a translation may hide a default."""
    locales = sorted({locale for option in options for locale in translations(option, "name")})
    _check_names_in(options, None)
    for locale in locales:
        _check_names_in(options, locale)


def _check_names_in(options: Sequence[Form], locale: str | None) -> None:
    seen: set[object] = set()
    for option in options:
        default = option.values.get("name")
        name = default if locale is None else translations(option, "name").get(locale, default)
        if not isinstance(name, str):
            continue
        if name in seen:
            # Nobody documents the inner code; this is the one for two commands.
            steps = ("name",) if locale is None else ("name_localizations", locale)
            option.refuse("APPLICATION_COMMANDS_DUPLICATE_NAME", "Option names must be unique", *steps)
        seen.add(name)
