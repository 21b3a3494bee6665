"""The keys that bot.yaml may have, by where they stand in the JSON Schema, and where a bot has which of them.

A key is called after its owner: `step.ban.reason`, `embed.title`, `commands.*.options.*.min`. The owner is a definition
of the schema (an action is `step.NAME`), or the path from the top of the file; `*` stands for a name of the author's.
So a definition that a hundred places refer to has each of its keys once, and one case is enough for it: the
reader makes one dataclass of it wherever it stands, and one function compiles and renders that. The same goes for a
mapping without a definition that stands in several places under one key with one schema, as `cooldown` does in every
kind of handler: it is called after the first of them, and a case may name any. `APART` are the places for which that
is not enough.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

Json = Any  # JSON of any shape

APART: Final = frozenset({"step.wait_for.from"})
"""Mappings with a case of their own, though others look the same: other code reads them."""

_ANNOTATIONS: Final = frozenset({"description", "markdownDescription", "examples", "defaultSnippets"})


def mapping(value: Json) -> dict[str, Json]:
    """Return a mapping of JSON as what it is, and an empty one for anything else."""
    return cast(dict[str, Json], value) if isinstance(value, dict) else {}


def listed(value: Json) -> list[Json]:
    """Return a list of JSON as what it is, and an empty one for anything else."""
    return [*value] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot has a key: under which of its mappings, the schema of what stands there, and whether it has to."""

    key: str
    path: tuple[str | int, ...]
    schema: Json
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a schema. `names` says by which name a path is known."""

    schema: Json
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def named(self, key: str) -> str:
        """Return the name of a key that may be called after any of the places where it stands."""
        return self.names.get(key, key)

    @property
    def all(self) -> Sequence[str]:
        """Every key once, in the order of the schema."""
        return tuple(dict.fromkeys(self.names.values()))

    def places(self, bot: Json) -> Iterator[Place]:
        """Yield every key that a bot has, from the outside to the inside."""
        for place in _found(self.schema, self.schema, bot, "", ()):
            yield Place(self.names[place.key], place.path, place.schema, place.is_required)


def keys_of(schema: Json) -> Keys:
    """Return the keys of a schema of bot.yaml."""
    first: dict[tuple[str, str, str], str] = {}
    names: dict[str, str] = {}
    alone = {*APART, *map(_called, schema["definitions"])}
    for path, owner in _owners(schema):
        for key in _named(owner):
            at = f"{path}.{key}".removeprefix(".")
            twin = (path.removesuffix(".*").rpartition(".")[2], _plain(owner), key)
            names[at] = at if path in alone else first.setdefault(twin, at)
    return Keys(schema, names)


def _owners(schema: Json) -> Iterator[tuple[str, Json]]:
    """Yield every mapping with keys: its path, and its schema."""
    yield from _below(schema, "")
    for name, part in schema["definitions"].items():
        yield from _below(part, _called(name))


def _below(node: Json, path: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(node, dict):
        return
    node = mapping(node)
    if _named(node):
        yield path, node
    for name, value in node.get("properties", {}).items():
        yield from _below(value, f"{path}.{name}".removeprefix("."))
    yield from _below(node.get("additionalProperties"), f"{path}.*")
    for part in _parts(node):
        yield from _below(part, path)


def _called(definition: str) -> str:
    return definition.replace("action-", "step.")


def _parts(node: Json) -> Iterator[Json]:
    """Yield the schemas that are about the same value as this one, or about the items of a list."""
    yield from (node[form] for form in ("items", "then", "else") if form in node)
    for form in ("anyOf", "allOf"):
        yield from node.get(form, ())


def _named(node: Json) -> Sequence[str]:
    """Return the keys of a mapping: its properties, and the names of which a closed list has to choose.

    The languages of translations are no keys; that they are heeded is shown with one of them.
    """
    words = node.get("propertyNames", {}).get("enum", ())
    return (*node.get("properties", {}), *(words if "en-US" not in words else ()))


def _plain(node: Json) -> str:
    """Return what a schema says, without what editors show of it."""
    return json.dumps(_without_annotations(node), sort_keys=True)


def _without_annotations(node: Json) -> Json:
    if isinstance(node, list):
        return [_without_annotations(each) for each in listed(node)]
    if not isinstance(node, dict):
        return node
    said = (key for key, value in mapping(node).items() if key not in _ANNOTATIONS or isinstance(value, dict))
    return {key: _without_annotations(mapping(node)[key]) for key in said}


def _found(schema: Json, node: Json, value: Json, path: str, at: tuple[str | int, ...]) -> Iterator[Place]:
    if not isinstance(node, dict):
        return
    node = mapping(node)
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        yield from _found(schema, schema["definitions"][name], value, _called(name), at)
    elif isinstance(value, dict):
        yield from _in_mapping(schema, node, value, path, at)
    elif isinstance(value, list):
        for index, item in enumerate(listed(value)):
            yield from _found(schema, node.get("items"), item, path, (*at, index))
    for form in ("anyOf", "allOf"):
        for part in node.get(form, ()):
            yield from _found(schema, part, value, path, at)
    if "if" in node and isinstance(value, dict):
        meant = "then" if set(node["if"].get("required", ())) <= set(mapping(value)) else "else"
        yield from _found(schema, node.get(meant), value, path, at)


def _in_mapping(schema: Json, node: Json, value: Json, path: str, at: tuple[str | int, ...]) -> Iterator[Place]:
    properties, required, names = node.get("properties", {}), node.get("required", ()), _named(node)
    for key, inner in value.items():
        declared = properties.get(key, node.get("additionalProperties"))
        if key in names:
            yield Place(f"{path}.{key}".removeprefix("."), (*at, key), declared, key in required)
        below = f"{path}.{key}" if key in properties else f"{path}.*"
        yield from _found(schema, declared, inner, below.removeprefix("."), (*at, key))
