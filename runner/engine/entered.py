"""What users have entered into the fields of a form, and chosen in a select, as templates see it.

Discord's client holds users to what the form asks, but to the version of it that they have before them; and a client
may be anybody's. So each value is held against what the handler was compiled for, and nothing else reaches a step.
Source: Discord docs, Components: Component Reference, Interaction Response Structures.
"""

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from runner import objects
from runner.actions.action import Refused
from runner.compile import AskedField
from runner.engine.options import behind
from runner.lifecycle.limits import ComponentType, OptionType
from runner.templates.values import is_list

Json = Mapping[str, Any]  # Any: Discord's JSON

_BEHIND: Final[Mapping[ComponentType, OptionType]] = {
    ComponentType.USER_SELECT: OptionType.USER,
    ComponentType.ROLE_SELECT: OptionType.ROLE,
    ComponentType.MENTIONABLE_SELECT: OptionType.MENTIONABLE,
    ComponentType.CHANNEL_SELECT: OptionType.CHANNEL,
    ComponentType.FILE_UPLOAD: OptionType.ATTACHMENT,
}
"""What an id stands for that is entered in a component of each type."""


class NotAsked(Refused):
    """Something was entered that is not asked for: an older version of the form was open, or a client is not honest.

    `field` is the name of what it was entered in; the message says what is wrong with it, without the value.
    """

    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(reason)
        self.field = field
        self.detail = detail


def fields(data: Json, declared: Mapping[str, AskedField]) -> dict[str, Any]:
    """Return what stands in the fields of a form by their names. Raises `NotAsked`.

    A text that was left blank is an empty one, a single choice that was left out is none, and of several there is an
    empty list. So it is for a field that the form did not have when it opened, if it need not be filled in.
    """
    given, resolved = _given(data), _object(data.get("resolved"))
    return {name: _entered(name, asked, given.get(name), resolved) for name, asked in declared.items()}


def values(data: Json, declared: AskedField) -> list[Any]:
    """Return what was chosen in a select. Raises `NotAsked`."""
    try:
        return chosen(declared, data.get("values"), _object(data.get("resolved")))
    except _Unfit as unfit:
        raise NotAsked("unknown_component", "values", str(unfit)) from None


def _given(data: Json) -> Mapping[str, Json]:
    """Return the components of a form in which something was entered, by their names."""
    parts = data.get("components")
    found = (_object(_object(part).get("component")) for part in (parts if is_list(parts) else ()))
    return {str(component.get("custom_id")): component for component in found}


def _entered(name: str, asked: AskedField, given: Json | None, resolved: Json) -> Any:
    if given is None:
        if asked.is_required:
            raise NotAsked("unknown_form", name, "it was not asked for when the form opened")
        given = {}
    try:
        match asked.type:
            case ComponentType.TEXT_INPUT:
                return _text(asked, given.get("value"))
            case ComponentType.CHECKBOX:
                return _flag(given.get("value"))
            case ComponentType.RADIO_GROUP:
                value = given.get("value")
                return single(asked, chosen(asked, () if value is None else (value,), resolved))
            case _:
                return single(asked, chosen(asked, given.get("values") or (), resolved))
    except _Unfit as unfit:
        raise NotAsked("unknown_form", name, str(unfit)) from None


def chosen(asked: AskedField, values: object, resolved: Json) -> list[Any]:
    """Return what was chosen, each value as templates see it. Raises `_Unfit` for what is not on offer."""
    if not is_list(values) or not all(isinstance(value, str) for value in values):
        raise _Unfit("it is no list of values")
    texts = cast(Sequence[str], values)
    is_left_out = not texts and not asked.is_required
    if not is_left_out and not asked.least <= len(texts) <= asked.most:
        raise _Unfit(f"it takes {asked.least} to {asked.most} values, and there are {len(texts)}")
    if len(set(texts)) < len(texts):
        raise _Unfit("a value is there twice")
    return [_value(asked, value, resolved) for value in texts]


def single(asked: AskedField, values: list[Any]) -> Any:
    """Return the one value, or none, where there is at most one."""
    if not asked.is_single:
        return values
    return values[0] if values else None


class _Unfit(Exception):
    """A value is not what a field takes; the message says why, and holds nothing of it."""


def _value(asked: AskedField, value: str, resolved: Json) -> Any:
    kind = _BEHIND.get(asked.type)
    if kind is None:
        if value not in asked.values:
            raise _Unfit("a value is not on offer")
        return value
    found = behind(kind, resolved, value)
    if found is None:
        raise _Unfit("Discord says nothing of what was chosen")
    if (
        asked.channel_types
        and _object(objects.resolved(resolved, "channels", value)).get("type") not in asked.channel_types
    ):
        raise _Unfit("a channel is of a kind that is not on offer")
    if asked.file_types and not any(_is_of(found, wanted) for wanted in asked.file_types):
        raise _Unfit("a file is of a type that is not taken")
    return found


def _is_of(file: Json, wanted: str) -> bool:
    """Tell whether a file is of a type as Discord tells it: by its extension alone."""
    name = str(file["filename"]).lower()
    if wanted.startswith("."):
        return name.endswith(wanted.lower())
    return (mimetypes.guess_type(name)[0] or "").startswith(f"{wanted}/")


def _text(asked: AskedField, value: object) -> str:
    if value is None or value == "":
        if asked.is_required and asked.least:
            raise _Unfit("it is empty")
        return ""
    if not isinstance(value, str):
        raise _Unfit("it is no text")
    # Discord's clients count units of UTF-16, of which a character may have two.
    if len(value) > asked.most or len(value) + sum(letter > "\uffff" for letter in value) < asked.least:
        raise _Unfit(f"it takes {asked.least} to {asked.most} characters, and there are {len(value)}")
    return value


def _flag(value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise _Unfit("it is neither true nor false")
    return value is True


def _object(value: object) -> Json:
    """Return a JSON object, whose keys are texts; an empty one for anything else."""
    return cast(Json, value) if isinstance(value, Mapping) else {}
