"""What a message can hold: one definition, whose keys every step that sends or changes a message takes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Self

from runner.config.document.embeds import Embed
from runner.config.document.files import File
from runner.config.document.flows import Param
from runner.config.document.layout import LAID_OUT, LAYOUT, Item
from runner.config.document.modals import FIELD_PATTERN, FIELD_TAKES
from runner.config.document.polls import Poll
from runner.data import dataclass
from runner.fields import Authored, Data, Entry, PublicMessage, Role, Snowflake, TextShape, option
from runner.lifecycle import limits
from runner.messages import MentionWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions(Entry):
    """Whom a message may ping: everybody of a kind whom its text mentions, or only some of them."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "parse"

    parse: tuple[MentionWord, ...] = option(
        "Everybody of these kinds whom the text mentions.", default=(), single=True, at_once=True
    )
    users: tuple[Snowflake, ...] = option(
        "Only these users.", default=(), single=True, at_once=True, max_items=limits.ALLOWED_MENTIONS_USERS_MAX
    )
    roles: tuple[Role, ...] = option(
        "Only these roles, each an id or `@name`.",
        default=(),
        single=True,
        at_once=True,
        max_items=limits.ALLOWED_MENTIONS_ROLES_MAX,
    )


def named_message() -> Any:  # Any, as in `option`
    """Declare the name of a message."""
    return option(
        "The name of one of `messages:`, in the place of all of this.", default=None, static=True, refers="messages"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChange(Entry):
    """What a message can be given, new or later. What an edit leaves out stays as it is."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "content"
    showing: ClassVar[tuple[str, ...]] = ("content", "embeds", "components", "files")
    """The keys of which one is enough for a message."""
    named_by: ClassVar[str] = "message"
    """The key under which it names one of `messages:`."""
    text_key: ClassVar[str] = "content"
    """The key of its text."""

    content: str | None = option(
        "The text; beyond 2000 characters it is cut.", default=None, max_length=limits.MESSAGE_CONTENT_MAX
    )
    embeds: tuple[Embed, ...] | None = option(
        "Boxes with a coloured edge.", default=None, max_items=limits.MESSAGE_EMBEDS_MAX
    )
    components: tuple[Item, ...] | None = option(
        "Buttons and selects, by name or written here, and the layout around them; an empty list removes them.",
        default=None,
        max_items=limits.COMPONENTS_V2_TOTAL_MAX,
        kinds=LAYOUT,
        refers="components",
    )
    files: tuple[File, ...] | None = option(
        "Files that it brings along, in the place of those that it has.",
        default=None,
        single=True,
        max_items=limits.MESSAGE_ATTACHMENTS_MAX,
    )
    mentions: Mentions = option("Whom the text may ping; nobody unless named here.", default=Mentions())
    suppress_embeds: bool | None = option("Links in the text get no preview.", default=None)
    message: str | None = named_message()
    with_: Mapping[str, Data] = option("What that message is given: its parameters.", default={})
    _found: "list[NamedMessage]" = field(default_factory=list["NamedMessage"], init=False, repr=False, compare=False)

    @property
    def text(self) -> object:
        """Its text, or a template for it."""
        found: object = getattr(self, self.text_key)
        return found

    @property
    def name(self) -> str | None:
        """The name of the message that stands in its place."""
        found: str | None = getattr(self, self.named_by)
        return found

    @property
    def named(self) -> "NamedMessage | None":
        """The message that stands in its place; None where it names none, or one that isn't there."""
        return next(iter(self._found), None)

    def look_up(self, messages: "Mapping[str, NamedMessage]") -> None:
        """Find the message that it names, once all of the document has been read."""
        if self.name is not None and self.name in messages:
            self._found[:] = [messages[self.name]]

    @property
    def is_laid_out(self) -> bool:
        """Whether it has components that need IS_COMPONENTS_V2."""
        return any(isinstance(item, LAID_OUT) for item in self.components or ())

    def as_read(self) -> Self:
        """Return it as it is sent: a text that a template leaves empty is missed only where nothing else shows."""
        text = self.text
        others = (name for name in self.showing if name != self.text_key)
        if not isinstance(text, Authored) or not any(getattr(self, name) for name in others):
            return self
        assert isinstance(text.shape, TextShape), "it is declared as a text"
        relaxed = dataclasses.replace(text, shape=dataclasses.replace(text.shape, min_length=0))
        made: Any = {self.text_key: relaxed}  # Any: a template, until it is compiled
        return dataclasses.replace(self, **made)

    def lacks(self) -> str:
        """Return, as `a` or `b`, what could be there and is not; empty when there is something to show or change."""
        keys = (*self.showing, *([self.named_by] if self.named_by else []))
        if any(getattr(self, name) is not None for name in keys):
            return ""
        *first, last = (f"`{name}`" for name in keys)
        return f"{', '.join(first)} or {last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage(MessageChange):
    """What a message can be given when it is sent."""

    showing: ClassVar[tuple[str, ...]] = (*MessageChange.showing, "poll")

    content: str | None = option(
        "The text; beyond 2000 characters it is cut.",
        default=None,
        min_length=1,
        max_length=limits.MESSAGE_CONTENT_MAX,
    )
    poll: Poll | None = option("A question that members vote on.", default=None)
    silent: bool = option("Nobody's device makes a sound.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdit(MessageChange):
    """What a message can be given by a step whose `message` is the one that it is about."""

    named_by: ClassVar[str] = "says"

    message: None = None
    says: str | None = named_message()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMessage(NewMessage):
    """What the first message of a thread can be given; the step's `message` is the one that the thread is about."""

    short: ClassVar[str | None] = None
    named_by: ClassVar[str] = "says"

    message: None = None
    says: str | None = named_message()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(MessageChange):
    """What a question can be given beside its own buttons."""

    short: ClassVar[str | None] = "prompt"
    showing: ClassVar[tuple[str, ...]] = ("prompt", "embeds", "components", "files")
    text_key: ClassVar[str] = "prompt"

    content: None = None
    prompt: str | None = option(
        "The text; beyond 2000 characters it is cut.",
        default=None,
        min_length=1,
        max_length=limits.MESSAGE_CONTENT_MAX,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMessage(MessageChange):
    """What a page can be given around its lines."""

    short: ClassVar[str | None] = None
    showing: ClassVar[tuple[str, ...]] = ("header", "embeds", "components", "files")
    text_key: ClassVar[str] = "header"

    content: None = None
    header: str | None = option(
        "What stands above the lines. They are the text of the message, or of the first of its `embeds` that has no "
        "`description`.",
        default=None,
        max_length=limits.MESSAGE_CONTENT_MAX,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTo(Entry):
    """The message that another one is a reply to."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "message"

    message: PublicMessage = option("Which message, of the same channel: an id.")
    fail_if_not_exists: bool = option(
        "The step fails where that message is gone; with `false` it is sent without it.", default=True
    )
    ping: bool = option("Whoever wrote that message is pinged.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMessage(NewMessage):
    """A message that steps send by its name. Its templates read its `params`, and nothing of who runs the step."""

    named_by: ClassVar[str] = ""

    params: Mapping[str, Param] = option(
        "What it is given where it is used, as `with`; its templates read `params.<name>`.",
        default={},
        pattern=FIELD_PATTERN,
        takes=FIELD_TAKES,
        max_items=25,
    )
    message: None = None
    with_: Mapping[str, Data] = field(default_factory=dict[str, Data])

    @property
    def name(self) -> None:
        """None: it is what others name."""
        return None


def time_of(message: object) -> float:
    """Return the seconds that a message takes for its files outside the process at most, before it is compiled."""
    if not isinstance(message, MessageChange):
        return 0.0
    files = (message.named or message).files
    return limits.REST_CALL_S if any(file.is_slow for file in files or ()) else 0.0


def lacks_content(message: object) -> str:
    """Return what a message lacks, as `lacks` does, before it is compiled."""
    assert isinstance(message, MessageChange), "asked before it is compiled"
    return message.lacks()
