"""`commands:` slash commands and their options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from runner.config.document.guards import PermissionName
from runner.config.document.handlers import Handler
from runner.fields import Entry, option
from runner.lifecycle import limits

OptionTypeName = Literal["string", "integer", "number", "boolean", "user", "channel", "role"]
ChannelTypeName = Literal["text", "voice", "category", "announcement", "stage", "forum", "media", "thread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Entry):
    """One option of a command."""

    type: OptionTypeName = option(
        "What the user picks or types.",
        words={
            "string": "A text.",
            "integer": "A whole number.",
            "number": "A number, with or without a fraction.",
            "boolean": "True or false.",
            "user": "Somebody, by name.",
            "channel": "A channel of the server.",
            "role": "A role of the server.",
        },
    )
    description: str = option("What Discord shows beside it.", min_length=1, max_length=limits.COMMAND_DESCRIPTION_MAX)
    required: bool = option("The command can't be sent without it.", default=False)
    min: float | None = option("The smallest number that Discord accepts.", default=None)
    max: float | None = option("The largest number that Discord accepts.", default=None)
    min_length: int | None = option(
        "The shortest text.", default=None, minimum=0, maximum=limits.STRING_OPTION_LENGTH_MAX
    )
    max_length: int | None = option(
        "The longest text.", default=None, minimum=1, maximum=limits.STRING_OPTION_LENGTH_MAX
    )
    choices: Mapping[str, str] | None = option(
        "The only values to choose from: value and label.",
        default=None,
        max_items=limits.CHOICES_MAX,
        min_length=1,
        max_length=limits.CHOICE_NAME_MAX,
    )
    channel_types: tuple[ChannelTypeName, ...] = option("Which kinds of channel are offered.", default=(), single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Handler):
    """A slash command."""

    description: str = option(
        "What Discord shows beside the name.", min_length=1, max_length=limits.COMMAND_DESCRIPTION_MAX
    )
    visible_to: tuple[PermissionName, ...] | None = option(
        "Whom Discord shows it to by default; left out: as `permissions.member`.", default=None, single=True
    )
    options: Mapping[str, Option] = option("What the user fills in.", default={}, max_items=limits.COMMAND_OPTIONS_MAX)
