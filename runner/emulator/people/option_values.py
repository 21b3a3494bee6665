"""What Discord's client lets a person enter into a command's options, a select and a form."""

import mimetypes
from collections.abc import Callable, Mapping, Sequence

from runner.emulator.components import walk
from runner.emulator.interactions.payloads import Resolved
from runner.emulator.messages import Upload
from runner.emulator.people.directory import find_channel, find_role, find_user
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.world import Guild, JsonObject, User, World, listed
from runner.lifecycle import limits
from runner.lifecycle.limits import ComponentType, OptionType

_T = OptionType
_K = ComponentType
_AUTO_SELECTS = {_K.USER_SELECT, _K.ROLE_SELECT, _K.MENTIONABLE_SELECT, _K.CHANNEL_SELECT}


class Values:
    """Turns what a person enters into what Discord sends, for one person in one place."""

    def __init__(
        self, world: World, guild: Guild | None, user: User, resolved: Resolved, keep: Callable[[Upload], str]
    ) -> None:
        """`keep` takes a file that is chosen here, and gives its id."""
        self._keep = keep
        self._world = world
        self._guild = guild
        self._user = user
        self._resolved = resolved

    # --- options of a command

    def options(
        self, definitions: Sequence[JsonObject], given: Mapping[str, object], *, focused: str | None = None
    ) -> list[JsonObject]:
        """Return the option values, checked as the client does. With a `focused` one they may be incomplete."""
        known = {str(definition["name"]): definition for definition in definitions}
        for name in given:
            if name not in known:
                raise LocalDiscordError(f"there is no option {name!r}")
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        if missing and focused is None:
            raise LocalDiscordError(f"the option {missing[0]!r} is required")
        return [self._option(known[name], value, is_focused=name == focused) for name, value in given.items()]

    def _option(self, definition: JsonObject, value: object, *, is_focused: bool) -> JsonObject:
        kind = OptionType(definition["type"])
        shape: JsonObject = {"name": definition["name"], "type": int(kind)}
        if is_focused:
            return {**shape, "value": str(value), "focused": True}
        sent = self._typed(kind, definition, value)
        choices = listed(definition.get("choices"))
        if choices and sent not in [choice["value"] for choice in choices]:
            raise LocalDiscordError(f"{value!r} is no choice of the option {definition['name']!r}")
        return {**shape, "value": sent}

    def _typed(self, kind: OptionType, definition: JsonObject, value: object) -> object:
        match kind:
            case _T.STRING:
                return _text(definition, value)
            case _T.INTEGER:
                return _number(definition, value, whole=True)
            case _T.NUMBER:
                return _number(definition, value, whole=False)
            case _T.BOOLEAN if isinstance(value, bool):
                return value
            case _T.USER:
                return self._resolved.user(find_user(self._world, str(value)))
            case _T.ROLE:
                return self._role(str(value))
            case _T.MENTIONABLE:
                return self._mentionable(str(value))
            case _T.CHANNEL:
                return self._channel(str(value), definition)
            case _T.ATTACHMENT:
                return self._one_file(definition, value)
            case _:
                raise LocalDiscordError(f"the option {definition['name']!r} cannot take {value!r}")

    def _role(self, which: str) -> str:
        if self._guild is None:
            raise LocalDiscordError("there are no roles in direct messages")
        return self._resolved.role(find_role(self._guild, which).id)

    def _mentionable(self, who: str) -> str:
        try:
            return self._role(who)
        except LocalDiscordError:
            return self._resolved.user(find_user(self._world, who))

    def _channel(self, where: str, definition: JsonObject) -> str:
        channel = find_channel(self._world, where, self._user)
        types = listed(definition.get("channel_types"))
        if types and int(channel.type) not in types:
            raise LocalDiscordError(f"{where!r} is not a channel of the right type")
        return self._resolved.channel(channel)

    def _file(self, which: str) -> str:
        if not which.isdecimal() or int(which) not in self._world.uploads:
            raise LocalDiscordError(f"there is no uploaded file {which!r}")
        return self._resolved.attachment(int(which))

    def _one_file(self, definition: JsonObject, value: object) -> str:
        if isinstance(value, list | tuple):
            raise LocalDiscordError(f"the option {definition['name']!r} takes one file")
        return self._file_of(definition, self._keep(value) if isinstance(value, Upload) else str(value))

    def _files(self, component: JsonObject, chosen: Sequence[Upload | str]) -> list[str]:
        """Return the ids of files, of which only the extension is looked at."""
        lowest = component.get("min_values", 1) if component.get("required", True) else 0
        highest = component.get("max_values", 1)
        if not lowest <= len(chosen) <= highest:
            raise LocalDiscordError(f"choose from {lowest} to {highest} files, not {len(chosen)}")
        return [self._file_of(component, self._keep(each) if isinstance(each, Upload) else each) for each in chosen]

    def _file_of(self, component: JsonObject, which: str) -> str:
        found, types = self._file(which), [str(wanted) for wanted in listed(component.get("file_types"))]
        filename = str(self._world.uploads[int(which)]["filename"])
        if types and not any(_is_of(filename, wanted) for wanted in types):
            raise LocalDiscordError(f"{filename!r} is not a file of the right type")
        return found

    # --- selects

    def chosen(self, component: JsonObject, values: Sequence[str]) -> list[str]:
        """Return the values chosen in a select, checked as the client does."""
        _check_count(component, len(values))
        if component["type"] in _AUTO_SELECTS:
            return [self._entity(component, value) for value in values]
        offered = {option["value"] for option in component.get("options", [])}
        unknown = [value for value in values if value not in offered]
        if unknown:
            raise LocalDiscordError(f"{unknown[0]!r} is not offered")
        return list(values)

    def _entity(self, component: JsonObject, value: str) -> str:
        match component["type"]:
            case _K.USER_SELECT:
                return self._resolved.user(find_user(self._world, value))
            case _K.ROLE_SELECT:
                return self._role(value)
            case _K.CHANNEL_SELECT:
                return self._channel(value, component)
            case _:
                return self._mentionable(value)

    # --- forms

    def form(self, modal: JsonObject, given: Mapping[str, object]) -> list[JsonObject]:
        """Return the submitted components of a form, each with its answer, checked as the client does."""
        fields = {component["custom_id"] for component in walk(modal["components"]) if "custom_id" in component}
        for custom_id in given:
            if custom_id not in fields:
                raise LocalDiscordError(f"the form has no field {custom_id!r}")
        return [self._submitted(component, given) for component in modal["components"]]

    def _submitted(self, component: JsonObject, given: Mapping[str, object]) -> JsonObject:
        shape: JsonObject = {"type": component["type"], "id": component["id"]}
        if "components" in component:
            return {**shape, "components": [self._submitted(child, given) for child in component["components"]]}
        if "component" in component:
            return {**shape, "component": self._submitted(component["component"], given)}
        if "custom_id" not in component:
            return shape
        value = given.get(component["custom_id"], _prefilled(component))
        return {**shape, "custom_id": component["custom_id"], **self._answer(component, value)}

    def _answer(self, component: JsonObject, value: object) -> JsonObject:
        match component["type"]:
            case _K.TEXT_INPUT:
                return {"value": _entered(component, str(value or ""))}
            case _K.CHECKBOX:
                return {"value": bool(value)}
            case _K.RADIO_GROUP:
                return {"value": self._one(component, value)}
            case _K.FILE_UPLOAD:
                return {"values": self._files(component, _files(value))}
            case _:
                return {"values": self.chosen(_with_bounds(component), _strings(value))}

    def _one(self, component: JsonObject, value: object) -> str | None:
        if value is None and component.get("required", True):
            raise LocalDiscordError(f"the field {component['custom_id']!r} is required")
        return None if value is None else self.chosen(component, [str(value)])[0]


def _prefilled(component: JsonObject) -> object:
    """Return what stands in a field before anybody touches it."""
    match component["type"]:
        case _K.TEXT_INPUT:
            return component.get("value")
        case _K.CHECKBOX:
            return component.get("default", False)
        case _K.RADIO_GROUP:
            defaults = [option["value"] for option in component["options"] if option.get("default")]
            return defaults[0] if defaults else None
        case _:
            offered = [option["value"] for option in component.get("options", []) if option.get("default")]
            return offered + [default["id"] for default in component.get("default_values", [])]


def _check_count(component: JsonObject, count: int) -> None:
    is_optional = component.get("required") is False and not count
    lowest, highest = component.get("min_values", 1), component.get("max_values", 1)
    if not is_optional and not lowest <= count <= highest:
        raise LocalDiscordError(f"choose from {lowest} to {highest} values, not {count}")


def _files(value: object) -> list[Upload | str]:
    given = listed(value) if isinstance(value, list | tuple) else [] if value is None else [value]
    return [each if isinstance(each, Upload) else str(each) for each in given]


def _is_of(filename: str, wanted: str) -> bool:
    name = filename.lower()
    kind = mimetypes.guess_type(name)[0] or ""
    return name.endswith(wanted.lower()) if wanted.startswith(".") else kind.startswith(f"{wanted}/")


def _with_bounds(component: JsonObject) -> JsonObject:
    """Return a group of checkboxes with the bounds that it has by default: any number of its options."""
    if component["type"] != _K.CHECKBOX_GROUP:
        return component
    return {"max_values": len(component["options"]), **component}


def _entered(component: JsonObject, text: str) -> str:
    if not text and not component.get("required", True):
        return text
    lowest = component.get("min_length", 1 if component.get("required", True) else 0)
    highest = component.get("max_length", limits.TEXT_INPUT_VALUE_MAX)
    if not lowest <= len(text) <= highest:
        raise LocalDiscordError(f"the field {component['custom_id']!r} takes {lowest} to {highest} characters")
    return text


def _strings(value: object) -> list[str]:
    match value:
        case None:
            return []
        case str():
            return [value]
        case list() | tuple():
            return [str(entry) for entry in listed(value)]
        case _:
            return [str(value)]


def _text(definition: JsonObject, value: object) -> str:
    text = str(value)
    lowest, highest = definition.get("min_length", 0), definition.get("max_length", limits.STRING_OPTION_LENGTH_MAX)
    if not lowest <= len(text) <= highest:
        raise LocalDiscordError(f"the option {definition['name']!r} takes {lowest} to {highest} characters")
    return text


def _number(definition: JsonObject, value: object, *, whole: bool) -> int | float:
    convert: Callable[[str], int | float] = int if whole else float
    try:
        number = convert(str(value))
    except ValueError:
        raise LocalDiscordError(f"the option {definition['name']!r} takes a number, not {value!r}") from None
    bound = limits.INTEGER_OPTION_ABS_MAX if whole else limits.NUMBER_OPTION_ABS_MAX
    lowest, highest = definition.get("min_value", -bound), definition.get("max_value", bound)
    if not lowest <= number <= highest:
        raise LocalDiscordError(f"the option {definition['name']!r} takes {lowest} to {highest}")
    return number
