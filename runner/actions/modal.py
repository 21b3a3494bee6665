"""`modal`: open a form."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.data import dataclass
from runner.fields import Data, option
from runner.lifecycle.machine import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal(Action):
    """Open a form from `modals:`. Nothing may have answered before, and nothing slow may stand before it.

    Example:
        - modal: feedback
    """

    short: ClassVar[str | None] = "name"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.MODAL

    name: str = option("The form's name.", static=True, refers="modals")
    with_: Mapping[str, Data] = option("Its parameters.", default={})

    def opens(self) -> str | None:
        """Return the form."""
        return self.name

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Open it through the one acknowledger; what the user submits is another interaction."""
        await step.open_modal(self.name, self.with_)
        return None
