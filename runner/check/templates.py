"""Which templates stand in a value, whatever is around them."""

from collections.abc import Sequence
from typing import Final

from runner.actions.action import WrittenStep
from runner.config.document import (
    InlineButton,
    InlineSelect,
)
from runner.fields import (
    Authored,
    Checks,
    Entry,
    attributes_of,
    late_in,
)
from runner.templates.values import is_list, is_mapping

_CONSTANTS: Final = frozenset({type(None), str, bool, int, float})


def templates_in(value: object, *, late: bool = True) -> Sequence[Authored]:
    """Return every template inside a value, those of the steps in it excluded, and with `late` False the late ones."""
    found: list[Authored] = []
    _gather(value, found, late=late)
    return found


def _gather(value: object, found: list[Authored], *, late: bool) -> None:
    kind = type(value)
    if kind in _CONSTANTS:
        return
    match value:
        case Authored():
            found.append(value)
        case Checks(items):
            for item in items:
                _gather(item, found, late=True)
        case InlineButton() | InlineSelect():  # what it looks like; its steps and guards are a handler of their own
            _gather(value.look, found, late=True)
        case Entry():
            left = frozenset[str]() if late else late_in(type(value))
            for name in attributes_of(type(value)):
                # Nearly everything is a constant; to ask here saves most of the calls.
                if type(inner := getattr(value, name)) not in _CONSTANTS and name not in left:
                    _gather(inner, found, late=late)
        case _ if is_list(value):
            for item in value:
                _gather(item, found, late=late)
        case _ if is_mapping(value):
            for item in value.values():
                _gather(item, found, late=late)
        case _:
            return


def templates_of(step: WrittenStep) -> tuple[Authored, ...]:
    """Return the step's own templates, those of the steps inside of it excluded."""
    found: tuple[Authored, ...] | None = step.kept.get("templates")
    if found is None:
        found = step.kept["templates"] = (*templates_in(step.action), *templates_in(step.when))
    return found
