"""The keys of a scenario file: one dataclass for each mapping, as `config.document` has them for a bot."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from runner.data import dataclass
from runner.fields import Data, Duration, Entry, option

EVENTS_MAX = 200
"""How many events one scenario may have."""

DEFAULT_MEMBER = "Robin"
DEFAULT_CHANNEL = "general"

VERBS = (
    "command", "context_menu", "autocomplete", "click", "select", "submit", "say", "edit", "delete", "react", "unreact",
    "vote", "join", "leave", "enter_voice", "leave_voice", "interested", "uninterested", "delete_channel",
    "delete_role", "delete_scheduled_event", "wait", "restart", "together", "web",
)  # fmt: skip
"""What can happen; an event without any of these only expects something."""

INTERACTIONS = ("command", "context_menu", "autocomplete", "click", "select", "submit", "together")
"""Those that the bot has to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Entry):
    """What a text is expected to be."""

    short: ClassVar[str | None] = "is_"

    is_: str | None = option("The whole text.", default=None)
    contains: tuple[str, ...] = option("What stands somewhere in it.", default=(), single=True)
    lacks: tuple[str, ...] = option("What stands nowhere in it.", default=(), single=True)
    matches: str | None = option(
        "A regular expression that matches somewhere in it; what `(?P<name>…)` finds is `${name}` in later events.",
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFile(Entry):
    """A file that somebody has chosen on their own machine."""

    short: ClassVar[str | None] = "name"

    name: str = option("What it is called; the ending says what is in it.", min_length=1)
    content: str = option("What is in it, as text.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView(Entry):
    """How a member is expected to stand."""

    roles: tuple[str, ...] | None = option("All roles, by name, in any order.", default=None)
    has: tuple[str, ...] = option("Roles that the member has among others.", default=(), single=True)
    lacks: tuple[str, ...] = option("Roles that the member has not.", default=(), single=True)
    nick: str | None = option("The nickname.", default=None)
    in_server: bool | None = option("Whether they are in the server.", default=None)
    banned: bool | None = option("Whether they are banned.", default=None)
    timed_out: bool | None = option("Whether they are timed out.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView(Entry):
    """What is expected of a channel."""

    short: ClassVar[str | None] = "last"

    exists: bool | None = option("Whether there is one of that name.", default=None)
    last: Words | None = option(
        "Its newest message, as `by` sees it. What only one user sees is an answer to them and not in the channel.",
        default=None,
    )
    count: int | None = option("How many messages `by` sees in it, those apart.", default=None, minimum=0)
    topic: str | None = option("Its topic.", default=None)
    embeds: tuple[Mapping[str, Data], ...] | None = option(
        "What the embeds of its newest message have among other things.", default=None
    )
    components: tuple[str, ...] | None = option(
        "What the buttons and selects of its newest message say, in order.", default=None
    )
    reactions: Mapping[str, int] | None = option(
        "What its newest message has been reacted with: how many of each emoji, and no other.", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEventView(Entry):
    """What is expected of a scheduled event."""

    short: ClassVar[str | None] = "status"

    exists: bool | None = option("Whether there is one of that name.", default=None)
    status: Literal["scheduled", "active", "completed", "canceled"] | None = option("Where it stands.", default=None)
    description: Words | None = option("What it is about.", default=None)
    starts_in: Duration | None = option("How long from now it begins, to the minute.", default=None)
    lasts: Duration | None = option("How long it goes on, to the minute.", default=None)
    channel: str | None = option("The voice or stage channel that it is held in, by name.", default=None)
    location: str | None = option("Where it is held outside of Discord.", default=None)
    interested: tuple[str, ...] | None = option("Everybody who is interested, by name, in any order.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiView(Entry):
    """What is expected of an emoji of the server."""

    short: ClassVar[str | None] = "exists"

    exists: bool | None = option("Whether there is one of that name.", default=None)
    animated: bool | None = option("Whether it moves.", default=None)
    roles: tuple[str, ...] | None = option("The roles that alone may use it, by name, in any order.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView(Entry):
    """What another server is expected to have been asked."""

    short: ClassVar[str | None] = "url"

    url: str | None = option("The address.", default=None)
    method: str | None = option("The method.", default=None)
    headers: Mapping[str, str] = option("Headers that it had among others.", default={})
    json: Data | None = option("What was sent as JSON, among other things.", default=None)
    body: Words | None = option("What was sent, as text.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer(Entry):
    """How another server answers."""

    short: ClassVar[str | None] = "status"

    status: int = option("The status.", default=200, minimum=200, maximum=599)
    json: Data | None = option("What it says, as JSON.", default=None)
    text: str | None = option("What it says, as text.", default=None)
    headers: Mapping[str, str] = option("Its headers.", default={})
    takes: Duration = option("How long that takes.", default=0.0)
    down: bool = option("It can't be reached.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Entry):
    """What is expected to be seen after an event. What is left out is not looked at."""

    short: ClassVar[str | None] = "content"

    content: Words | None = option("The text of the newest message of the interaction.", default=None)
    messages: tuple[Words, ...] | None = option("All messages of the interaction, in order.", default=None)
    ephemeral: bool | None = option("Whether only the user sees that message.", default=None)
    embeds: tuple[Mapping[str, Data], ...] | None = option("What its embeds have among other things.", default=None)
    components: tuple[str, ...] | None = option(
        "What its buttons and selects say, in order: labels, or a select's placeholder.", default=None
    )
    reactions: Mapping[str, int] | None = option(
        "What it has been reacted with: how many of each emoji (a server's own as `:name:`), and no other.",
        default=None,
    )
    response: Literal["reply", "defer", "update", "defer update", "modal", "choices", "none"] | None = option(
        "How Discord was answered first.", default=None
    )
    acknowledged_within: Duration | None = option("When the first response came, at the latest.", default=None)
    finished_within: Duration | None = option("When the user saw an end, at the latest.", default=None)
    failed: bool | None = option("Whether the user saw a failure instead of an answer.", default=None)
    modal: Words | None = option("The title of the form that opened.", default=None)
    choices: tuple[str, ...] | None = option("What was suggested, in order.", default=None)
    refused: Words | None = option("Why Discord's own client won't let them.", default=None)
    members: Mapping[str, MemberView] = option("How members stand now, by name.", default={})
    channels: Mapping[str, ChannelView] = option("What is in channels now, by name.", default={})
    scheduled_events: Mapping[str, ScheduledEventView] = option("How scheduled events stand now, by name.", default={})
    emojis: Mapping[str, EmojiView] = option("Which emojis the server has now, by name.", default={})
    called: tuple[CallView, ...] | None = option(
        "What other servers have been asked since something happened last, in order.", default=None, single=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Entry):
    """One of several things that happen in the same moment."""

    command: str | None = option("Type a slash command.", default=None, min_length=1)
    click: str | None = option("Press the button with this label.", default=None, min_length=1)
    by: str = option("Who does it, by name.", default=DEFAULT_MEMBER)
    in_: str = option("Where, by the channel's name.", default=DEFAULT_CHANNEL)
    options: Mapping[str, Data] = option("A command's options.", default={})
    files: Mapping[str, tuple[ChosenFile, ...]] = option(
        "Files that its options take, by option.", default={}, single=True
    )
    target: str | None = option("A message by its event's `id`. Left out: the newest.", default=None)
    expect: Expectation | None = option("What is expected afterwards.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening(Entry):
    """Something that happens, with what is expected afterwards."""

    command: str | None = option("Type a slash command, as `ticket open`.", default=None, min_length=1)
    context_menu: str | None = option("Choose a command from the menu of `target`.", default=None, min_length=1)
    autocomplete: str | None = option("Type into the option `focused` of this command.", default=None, min_length=1)
    click: str | None = option("Press the button with this label.", default=None, min_length=1)
    select: str | None = option("Choose `values` in the select with this placeholder.", default=None, min_length=1)
    submit: Mapping[str, Data] | None = option("Send the form that is open, with these values by field.", default=None)
    say: str | None = option("Write an ordinary message.", default=None, min_length=1)
    edit: str | None = option("Change `target`, a message of theirs, to this.", default=None, min_length=1)
    delete: bool | None = option("Delete `target`, a message.", default=None)
    react: str | None = option("Add this emoji to `target`.", default=None, min_length=1)
    unreact: str | None = option("Take this emoji back from `target`.", default=None, min_length=1)
    vote: int | None = option("Choose this answer of `target`, a poll, from 1.", default=None, minimum=1)
    join: bool | None = option("Join the server; somebody new if nobody is called so.", default=None)
    leave: bool | None = option("Leave the server; the bot, too, by its name.", default=None)
    enter_voice: str | None = option("Enter this voice channel.", default=None, min_length=1)
    leave_voice: bool | None = option("Leave the voice channel.", default=None)
    interested: str | None = option("Be interested in this scheduled event, by its name.", default=None, min_length=1)
    uninterested: str | None = option(
        "Be interested in this scheduled event no more, by its name.", default=None, min_length=1
    )
    delete_channel: str | None = option("Delete this channel, as an administrator does.", default=None, min_length=1)
    delete_role: str | None = option("Delete this role, as an administrator does.", default=None, min_length=1)
    delete_scheduled_event: str | None = option(
        "Delete this scheduled event, by its name, as an administrator does.", default=None, min_length=1
    )
    wait: Duration | None = option("Let time pass.", default=None, minimum=0.001)
    restart: bool | None = option("Stop the bot and start it again.", default=None)
    together: tuple[Moment, ...] | None = option("Several of these in the same moment.", default=None, min_items=2)
    web: Mapping[str, WebAnswer] | None = option(
        "Let other servers answer so from now on, by address; without its query it stands for any. No other is there.",
        default=None,
    )
    by: str = option("Who does it, by name.", default=DEFAULT_MEMBER)
    in_: str = option("Where, by the channel's name; `dm` for direct messages.", default=DEFAULT_CHANNEL)
    options: Mapping[str, Data] = option("A command's options; people, roles and channels by name.", default={})
    files: Mapping[str, tuple[ChosenFile, ...]] = option(
        "Files that options or fields of a form take, by option or field.", default={}, single=True
    )
    focused: str | None = option("The option that is typed into.", default=None)
    values: tuple[str, ...] = option("What is chosen.", default=(), single=True)
    target: str | None = option(
        "A member by name, or a message by its event's `id` or as the newest of a `#channel`; else the newest.",
        default=None,
    )
    id: str | None = option("A name by which later events mean this one's message.", default=None)
    expect: Expectation | None = option("What is expected afterwards.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Entry):
    """What happens, in order."""

    short: ClassVar[str | None] = "events"

    events: tuple[Happening, ...] = option("What happens, in order.", min_items=1, max_items=EVENTS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile(Entry):
    """A whole scenario file."""

    bot: str | None = option(
        "The config to run, relative to this file. Left out: the file of the same name without `.scenario`.",
        default=None,
        min_length=1,
    )
    world: str | None = option(
        "The world file with the servers that each scenario begins with, relative to this file.",
        default=None,
        min_length=1,
    )
    environment: Mapping[str, str] = option("What `${NAME}` in the config stands for.", default={})
    scenarios: Mapping[str, Scenario] = option("What happens, by what is promised.", min_items=1, max_items=1000)
