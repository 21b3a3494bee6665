"""`modals:` forms and their fields. Source: Discord docs, Components: Component Reference."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from runner.config.document.choices import (
    SelectOption,
    choices,
    default_values,
    least_values,
    most_values,
    offered_channels,
)
from runner.config.document.commands import FILE_TYPE_PATTERN, FILE_TYPE_TAKES, ChannelTypeName
from runner.config.document.handlers import Handler
from runner.config.document.params import ParamTypeName, params
from runner.data import dataclass
from runner.fields import Data, Entry, Expression, Text, option
from runner.lifecycle import limits

FIELD_PATTERN = "[a-z_][a-z0-9_]{0,31}"
FIELD_TAKES = "a name of lower-case letters, digits and `_`, at most 32"

FieldType = Literal[
    "text",
    "select",
    "user",
    "role",
    "mentionable",
    "channel",
    "file_upload",
    "radio_group",
    "checkbox_group",
    "checkbox",
]
AskedType = Literal[FieldType, "integer", "number"]
TYPED: Final = ("text", "integer", "number")
"""The types of field into which users type a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField(Entry):
    """One field of a form, or a text between two of them. Templates are rendered when the form opens."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "label"

    type: AskedType = option("What the user enters or chooses.", default="text", static=True)
    label: str | None = option("What stands above it.", default=None, min_length=1, max_length=limits.LABEL_TEXT_MAX)
    text: str | None = option(
        "A text that stands there, in place of a field.",
        default=None,
        min_length=limits.TEXT_DISPLAY_CONTENT_MIN,
        max_length=limits.TEXT_DISPLAY_CONTENT_MAX,
    )
    description: str | None = option(
        "What stands below the label, smaller.", default=None, max_length=limits.LABEL_DESCRIPTION_MAX
    )
    style: Literal["short", "paragraph"] = option(
        "A text of one line, or of several.",
        default="short",
        static=True,
        words={"short": "One line.", "paragraph": "Several lines."},
    )
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
    placeholder: str | None = option(
        "What is shown while it is empty.", default=None, max_length=limits.SELECT_PLACEHOLDER_MAX
    )
    value: str | None = option(
        "The text that stands in it when the form opens.",
        default=None,
        max_length=limits.TEXT_INPUT_VALUE_MAX,
        overflow="trim",
    )
    options: Mapping[str, SelectOption] = choices("What can be chosen: value and label.", limits.SELECT_OPTIONS_MAX)
    min_values: int | None = least_values()
    max_values: int | None = most_values("How many can be chosen; with 1, steps read the one instead of a list.")
    default_values: tuple[Data, ...] = default_values()
    default: bool = option("The checkbox is ticked from the start.", default=False)
    channel_types: tuple[ChannelTypeName, ...] = offered_channels()
    file_types: tuple[str, ...] = option(
        "Which files are taken: `image`, `video`, `audio`, or an extension such as `.pdf`.",
        default=(),
        single=True,
        max_items=limits.FILE_TYPES_MAX,
        pattern=FILE_TYPE_PATTERN,
        takes=FILE_TYPE_TAKES,
        static=True,
    )
    min: float | None = option("The smallest number.", default=None, static=True)
    max: float | None = option("The largest number.", default=None, static=True)
    pattern: str | None = option(
        "A regular expression that the whole text has to match.", default=None, static=True, max_length=200
    )
    valid: Expression | None = option(
        "What has to be true of it: `event.value` is this field, `event.fields` are all.", default=None, late=True
    )
    invalid: str | None = option("What the user reads when it isn't right.", default=None, late=True)

    @property
    def is_typed(self) -> bool:
        """Whether a text is typed into it, whatever that has to be."""
        return self.text is None and self.type in TYPED

    @property
    def most(self) -> int:
        """How many values can be chosen: a group of checkboxes lets all of them, anything else one, unless it says so.

        Source: Discord docs, Components: Component Reference.
        """
        if self.max_values is not None:
            return self.max_values
        return len(self.options) if self.type == "checkbox_group" else 1

    @property
    def least(self) -> int:
        """How many values must be chosen: none where the field is not required."""
        if not self.required:
            return 0
        return 1 if self.min_values is None else self.min_values


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalField(FormField):
    """One field of a form of `modals:`, which nobody is asked for again."""

    type: FieldType = option("What the user enters or chooses.", default="text", static=True)
    min: None = None
    max: None = None
    pattern: None = None
    valid: None = None
    invalid: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal(Handler):
    """A form, which the step `modal` opens, and what happens when it is submitted.

    Its permissions and its check are those of the submission; what the opener asks for is asked when the form opens.
    """

    params: Mapping[str, ParamTypeName] = params("What it is given where it opens; steps read `params.<name>`.")
    title: Text = option("What stands at its top.", min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, ModalField] = option(
        "What the user fills in, in this order; templates read it as `fields.<name>`.",
        min_items=limits.MODAL_COMPONENTS_MIN,
        max_items=limits.MODAL_COMPONENTS_MAX,
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
    )
