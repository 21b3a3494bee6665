"""The JSON Schema of bot.yaml, made from the document's and the actions' fields.

Draft-07 and closed: no mapping takes a key that is not declared. A step is one flat object whose properties are all
actions, because editors and validators then name the very key that is misspelt; that a step has exactly one action
is the reader's to say. `patternErrorMessage` is what editors show, and what our own faults are made of.
"""

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any, Final, assert_never, cast

from runner.actions.action import Action, Retry
from runner.config import snippets
from runner.config.document import AskedCheck, Document
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
    NullableShape,
    NumberShape,
    Shape,
    SnowflakeShape,
    StepsShape,
    SuggestionsShape,
    TextShape,
    TimestampShape,
    fields_of,
)
from runner.formats import (
    COLOR_PATTERN,
    COLOR_TAKES,
    EMOJI_PATTERN,
    EMOJI_TAKES,
    TIMESTAMP_PATTERN,
    TIMESTAMP_TAKES,
)
from runner.lifecycle import limits

Schema = dict[str, Any]  # Any: JSON
Actions = Mapping[str, type[Action]]

DURATION_TAKES = "a duration such as 500ms, 10s, 2m or 1h30m"
STEPS_MAX = 200
SUGGESTIONS_MAX = 2000
SUGGESTIONS_TAKES = "a list such as `[red, green]`, values with labels, or a template that gives either"
TEXT_ERROR = "This takes text. What begins with `{` or `[`, as a template does, or looks like a number needs quotes."
STEPS_TAKE = "a list of steps, such as `- reply: Hello`"
CHECKS_MAX = 25
PARAMETERS_TAKES = "a component's parameters, such as {number: 7}"
LIST_TAKES = "a list, or one template that gives a list"
EXPRESSION_TAKES = "an expression such as `user.is_bot`"
STEP_KEYS = ("id", "when", "timeout", "retry", "on_crash", "catch")
RETRY = EntryShape(Retry)
ON_CRASH = ChoiceShape(("repeat", "skip", "fail"))
ID_PATTERN = "[a-z_][a-z0-9_]{0,63}"
ID_TAKES = "a name of lower-case letters, digits and `_`"


def schema(actions: Actions) -> Schema:
    """Return the schema of a whole bot.yaml."""
    definitions = {f"action-{name}": _action(action) for name, action in actions.items()}
    shared = {entry.definition: _short_or_long(entry, fields_of(entry)) for entry in _shared(actions)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "bot.yaml",
        **_entry(Document, extra={"$schema": {"type": "string", "description": "The address of this schema."}}),
        "defaultSnippets": [snippets.of_document()],
        "definitions": {
            **definitions,
            **shared,
            "step": _step(actions),
            "steps": _steps(),
            "check": _entry(AskedCheck),
        },
    }


def schema_of(entry: type[Entry], title: str) -> Schema:
    """Return the schema of a file of another kind, which holds no steps."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **_entry(entry, extra={"$schema": {"type": "string"}}),
        "definitions": {},
    }


def _shared(actions: Actions) -> list[type[Entry]]:
    """Return the entries that have a definition of their own, each once, in the order in which they are met."""
    met: dict[type[Entry], None] = {}
    _meet(Document, met)
    for action in actions.values():
        _meet(action, met)
    return [entry for entry in met if entry.definition]


def _meet(entry: type[Entry], met: dict[type[Entry], None]) -> None:
    if entry not in met:
        met[entry] = None
        for field in fields_of(entry):
            for inner in _entries_in(field.shape):
                _meet(inner, met)


def _entries_in(shape: Shape) -> Iterator[type[Entry]]:
    match shape:
        case EntryShape(entry):
            yield entry
        case ListShape(of) | MapShape(of):
            yield from _entries_in(of)
        case KindsShape(kinds, _, row):
            yield from kinds.values()
            yield from (row,) if row else ()
        case _:
            return


def is_bare(action: type[Action]) -> bool:
    """Tell whether the action may be written as its name alone, as `- stop`."""
    return not any(field.is_required for field in fields_of(action)) and not action().lacks()


def own_fields(action: type[Action]) -> tuple[Field, ...]:
    """Return the fields that are written under the action's key, or are its value."""
    return _parted(cast(Hashable, action))[0]  # a class is hashable, whatever its instances are


def beside_fields(action: type[Action]) -> tuple[Field, ...]:
    """Return the fields that are written next to the action's key."""
    return _parted(cast(Hashable, action))[1]


@cache
def _parted(hashable: Hashable) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Return the fields of an action that are its own, and those beside its key."""
    action = cast(type[Action], hashable)
    fields, beside = fields_of(action), action.beside
    own = tuple(field for field in fields if field.attribute not in beside)
    return own, tuple(field for field in fields if field.attribute in beside)


def _entry(entry: type[Entry], fields: tuple[Field, ...] | None = None, extra: Schema | None = None) -> Schema:
    declared = fields_of(entry) if fields is None else fields
    made: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {**(extra or {}), **{field.name: _described(field) for field in declared}},
    }
    required = [field.name for field in declared if field.is_required]
    return {**made, "required": required} if required else made


def _described(field: Field) -> Schema:
    made: Schema = _shape(field.shape)
    if "$ref" in made:  # draft-07 ignores what stands beside a reference
        made = {"allOf": [made]}
    made["markdownDescription"] = made["description"] = field.description
    examples = [field.example] if field.example else snippets.examples_of(field.shape)
    if examples:
        made["examples"] = examples
    if snippet := snippets.of_shape(field.name, field.shape):
        made["defaultSnippets"] = [snippet]
    _explain_words(made, field.words)
    return made


def _explain_words(schema: Schema, words: Mapping[str, str]) -> None:
    """Put what each word means beside every list of words in the schema of a field."""
    if words and "enum" in schema:
        texts = [words.get(str(word), "") for word in schema["enum"]]
        schema["enumDescriptions"] = schema["markdownEnumDescriptions"] = texts
    for part in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
        _explain_words(part, words)


def _action(action: type[Action]) -> Schema:
    if action.whole:
        made = _shape(next(field.shape for field in fields_of(action) if field.attribute == action.whole))
    else:
        made = _short_or_long(action, own_fields(action))
    return {"anyOf": [{"type": "null"}, *made.get("anyOf", [made])]} if is_bare(action) else made


def _short_or_long(entry: type[Entry], fields: tuple[Field, ...]) -> Schema:
    long = _entry(entry, fields)
    if entry.short is None:
        return long
    meant = next(field for field in fields if field.attribute == entry.short)
    short = _shape(meant.shape)
    _explain_words(short, meant.words)
    # What is written as a mapping is the long form, whatever else the short one could be.
    forms = [each for each in short.get("anyOf", [short]) if each.get("type") != "object"]
    # Editors judge by the first form: words can be misspelt, and so can keys, but any text is one.
    return {"anyOf": [long, *forms] if isinstance(meant.shape, TextShape) else [*forms, long]}


def _step(actions: Actions) -> Schema:
    properties: Schema = {
        "id": {"type": "string", "pattern": f"^{ID_PATTERN}$", "patternErrorMessage": ID_TAKES},
        "when": _shape(ExpressionShape()),
        "timeout": _shape(DurationShape()),
        "retry": _shape(RETRY),
        "on_crash": _shape(ON_CRASH),
        "catch": {"allOf": [{"$ref": "#/definitions/steps"}]},
    }
    texts = {
        "id": "Later steps read what this one gave as `steps.<id>`.",
        "when": "The step is skipped unless this expression is true.",
        "timeout": "The step fails if it takes longer.",
        "retry": "A step that fails is tried again, at most so many times altogether.",
        "on_crash": "What to do with the step when the process ended, and nobody knows whether it was done.",
        "catch": "Steps to run when this one fails; the handler then goes on.",
    }
    properties["catch"]["defaultSnippets"] = [snippets.of_shape("catch", StepsShape())]
    for name, text in texts.items():
        properties[name]["markdownDescription"] = properties[name]["description"] = text
    for name, action in actions.items():
        summary = (action.__doc__ or "").partition("\n")[0]
        reference = {"$ref": f"#/definitions/action-{name}"}
        properties[name] = {"allOf": [reference], "description": summary, "markdownDescription": _page(action)}
        if snippet := snippets.of_action(name, action):
            properties[name]["defaultSnippets"] = [snippet]
        properties |= {field.name: _described(field) for field in beside_fields(action)}
    long = {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}
    bare = {"type": "string", "enum": sorted(name for name, action in actions.items() if is_bare(action))}
    # Editors judge by the first form, and most steps are written at length.
    return {"anyOf": [long, bare], "patternErrorMessage": "a step such as `reply: Hello`"}


def _page(action: type[Action]) -> str:
    """Return what editors show for an action: what it does, and an example."""
    summary = (action.__doc__ or "").partition("\n")[0]
    return f"{summary}\n\n```yaml\n{snippets.example_text(action)}\n```"


def _steps() -> Schema:
    items = {"$ref": "#/definitions/step"}
    made = {"type": "array", "items": items, "minItems": 1, "maxItems": STEPS_MAX}
    return {**made, "patternErrorMessage": STEPS_TAKE}


def _shape(shape: Shape) -> Schema:
    match shape:
        case TextShape():
            return _text(shape)
        case NumberShape():
            return _number(shape)
        case BooleanShape():
            return _or_template("boolean", "true or false", shape.templated)
        case DurationShape():
            return {**_pattern(DURATION_PATTERN, shape.templated), "patternErrorMessage": DURATION_TAKES}
        case SnowflakeShape():
            return _snowflake(shape)
        case ChoiceShape():
            return _choice(shape)
        case ColorShape():
            bounds = {"type": ["string", "integer"], "minimum": 0, "maximum": limits.COLOR_MAX}
            return {**_pattern(COLOR_PATTERN, shape.templated), **bounds, "patternErrorMessage": COLOR_TAKES}
        case TimestampShape():
            made = _pattern(TIMESTAMP_PATTERN, shape.templated)
            return {**made, "type": ["string", "number"], "minimum": 0, "patternErrorMessage": TIMESTAMP_TAKES}
        case EmojiShape():
            return {**_pattern(EMOJI_PATTERN, shape.templated), "patternErrorMessage": EMOJI_TAKES}
        case ExpressionShape():
            return {"type": ["string", "boolean"], "minLength": 1, "patternErrorMessage": EXPRESSION_TAKES}
        case DataShape():
            return {}
        case ListShape():
            return _list(shape)
        case MapShape():
            return _map(shape)
        case NullableShape():
            return {"anyOf": [{"type": "null"}, _shape(shape.of)]}
        case EntryShape(entry):
            if entry.definition:
                return {"$ref": f"#/definitions/{entry.definition}"}
            return _short_or_long(entry, fields_of(entry))
        case KindsShape():
            return _kinds(shape)
        case StepsShape():
            return {"$ref": "#/definitions/steps"}
        case ChecksShape():
            return _checks(shape)
        case SuggestionsShape():
            return _suggestions(shape)
        case ActionShape():
            return {"$ref": f"#/definitions/action-{shape.action}"}
    assert_never(shape)


def _checks(shape: ChecksShape) -> Schema:
    """A check holds checks, so its keys stand once, under the definitions."""
    long: Schema = {"allOf": [{"$ref": "#/definitions/check"}], "patternErrorMessage": "keys with values"}
    one: list[Schema] = [{"type": "string", "minLength": 1, "patternErrorMessage": "the name of a check"}, long]
    several: Schema = {"type": "array", "items": {"anyOf": one}, "maxItems": CHECKS_MAX}
    return {"anyOf": [*one, {**several, "minItems": shape.min_items} if shape.min_items else several]}


def _pattern(pattern: str, templated: bool) -> Schema:
    alternatives = f"({pattern}|{TEMPLATE_PATTERN})" if templated else f"({pattern})"
    return {"type": "string", "pattern": f"^{alternatives}$"}


def _or_template(kind: str, takes: str, templated: bool) -> Schema:
    if not templated:
        return {"type": kind}
    return {
        "type": [kind, "string"],
        "pattern": f"^{TEMPLATE_PATTERN}$",
        "patternErrorMessage": f"{takes}, or a template",
    }


def _text(shape: TextShape) -> Schema:
    made: Schema = {"type": "string", "errorMessage": TEXT_ERROR}
    if shape.min_length:
        made["minLength"] = shape.min_length
    fixed: Schema = {} if shape.max_length is None else {"maxLength": shape.max_length}
    if shape.pattern is not None:
        fixed |= {"pattern": f"^({shape.pattern})$", "patternErrorMessage": shape.takes}
    if not shape.templated or not fixed:
        return made | fixed
    return made | {"if": {"not": {"pattern": TEMPLATE_MARK_PATTERN}}, "then": fixed}


def _number(shape: NumberShape) -> Schema:
    takes = "a whole number" if shape.integer else "a number"
    made = _or_template("integer" if shape.integer else "number", takes, shape.templated)
    if shape.minimum is not None:
        made["minimum"] = shape.minimum
    if shape.maximum is not None:
        made["maximum"] = shape.maximum
    return made


_REFERENCE: Final = r"\$\{(inputs\.)?[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"
"""What stands for a value that comes from elsewhere: it has been replaced when we look, and editors see it as it is."""


def _snowflake(shape: SnowflakeShape) -> Schema:
    pattern = f"{SNOWFLAKE_PATTERN}|{_REFERENCE}" + (f"|{shape.named}.+" if shape.named else "")
    takes = "an id of 15 to 20 digits" + (f", or a name such as `{shape.named}support`" if shape.named else "")
    made = _pattern(pattern, shape.templated)
    return {**made, "type": ["string", "integer"], "minimum": 10**14, "patternErrorMessage": takes}


def _choice(shape: ChoiceShape) -> Schema:
    words: Schema = {"enum": list(shape.words)}
    if not shape.templated:
        return words
    template = {"type": "string", "pattern": f"^{TEMPLATE_PATTERN}$", "patternErrorMessage": "a template"}
    return {"anyOf": [words, template]}


def _list(shape: ListShape) -> Schema:
    one = _shape(shape.of)
    made: Schema = {"type": "array", "items": one}
    if shape.min_items:
        made["minItems"] = shape.min_items
    if shape.max_items is not None:
        made["maxItems"] = shape.max_items
    if shape.single:  # what may be one item may be a template, too
        return {"anyOf": [*one.get("anyOf", [one]), made]}
    if shape.templated:
        template = {"type": "string", "pattern": f"^{TEMPLATE_PATTERN}$", "patternErrorMessage": LIST_TAKES}
        return {"anyOf": [made, template]}
    return made


def _suggestions(shape: SuggestionsShape) -> Schema:
    label: Schema = {"type": "string", "minLength": 1, "maxLength": limits.CHOICE_NAME_MAX}
    values: Schema = {"type": ["string", "number"], "minLength": 1, "maxLength": limits.CHOICE_VALUE_MAX}
    labelled: Schema = {
        "additionalProperties": label,
        "minProperties": 1,
        "maxProperties": SUGGESTIONS_MAX,
    }
    told: Schema = labelled
    for key, entry in reversed([*shape.by_key.items()]):
        told = {"if": {"required": [key]}, "then": _entry(entry), "else": told}
    return {
        "anyOf": [
            {"type": "array", "items": values, "minItems": 1, "maxItems": SUGGESTIONS_MAX},
            {"type": "string", "pattern": f"^{TEMPLATE_PATTERN}$", "patternErrorMessage": SUGGESTIONS_TAKES},
            {"type": "object", **told},
        ]
    }


def _map(shape: MapShape) -> Schema:
    made: Schema = {"type": "object", "additionalProperties": _shape(shape.of)}
    if snippet := snippets.of_names(shape):
        made["defaultSnippets"] = [snippet]
    if shape.key_pattern is not None:
        words = shape.key_pattern.split("|")  # where all are plain words, editors can offer them
        names: Schema = {"pattern": f"^({shape.key_pattern})$"} if len(words) == 1 else {"enum": words}
        made["propertyNames"] = {**names, "patternErrorMessage": shape.key_takes}
    if shape.key_words:
        made["propertyNames"] = {"enum": list(shape.key_words)}
    if shape.min_items:
        made["minProperties"] = shape.min_items
    if shape.max_items is not None:
        made["maxProperties"] = shape.max_items
    return made


def _kinds(shape: KindsShape) -> Schema:
    forms: list[Schema] = [{"type": "string", "minLength": 1}]
    if shape.row is not None:
        (components,) = fields_of(shape.row)
        forms.append(_shape(components.shape))
    properties = {name: _kind(entry) for name, entry in shape.kinds.items()}
    one: Schema = {"type": "object", "properties": properties, "minProperties": 1, "maxProperties": 1}
    given: Schema = {"type": "object", "additionalProperties": {}, "patternErrorMessage": PARAMETERS_TAKES}
    one["additionalProperties"] = given if shape.other else False
    return {"anyOf": [*forms, one]}


def _kind(entry: type[Entry]) -> Schema:
    summary = (entry.__doc__ or "").partition("\n")[0]
    return {"allOf": [_shape(EntryShape(entry))], "description": summary, "markdownDescription": summary}
