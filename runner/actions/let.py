"""`let`: name a value for the steps that follow."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.templates.types import ANY, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Action):
    """Name values; the steps that follow read them as `vars.<name>`.

    Example:
        - let: {total: "{{ 2 * 21 }}"}
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "values"

    values: Mapping[str, Data] = option(
        "Names and their values.",
        pattern="[a-z_][a-z0-9_]{0,63}",
        takes="a name of lower-case letters, digits and `_`",
        refers="vars",
    )

    def binds(self) -> Mapping[str, Type]:
        """Return the names; what a template gives is known only when it runs."""
        return dict.fromkeys(self.values, ANY)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Set them all."""
        for name, value in self.values.items():
            step.set_variable(name, value)
        return None
