"""What every step on the server as a whole has."""

from typing import ClassVar

from runner.actions.action import Action, Place
from runner.data import dataclass
from runner.declarations import Declarations
from runner.lifecycle import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class OnServer(Action):
    """A step on something of this server, which the server as a whole has to allow."""

    worst_case_s: ClassVar[float] = limits.REST_CALL_S
    needs_server: ClassVar[bool] = True

    def needs_in(self) -> object:
        """Return that it is the server as a whole that has to allow it."""
        return Place.SERVER

    def wants(self, declared: Declarations) -> frozenset[str]:
        """Want a server."""
        return frozenset({"guild"})
