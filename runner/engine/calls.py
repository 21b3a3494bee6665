"""What a flow is given and what it gives back: values of the types that it declares."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runner.actions.action import StepFailed
from runner.compile import Flow
from runner.fields import BadValue, BooleanShape, NumberShape, TextShape, coerce
from runner.templates.values import is_list, is_mapping

CALLS_NESTED_MAX: Final = 16
"""How many flows may run inside of each other: a flow that runs itself comes to an end here at the latest."""


def taken(flow: Flow, values: Mapping[str, object]) -> dict[str, Any]:
    """Return the parameters of a flow; `StepFailed` where one is missing or of another type."""
    made: dict[str, Any] = {}
    for name, param in flow.params.items():
        value = values.get(name)
        if value is not None:
            made[name] = _typed(param.type, value, f"the parameter `{name}` of the flow `{flow.name}`")
        elif param.is_needed:
            raise StepFailed(f"the parameter `{name}` of the flow `{flow.name}` was none")
        else:
            made[name] = param.default
    return made


def given(flow: Flow, value: object) -> object:
    """Return the result of a flow; `StepFailed` where it is of another type than declared."""
    if value is None or flow.result is None:
        return value
    return _typed(flow.result, value, f"the result of the flow `{flow.name}`")


def _typed(kind: str, value: object, what: str) -> object:
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
    "boolean": lambda value: coerce(BooleanShape(), value),
    "channel": _thing,
    "integer": lambda value: coerce(NumberShape(integer=True), value),
    "list": _list,
    "mapping": _mapping,
    "number": lambda value: coerce(NumberShape(integer=False), value),
    "role": _thing,
    "string": _text,
    "user": _thing,
}
