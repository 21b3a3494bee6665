"""The reference of the steps, made from the actions' own fields: what `lifecycle-runner actions` prints."""

from collections.abc import Iterator
from textwrap import dedent, fill

from runner.actions.action import Action
from runner.config.schema import Actions, is_bare
from runner.fields import (
    BooleanShape,
    ChoiceShape,
    ColorShape,
    DataShape,
    DurationShape,
    EmojiShape,
    EntryShape,
    ExpressionShape,
    Field,
    ListShape,
    MapShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    StepsShape,
    TextShape,
    TimestampShape,
    duration_text,
    fields_of,
)
from runner.formats import COLOR_TAKES, EMOJI_TAKES, TIMESTAMP_TAKES
from runner.lifecycle.bits import PERMISSION_NAMES, Permissions
from runner.templates.types import describe

WIDTH = 100
"""Columns of a page."""

WORDS_MAX = 12
"""How many words that a key takes are listed where the key is named."""


def listing(actions: Actions) -> str:
    """Return every action with its summary, one a line."""
    widest = max(map(len, actions))
    return "".join(f"{name:<{widest}}  {summary_of(action)}\n" for name, action in actions.items())


def summary_of(action: type[Action]) -> str:
    """Return what the action does, in the sentence or two that its docstring begins with."""
    return (action.__doc__ or "").partition("\n")[0]


def example_of(action: type[Action]) -> str:
    """Return the example in the action's docstring, as YAML."""
    return dedent((action.__doc__ or "").partition("Example:\n")[2]).strip("\n").rstrip()


def rendered(name: str, action: type[Action]) -> str:
    """Return the page of one action."""
    return "\n".join([*_head(name, action), "", "Keys:", *_keys(action), "", *facts_of(action)]) + "\n"


def _head(name: str, action: type[Action]) -> Iterator[str]:
    yield f"{name}: {summary_of(action)}"
    yield ""
    yield from (f"    {line}" for line in example_of(action).splitlines())


def _keys(action: type[Action]) -> Iterator[str]:
    fields = fields_of(action)
    if not fields:
        yield "    none: write its name alone"
    for field in fields:
        yield f"    {written(field, action)}: {takes(field.shape)}{', required' if field.is_required else ''}"
        yield fill(field.description, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)


def written(field: Field, action: type[Action]) -> str:
    """Return the key, and how else it may be written."""
    if field.attribute == action.whole:
        return f"{field.name} (behind the step's own name)"
    if field.attribute in action.beside:
        return f"{field.name} (beside the step's own name)"
    return f"{field.name} (or alone behind the step's name)" if field.attribute == action.short else field.name


def facts_of(action: type[Action]) -> Iterator[str]:
    """Yield what else is known of the action, a line each."""
    if is_bare(action):
        yield "It may be written as its name alone."
    if action.effect is not None:
        yield f"To the interaction it is: {action.effect.value}."
    if action.ends:
        yield "Nothing runs after it."
    if action.worst_case_s:
        yield f"It leaves the process, for {duration_text(action.worst_case_s)} at most: a slow step."
    if action.needs:
        yield f"The bot needs: {', '.join(permission_names(action.needs))}."
    for output, kind in action.outputs.items():
        yield f"Afterwards `steps.<id>.{output}` is {describe(kind)}."


def permission_names(permissions: Permissions) -> list[str]:
    """Return the names of permissions as they are written in YAML."""
    return [str(flag.name).lower() for flag in permissions]


def takes(shape: Shape) -> str:
    """Return, in a few words, what may stand in a place."""
    match shape:
        case TextShape():
            return "text" if shape.max_length is None else f"text of at most {shape.max_length} characters"
        case NumberShape():
            return "a whole number" if shape.integer else "a number"
        case BooleanShape():
            return "true or false"
        case DurationShape():
            return "a duration such as 10s"
        case SnowflakeShape():
            return "an id" + (f", or a name as {shape.named}name" if shape.named else "")
        case ChoiceShape(words) if words == PERMISSION_NAMES:
            return "a permission such as view_channel"
        case ChoiceShape(words) if len(words) > WORDS_MAX:
            return f"one of {len(words)} words, such as {words[0]}"
        case ChoiceShape():
            return " or ".join(map(str, shape.words))
        case ColorShape():
            return COLOR_TAKES
        case TimestampShape():
            return TIMESTAMP_TAKES
        case EmojiShape():
            return EMOJI_TAKES
        case ExpressionShape():
            return "an expression"
        case DataShape():
            return "any value"
        case ListShape():
            return f"a list, each item {takes(shape.of)}"
        case MapShape():
            return f"names, each with {takes(shape.of)}"
        case StepsShape():
            return "a list of steps"
        case EntryShape(entry) if entry.short:
            (short,) = (field for field in fields_of(entry) if field.attribute == entry.short)
            return f"{takes(short.shape)}, or keys with values"
        case _:
            return "keys with values"
