"""What every step on a table of `records:` has."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, cast

from runner.actions.action import Action, Compared, Misfit, Reference, Taken
from runner.declarations import WANTED_BY, Declarations, TableDeclaration
from runner.fields import NumberShape
from runner.stored import COMPARISONS
from runner.templates.types import ANY, ListOf, Type, optional
from runner.templates.values import is_mapping

ROW: Final[Type] = ANY
"""Stands, among the outputs of such a step, for a record as the table is declared."""

_ID: Final = NumberShape(True, templated=True)


class OnRecords(Action):
    """A step on one table. `named` is the field that names it, `values_in` the one with values for its fields.

    Conditions stand in `where`.
    """

    __slots__ = ()
    is_local: ClassVar[bool] = True
    named: ClassVar[str]
    values_in: ClassVar[str] = ""

    @property
    def table(self) -> str:
        """The table's name."""
        return cast(str, getattr(self, self.named))

    @property
    def conditions(self) -> Mapping[str, object]:
        """What the records must meet, by field."""
        return cast(Mapping[str, object], getattr(self, "where", {}))

    def refers(self) -> tuple[Reference, ...]:
        """Return the table's name."""
        return (Reference("records", self.table, self.named),)

    def declaration(self, declared: Declarations) -> TableDeclaration | None:
        """Return how the table is declared; None when it isn't, which is a fault of its own."""
        return declared.records.get(self.table)

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Return what says whose table is meant."""
        found = self.declaration(declared)
        return frozenset() if found is None else WANTED_BY[found.scope]

    def takes(self, declared: Declarations) -> Mapping[str, Taken | Mapping[str, Taken]]:
        """Return what each field takes, in conditions and in values."""
        found = self.declaration(declared)
        if found is None:
            return {}
        shapes = {name: each.shape for name, each in found.fields.items()}
        taken: dict[str, Mapping[str, Taken]] = {self.values_in: shapes} if self.values_in else {}
        if hasattr(self, "where"):
            taken["where"] = {name: Compared(shape) for name, shape in {"id": _ID, **shapes}.items()}
        return taken

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse conditions on what can't be compared, and words that compare nothing."""
        found = self.declaration(declared)
        for name, condition in self.conditions.items() if found else ():
            assert found is not None
            if name in found.fields and found.fields[name].kind == "data":
                why = "a field of the type `data` can be anything, so nothing is equal to it or larger"
                yield Misfit(f"where.{name}", f"`{name}` can't be compared", why, "compare another field")
            elif is_mapping(condition):
                yield from _unknown_words(name, condition)

    def first_type(self, declared: Declarations) -> Type:
        """Return what the first of several records is: none if there are none."""
        found = self.declaration(declared)
        return ANY if found is None else optional(found.row_type)

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the outputs, with records as the table has them."""
        found = self.declaration(declared)
        if found is None:
            return self.outputs
        return {name: _with_row(type_, found.row_type) for name, type_ in self.outputs.items()}


def no_field(table: TableDeclaration | None, order: str) -> Iterator[Misfit]:
    """Refuse an order by something that is no field, or that has no order."""
    name = order.removeprefix("-")
    if table is None or name == "id":
        return
    if name not in table.fields:
        headline, why = f"`{table.name}` has no field `{name}`", "there is nothing to put the records in order by"
        yield Misfit("order", headline, why, word=name, known=("id", *table.fields))
    elif table.fields[name].kind == "data":
        why = "a field of the type `data` can be anything, so nothing is larger or smaller"
        yield Misfit("order", f"`{name}` has no order", why, "take another field")


def _unknown_words(name: str, condition: Mapping[object, object]) -> Iterator[Misfit]:
    for word in map(str, condition):
        if word not in COMPARISONS:
            headline, why = f"`{word}` compares nothing", "a condition that nobody reads would always hold"
            yield Misfit(f"where.{name}", headline, why, word=word, known=tuple(COMPARISONS))


def _with_row(type_: Type, row: Type) -> Type:
    if type_ == ROW:
        return row
    if type_ == ListOf(ROW):
        return ListOf(row)
    return type_
