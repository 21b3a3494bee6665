"""What every step on a value of `state:` has."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from runner.actions.action import Action, Misfit, Reference
from runner.data import dataclass
from runner.declarations import WANTED_BY, Declarations, ScopeWord, StateDeclaration
from runner.fields import Snowflake, option
from runner.templates.types import ANY, Type

_ONE_ALONE: Final[Mapping[ScopeWord, str]] = {
    "global": "there is one value for all",
    "guild": "there is one value for each server, and a step reaches that of its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnState(Action):
    """A step on one value."""

    is_local: ClassVar[bool] = True

    state: str = option("Which value, by its name in `state:`.", static=True, refers="state")
    of: Snowflake | None = option(
        "Whose value: a user, or a channel, as its scope asks. Left out: of whoever runs this, or of the channel.",
        default=None,
    )

    def refers(self) -> tuple[Reference, ...]:
        """Return the value's name."""
        return (Reference("state", self.state, "state"),)

    def declaration(self, declared: Declarations) -> StateDeclaration | None:
        """Return how the value is declared; None when it isn't, which is a fault of its own."""
        return declared.state.get(self.state)

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Return what says whose value is meant: an `of` says it itself, as far as there is a choice."""
        found = self.declaration(declared)
        wanted = frozenset[str]() if found is None else WANTED_BY[found.scope]
        return wanted if self.of is None else wanted - {"user", "channel"}

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse an `of` where the scope leaves no choice."""
        found = self.declaration(declared)
        if found is not None and self.of is not None and (why := _ONE_ALONE.get(found.scope)):
            yield Misfit("of", f"`{self.state}` has the scope `{found.scope}`: it is nobody's own", why, "remove `of`")

    def settles(self, declared: Declarations) -> Mapping[str, Type]:
        """Return that the value is there now, if it is the caller's own."""
        found = self.declaration(declared)
        return {} if found is None or self.of is not None else {self.state: found.written_type}

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return the value, in its declared type."""
        found = self.declaration(declared)
        return {name: type_ if found is None else found.written_type for name, type_ in self.outputs.items()}


VALUE: Final[Mapping[str, Type]] = {"value": ANY}
"""What such a step gives: the value as it is now."""


def no_list(name: str, found: StateDeclaration | None) -> Iterator[Misfit]:
    """Refuse a value that is no list."""
    if found is not None and not found.is_list:
        headline = f"`{name}` is declared as {found.kind}, and this needs a list"
        yield Misfit("state", headline, "only a list has items", "declare it as `list`, or use `set`")
