"""A quick yes: whether nodes certainly are what the JSON Schema accepts.

Most files are valid, and importing and running the schema library costs more than everything else that start does to
a small one. So the nodes are first held against the shapes that the schema itself is made from. A yes is final; on
anything else the schema decides, and says why. The tests hold that a yes is never given to what the schema refuses.
"""

import re
from functools import lru_cache

from runner.actions.action import Action
from runner.config.document import AskedCheck
from runner.config.schema import (
    CHECKS_MAX,
    ID_PATTERN,
    ON_CRASH,
    RETRY,
    STEP_KEYS,
    STEPS_MAX,
    SUGGESTIONS_MAX,
    Actions,
    beside_fields,
    is_bare,
    own_fields,
)
from runner.config.source import Mapping, Node, Scalar, Sequence
from runner.fields import (
    DURATION_PATTERN,
    SNOWFLAKE_PATTERN,
    TEMPLATE_MARK_PATTERN,
    TEMPLATE_PATTERN,
    ActionShape,
    BooleanShape,
    ChecksShape,
    ChoiceShape,
    ColorShape,
    DataShape,
    DurationShape,
    EmojiShape,
    Entry,
    EntryShape,
    ExpressionShape,
    Field,
    KindsShape,
    ListShape,
    MapShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    StepsShape,
    SuggestionsShape,
    TextShape,
    TimestampShape,
    fields_of,
)
from runner.formats import COLOR_PATTERN, EMOJI_PATTERN, TIMESTAMP_PATTERN
from runner.lifecycle import limits

_DURATION = DurationShape()
_EXPRESSION = ExpressionShape()
_LABEL = TextShape(min_length=1, max_length=limits.CHOICE_NAME_MAX)
_VALUE = TextShape(min_length=1, max_length=limits.CHOICE_VALUE_MAX)
_COLOR = NumberShape(integer=True, minimum=0, maximum=limits.COLOR_MAX)
_INSTANT = NumberShape(integer=False, minimum=0)


def fits(entry: type[Entry], node: Node, actions: Actions) -> bool:
    """Tell whether `node` certainly is a valid `entry`. False decides nothing."""
    return _entry(fields_of(entry), entry.short, node, actions)


def fits_shape(shape: Shape, node: Node) -> bool:
    """Tell whether `node` certainly is a value of a shape that holds no steps."""
    return _shape(shape, node, {})


def _entry(fields: tuple[Field, ...], short: str | None, node: Node, actions: Actions) -> bool:
    if not isinstance(node, Mapping):
        return any(field.attribute == short and _shape(field.shape, node, actions) for field in fields)
    declared = {field.name: field for field in fields}
    return all(
        name in declared and _shape(declared[name].shape, item.value, actions) for name, item in node.entries.items()
    ) and all(field.name in node.entries for field in fields if field.is_required)


def _shape(shape: Shape, node: Node, actions: Actions) -> bool:
    match shape, node:
        case EntryShape(entry), _:
            return fits(entry, node, actions)
        case ListShape(), _:
            return _list(shape, node, actions)
        case MapShape(), Mapping():
            return _map(shape, node, actions)
        case KindsShape(), _:
            return _kinds(shape, node, actions)
        case StepsShape(), Sequence(items=items):
            return 1 <= len(items) <= STEPS_MAX and all(_step(item, actions) for item in items)
        case ChecksShape(), _:
            return _checks(shape, node, actions)
        case ActionShape(action), _:
            return _action(actions[action], node, actions)
        case DataShape(), _:
            return True
        case SuggestionsShape(), _:
            return _suggestions(shape, node, actions)
        case _, Scalar():
            return _scalar(shape, node.value)
        case _:
            return False


def _list(shape: ListShape, node: Node, actions: Actions) -> bool:
    if not isinstance(node, Sequence):
        if shape.templated and isinstance(node, Scalar) and isinstance(node.value, str):
            return _matches(TEMPLATE_PATTERN, node.value) or (shape.single and _shape(shape.of, node, actions))
        return shape.single and _shape(shape.of, node, actions)
    is_sized = shape.min_items <= len(node.items) <= (len(node.items) if shape.max_items is None else shape.max_items)
    return is_sized and all(_shape(shape.of, item, actions) for item in node.items)


def _checks(shape: ChecksShape, node: Node, actions: Actions) -> bool:
    if isinstance(node, Sequence):
        is_sized = shape.min_items <= len(node.items) <= CHECKS_MAX
        return is_sized and all(_check(item, actions) for item in node.items)
    return _check(node, actions)


def _check(node: Node, actions: Actions) -> bool:
    if isinstance(node, Scalar):
        return isinstance(node.value, str) and node.value != ""
    return isinstance(node, Mapping) and fits(AskedCheck, node, actions)


def _map(shape: MapShape, node: Mapping, actions: Actions) -> bool:
    most = len(node.entries) if shape.max_items is None else shape.max_items
    if not shape.min_items <= len(node.entries) <= most:
        return False
    # A name of a pack is known by another one here; what counts is what its author wrote.
    written = (str(entry.key.value) for entry in node.entries.values())
    if shape.key_pattern is not None and not all(_matches(shape.key_pattern, name) for name in written):
        return False
    if shape.key_words and not all(name in shape.key_words for name in node.entries):
        return False
    return all(_shape(shape.of, item.value, actions) for item in node.entries.values())


def _suggestions(shape: SuggestionsShape, node: Node, actions: Actions) -> bool:
    match node:
        case Mapping(entries=entries) if (entry := shape.entry_of(entries)) is not None:
            return fits(entry, node, actions)
        case Scalar(value=value):
            return isinstance(value, str) and _matches(TEMPLATE_PATTERN, value)
        case Sequence(items=items):
            return 1 <= len(items) <= SUGGESTIONS_MAX and all(_is_suggestion(item) for item in items)
        case Mapping(entries=entries):
            is_sized = 1 <= len(entries) <= SUGGESTIONS_MAX
            return is_sized and all(_shape(_LABEL, item.value, {}) for item in entries.values())


def _is_suggestion(node: Node) -> bool:
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, int | float) or _scalar(_VALUE, node.value)


def _kinds(shape: KindsShape, node: Node, actions: Actions) -> bool:
    if isinstance(node, Scalar):
        return isinstance(node.value, str) and node.value != ""
    if isinstance(node, Sequence):
        return shape.row is not None and _shape(fields_of(shape.row)[0].shape, node, actions)
    if len(node.entries) != 1:
        return False
    ((name, item),) = node.entries.items()
    if name in shape.kinds:
        return fits(shape.kinds[name], item.value, actions)
    return shape.other is not None and isinstance(item.value, Mapping)


def _step(node: Node, actions: Actions) -> bool:
    if isinstance(node, Scalar):
        action = actions.get(str(node.value))
        return action is not None and is_bare(action)
    if not isinstance(node, Mapping) or not node.entries:
        return False
    return all(_step_key(name, item.value, node, actions) for name, item in node.entries.items())


def _step_key(name: str, node: Node, step: Mapping, actions: Actions) -> bool:
    if name in actions:
        return _action(actions[name], node, actions)
    if name in STEP_KEYS:
        return _modifier(name, node, actions)
    beside = (field for key in step.entries if key in actions for field in beside_fields(actions[key]))
    return any(field.name == name and _shape(field.shape, node, actions) for field in beside)


def _modifier(name: str, node: Node, actions: Actions) -> bool:
    match name:
        case "id":
            return isinstance(node, Scalar) and isinstance(node.value, str) and _matches(ID_PATTERN, node.value)
        case "when":
            return _shape(_EXPRESSION, node, actions)
        case "timeout":
            return _shape(_DURATION, node, actions)
        case "retry":
            return _shape(RETRY, node, actions)
        case "on_crash":
            return _shape(ON_CRASH, node, actions)
        case _:
            return _shape(StepsShape(), node, actions)


def _action(action: type[Action], node: Node, actions: Actions) -> bool:
    if isinstance(node, Scalar) and node.value is None:
        return is_bare(action)
    if action.whole:
        return any(
            field.attribute == action.whole and _shape(field.shape, node, actions) for field in own_fields(action)
        )
    return _entry(own_fields(action), action.short, node, actions)


def _scalar(shape: Shape, value: object) -> bool:
    if isinstance(value, str) and getattr(shape, "templated", False) and _matches(TEMPLATE_PATTERN, value):
        return not isinstance(shape, TextShape) or _text(shape, value)
    match shape:
        case TextShape():
            return isinstance(value, str) and _text(shape, value)
        case NumberShape():
            return _number(shape, value)
        case BooleanShape():
            return isinstance(value, bool)
        case DurationShape():
            return isinstance(value, str) and _matches(DURATION_PATTERN, value)
        case SnowflakeShape():
            return isinstance(value, str) and _snowflake(shape, value)
        case ChoiceShape():
            return not isinstance(value, bool) and value in shape.words
        case ColorShape():
            return _matches(COLOR_PATTERN, value) if isinstance(value, str) else _number(_COLOR, value)
        case TimestampShape():
            return _matches(TIMESTAMP_PATTERN, value) if isinstance(value, str) else _number(_INSTANT, value)
        case EmojiShape():
            return isinstance(value, str) and _matches(EMOJI_PATTERN, value)
        case ExpressionShape():
            return isinstance(value, bool) or (isinstance(value, str) and value != "")
        case _:
            return False


def _text(shape: TextShape, value: str) -> bool:
    is_template = shape.templated and re.search(TEMPLATE_MARK_PATTERN, value) is not None
    most = len(value) if shape.max_length is None or is_template else shape.max_length
    if not shape.min_length <= len(value) <= most:
        return False
    return shape.pattern is None or is_template or _matches(shape.pattern, value)


def _number(shape: NumberShape, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if shape.integer else (int, float)):
        return False
    above = shape.minimum is None or value >= shape.minimum
    return above and (shape.maximum is None or value <= shape.maximum)


def _snowflake(shape: SnowflakeShape, value: str) -> bool:
    return _matches(SNOWFLAKE_PATTERN, value) or (shape.named != "" and value[:1] == shape.named and len(value) > 1)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matches(pattern: str, value: str) -> bool:
    return "\n" not in value[-1:] and _compiled(pattern).fullmatch(value) is not None
