"""`choose`: ask somebody to choose."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from runner.actions._asking import Asking, ChoiceOption
from runner.actions.action import Kept, Misfit, Step
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import option
from runner.lifecycle import limits
from runner.questions import Answer, AskButton, AskMenu, AskOption, Question, in_rows
from runner.templates.people import USER
from runner.templates.types import STRING, ListOf, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Asking):
    """Ask somebody to choose, with buttons or a select under a message, and wait for the answer.

    Example:
        - choose: {prompt: How bad is it?, options: {low: Low, high: {label: High, style: danger}}, timeout: 2m}
    """

    outputs: ClassVar[Mapping[str, Type]] = {"value": STRING, "values": ListOf(STRING), "label": STRING, "user": USER}

    prompt: str = option("The text, at most 2000 characters; longer text is cut.", min_length=1)
    options: Mapping[str, ChoiceOption] = option(
        "What can be chosen: values, and what is shown for each.",
        min_items=1,
        max_items=limits.SELECT_OPTIONS_MAX,
        pattern="[^\\n]{1,100}",
        takes="a value of 1 to 100 characters",
    )
    as_: Literal["buttons", "select"] | None = option(
        "How it is shown; left out, buttons for up to five options of which one is chosen.", default=None, static=True
    )
    placeholder: str = option(
        "What a select shows while nothing is chosen.", default="", max_length=limits.SELECT_PLACEHOLDER_MAX
    )
    least: int = option(
        "How many have to be chosen, in a select.", default=1, minimum=0, maximum=limits.SELECT_OPTIONS_MAX, static=True
    )
    most: int = option(
        "How many can be chosen, in a select.", default=1, minimum=1, maximum=limits.SELECT_OPTIONS_MAX, static=True
    )

    def question(self, kept: Kept) -> Question | None:
        """Return the message with its buttons or its select."""
        rows = in_rows(self._buttons()) if self._is_buttons else (self._menu(),)
        return Question(message=self.message(self.prompt), rows=(*rows, *in_rows(self.ways_out())))

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse what Discord would refuse, and what nobody could choose."""
        if self.least > self.most or self.least > len(self.options):
            yield _misfit(
                "least", "nobody can choose that many", "the question could never be answered", "ask for fewer"
            )
        if self.most > len(self.options):
            why = "Discord refuses a select of which more can be chosen than there is (Discord docs, String Select)"
            yield _misfit("most", "more can be chosen than there is", why, f"write {len(self.options)}")
        if self.as_ == "buttons" and (self.most, self.least) != (1, 1):
            yield _misfit(
                "as_", "a click chooses one button", "`least` and `most` would have no effect", "use a `select`"
            )
        rows = limits.LEGACY_ACTION_ROWS_MAX - bool(self.back or self.cancel)
        if self.as_ == "buttons" and len(self.options) > rows * limits.ACTION_ROW_BUTTONS_MAX:
            why = "a message has at most five rows of five buttons (Discord docs, Component Reference)"
            yield _misfit("as_", "there are too many for buttons", why, "use a `select`")

    @property
    def _is_buttons(self) -> bool:
        if self.as_ is not None:
            return self.as_ == "buttons"
        return len(self.options) <= limits.ACTION_ROW_BUTTONS_MAX and self.most == self.least == 1

    def _buttons(self) -> list[AskButton]:
        return [
            AskButton(answer=str(index), label=each.label, style=each.style, emoji=each.emoji)
            for index, each in enumerate(self.options.values())
        ]

    def _menu(self) -> AskMenu:
        options = (
            AskOption(value=value, label=each.label, description=each.description, emoji=each.emoji)
            for value, each in self.options.items()
        )
        return AskMenu(options=tuple(options), placeholder=self.placeholder, least=self.least, most=self.most)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Ask."""
        step.wait({}, self.timeout)
        return None

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Return what was chosen, and by whom."""
        names = list(self.options)
        values = [names[int(answer.word)]] if answer.word.isdecimal() else [*answer.values]
        labels = [self.options[value].label for value in values]
        return {
            "value": values[0] if values else "",
            "values": values,
            "label": ", ".join(labels),
            "user": answer.event["user"],
        }


def _misfit(attribute: str, headline: str, why: str, fix: str) -> Misfit:
    return Misfit(attribute, headline, why, fix, slug="unanswerable-question")
