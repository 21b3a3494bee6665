"""The layout of a message that IS_COMPONENTS_V2 allows: texts, pictures and boxes among its components.

Source of all: Discord docs, Components: Component Reference.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, Literal

from runner.config.document.components import ROWS, Inline, InlineButton, InlineSelect, Interactive, Row, Shown
from runner.config.document.embeds import MEDIA_PATTERN, MEDIA_TAKES
from runner.data import dataclass
from runner.fields import Color, Entry, KindsShape, option
from runner.lifecycle import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDisplay(Entry):
    """A text."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "content"
    definition: ClassVar[str] = "text"

    content: str = option("What it says.", min_length=1, max_length=limits.TEXT_DISPLAY_CONTENT_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Entry):
    """A picture or a video."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "url"
    definition: ClassVar[str] = "media"

    url: str = option(
        "Where it is, on the web or among the message's `files`.",
        min_length=1,
        max_length=limits.EMBED_URL_MAX,
        overflow="refuse",
        pattern=MEDIA_PATTERN,
        takes=MEDIA_TAKES,
    )
    description: str | None = option(
        "What is to be seen, for who can't.", default=None, max_length=limits.MEDIA_DESCRIPTION_MAX
    )
    spoiler: bool = option("It is blurred until somebody wants to see it.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail(Media):
    """A small picture beside texts."""

    definition: ClassVar[str] = "thumbnail"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaGallery(Entry):
    """Pictures and videos together."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "items"
    definition: ClassVar[str] = "media_gallery"

    items: tuple[Media, ...] = option(
        "The pictures and videos.",
        single=True,
        min_items=limits.MEDIA_GALLERY_ITEMS_MIN,
        max_items=limits.MEDIA_GALLERY_ITEMS_MAX,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDisplay(Entry):
    """One of the message's `files`, to be downloaded."""

    templated: ClassVar[bool] = True
    short: ClassVar[str | None] = "file"
    definition: ClassVar[str] = "file"

    file: str = option("The file's name.", min_length=1, max_length=limits.ATTACHMENT_FILENAME_MAX, overflow="refuse")
    spoiler: bool = option("It is hidden until somebody wants to see it.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Separator(Entry):
    """A gap, with a line in it or without."""

    templated: ClassVar[bool] = True
    definition: ClassVar[str] = "separator"

    divider: bool = option("There is a line in it.", default=True)
    spacing: Literal["small", "large"] = option("How wide it is.", default="small")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Entry):
    """Texts with a button or a small picture beside them."""

    templated: ClassVar[bool] = True
    definition: ClassVar[str] = "section"

    text: tuple[TextDisplay, ...] = option(
        "One to three texts.",
        single=True,
        min_items=limits.SECTION_COMPONENTS_MIN,
        max_items=limits.SECTION_COMPONENTS_MAX,
    )
    accessory: Shown | InlineButton | Thumbnail = option(
        "What stands beside them.",
        kinds=KindsShape({"button": InlineButton, "thumbnail": Thumbnail}, Shown),
        refers="components",
    )


_INSIDE: Final = KindsShape(
    {
        **ROWS.kinds,
        "section": Section,
        "text": TextDisplay,
        "media_gallery": MediaGallery,
        "file": FileDisplay,
        "separator": Separator,
    },
    Shown,
    Row,
)
Inside = Interactive | Section | TextDisplay | MediaGallery | FileDisplay | Separator


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Entry):
    """A box with a coloured edge."""

    templated: ClassVar[bool] = True
    definition: ClassVar[str] = "container"

    accent_color: Color | None = option("The colour of its edge.", default=None)
    spoiler: bool = option("All of it is blurred until somebody wants to see it.", default=False)
    components: tuple[Inside, ...] = option(
        "What is in it.", min_items=1, max_items=limits.COMPONENTS_V2_TOTAL_MAX, kinds=_INSIDE, refers="components"
    )


LAYOUT: Final = KindsShape({**_INSIDE.kinds, "container": Container}, Shown, Row)
"""What a message can consist of."""

Item = Inside | Container

LAID_OUT: Final = (Container, Section, TextDisplay, MediaGallery, FileDisplay, Separator)
"""The kinds of component that need IS_COMPONENTS_V2."""


def interactive_in(items: "Iterable[Item | Thumbnail]") -> Iterator[Shown | Inline]:
    """Yield the buttons and selects among components, in the order in which they show."""
    for item in items:
        match item:
            case Row(components=inside) | Container(components=inside):
                yield from interactive_in(inside)
            case Section(accessory=accessory):
                yield from interactive_in((accessory,))
            case Shown() | InlineButton() | InlineSelect():
                yield item
            case _:
                pass


def shown_in(items: "Iterable[Item]") -> Iterator[Shown]:
    """Yield the components that are shown by their names."""
    return (item for item in interactive_in(items) if isinstance(item, Shown))
