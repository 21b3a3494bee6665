"""`run`: run a flow."""

from typing import ClassVar

from runner.actions._calling import Calling
from runner.data import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Calling):
    """Run a flow from `flows:`, and go on behind it with what it returned.

    Example:
        - run: {flow: greet, with: {name: "{{ user.name }}"}}
    """

    short: ClassVar[str | None] = "flow"
