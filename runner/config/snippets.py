"""What editors write for somebody who has only begun to: a new command, a new step, with stops to tab through.

The syntax of stops is that of the language server protocol: `${1:text}`; a dollar sign of our own is escaped.
"""

from itertools import count
from textwrap import dedent
from typing import Any

from runner.actions.action import Action
from runner.config import source
from runner.fields import (
    ActionShape,
    BooleanShape,
    ChoiceShape,
    DurationShape,
    Entry,
    EntryShape,
    ExpressionShape,
    Field,
    ListShape,
    MapShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    StepsShape,
    fields_of,
)
from runner.templates.values import is_list, is_mapping

Snippet = dict[str, Any]  # Any: JSON
_DURATIONS = ["10s", "2m", "1h30m"]
_EXAMPLE_STEP = {"reply": "Hello"}


def of_document() -> Snippet:
    """Return a whole bot with one command."""
    command = {"description": "${2:Check that the bot is awake}", "reply": "${3:Pong!}"}
    bot = {"token": "\\${DISCORD_TOKEN\\}"}
    body = {"version": 1, "bot": bot, "commands": {"${1:ping}": command}}
    return {"label": "a bot with one command", "body": body}


def of_names(shape: MapShape) -> Snippet | None:
    """Return one more name for a mapping from names to entries, such as `commands`."""
    if not isinstance(shape.of, EntryShape):
        return None
    stops = count(2)
    body = {"${1:name}": _sketch(shape.of.entry, stops)}
    return {"label": f"a new {_noun(shape.of.entry)}", "body": body}


def of_shape(name: str, shape: Shape) -> Snippet | None:
    """Return a value for a key that takes keys of its own, or steps."""
    match shape:
        case EntryShape(entry) if any(field.is_required for field in fields_of(entry)) or entry.sketch:
            return {"label": name, "body": _sketch(entry, count(1))}
        case MapShape(EntryShape(entry)):
            return {"label": name, "body": {"${1:name}": _sketch(entry, count(2))}}
        case StepsShape():
            return {"label": name, "body": [{"reply": "${1:Hello}"}]}
        case ActionShape():
            return {"label": name, "body": "${1:Hello}"}
        case _:
            return None


def of_action(name: str, action: type[Action]) -> Snippet | None:
    """Return the value that stands under the action's key in its own example."""
    root = source.parse(f"steps:\n{example_text(action)}\n", "").root
    steps = root.get("steps") if root else None
    step = steps.items[0] if isinstance(steps, source.Sequence) else None
    value = step.get(name) if isinstance(step, source.Mapping) else None
    return None if value is None else {"label": name, "body": _with_stops(source.plain(value), count(1))}


def example_text(action: type[Action]) -> str:
    """Return the example in the action's docstring, as YAML."""
    return dedent((action.__doc__ or "").partition("Example:\n")[2]).strip("\n").rstrip()


def examples_of(shape: Shape) -> list[object]:
    """Return values that show the form of a place whose form can't be guessed."""
    match shape:
        case DurationShape():
            return list(_DURATIONS)
        case SnowflakeShape(named="#"):
            return ["#general"]
        case SnowflakeShape(named="@"):
            return ["@Support"]
        case SnowflakeShape():
            return ["123456789012345678"]
        case ExpressionShape():
            return ["user.is_bot"]
        case _:
            return []


def _noun(entry: type[Entry]) -> str:
    return entry.__name__.lower()


def _sketch(entry: type[Entry], stops: "count[int]") -> Snippet:
    """Return the keys of an entry that nobody can do without, each with a stop."""
    known = sorted(fields_of(entry), key=lambda field: not field.is_required)
    wanted = [field for field in known if field.is_required or field.attribute in entry.sketch]
    return {field.name: _value(field, field.shape, stops) for field in wanted}


def _value(field: Field, shape: Shape, stops: "count[int]") -> object:
    match shape:
        case EntryShape(entry):
            return _sketch(entry, stops)
        case MapShape(of):
            name = f"${{{next(stops)}:name}}"
            return {name: _value(field, of, stops)}
        case ListShape(of) if not shape.single:
            return [_value(field, of, stops)]
        case StepsShape():
            return [_with_stops(_EXAMPLE_STEP, stops)]
        case ChoiceShape(words):
            return f"${{{next(stops)}|{','.join(map(str, words))}|}}"
        case ActionShape():
            return f"${{{next(stops)}:{field.example or 'Hello'}}}"
        case _:
            return f"${{{next(stops)}:{field.example or _filler(field, shape)}}}"


def _filler(field: Field, shape: Shape) -> str:
    match shape:
        case NumberShape():
            return "1"
        case BooleanShape():
            return "true"
        case _:
            return str(next(iter(examples_of(shape)), field.name))


def _with_stops(value: object, stops: "count[int]") -> object:
    """Return a value with a stop in each of its texts; those with templates are kept whole."""
    match value:
        case str():
            escaped = value.replace("\\", "\\\\").replace("$", "\\$")
            return escaped if "{" in value or "}" in value else f"${{{next(stops)}:{escaped}}}"
        case _ if is_list(value):
            return [_with_stops(item, stops) for item in value]
        case _ if is_mapping(value):
            return {str(name): _with_stops(item, stops) for name, item in value.items()}
        case _:
            return value
