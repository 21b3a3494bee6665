"""The keys of bot.yaml: one dataclass for each mapping, in the order in which an author meets them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from runner.fields import Data, Duration, Entry, Expression, Role, Snowflake, Steps, Text, option
from runner.lifecycle import budget, limits
from runner.lifecycle.bits import Permissions

PERMISSION_NAMES: tuple[str, ...] = tuple(sorted(str(flag.name).lower() for flag in Permissions))
if TYPE_CHECKING:
    PermissionName = str  # type checkers can't follow words that come from Discord's own bit names
else:
    PermissionName = Literal[PERMISSION_NAMES]
ResponseWord = Literal["auto", "reply", "defer", "update", "modal", "ephemeral"]
OptionTypeName = Literal["string", "integer", "number", "boolean", "user", "channel", "role"]
ChannelTypeName = Literal["text", "voice", "category", "announcement", "stage", "forum", "media", "thread"]
STRATEGIES = frozenset({"auto", "reply", "defer", "update", "modal"})
NAME_PATTERN = "[A-Za-z_][A-Za-z0-9_-]{0,31}"
NAME_TAKES = "a name of letters, digits, `_` and `-`, at most 32, that begins with a letter"
FIELD_PATTERN = "[a-z_][a-z0-9_]{0,31}"
FIELD_TAKES = "a name of lower-case letters, digits and `_`, at most 32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Entry):
    """What the bot is shown to be doing."""

    type: Literal["playing", "listening", "watching", "competing"] = option(
        "The verb before the name.", default="playing"
    )
    name: str = option("What it does.", min_length=1, max_length=128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Entry):
    """How the bot appears in the member list."""

    status: Literal["online", "idle", "dnd", "invisible"] = option("The dot beside the name.", default="online")
    activity: Activity | None = option("The line under the name.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot(Entry):
    """Who the bot is and where its commands are registered."""

    token: str = option(
        "The bot's token, as `${NAME}`. Without one the bot runs on the local Discord.", default="", secret=True
    )
    guilds: tuple[Snowflake, ...] = option(
        "Register the commands in these servers only, instead of everywhere.", default=(), max_items=100
    )
    presence: Presence | None = option("How the bot appears in the member list.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Entry):
    """How a handler answers: a strategy, and whether only the user sees it."""

    short: ClassVar[str | None] = "strategy"

    strategy: tuple[ResponseWord, ...] = option(
        "`auto` (the compiler decides), `reply`, `defer`, `update` or `modal`; `ephemeral` may stand beside it.",
        default=("auto",),
        single=True,
        max_items=2,
    )
    ephemeral: bool = option("Only the user sees the answer.", default=False)
    defer_after: Duration = option(
        "Under `auto`: defer when nothing has answered by then.",
        default=budget.DEFER_AFTER_S,
        minimum=0.0,
        maximum=budget.LAST_SAFE_ACK_S,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRules(Entry):
    """Which Discord permissions a handler asks for; enforced on each run, before the first step."""

    member: tuple[PermissionName, ...] = option("What the caller must hold in this channel.", default=(), single=True)
    bot: tuple[PermissionName, ...] = option("What the bot must hold in this channel.", default=(), single=True)
    denied: Text | None = option("What the caller reads when a permission is missing.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules(Entry):
    """Which roles a member must have; each an id or `@name`."""

    short: ClassVar[str | None] = "any"

    any: tuple[Role, ...] = option("At least one of these.", default=(), single=True)
    all: tuple[Role, ...] = option("All of these.", default=(), single=True)
    none: tuple[Role, ...] = option("None of these.", default=(), single=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Entry):
    """A named guard. Every rule in it must hold."""

    permissions: tuple[PermissionName, ...] = option("Permissions that the member holds here.", default=(), single=True)
    roles: RoleRules | None = option("Roles that the member has.", default=None)
    users: tuple[Snowflake, ...] = option("Only these users.", default=(), single=True)
    if_: Expression | None = option("A template expression that must be true.", default=None)
    denied: Text | None = option("What the member reads when it doesn't hold.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Entry):
    """What every handler inherits unless it says otherwise."""

    response: Response = option("How handlers answer.", default=Response())
    timeout: Duration = option(
        "How long a handler may run: at most 14m, because Discord takes no answer after 15 minutes.",
        default=budget.HANDLER_TIMEOUT_S,
        minimum=0.1,
        maximum=budget.HANDLER_TIMEOUT_MAX_S,
    )
    on_error: Steps | None = option("What runs when a step fails.", default=None)
    on_timeout: Steps | None = option("What runs when the time is up.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Entry):
    """One option of a command."""

    type: OptionTypeName = option("What the user picks or types.")
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
class Handler(Entry):
    """What every handler has: guards, a way of answering, steps, and what happens when they don't work out."""

    permissions: PermissionRules | None = option("Discord permissions, enforced on each run.", default=None)
    check: str | None = option("A guard from `checks:`.", default=None)
    response: Response | None = option("How it answers; left out, the compiler decides.", default=None)
    timeout: Duration | None = option(
        "How long it may run: at most 14m, because Discord takes no answer after 15 minutes.",
        default=None,
        minimum=0.1,
        maximum=budget.HANDLER_TIMEOUT_MAX_S,
    )
    reply: Steps | None = option("Short for one `reply` step.", default=None, action="reply")
    steps: Steps | None = option("What it does.", default=None)
    on_error: Steps | None = option("What runs when a step fails.", default=None)
    on_timeout: Steps | None = option("What runs when the time is up.", default=None)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Entry):
    """How a button looks."""

    label: str = option("The text on it.", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    style: Literal["primary", "secondary", "success", "danger"] = option("Its colour.", default="secondary")
    disabled: bool = option("It is shown but can't be clicked.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Handler):
    """A button that works for ever, after a restart too: it is found by its name, not by its message."""

    button: Button = option("How it looks.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalField(Entry):
    """One field of a form: a text that the user types. Templates are rendered when the form opens."""

    short: ClassVar[str | None] = "label"

    label: Text = option("What stands above it.", min_length=1, max_length=limits.LABEL_TEXT_MAX)
    description: Text | None = option(
        "What stands below the label, smaller.", default=None, max_length=limits.LABEL_DESCRIPTION_MAX
    )
    style: Literal["short", "paragraph"] = option("One line, or several.", default="short")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Entry):
    """A whole bot.yaml."""

    version: Literal[1] = option("The version of the language.", default=1)
    bot: Bot = option("Who the bot is and where it runs.", default=Bot())
    defaults: Defaults = option("What every handler inherits.", default=Defaults())
    vars: Mapping[str, Data] = option(
        "Values that templates read as `vars.<name>`.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES
    )
    checks: Mapping[str, Check] = option("Guards by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES)
    commands: Mapping[str, Command] = option(
        "Slash commands by name.", default={}, max_items=limits.GLOBAL_CHAT_INPUT_COMMANDS_MAX
    )
    components: Mapping[str, Component] = option("Buttons by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES)
    modals: Mapping[str, Modal] = option("Forms by name.", default={}, pattern=NAME_PATTERN, takes=NAME_TAKES)
