"""What a step does with what the bot keeps, in a unit of the store: names and owners to keys, values to their types.

This module brings the store and SQLAlchemy along, so it is imported for a program that keeps something.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, TypeVar, cast

from runner.actions.action import Begun, Later, StepFailed
from runner.compile import Program
from runner.data import dataclass
from runner.declarations import FieldDeclaration, StateDeclaration, TableDeclaration
from runner.engine.memory import IN_THE_DATA, Here, Remembers, Written, step_failure
from runner.store.conditions import FieldKind, Operator, Where
from runner.store.records import Records, Table
from runner.store.state import Key, State
from runner.store.transaction import Transaction
from runner.store.values import from_json, to_json
from runner.stored import COMPARISONS, Json, Row, Stored

T = TypeVar("T")

_KINDS: Final[Mapping[str, FieldKind]] = {
    "integer": "number",
    "number": "number",
    "time": "number",
    "boolean": "boolean",
    "data": "json",
}
"""How the fields of a table are compared; all others are texts."""


@dataclass(frozen=True, slots=True)
class StoredInUnit:
    """The state and the records of a bot, within one transaction; see `runner.stored.Stored`.

    `own` is what has become, in it, of values of whoever started the run. One that `is_holding` keeps other processes
    from what it has read until it ends, for it may write by that.
    """

    tx: Transaction
    program: Program
    here: Here
    is_holding: bool
    own: dict[str, Json] = field(default_factory=dict[str, Json])

    def written_by(self, unit: Callable[[Stored], T]) -> Written:
        """Run a unit."""
        return Written(unit(self), self.own)

    def get(self, state: str, of: str | None) -> Json:
        """Return a value; its default where none is set."""
        declared, key = self._value(state, of)
        found = self._read([key])
        return declared.fitting(found[key]) if key in found else declared.start

    def set(self, state: str, of: str | None, value: Json, expires_s: float | None) -> Json:
        """Set a value, for so many seconds or for ever, and return it."""
        kept = as_kept(value)
        State(self.tx).set(self._value(state, of)[1], kept, ttl_s=expires_s)
        return self._noted(state, of, kept)

    def increment(self, state: str, of: str | None, by: float) -> float:
        """Add to a number and return the sum."""
        declared, key = self._value(state, of)
        return self._noted(state, of, State(self.tx).increment(key, by, start=declared.start or 0))

    def append(self, state: str, of: str | None, value: Json) -> list[Json]:
        """Add to the end of a list and return it."""
        declared, key = self._value(state, of)
        items = State(self.tx).append(key, as_kept(value), start=declared.start, limit=declared.limit)
        return self._noted(state, of, items)

    def remove(self, state: str, of: str | None, value: Json) -> list[Json]:
        """Take every such item out of a list and return what is left."""
        declared, key = self._value(state, of)
        return self._noted(state, of, State(self.tx).remove(key, as_kept(value), start=declared.start))

    def unset(self, state: str, of: str | None) -> bool:
        """Forget a value; False if none was set."""
        declared, key = self._value(state, of)
        self._noted(state, of, declared.start)
        return State(self.tx).unset(key)

    def read_own(self, names: Sequence[str]) -> dict[str, Json]:
        """Return values of whoever started the run, in one query; one whose scope isn't there is its default."""
        keys: dict[str, Key] = {}
        for name in names:
            try:
                keys[name] = self._value(name, None)[1]
            except StepFailed:
                continue
        found = self._read(keys.values())
        return {name: self._own(name, keys.get(name), found) for name in names}

    def insert(self, table: str, values: Row) -> Row:
        """Add a record and return it."""
        declared = self.program.declarations.records[table]
        defaults = {name: each.default for name, each in declared.fields.items()}
        return self._records(table).insert({**defaults, **as_kept(values)})

    def find(self, table: str, where: Row, order: str, limit: int, offset: int) -> Sequence[Row]:
        """Return the records that meet every condition."""
        return self._read_records(table).find(conditions(where), order=order, limit=limit, offset=offset)

    def count(self, table: str, where: Row) -> int:
        """Return how many records meet every condition."""
        return self._read_records(table).count(conditions(where))

    def change(self, table: str, where: Row, values: Row) -> Sequence[Row]:
        """Change the records that meet every condition and return them."""
        return self._records(table).change(conditions(where), as_kept(values))

    def drop(self, table: str, where: Row) -> Sequence[Row]:
        """Delete the records that meet every condition and return them."""
        return self._records(table).drop(conditions(where))

    def _noted(self, name: str, of: str | None, value: T) -> T:
        """Note what a value has become, if it is that of whoever started the run."""
        scope = self.program.declarations.state[name].scope
        if of is None or self.here.scope(scope, of) == self.here.scope(scope):
            self.own[name] = value
        return value

    def _value(self, name: str, of: str | None) -> tuple[StateDeclaration, Key]:
        declared = self.program.declarations.state[name]
        return declared, Key(name, self.here.scope(declared.scope, of))

    def _read(self, keys: Collection[Key]) -> Mapping[Key, Json]:
        state = State(self.tx)
        if self.is_holding:
            state.hold(keys)
        return state.read_many(keys)

    def _own(self, name: str, key: Key | None, found: Mapping[Key, Json]) -> Json:
        declared = self.program.declarations.state[name]
        return declared.fitting(found[key]) if key is not None and key in found else declared.start

    def _records(self, name: str) -> Records:
        declared = self.program.declarations.records[name]
        return Records(self.tx, table_of(declared), self.here.scope(declared.scope))

    def _read_records(self, name: str) -> Records:
        records = self._records(name)
        if self.is_holding:
            records.hold()
        return records


def as_kept(value: Json) -> Json:
    """Return a value as it will be read: plain JSON. Raises `StepFailed` for what JSON can't say."""
    try:
        return from_json(to_json(value))
    except (ValueError, TypeError):
        raise StepFailed("what should be kept is neither text, number, true, false, none, list nor mapping") from None


def table_of(declared: TableDeclaration) -> Table:
    """Return a declared table as the store knows it."""
    fields: Mapping[str, FieldKind] = {name: _kind(each) for name, each in declared.fields.items()}
    return Table(declared.name, fields, declared.unique, declared.limit)


def _kind(declared: FieldDeclaration) -> FieldKind:
    return _KINDS.get(declared.kind, "text")


def conditions(where: Row) -> list[Where]:
    """Return what `where:` says: a value is what a field is, a list what it may be, a mapping how it compares."""
    found: list[Where] = []
    for name, condition in where.items():
        if isinstance(condition, Mapping):
            words = cast(Mapping[str, Json], condition)
            found += (Where(name, cast(Operator, COMPARISONS[word]), _listed(value)) for word, value in words.items())
        else:
            found.append(Where(name, "in" if isinstance(condition, (list, tuple)) else "=", _listed(condition)))
    return found


def _listed(value: Json) -> Json:
    return list(cast(Sequence[Json], value)) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class InTransaction:
    """The memory of steps that stand in a `transaction`; see `runner.engine.memory.Remembers`. Nothing of it waits."""

    tx: Transaction

    async def write(self, program: Program, here: Here, unit: Callable[[Stored], T]) -> Written:
        """Run a function on what the bot keeps; what it refuses to do has not been done."""
        return self._done(lambda: self._stored(program, here).written_by(unit))

    async def read(self, program: Program, here: Here, unit: Callable[[Stored], T]) -> T:
        """Run a function that only reads what the bot keeps."""
        return self._done(lambda: unit(self._stored(program, here)))

    async def read_own(self, program: Program, here: Here, names: Sequence[str]) -> dict[str, Json]:
        """Return values of whoever started the run."""
        return self._stored(program, here).read_own(names)

    async def begin_later(self, program: Program, later: Later, interaction: Mapping[str, Any]) -> Begun:
        """Keep a flow that is to be begun later."""
        from runner.engine.later import put

        del program
        return self._done(lambda: put(self.tx, later, interaction))

    async def cancel_later(self, program: Program, key: str, interaction: Mapping[str, Any]) -> bool:
        """Forget a flow that was to be begun later."""
        from runner.engine.later import cancel

        del program
        return cancel(self.tx, key, interaction)

    async def atomically(self, program: Program, work: Callable[[Remembers], T]) -> T:
        """Do work in a transaction within this one: if it fails, this one may go on."""
        del program
        with self.tx.apart():
            return work(self)

    def _stored(self, program: Program, here: Here) -> StoredInUnit:
        return StoredInUnit(self.tx, program, here, is_holding=True)

    def _done(self, do: Callable[[], T]) -> T:
        try:
            with self.tx.apart():
                return do()
        except IN_THE_DATA as fault:
            raise step_failure(fault) from None
