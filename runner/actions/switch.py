"""`switch`: choose between several runs of steps by a value."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import Expression, Steps, option
from runner.inside import Inside, OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Action):
    """Run the case whose name the expression gives, else `default`.

    Example:
        - switch: user.name | length
          cases:
            5: [{log: Five letters}]
            6: [{log: Six letters}]
          default: [{log: A name of another length}]
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "switch"
    beside: ClassVar[tuple[str, ...]] = ("cases", "default")

    switch: Expression = option("A template expression, without braces.")
    cases: Mapping[str, Steps] = option(
        "What to run for each value: text as it is, `true` and `false`, a number by its digits.",
        min_items=1,
        max_items=100,
    )
    default: Steps = option("The steps to run for any other value.", default=Steps())

    def inside(self) -> Inside | None:
        """Return the cases and the default; without one it is empty."""
        return OneOf((*self.cases.values(), self.default))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Go into the case of that name."""
        step.enter(self.cases.get(_name(self.switch), self.default))
        return None


def _name(value: object) -> str:
    """Return a value as YAML writes it for a key."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
