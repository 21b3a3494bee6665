"""What can be chosen from: the options of selects, of radio groups and of checkbox groups."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from runner.data import dataclass
from runner.fields import Emoji, Entry, option
from runner.lifecycle import limits

VALUE_PATTERN: Final = r"[\s\S]{1,100}"
VALUE_TAKES: Final = "a value of at most 100 characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectOption(Entry):
    """One thing that can be chosen. Its key is the value that steps read."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "label"
    definition: ClassVar[str] = "choice"

    label: str = option("What users read.", min_length=1, max_length=limits.OPTION_LABEL_MAX)
    description: str | None = option(
        "What stands below it, smaller.", default=None, max_length=limits.OPTION_DESCRIPTION_MAX
    )
    emoji: Emoji | None = option("What stands before it.", default=None)
    default: bool = option("It is chosen from the start.", default=False)


def choices(description: str, most: int) -> Any:  # Any, as in `option`
    """Declare what can be chosen: value and label."""
    return option(description, default={}, min_items=1, max_items=most, pattern=VALUE_PATTERN, takes=VALUE_TAKES)


SelectOptions = Mapping[str, SelectOption]
