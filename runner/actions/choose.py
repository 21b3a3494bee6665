"""`choose`: ask somebody to choose."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from runner.actions._asking import Asking, ChoiceOption
from runner.actions.action import Kept, Misfit, Step
from runner.config.document import Select, SelectOption, lacks_content
from runner.config.document.choices import default_values, offered_channels
from runner.config.document.commands import ChannelTypeName
from runner.config.document.components import SelectType
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import Data, option
from runner.lifecycle import limits
from runner.questions import Answer, AskButton, AskMenu, Question, emoji_json, in_rows
from runner.templates.chosen import chosen_type
from runner.templates.people import USER
from runner.templates.types import STRING, ListOf, Type, optional

_REFERENCE: Final = "(Discord docs, Component Reference)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Asking):
    """Ask somebody to choose, with buttons or a select under a message, and wait for the answer.

    Example:
        - choose: {prompt: How bad is it?, options: {low: Low, high: {label: High, style: danger}}, timeout: 2m}
    """

    type: SelectType = option(
        "What is chosen from: `options`, or who and what is in the server.", default="string", static=True
    )
    options: Mapping[str, ChoiceOption] = option(
        "What can be chosen: values, and what is shown for each.",
        default={},
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
    default_values: tuple[Data, ...] = default_values()
    channel_types: tuple[ChannelTypeName, ...] = offered_channels()

    def lacks(self) -> str:
        """Ask for something to say, and for something to choose from."""
        return lacks_content(self.said) or ("" if self.options or self.type != "string" else "`options` or `type`")

    def gives(self, declared: Declarations) -> Mapping[str, Type]:
        """Return what was chosen, of the type of what is chosen from, and by whom."""
        one = chosen_type(self.type)
        first = one if self.type == "string" or self.least else optional(one)
        return {"value": first, "values": ListOf(one), "label": STRING, "user": USER}

    def adds(self) -> tuple[int, int]:
        """Return how many rows it adds to its message at most, and how many buttons and selects are in them."""
        asked = [*map(len, in_rows(self._buttons()))] if self._is_buttons else [1]
        ways_out = len(self.ways_out())
        return len(asked) + bool(ways_out), sum(asked) + ways_out

    def question(self, kept: Kept) -> Question | None:
        """Return the message with its buttons or its select."""
        rows = in_rows(self._buttons()) if self._is_buttons else (self._menu(),)
        return Question(message=self.message, rows=(*rows, *in_rows(self.ways_out())))

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse what Discord would refuse, and what nobody could choose."""
        if self.type == "string":
            yield from self._of_options()
        else:
            yield from self._of_others()
        if self.channel_types and self.type != "channel":
            why = "only channels are of a kind"
            yield _misfit("channel_types", "`channel_types` says nothing here", why, "write `type: channel`")
        if self.least > self.most:
            yield _misfit(
                "least", "nobody can choose that many", "the question could never be answered", "ask for fewer"
            )
        if self.as_ == "buttons" and (self.most, self.least) != (1, 1):
            yield _misfit(
                "as_", "a click chooses one button", "`least` and `most` would have no effect", "use a `select`"
            )
        if self._is_buttons and self.default_values:
            why = "a click on a button chooses it, so none is chosen before"
            yield _misfit("default_values", "`default_values` says nothing for buttons", why, "write `as: select`")

    def _of_options(self) -> Iterator[Misfit]:
        if self.options and self.most >= self.least > len(self.options):
            yield _misfit(
                "least", "nobody can choose that many", "the question could never be answered", "ask for fewer"
            )
        if self.options and self.most > len(self.options):
            why = "Discord refuses a select of which more can be chosen than there is (Discord docs, String Select)"
            yield _misfit("most", "more can be chosen than there is", why, f"write {len(self.options)}")
        rows = limits.LEGACY_ACTION_ROWS_MAX - bool(self.back or self.cancel)
        if self.as_ == "buttons" and len(self.options) > rows * limits.ACTION_ROW_BUTTONS_MAX:
            why = f"a message has at most five rows of five buttons {_REFERENCE}"
            yield _misfit("as_", "there are too many for buttons", why, "use a `select`")

    def _of_others(self) -> Iterator[Misfit]:
        if self.options:
            why = f"Discord offers who and what is in the server {_REFERENCE}"
            yield _misfit("options", f"a select of type `{self.type}` has no `options`", why, "remove one of the two")
        if self.as_ == "buttons":
            why = "there is one button for each of `options`"
            yield _misfit("as_", f"nobody can choose a {self.type} by a button", why, "use a `select`")

    @property
    def _is_buttons(self) -> bool:
        if self.as_ is not None or self.type != "string":
            return self.as_ == "buttons"
        return len(self.options) <= limits.ACTION_ROW_BUTTONS_MAX and self.most == self.least == 1

    def _buttons(self) -> list[AskButton]:
        return [
            AskButton(answer=str(index), label=each.label, style=each.style, emoji=each.emoji)
            for index, each in enumerate(self.options.values())
        ]

    def _menu(self) -> AskMenu:
        look = Select(
            type=self.type,
            options={value: _offered(each) for value, each in self.options.items()},
            placeholder=self.placeholder,
            min_values=self.least,
            max_values=self.most,
            default_values=self.default_values,
            channel_types=self.channel_types,
        )
        return AskMenu(look=look)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Ask."""
        step.wait({}, self.timeout)
        return None

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Return what was chosen, and by whom."""
        names = list(self.options)
        values: Sequence[Any] = [names[int(answer.word)]] if answer.word.isdecimal() else [*answer.values]
        return {
            "value": values[0] if values else "" if self.type == "string" else None,
            "values": values,
            "label": ", ".join(map(self._label, values)),
            "user": answer.event["user"],
        }

    def _label(self, value: Any) -> str:  # Any: one of the options, or Discord's object
        """Return what users read of something that was chosen."""
        if self.type == "string":
            return self.options[value].label
        return str(value.get("display_name") or value["name"])


def _offered(choice: ChoiceOption) -> SelectOption:
    emoji: Any = emoji_json(choice.emoji) if choice.emoji else None  # Any: a type of its own, which is only a name
    return SelectOption(label=choice.label, description=choice.description or None, emoji=emoji)


def _misfit(attribute: str, headline: str, why: str, fix: str) -> Misfit:
    return Misfit(attribute, headline, why, fix, slug="unanswerable-question")
