"""`confirm`: ask somebody whether to go on."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions._asking import Asking
from runner.actions.action import Kept, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle import limits
from runner.questions import Answer, AskButton, ButtonStyleName, Question
from runner.templates.people import USER
from runner.templates.types import BOOLEAN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Asking):
    """Ask somebody a question with two buttons, and wait for the answer.

    Example:
        - confirm: {prompt: Delete all of it?, yes: Delete, style: danger, timeout: 1m}
    """

    short: ClassVar[str | None] = "prompt"
    outputs: ClassVar[Mapping[str, Type]] = {"confirmed": BOOLEAN, "user": USER}

    yes: str = option("What is on the first button.", default="Yes", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    no: str = option("What is on the second one.", default="No", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    style: ButtonStyleName = option("The first button's colour.", default="primary", static=True)

    def question(self, kept: Kept) -> Question | None:
        """Return the message with its two buttons."""
        buttons = (AskButton(answer="yes", label=self.yes, style=self.style), AskButton(answer="no", label=self.no))
        return Question(message=self.message, rows=((*buttons, *self.ways_out()),))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Ask."""
        step.wait({}, self.timeout)
        return None

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Return whether it was the first button, and whose click it was."""
        return {"confirmed": answer.word == "yes", "user": answer.event["user"]}
