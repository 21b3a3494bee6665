"""How a template sees values: what is missing, what counts as true, how a value becomes text, what `.name` gives.

A value has no Python attributes here. `.name` and `["name"]` are the item of a mapping and nothing else, so there is no
way from a value to the interpreter, whatever the value is.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from runner.templates.budget import MAX_INTEGER_BITS
from runner.templates.faults import RenderError


class Missing:
    """Stands for a name, attribute or item that isn't there. It can be tested and defaulted; any other use fails."""

    __slots__ = ("headline",)

    def __init__(self, headline: str) -> None:
        """Keep what was missing, in the template's own words."""
        self.headline = headline


def present(value: object) -> object:
    """Return `value`. Raise RenderError if it is missing."""
    if isinstance(value, Missing):
        raise RenderError("template-missing", value.headline)
    return value


def truth(value: object) -> bool:
    """Say whether a condition holds; none, false, zero and what is empty don't. Raise RenderError if it is missing."""
    return bool(present(value))


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether `value` can be calculated with. Booleans can't: a sum with one is a mistake."""
    return type(value) is int or type(value) is float


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Say whether `value` is a list, in the template's sense: text isn't one."""
    return isinstance(value, list | tuple | range)


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Say whether `value` has attributes."""
    # The first question is the quick one, and nearly always answers.
    return isinstance(value, dict) or isinstance(value, Mapping)  # noqa: SIM101


def kind(value: object) -> str:
    """Return what `value` is, in an operator's words, without the value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if is_number(value):
        return "a number"
    if is_list(value):
        return "a list"
    return "a mapping" if is_mapping(value) else "no plain value"


def text(value: object) -> str:
    """Return how `value` reads in a text; none reads as nothing at all.

    Raise RenderError for what has no reading: a list, a mapping, something missing. Python's notation for them is
    never what an operator wants to send, and its length isn't bounded.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | float):
        return str(value)
    if isinstance(value, int):
        return str(bounded(value))
    raise RenderError("template-failed", f"{kind(present(value))} can't be written as text")


def attribute(value: object, name: str, path: str) -> object:
    """Return the item `name` of a mapping, or a Missing that says what `path` has not got."""
    if is_mapping(value):
        return value[name] if name in value else Missing(f"`{path}` has no `{name}`")
    if isinstance(value, Missing):
        return value
    return Missing(f"`{path}` is {kind(value)} and has no `{name}`")


def item(value: object, key: object, path: str) -> object:
    """Return `value[key]`: by name in a mapping, by position in a list or text, or a Missing."""
    if isinstance(key, str):
        return attribute(value, key, path)
    present(value)
    if isinstance(value, str) or is_list(value):
        return _by_position(value, key, path)
    raise RenderError("template-failed", f"`{path}` is {kind(value)}: no item of it is found by {kind(present(key))}")


def _by_position(value: str | Sequence[object], key: object, path: str) -> object:
    if type(key) is not int:
        raise RenderError("template-failed", f"`{path}`: a position is a whole number, not {kind(present(key))}")
    return value[key] if -len(value) <= key < len(value) else Missing(f"`{path}` has no item at that position")


def bounded(value: int) -> int:
    """Return a whole number of a size that can be worked with, else raise RenderError."""
    if value.bit_length() > MAX_INTEGER_BITS:
        raise RenderError("template-bound", f"a number gets larger than {MAX_INTEGER_BITS} bits")
    return value


def pluck(value: object, path: str) -> object:
    """Return the attribute `path` of `value`, which may be dotted ("user.name"), or a Missing."""
    for name in path.split("."):
        value = attribute(value, name, "the item")
    return value
