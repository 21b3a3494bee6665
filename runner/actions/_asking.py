"""What every step that asks somebody has."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from runner.actions.action import Action, Who
from runner.data import dataclass
from runner.fields import Duration, Entry, Expression, Steps, option
from runner.inside import Inside, Waits, WaitsFor
from runner.lifecycle import limits
from runner.lifecycle.machine import Event
from runner.messages import MentionWord, Message, pings
from runner.questions import AskButton, ButtonStyleName
from runner.templates.people import MEMBER, USER
from runner.templates.types import Object, Type, optional

WAIT_MAX_S: Final = 366 * 86_400.0
"""How long a step can wait at most, in seconds: a year."""

ANSWER_S: Final = 86_400.0
"""How long a question that says nothing of it waits for an answer, in seconds: a day."""

ANSWERER: Final[Mapping[str, Type]] = {"user": USER, "member": optional(MEMBER)}
"""What is known of whoever answers."""

CANCEL, BACK = "cancel", "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Action):
    """A step that asks somebody with a message, and waits for the answer."""

    effect: ClassVar[Event | None] = Event.REPLY
    waits_for: ClassVar[WaitsFor] = "click"
    outputs: ClassVar[Mapping[str, Type]] = {"user": USER}
    late_names: ClassVar[Mapping[str, Type]] = {"event": Object("the answer", ANSWERER)}

    from_: Who = option("Who may answer.", default=Who())
    timeout: Duration = option(
        "How long it waits; left out, a day.", default=ANSWER_S, minimum=1.0, maximum=WAIT_MAX_S, static=True
    )
    on_timeout: Steps = option("What to do when nobody has answered by then; left out, the run ends.", default=Steps())
    cancel: str | None = option(
        "The label of a button that calls it off.", default=None, min_length=1, max_length=limits.BUTTON_LABEL_MAX
    )
    on_cancel: Steps = option("What to do when it is called off; left out, the run ends.", default=Steps())
    back: str | None = option(
        "The label of a button that goes back to the question before.",
        default=None,
        min_length=1,
        max_length=limits.BUTTON_LABEL_MAX,
    )
    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)
    mentions: tuple[MentionWord, ...] = option("Whom the text may ping; nobody unless named here.", default=())

    def inside(self) -> Inside | None:
        """Return what it waits for."""
        return Waits(self.waits_for, self.timeout, self.on_timeout, self.on_cancel)

    def who(self) -> Who | None:
        """Return who may answer."""
        return self.from_

    def message(self, content: str) -> Message:
        """Return the message that asks."""
        return Message(content=content, mentions=pings(self.mentions), is_ephemeral=self.ephemeral)

    def ways_out(self) -> tuple[AskButton, ...]:
        """Return the buttons that go back and that call it off, as far as there are any."""
        labels = ((BACK, self.back), (CANCEL, self.cancel))
        return tuple(AskButton(answer=word, label=label) for word, label in labels if label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOption(Entry):
    """One thing to choose."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "label"

    label: str = option("What is shown.", min_length=1, max_length=limits.OPTION_LABEL_MAX)
    style: ButtonStyleName = option("The button's colour.", default="secondary", static=True)
    description: str = option(
        "What is shown below it, in a select.", default="", max_length=limits.OPTION_DESCRIPTION_MAX
    )
    emoji: str = option("A character, or a server's own emoji as `<:name:id>`.", default="", static=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField(Entry):
    """One field of a form: a text that the user types."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "label"

    label: str = option("What stands above it.", min_length=1, max_length=limits.LABEL_TEXT_MAX)
    description: str = option(
        "What stands below the label, smaller.", default="", max_length=limits.LABEL_DESCRIPTION_MAX
    )
    style: Literal["short", "paragraph"] = option("One line, or several.", default="short", static=True)
    required: bool = option("The form can't be sent without it.", default=True, static=True)
    min_length: int | None = option(
        "The shortest text.", default=None, minimum=0, maximum=limits.TEXT_INPUT_MIN_LENGTH_MAX, static=True
    )
    max_length: int | None = option(
        "The longest text.",
        default=None,
        minimum=limits.TEXT_INPUT_MAX_LENGTH_MIN,
        maximum=limits.TEXT_INPUT_MAX_LENGTH_MAX,
        static=True,
    )
    placeholder: str = option(
        "What is shown while it is empty.", default="", max_length=limits.TEXT_INPUT_PLACEHOLDER_MAX
    )
    value: str = option("What stands in it at first.", default="", max_length=limits.TEXT_INPUT_VALUE_MAX)
    type: Literal["text", "integer", "number"] = option("What it has to be.", default="text", static=True)
    min: float | None = option("The smallest number.", default=None, static=True)
    max: float | None = option("The largest number.", default=None, static=True)
    pattern: str | None = option(
        "A regular expression that the whole text has to match.", default=None, static=True, max_length=200
    )
    valid: Expression | None = option(
        "What has to be true of it: `event.value` is this field, `event.fields` are all.", default=None, late=True
    )
    invalid: str | None = option("What the user reads when it isn't right.", default=None, late=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage(Entry):
    """One of several forms, one after the other."""

    templated: ClassVar[bool] = True

    title: str = option("What stands at its top.", min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, FormField] = option(
        "What the user fills in, in this order.",
        min_items=1,
        max_items=limits.MODAL_COMPONENTS_MAX,
        pattern="[a-z_][a-z0-9_]{0,31}",
        takes="a name of lower-case letters, digits and `_`, at most 32",
    )
