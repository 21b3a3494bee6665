"""`modal`: open a form."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.machine import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal(Action):
    """Open a form from `modals:`. Nothing may have answered before, and nothing slow may stand before it.

    Example:
        - modal: feedback
    """

    whole: ClassVar[str | None] = "modal"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.MODAL

    modal: str = option("The form's name.", static=True, refers="modals")

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Open it through the one acknowledger; what the user submits is another interaction."""
        await step.open_modal(self.modal)
        return None
