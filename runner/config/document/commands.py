"""`commands:` slash commands and their options."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.config.document.handlers import Handler
from runner.config.document.registration import Registration, Translations, former_names, translated
from runner.config.document.suggestions import HttpSuggestions, RecordSuggestions
from runner.data import dataclass
from runner.fields import Entry, Suggestions, fields_of, option
from runner.lifecycle import limits

OptionTypeName = Literal[
    "string", "integer", "number", "boolean", "user", "channel", "role", "mentionable", "attachment"
]
FILE_TYPE_PATTERN = r"image|video|audio|\.[A-Za-z0-9]{1,20}"
FILE_TYPE_TAKES = "`image`, `video`, `audio`, or an extension such as `.pdf`"
ChannelTypeName = Literal["text", "voice", "category", "announcement", "stage", "forum", "media", "thread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Entry):
    """One of the values that an option may have, as users read it."""

    short: ClassVar[str | None] = "name"

    name: str = option("What users read.", min_length=1, max_length=limits.CHOICE_NAME_MAX)
    name_localizations: Translations = translated("The name", limits.CHOICE_NAME_MAX)


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
    choices: Mapping[str, Choice] | None = option(
        "The only values to choose from: value and name.", default=None, max_items=limits.CHOICES_MAX
    )
    autocomplete: Suggestions | RecordSuggestions | HttpSuggestions | None = option(
        "What is suggested while the user types: values, values with labels, a template that gives either, records, or "
        "what another server answers. Users may send other values too.",
        default=None,
    )
    channel_types: tuple[ChannelTypeName, ...] = option("Which kinds of channel are offered.", default=(), single=True)
    file_types: tuple[str, ...] = option(
        "Which files are taken: `image`, `video`, `audio`, or an extension such as `.pdf`.",
        default=(),
        single=True,
        max_items=limits.FILE_TYPES_MAX,
        pattern=FILE_TYPE_PATTERN,
        takes=FILE_TYPE_TAKES,
    )
    name_localizations: Translations = translated("Its name", limits.COMMAND_NAME_MAX)
    description_localizations: Translations = translated("The description", limits.COMMAND_DESCRIPTION_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Handler):
    """A slash command, or one inside a group: what users type, and what happens then."""

    description: str = option(
        "What Discord shows beside the name.", min_length=1, max_length=limits.COMMAND_DESCRIPTION_MAX
    )
    name_localizations: Translations = translated("Its name", limits.COMMAND_NAME_MAX)
    description_localizations: Translations = translated("The description", limits.COMMAND_DESCRIPTION_MAX)
    aliases: tuple[str, ...] = former_names()
    options: Mapping[str, Option] = option("What the user fills in.", default={}, max_items=limits.COMMAND_OPTIONS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrGroup(Command):
    """A command inside another one, or a group of such commands: `/admin roles add`."""

    commands: Mapping[str, Command] = option(
        "The commands inside it, by name. What it guards itself with guards them all.",
        default={},
        min_items=1,
        max_items=limits.COMMAND_OPTIONS_MAX,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopCommand(Registration, CommandOrGroup):
    """A slash command, or a group: `/ticket open`. It is what Discord registers."""

    commands: Mapping[str, CommandOrGroup] = option(
        "The commands and groups inside it, by name. What it guards itself with guards them all.",
        default={},
        min_items=1,
        max_items=limits.COMMAND_OPTIONS_MAX,
    )


_KEYS_OF_GROUPS = ("description", "aliases", "commands", "permissions", "check")
_TRANSLATIONS = ("name_localizations", "description_localizations")
GROUP_KEYS = frozenset({*_KEYS_OF_GROUPS, *_TRANSLATIONS, *(item.name for item in fields_of(Registration))})
"""The keys that mean something for a command with others inside it: users never run the group itself."""


def commands_in(command: Command) -> Mapping[str, Command]:
    """Return the commands directly inside `command`; nothing for one that is run."""
    return command.commands if isinstance(command, CommandOrGroup) else {}
