"""Words for what the JSON Schema refuses: which kinds of value a place takes, what stands there, how to repair it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from runner.config.schema import DURATION_TAKES
from runner.config.source import Mapping, Node, Scalar, plain
from runner.config.source import Sequence as ListNode
from runner.regex import regex

Schema = dict[str, Any]  # Any: JSON

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys with values",
    "null": "nothing",
}
_WORDS_SHOWN = 12
_KEYS_SHOWN = 3
_SPELLED_DURATION = regex(r"(\d+(?:\.\d+)?) ?(ms|milli|[smhd])[a-z]*")


def listed(words: Sequence[object]) -> str:
    """Return the words as a list to read, the end of a long one left out."""
    return ", ".join(f"`{word}`" for word in words[:_WORDS_SHOWN]) + (", …" if len(words) > _WORDS_SHOWN else "")


def kinds(schema: Schema) -> list[str]:
    """Return the kinds of value that `schema` takes, each once, in an operator's words, the simple ones first."""
    return sorted(dict.fromkeys(_kinds(schema)), key=lambda kind: kind == _KINDS["object"])


def _kinds(schema: Schema) -> Iterator[str]:
    if "patternErrorMessage" in schema:
        yield schema["patternErrorMessage"]
    elif "enum" in schema:
        yield "one of " + listed(schema["enum"])
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from _kinds(branch)
    else:
        declared = schema.get("type", [])
        yield from (_KINDS[kind] for kind in ([declared] if isinstance(declared, str) else declared))


def kind_of(value: object) -> str:
    """Return what a value is, in a few words that end a sentence."""
    match value:
        case None:
            return "this is empty"
        case bool():
            return "this is true or false"
        case int() | float():
            return "this is a number"
        case str():
            return "this is text"
        case list():
            return "this is a list"
        case _:
            return "these are keys with values"


def repair_of_kind(schema: Schema, node: Node) -> str:
    """Return what to write instead of a value of the wrong kind."""
    taken = kinds(schema)
    match node:
        case Scalar(value=None):
            return _repair_of_nothing(node) or f"write {' or '.join(taken)}"
        case Scalar():
            return _repair_of_scalar(schema, taken, node)
        case ListNode() if _KINDS["object"] in taken and not _keys_of(schema):
            return _repair_of_list(node)
        case Mapping() if schema.get("type") == "array" or _KINDS["array"] in taken:
            return "begin each item with `- `"
        case _:
            return f"write {' or '.join(taken)}"


def _repair_of_nothing(node: Scalar) -> str:
    if node.comment_follows:
        text = node.source.text
        comment = text[node.end : node.source.line_end(node.end)].strip()
        return f"quote it: {in_quotes(comment)}"
    return ""


def _repair_of_scalar(schema: Schema, taken: list[str], node: Scalar) -> str:
    is_text = isinstance(node.value, str)
    if "text" in taken and not is_text:
        return f"quote it: {in_quotes(node.written)}"
    if not is_text and (spelled := _fitting(schema, f"{node.written}s")):
        return f"write `{spelled}`"
    if taken == ["true or false"]:
        return "write `true` or `false`, without quotes"
    if taken == ["a list"]:
        return f"write `[{node.written}]`"
    if _KINDS["object"] in taken and (keys := _keys_of(schema)):
        return f"write keys under it, such as {keys}"
    return f"write {' or '.join(taken)}"


def replacement_of_kind(schema: Schema, node: Node) -> str:
    """Return what to write instead, where only quotes make the difference; else an empty text."""
    if not isinstance(node, Scalar) or node.value is None:
        return ""
    taken = kinds(schema)
    if "text" in taken and not isinstance(node.value, str):
        return in_quotes(node.written)
    if taken == ["true or false"] and node.value in ("true", "false"):
        return node.value
    return ""


def _repair_of_list(node: ListNode) -> str:
    words = [item.written for item in node.items if isinstance(item, Scalar)]
    if words and len(words) == len(node.items):
        return "write `{" + ", ".join(f"{word}: …" for word in words) + "}`"
    return "write each name as a key, with what belongs to it under it, and without `- `"


def _keys_of(schema: Schema) -> str:
    """Return a few keys that the long form takes, those without which it can't be first."""
    branches: list[Schema] = schema.get("anyOf", [schema])
    for branch in branches:
        if "properties" in branch:
            names = dict.fromkeys((*branch.get("required", ()), *branch["properties"]))
            return ", ".join(f"`{name}:`" for name in [*names][:_KEYS_SHOWN])
    return ""


def repair_of_text(schema: Schema, value: str, takes: str) -> str:
    """Return a spelling of `value` that fits the schema's pattern, or what the place takes."""
    for candidate in (f"@{value}", f"#{value}", value.replace(" ", ""), _spelled_duration(value)):
        if fitting := _fitting(schema, candidate):
            return f"write `{in_quotes(fitting) if fitting[0] in '@#' else fitting}`"
    return f"write {takes}" if takes else "write it in another form"


def as_duration(schema: Schema, value: str) -> str:
    """Return how `value` is written where it can't be but a duration, as in `10 seconds`; else an empty text."""
    is_one = _SPELLED_DURATION.sub("", value).strip(" ,") == "" and schema.get("patternErrorMessage") == DURATION_TAKES
    return _fitting(schema, _spelled_duration(value)) if is_one else ""


def _spelled_duration(value: str) -> str:
    parts = _SPELLED_DURATION.findall(value)
    return "".join(amount + ("ms" if unit == "milli" else unit) for amount, unit in parts)


def _fitting(schema: Schema, text: str) -> str:
    patterns = [branch.get("pattern") for branch in schema.get("anyOf", [schema])]
    return text if any(pattern and re.search(pattern, text) for pattern in patterns) else ""


def in_quotes(text: str) -> str:
    """Return the text as YAML takes it without asking what it looks like."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def as_name(text: str) -> str:
    """Return a name of letters, digits and `_` that is made from `text`."""
    made = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.lower()).strip("_")
    return made[:32] if made and not made[0].isdigit() else f"my_{made}"[:32]


def equals_in_writing(value: object, words: Iterable[object]) -> bool:
    """Tell whether the value looks like one of the words and only its quotes make it another."""
    return isinstance(value, str) and value in {str(word) for word in words if not isinstance(word, str)}


def is_empty(node: Node) -> bool:
    """Tell whether nothing is written in the value's place."""
    return isinstance(node, Scalar) and plain(node) is None and node.start == node.end
