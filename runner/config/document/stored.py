"""`state:` and `records:` what the bot keeps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from runner.data import dataclass
from runner.declarations import (
    Declarations,
    FieldDeclaration,
    KindWord,
    ScopeWord,
    StateDeclaration,
    StateKindWord,
    TableDeclaration,
    constant,
)
from runner.fields import BadValue, Data, Entry, Shape, option

LIST_ITEMS_MAX = 1000
"""How many items a list of the state may have."""

RECORDS_MAX = 100_000
"""How many records a table may have in one scope."""

RECORD_FIELD_PATTERN = "[a-z_][a-z0-9_]{0,31}"
RECORD_FIELD_TAKES = "a name of lower-case letters, digits and `_`, at most 32"


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Entry):
    """A value that the bot keeps, for each member, server, and so on. Templates read it as `state.<name>`."""

    scope: ScopeWord = option("Of what there is one value each.", default="global")
    type: StateKindWord = option("What it is; `user`, `channel` and `role` are their ids, `data` is anything.")
    default: Data | None = option(
        "What it is before it is set; left out: none, and for a list an empty one.", default=None
    )
    items: KindWord = option("What the items of a list are.", default="data")
    limit: int = option("How many items a list takes.", default=100, minimum=1, maximum=LIST_ITEMS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordField(Entry):
    """One field of a table."""

    short: ClassVar[str | None] = "type"

    type: KindWord = option("What it is; `user`, `channel` and `role` are their ids, `data` is anything.")
    default: Data | None = option("What it is in a record that is inserted without it; left out: none.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records(Entry):
    """A small table. Each of its records has an `id` besides, which counts from 1 in each scope."""

    scope: ScopeWord = option("Of what there is one table each.", default="guild")
    fields: Mapping[str, RecordField] = option(
        "What a record has.",
        min_items=1,
        max_items=30,
        pattern=RECORD_FIELD_PATTERN,
        takes=RECORD_FIELD_TAKES,
    )
    unique: tuple[tuple[str, ...], ...] = option(
        "Sets of fields that no two records have the same of, as `[[number], [owner, subject]]`.",
        default=(),
        max_items=10,
        min_items=1,
    )
    limit: int = option("How many records a scope has at most.", default=10_000, minimum=1, maximum=RECORDS_MAX)


def declarations(state: Mapping[str, State], records: Mapping[str, Records]) -> Declarations:
    """Return what a config declares that it keeps."""
    return Declarations(
        {name: _state(entry) for name, entry in state.items()},
        {name: _table(name, entry) for name, entry in records.items()},
    )


def _state(entry: State) -> StateDeclaration:
    limit = entry.limit if entry.type == "list" else 0
    declared = StateDeclaration(entry.scope, entry.type, None, entry.items, limit)
    return replace(declared, default=_default(declared.shape, entry.default))


def _table(name: str, entry: Records) -> TableDeclaration:
    fields = {field: _field(item) for field, item in entry.fields.items()}
    return TableDeclaration(name, entry.scope, fields, entry.unique, entry.limit)


def _field(entry: RecordField) -> FieldDeclaration:
    declared = FieldDeclaration(entry.type)
    return replace(declared, default=_default(declared.shape, entry.default))


def _default(shape: Shape, value: object) -> object:
    """Return a default as it is kept; none for one that isn't of its type, which is a fault of its own."""
    try:
        return None if value is None else constant(shape, value)
    except BadValue:
        return None
