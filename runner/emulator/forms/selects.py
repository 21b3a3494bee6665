"""Selects and lists of options, in messages and in modals. Source: Discord docs, Components: Component Reference."""

from typing import Final

from runner.emulator.forms.fields import Form
from runner.emulator.forms.tally import Tally
from runner.lifecycle import limits
from runner.lifecycle.limits import ChannelType, ComponentType

_DEFAULT_TYPES: Final = {
    ComponentType.USER_SELECT: ("user",),
    ComponentType.ROLE_SELECT: ("role",),
    ComponentType.MENTIONABLE_SELECT: ("user", "role"),
    ComponentType.CHANNEL_SELECT: ("channel",),
}

SELECTS: Final = (ComponentType.STRING_SELECT, *_DEFAULT_TYPES)
"""The component types that this module checks."""


def check_select(select: Form, kind: ComponentType, tally: Tally) -> None:
    """Record what is wrong with a select, wherever it stands."""
    tally.claim_custom_id(select)
    select.text("placeholder", limits.SELECT_PLACEHOLDER_MAX)
    select.boolean("disabled")
    select.each_of("channel_types", tuple(ChannelType))
    if kind is ComponentType.STRING_SELECT:
        _check_string_select(select)
    else:
        _check_automatic_select(select, _DEFAULT_TYPES[kind])


def check_options(form: Form, least: int, most: int) -> list[Form]:
    """Record what is wrong with the `options` of a select, a radio group or a checkbox group, and return them."""
    options = form.children("options", least=least, most=most, required=True)
    values: set[str] = set()
    for option in options:
        value = _check_option(option)
        if value in values:
            option.refuse("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
        elif value is not None:
            values.add(value)
    return options


def check_values_range(form: Form, least_max: int, most_max: int) -> tuple[int, int]:
    """Check `min_values` (0 to `least_max`) and `max_values` (1 to `most_max`), each 1 unless said, and return both."""
    least = form.integer("min_values", 0, least_max)
    most = form.integer("max_values", limits.SELECT_MAX_VALUES_MIN, most_max)
    return 1 if least is None else least, 1 if most is None else most


def check_defaults(form: Form, chosen: int, most: int, key: str) -> None:
    """Record a fault at `key` if more values are chosen from the start than may be chosen."""
    if chosen > most:
        message = "The specified number of default values exceeds the specified maximum values"
        form.refuse("SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message, key)


def check_emoji(form: Form) -> None:
    """Check an `emoji`: a server's by its id, or one of Unicode by itself. A name such as `thumbsup` is neither."""
    emoji = form.child("emoji")
    if not emoji:
        return
    emoji.snowflake("id")
    name = emoji.text("name", limits.OPTION_LABEL_MAX)
    if not emoji.has("id") and (not name or name.isascii()):
        emoji.refuse("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji", "name")


def chosen_options(options: list[Form]) -> int:
    """Return how many options are chosen from the start."""
    return sum(option.values.get("default") is True for option in options)


def _check_string_select(select: Form) -> None:
    options = check_options(select, limits.SELECT_OPTIONS_MIN, limits.SELECT_OPTIONS_MAX)
    least, most = check_values_range(select, limits.SELECT_VALUES_MAX, limits.SELECT_VALUES_MAX)
    # Nobody documents the inner codes of the next two; these are the ones for a number that is too high.
    if options and select.in_range(most, 1, len(options), "max_values"):
        select.in_range(least, 0, most, "min_values")
    check_defaults(select, chosen_options(options), most, "options")


def _check_automatic_select(select: Form, types: tuple[str, ...]) -> None:
    least, most = check_values_range(select, limits.SELECT_VALUES_MAX, limits.SELECT_VALUES_MAX)
    select.in_range(least, 0, most, "min_values")
    defaults = select.children("default_values", most=limits.SELECT_VALUES_MAX)
    for default in defaults:
        default.snowflake("id", required=True)
        if default.values.get("type") not in types:
            default.refuse_choice(types, "type")
    check_defaults(select, len(defaults), most, "default_values")
    if defaults and len(defaults) < least:
        select.fits(len(defaults), least, most, "default_values")


def _check_option(option: Form) -> str | None:
    option.text("label", limits.OPTION_LABEL_MAX, least=1, required=True)
    option.text("description", limits.OPTION_DESCRIPTION_MAX)
    option.boolean("default")
    check_emoji(option)
    return option.text("value", limits.OPTION_VALUE_MAX, least=1, required=True)
