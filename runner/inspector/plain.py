"""Values of a run as bounded JSON: what a step was given and what came of it, to look at."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from runner.actions.action import Action
from runner.fields import Entry, Field, Steps, fields_of, spread_in
from runner.templates.values import is_list, is_mapping

TEXT_MAX: Final = 500
"""How many characters of a text are shown."""

ITEMS_MAX: Final = 25
"""How many items of a list or of a mapping are shown."""

DEPTH_MAX: Final = 5
"""How deep values are shown; what is inside of that is only named."""

Json = Any  # JSON of any shape

HIDDEN: Final = "•••"
"""What is shown of a secret."""

_NOTHING = object()


def inputs_of(action: Action) -> Json:
    """Return what a step was given: its keys with their rendered values, without those that it runs or reads later."""
    return _entry(action, DEPTH_MAX)


def plain(value: object, depth: int = DEPTH_MAX) -> Json:
    """Return a value as JSON, cut to what one can look at."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value if len(value) <= TEXT_MAX else value[: TEXT_MAX - 1] + "…"
        case Entry():
            return _entry(value, depth - 1)
        case _ if depth <= 0:
            return "…"
        case _ if is_mapping(value):
            kept = ((key, item) for key, item in value.items() if not isinstance(item, Steps))
            shown = {str(key): plain(item, depth - 1) for key, item in islice(kept, ITEMS_MAX)}
            return shown | ({"…": len(value) - ITEMS_MAX} if len(value) > ITEMS_MAX else {})
        case _ if is_list(value):
            items = [plain(item, depth - 1) for item in islice(value, ITEMS_MAX)]
            return items + (["…"] if len(value) > ITEMS_MAX else [])
        case _:
            return plain(str(value), depth)


def _entry(entry: Entry, depth: int) -> Mapping[str, Json]:
    if depth <= 0:
        return {"…": type(entry).__name__.lower()}
    read = ((item, _read(entry, item)) for item in fields_of(type(entry)))
    shown = {item.name: HIDDEN if item.is_secret else plain(value, depth) for item, value in read if _is_shown(value)}
    for name in spread_in(type(entry)):  # what a message says besides its text is Discord's JSON by now
        said: Mapping[str, object] = getattr(getattr(entry, name), "more", None) or {}
        shown |= {key: plain(value, depth) for key, value in said.items()}
    return shown


def _read(entry: Entry, item: Field) -> object:
    return getattr(getattr(entry, item.of) if item.of else entry, item.attribute, _NOTHING)


def _is_shown(value: object) -> bool:
    """Tell whether a key was given a value: steps are shown when they run, what is read late when it is read."""
    if is_mapping(value):
        return any(not isinstance(item, Steps) for item in value.values())
    return not (value is _NOTHING or value is None or callable(value) or isinstance(value, Steps) or value == ())
