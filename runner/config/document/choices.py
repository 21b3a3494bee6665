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


def least_values() -> Any:  # Any, as in `option`
    """Declare how many have to be chosen."""
    return option(
        "How many are chosen at least.", default=None, minimum=0, maximum=limits.SELECT_VALUES_MAX, static=True
    )


def most_values(description: str) -> Any:  # Any, as in `option`
    """Declare how many can be chosen."""
    return option(
        description,
        default=None,
        minimum=limits.SELECT_MAX_VALUES_MIN,
        maximum=limits.SELECT_VALUES_MAX,
        static=True,
    )


def default_values() -> Any:  # Any, as in `option`
    """Declare what is chosen from the start."""
    return option(
        "What is chosen from the start: values of `options`, or ids.",
        default=(),
        single=True,
        at_once=True,
        max_items=limits.SELECT_VALUES_MAX,
    )


def offered_channels() -> Any:  # Any, as in `option`
    """Declare which kinds of channel can be chosen."""
    return option("Which kinds of channel are offered.", default=(), single=True, static=True)


SelectOptions = Mapping[str, SelectOption]
