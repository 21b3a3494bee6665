"""What a user has typed: the whole name of a command, and the values of its options as templates see them.

Discord's client checks values against the version of a command that it knows, and that may be an older one. So each
value is held against what the handler was compiled for, and nothing else reaches a template.
Source: Discord docs, Interactions: Receiving and Responding, Application Command Data Structure.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from runner import objects
from runner.actions.action import Refused
from runner.compile import DeclaredOption
from runner.lifecycle.limits import OptionType
from runner.templates.values import is_list, is_mapping

Json = Mapping[str, Any]  # Any: Discord's JSON

_NO_OPTION: Final[Json] = {}
_SUB: Final = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)


def typed(data: Json) -> tuple[str, Sequence[Json]]:
    """Return a command's name in words (`ticket open`) and what was given for its options.

    Groups and subcommands are options too, of which each level has one: it leads to the next word.
    """
    name, given = str(data.get("name")), _options(data)
    while len(given) == 1 and given[0].get("type") in _SUB:
        name, given = f"{name} {given[0].get('name')}", _options(given[0])
    return name, given


def values(data: Json, declared: Mapping[str, DeclaredOption]) -> dict[str, Any]:
    """Return the options by name, each in the type that it was declared with; one that the user left out is none.

    Raises `Refused` where they are those of another version of the command, or name what does not exist any more.
    """
    given = {str(each.get("name")): each for each in typed(data)[1]}
    if not given.keys() <= declared.keys():
        raise Refused("outdated_command")
    resolved: Json = data.get("resolved") or {}
    return {name: _value(name, option, given.get(name), resolved) for name, option in declared.items()}


def focused(data: Json) -> tuple[str, str]:
    """Return into which option a user is typing, and what is there so far; empty texts if that isn't said."""
    for each in typed(data)[1]:
        if each.get("focused") is True:
            text = each.get("value")
            return str(each.get("name")), "" if text is None else str(text)
    return "", ""


def values_so_far(data: Json, declared: Mapping[str, DeclaredOption]) -> dict[str, Any]:
    """Return the options by name while the user is typing: none for all that is not there, or not yet what it must be.

    The one that is being typed into is a text, whatever its type.
    """
    name, text = focused(data)
    given = {str(each.get("name")): each for each in typed(data)[1]}
    resolved: Json = data.get("resolved") or {}
    so_far = {each: _value_so_far(option, given.get(each), resolved) for each, option in declared.items()}
    return {**so_far, name: text} if name in declared else so_far


def _value_so_far(option: DeclaredOption, given: Json | None, resolved: Json) -> Any:
    value = given.get("value") if given else None
    if not is_fit(option, value):
        return None
    read = _RESOLVED.get(option.type)
    return value if read is None else read(resolved, str(value))


def behind(kind: OptionType, resolved: Json, identity: str) -> dict[str, Any] | None:
    """Return the object that an id of this kind stands for, as templates see it; None where Discord sent none."""
    return _RESOLVED[kind](resolved, identity)


def _options(node: Json) -> Sequence[Json]:
    """Return the options in a node. Where there is something else, there is one that no command declares."""
    found = node.get("options") or ()
    return cast(Sequence[Json], found) if is_list(found) and all(map(is_mapping, found)) else (_NO_OPTION,)


def _value(name: str, option: DeclaredOption, given: Json | None, resolved: Json) -> Any:
    if given is None:
        if option.is_required:
            raise Refused("outdated_command")
        return None
    value = given.get("value")
    if given.get("type") != option.type or not is_fit(option, value):
        raise Refused("outdated_command")
    read = _RESOLVED.get(option.type)
    if read is None:
        return value
    found = read(resolved, str(value))
    if found is None:
        raise Refused("gone_option", names=(name,))
    return found


def is_fit(option: DeclaredOption, value: object) -> bool:
    """Tell whether the option takes the value, as far as that shows without what is resolved."""
    match option.type, value:
        case OptionType.BOOLEAN, bool():
            return True
        case _, bool():
            return False
        case OptionType.STRING, str():
            return option.least <= _units(value) and len(value) <= option.most and _is_chosen(option, value)
        case OptionType.INTEGER, int():
            return option.least <= value <= option.most and _is_chosen(option, value)
        case OptionType.NUMBER, int() | float():
            return option.least <= value <= option.most and _is_chosen(option, value)
        case _, str():
            return option.type in _RESOLVED
        case _:
            return False


def _units(text: str) -> int:
    """Return the length of a text as Discord's clients count it, in units of UTF-16: at least its characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def _is_chosen(option: DeclaredOption, value: object) -> bool:
    return not option.choices or value in option.choices


def _user(resolved: Json, identity: str) -> dict[str, Any] | None:
    found = objects.resolved(resolved, "users", identity)
    return None if found is None else objects.person(found, objects.resolved_member(resolved, identity))


def _channel(resolved: Json, identity: str) -> dict[str, Any] | None:
    found = objects.resolved(resolved, "channels", identity)
    return None if found is None else objects.channel(found)


def _role(resolved: Json, identity: str) -> dict[str, Any] | None:
    found = objects.resolved(resolved, "roles", identity)
    return None if found is None else objects.role(found)


def _mentionable(resolved: Json, identity: str) -> dict[str, Any] | None:
    """Return a user or a role, each with the attributes of both: which one it is, only the kind tells."""
    if (user := _user(resolved, identity)) is not None:
        return {**user, "kind": "user"}
    role = _role(resolved, identity)
    return None if role is None else {**role, "kind": "role", "display_name": role["name"], "is_bot": False}


def _attachment(resolved: Json, identity: str) -> dict[str, Any] | None:
    found = objects.resolved(resolved, "attachments", identity)
    return None if found is None else objects.attachment(found)


_RESOLVED: Final[Mapping[OptionType, Callable[[Json, str], dict[str, Any] | None]]] = {
    OptionType.USER: _user,
    OptionType.CHANNEL: _channel,
    OptionType.ROLE: _role,
    OptionType.MENTIONABLE: _mentionable,
    OptionType.ATTACHMENT: _attachment,
}
"""What an option holds where Discord sends an id: the object behind it, or None where that is not there."""
