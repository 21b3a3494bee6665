"""How the local Discord keeps and returns a command. Source: Discord docs, Interactions: Application Commands."""

from collections.abc import Mapping, Sequence
from typing import Final

from runner.emulator.forms.errors import FormErrors, Json
from runner.emulator.forms.fields import Form, whole_number
from runner.lifecycle.limits import CommandType, OptionType

# What an option and a choice keep; Discord drops keys that it does not know.
_OPTION_KEYS: Final = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "autocomplete",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "channel_types",
    "file_types",
)
_CHOICE_KEYS: Final = ("name", "name_localizations", "value")
_SUB: Final = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_TRANSLATED: Final = ("name", "description")


def definition_of(item: Mapping[str, object], *, guild: bool, integration_types: Sequence[int]) -> Json:
    """Return a valid command in the shape in which Discord keeps it: defaults filled in, unknown keys gone.

    Two requests that mean the same give the same definition. `integration_types` are those of an app command that
    doesn't say; in a guild there are neither these nor contexts.
    """
    form = Form(item, (), FormErrors())
    permissions = form.snowflake("default_member_permissions")
    kind = whole_number(item.get("type")) or CommandType.CHAT_INPUT
    definition: Json = {
        "type": int(kind),
        "name": item["name"],
        "name_localizations": item.get("name_localizations") or None,
        "description": item.get("description") or "",
        "description_localizations": item.get("description_localizations") or None,
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": item.get("nsfw") is True,
    }
    if not guild:
        definition |= _scope_of_app_command(item, integration_types)
    options = [_option(option) for option in form.children("options")]
    return definition | {"options": options} if options else definition


def localized(node: Mapping[str, object], locale: str | None) -> Json:
    """Return a command or option for a reader of one language: the one translation instead of all of them."""
    result = {key: value for key, value in node.items() if not key.endswith("_localizations")}
    form = Form(node, (), FormErrors())
    for key in _TRANSLATED:
        translations = form.child(f"{key}_localizations")
        if translations and locale is not None and translations.has(locale):
            result[f"{key}_localized"] = translations.values[locale]
    for key in ("options", "choices"):
        if form.has(key):
            result[key] = [localized(child.values, locale) for child in form.children(key)]
    return result


def _scope_of_app_command(item: Mapping[str, object], integration_types: Sequence[int]) -> Json:
    contexts = item.get("contexts")
    return {
        "dm_permission": item.get("dm_permission") is not False,
        "contexts": contexts,
        "integration_types": item.get("integration_types") or list(integration_types),
    }


def _option(option: Form) -> Json:
    result = _kept(option, _OPTION_KEYS)
    if whole_number(option.values.get("type")) in _SUB:
        below = {"options": [_option(child) for child in option.children("options")]}
    else:
        below = {"choices": [_kept(choice, _CHOICE_KEYS) for choice in option.children("choices")]}
    return result | {key: value for key, value in below.items() if value}


def _kept(form: Form, keys: Sequence[str]) -> Json:
    """Return the fields that say something: null, false and empty lists are what an absent field means as well."""
    fields = ((key, form.values.get(key)) for key in keys)
    return {key: value for key, value in fields if value is not None and value is not False and value not in ([], {})}
