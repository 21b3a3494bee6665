"""`embeds:` of a message, with Discord's own names.

Source of all: Discord docs, Resources: Message, Embed Object and Embed Limits.
"""

from typing import Any, ClassVar, Final

from runner.data import dataclass
from runner.fields import Color, Entry, Timestamp, option
from runner.lifecycle import limits

WEB_PATTERN: Final = r"https?://\S+"
WEB_TAKES: Final = "a web address such as https://example.com"
MEDIA_PATTERN: Final = r"(https?|attachment)://\S+"
MEDIA_TAKES: Final = "a web address, or attachment://NAME for one of the message's `files`"


def _link(description: str) -> Any:  # Any, as in `option`
    return option(
        description,
        default=None,
        max_length=limits.EMBED_URL_MAX,
        overflow="refuse",
        pattern=WEB_PATTERN,
        takes=WEB_TAKES,
    )


def _icon() -> Any:  # Any, as in `option`
    return option(
        "The small image before it.",
        default=None,
        max_length=limits.EMBED_URL_MAX,
        overflow="refuse",
        pattern=MEDIA_PATTERN,
        takes=MEDIA_TAKES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedMedia(Entry):
    """An image of an embed."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "url"

    url: str = option(
        "Where it is, on the web or among the message's `files`; without one there is no image.",
        max_length=limits.EMBED_URL_MAX,
        overflow="refuse",
        pattern=MEDIA_PATTERN,
        takes=MEDIA_TAKES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedAuthor(Entry):
    """Who is named above the title."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "name"

    name: str = option("The name; without one there is no author.", max_length=limits.EMBED_AUTHOR_NAME_MAX)
    url: str | None = _link("Where the name leads.")
    icon_url: str | None = _icon()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedFooter(Entry):
    """What stands below everything else."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "text"

    text: str = option("The text; without one there is no footer.", max_length=limits.EMBED_FOOTER_TEXT_MAX)
    icon_url: str | None = _icon()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedField(Entry):
    """A name and a value; those that are `inline` stand side by side."""

    templated: ClassVar[bool] = True

    name: str = option("What it is called.", min_length=1, max_length=limits.EMBED_FIELD_NAME_MAX)
    value: str = option("What it says.", min_length=1, max_length=limits.EMBED_FIELD_VALUE_MAX)
    inline: bool = option("It shares its line with the fields beside it.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed(Entry):
    """A box with a coloured edge."""

    templated: ClassVar[bool] = True
    definition: ClassVar[str] = "embed"

    title: str | None = option("The headline.", default=None, max_length=limits.EMBED_TITLE_MAX)
    description: str | None = option("The text.", default=None, max_length=limits.EMBED_DESCRIPTION_MAX)
    url: str | None = _link("Where the title leads.")
    color: Color | None = option("The colour of its edge.", default=None)
    timestamp: Timestamp | None = option("An instant, shown beside the footer.", default=None)
    author: EmbedAuthor | None = option("Who is named above the title.", default=None)
    footer: EmbedFooter | None = option("What stands below everything else.", default=None)
    image: EmbedMedia | None = option("The large image.", default=None)
    thumbnail: EmbedMedia | None = option("The small image in the corner.", default=None)
    fields: tuple[EmbedField, ...] = option(
        "Names and values below the text.", default=(), max_items=limits.EMBED_FIELDS_MAX
    )
