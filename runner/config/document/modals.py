"""`modals:` forms and their fields."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.config.document.handlers import Handler
from runner.data import dataclass
from runner.fields import Entry, Text, option
from runner.lifecycle import limits

FIELD_PATTERN = "[a-z_][a-z0-9_]{0,31}"
FIELD_TAKES = "a name of lower-case letters, digits and `_`, at most 32"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalField(Entry):
    """One field of a form: a text that the user types. Templates are rendered when the form opens."""

    short: ClassVar[str | None] = "label"

    label: Text = option("What stands above it.", min_length=1, max_length=limits.LABEL_TEXT_MAX)
    description: Text | None = option(
        "What stands below the label, smaller.", default=None, max_length=limits.LABEL_DESCRIPTION_MAX
    )
    style: Literal["short", "paragraph"] = option(
        "One line, or several.", default="short", words={"short": "One line.", "paragraph": "Several lines."}
    )
    required: bool = option("The form can't be sent without it.", default=True)
    min_length: int | None = option(
        "The shortest text.", default=None, minimum=0, maximum=limits.TEXT_INPUT_MIN_LENGTH_MAX
    )
    max_length: int | None = option(
        "The longest text.",
        default=None,
        minimum=limits.TEXT_INPUT_MAX_LENGTH_MIN,
        maximum=limits.TEXT_INPUT_MAX_LENGTH_MAX,
    )
    placeholder: Text | None = option(
        "What is shown while it is empty.", default=None, max_length=limits.TEXT_INPUT_PLACEHOLDER_MAX
    )
    value: Text | None = option(
        "What stands in it when the form opens.", default=None, max_length=limits.TEXT_INPUT_VALUE_MAX
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal(Handler):
    """A form, which the step `modal` opens, and what happens when it is submitted.

    Its permissions and its check are those of the submission; what the opener asks for is asked when the form opens.
    """

    title: Text = option("What stands at its top.", min_length=1, max_length=limits.MODAL_TITLE_MAX)
    fields: Mapping[str, ModalField] = option(
        "What the user fills in, in this order; templates read it as `fields.<name>`.",
        min_items=limits.MODAL_COMPONENTS_MIN,
        max_items=limits.MODAL_COMPONENTS_MAX,
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
    )
