"""`require`: go on only if a check passes."""

from collections.abc import Mapping
from typing import ClassVar, Final, cast

from runner.actions.action import Action, Refused, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Checks, Expression, option

_LEFT_OUT: Final = cast(Expression, True)
"""True, and not none: none is what an expression may give, and then the user is refused. A cast: it is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Action):
    """Go on only if the check passes, or the expression is true; else the user reads the refusal, privately.

    Example:
        - require: {if: user.name != 'Robin', denied: "Anybody else, please."}
    """

    is_local: ClassVar[bool] = True
    short: ClassVar[str | None] = "check"
    guards: ClassVar[bool] = True
    may_end: ClassVar[bool] = True

    check: Checks | None = option("A check: from `checks:`, or written here; of several all must hold.", default=None)
    if_: Expression = option("A template expression that must be true.", default=_LEFT_OUT)
    denied: str | None = option("What the user reads. Left out: the check's own sentence.", default=None)

    def condition(self) -> object:
        """Return the expression, if there is one; what it says of the context holds behind this step."""
        return None if self.if_ is _LEFT_OUT else self.if_

    def lacks(self) -> str:
        """Ask for a check or an expression."""
        return "" if self.check is not None or self.if_ is not _LEFT_OUT else "`check` or `if`"

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want somebody of whom a check can be asked."""
        return frozenset() if self.check is None else frozenset({"user"})

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Raise the refusal, or do nothing."""
        if self.check is not None:
            step.require(self.check, self.denied or "")
        if not self.if_:
            raise Refused("refused_check", self.denied or "")
        return None
