"""What flows and messages by name are given: values of the types that they declare."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runner.actions.action import StepFailed
from runner.config.document import Param
from runner.fields import BadValue, BooleanShape, NumberShape, TextShape, coerce
from runner.templates.values import is_list, is_mapping


def taken_params(params: Mapping[str, Param], values: Mapping[str, object], whose: str) -> dict[str, Any]:
    """Return the parameters of a flow or a message; `StepFailed` where one is missing or of another type."""
    made: dict[str, Any] = {}
    for name, param in params.items():
        value = values.get(name)
        if value is not None:
            made[name] = typed(param.type, value, f"the parameter `{name}` of {whose}")
        elif param.is_needed:
            raise StepFailed(f"the parameter `{name}` of {whose} was none")
        else:
            made[name] = param.default
    return made


def typed(kind: str, value: object, what: str) -> object:
    """Return a value of a type that a parameter or a result is declared with; `StepFailed` for another one."""
    try:
        return _TYPES[kind](value)
    except BadValue as bad:
        raise StepFailed(f"{what}: {bad}") from None


def _text(value: object) -> object:
    if is_list(value) or is_mapping(value):
        raise BadValue("this takes text")
    return coerce(TextShape(), value)


def _thing(value: object) -> object:
    """Take a user, a channel or a role, as templates see them."""
    if is_mapping(value) and "id" in value and "mention" in value:
        return value
    raise BadValue("this takes a whole user, channel or role, and not its id or name alone")


def _file(value: object) -> object:
    """Take a file that somebody has sent, as templates see it."""
    if is_mapping(value) and "id" in value and "filename" in value:
        return value
    raise BadValue("this takes a whole file that somebody has sent, and not its id or name alone")


def _list(value: object) -> object:
    if is_list(value):
        return value
    raise BadValue("this takes a list")


def _mapping(value: object) -> object:
    if is_mapping(value):
        return value
    raise BadValue("this takes a mapping")


_TYPES: Final[Mapping[str, Callable[[object], object]]] = {
    "any": lambda value: value,
    "attachment": _file,
    "boolean": lambda value: coerce(BooleanShape(), value),
    "channel": _thing,
    "integer": lambda value: coerce(NumberShape(integer=True), value),
    "list": _list,
    "mapping": _mapping,
    "mentionable": _thing,
    "number": lambda value: coerce(NumberShape(integer=False), value),
    "role": _thing,
    "string": _text,
    "user": _thing,
}
