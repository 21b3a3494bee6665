"""What a message can hold: one definition, whose keys every step that sends or changes a message takes."""

import dataclasses
from typing import Any, ClassVar

from runner.config.document.embeds import Embed
from runner.config.document.files import File
from runner.config.document.layout import LAID_OUT, LAYOUT, Item
from runner.config.document.polls import Poll
from runner.data import dataclass
from runner.fields import Authored, Entry, Snowflake, TextShape, option
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
    roles: tuple[Snowflake, ...] = option(
        "Only these roles.", default=(), single=True, at_once=True, max_items=limits.ALLOWED_MENTIONS_ROLES_MAX
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChange(Entry):
    """What a message can be given, new or later. What an edit leaves out stays as it is."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "content"

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

    @property
    def is_laid_out(self) -> bool:
        """Whether it has components that need IS_COMPONENTS_V2."""
        return any(isinstance(item, LAID_OUT) for item in self.components or ())

    def lacks(self) -> str:
        """Return, as `a` or `b`, what could be there and is not; empty when there is something to show or change."""
        if any(getattr(self, name) is not None for name in self._shown()):
            return ""
        *first, last = (f"`{name}`" for name in self._shown())
        return f"{', '.join(first)} or {last}"

    def _shown(self) -> tuple[str, ...]:
        return ("content", "embeds", "components", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage(MessageChange):
    """What a message can be given when it is sent."""

    content: str | None = option(
        "The text; beyond 2000 characters it is cut.",
        default=None,
        min_length=1,
        max_length=limits.MESSAGE_CONTENT_MAX,
    )
    poll: Poll | None = option("A question that members vote on.", default=None)
    silent: bool = option("Nobody's device makes a sound.", default=False)

    def _shown(self) -> tuple[str, ...]:
        return (*MessageChange._shown(self), "poll")

    def as_read(self) -> "NewMessage":
        """Return it as it is sent: a text that a template leaves empty is missed only where nothing else shows."""
        content: object = self.content
        others = (name for name in self._shown() if name != "content")
        if not isinstance(content, Authored) or not any(getattr(self, name) for name in others):
            return self
        assert isinstance(content.shape, TextShape), "it is declared as a text"
        shape = dataclasses.replace(content.shape, min_length=0)
        relaxed: Any = dataclasses.replace(content, shape=shape)  # Any: a template, until it is compiled
        return dataclasses.replace(self, content=relaxed)


def time_of(message: object) -> float:
    """Return the seconds that a message takes for its files outside the process at most, before it is compiled."""
    files = message.files if isinstance(message, MessageChange) else None
    return limits.REST_CALL_S if any(file.is_slow for file in files or ()) else 0.0


def lacks_content(message: object) -> str:
    """Return what a message lacks, as `lacks` does, before it is compiled."""
    assert isinstance(message, MessageChange), "asked before it is compiled"
    return message.lacks()
