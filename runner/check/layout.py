"""How the components of a message are laid out: the width of rows, how many of all there are, and what goes with them.

Source of all: Discord docs, Components: Component Reference; what is not there names its source in `lifecycle.limits`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from runner.check.steps import every_step, messages_of
from runner.config.document import (
    Component,
    Container,
    FileDisplay,
    InlineButton,
    InlineSelect,
    Item,
    MediaGallery,
    MessageChange,
    Row,
    Section,
    Shown,
    TextDisplay,
    Thumbnail,
    is_select,
)
from runner.config.entry_places import Places
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span
from runner.fields import Entry
from runner.lifecycle import limits

_REFERENCE: Final = "(Discord docs, Component Reference)"
_BESIDE: Final = ("embeds", "poll", "stickers")

Part = Item | Thumbnail


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a question adds to its message: rows, and buttons and selects in them."""

    rows: int = 0
    inside: int = 0


_NOTHING: Final = _Taken()


def check_layout(config: Config) -> list[Diagnostic]:
    """Return a fault for each message whose components Discord would refuse together."""
    layout = _Layout(config.places, config.document.components)
    found = [fault for message in config.document.messages.values() for fault in layout.message(message)]
    for step in every_step(config):
        room = _Taken(*step.action.adds())
        for message in messages_of(step):
            shown = message.named or message
            if shown is message or room != _NOTHING:
                found += layout.message(shown, room)
    return found


def _fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)


@dataclass(frozen=True, slots=True)
class _Layout:
    places: Places
    named: Mapping[str, Component]

    def message(self, message: MessageChange, taken: _Taken = _NOTHING) -> Iterator[Diagnostic]:
        items = message.components or ()
        for row in _rows_in(items):
            yield from self._width(row)
        if message.is_laid_out:
            yield from self._beside(message)
            yield from self._total(items, taken.rows + taken.inside)
            yield from self._texts(items)
            yield from self._media(message)
        else:
            yield from self._rows(items, taken.rows)

    def _width(self, row: Row) -> Iterator[Diagnostic]:
        """A select fills a row, so nothing stands beside it."""
        select = next((item for item in row.components if is_select(item, self.named)), None)
        if select is not None and len(row.components) > 1:
            first, second = row.components[:2]
            yield _fault(
                "row-too-wide",
                self._place(second),
                "a select fills a row, and nothing else fits in it",
                f"a row has up to five buttons, or one select {_REFERENCE}",
                "take it out of this list: what is in no list gets a row that it fits in",
                Mark(self._place(first if second is select else select), "it stands beside this"),
            )

    def _rows(self, items: Sequence[Item], taken: int) -> Iterator[Diagnostic]:
        """Without a layout a message has at most five rows, of five buttons or one select each."""
        for rows, item in self._numbered(items):
            if rows + taken > limits.LEGACY_ACTION_ROWS_MAX:
                beside = f", of which the question takes {taken}" if taken else ""
                yield _fault(
                    "too-many-rows",
                    self._place(item),
                    f"a sixth row begins here, and a message has at most {limits.LEGACY_ACTION_ROWS_MAX}{beside}",
                    f"a row has up to five buttons, or one select {_REFERENCE}",
                    "remove it, or put all of them into a `container`",
                )
                return

    def _numbered(self, items: Iterable[Item]) -> Iterator[tuple[int, Item]]:
        """Yield each item with the number of the row that it is in, or of the last one if it is in none."""
        rows, room = 0, 0
        for item in items:
            if isinstance(item, Shown | InlineButton) and not is_select(item, self.named):
                rows, room = (rows, room - 1) if room else (rows + 1, limits.ACTION_ROW_BUTTONS_MAX - 1)
            elif isinstance(item, Row | Shown | InlineSelect):
                rows, room = rows + 1, 0
            yield rows, item

    def _beside(self, message: MessageChange) -> Iterator[Diagnostic]:
        laid_out = next(item for item in message.components or () if not isinstance(item, Row | Shown | InlineButton))
        for key in (message.text_key, *_BESIDE):
            if self.places.has(message, key):
                yield _fault(
                    "beside-a-layout",
                    self.places.key(message, key),
                    f"`{key}` can't stand beside components that lay a message out",
                    "Discord shows either the one or the other (Discord docs, Message Flags)",
                    "write it as `text:` among the components" if key == message.text_key else "remove it",
                    Mark(self._place(laid_out), "this lays the message out"),
                )

    def _total(self, items: Sequence[Item], taken: int) -> Iterator[Diagnostic]:
        count = taken
        for item, added in self._counted(items):
            count += added
            if count > limits.COMPONENTS_V2_TOTAL_MAX:
                yield _fault(
                    "too-many-components",
                    self._place(item),
                    f"this is the component number {count} of the message, rows and boxes included",
                    f"Discord takes {limits.COMPONENTS_V2_TOTAL_MAX} {_REFERENCE}",
                    "leave some out, or send two messages",
                )
                return

    def _counted(self, items: Iterable[Item]) -> Iterator[tuple[Part, int]]:
        """Yield every component with how many it adds: itself, and the row that it opens, if any."""
        before = 0
        for rows, item in self._numbered(items):
            is_loose = isinstance(item, Shown | InlineButton | InlineSelect)
            yield item, 1 + (is_loose and rows > before)
            before = rows
            yield from self._inside(item)

    def _inside(self, item: Item) -> Iterator[tuple[Part, int]]:
        match item:
            case Container(components=components):
                yield from self._counted(components)
            case Row(components=components):
                yield from ((each, 1) for each in components)
            case Section(text=texts, accessory=accessory):
                yield from ((each, 1) for each in (*texts, accessory))
            case _:
                return

    def _texts(self, items: Iterable[Part]) -> Iterator[Diagnostic]:
        """Note the text at which a message gets longer than Discord takes, as far as that is known."""
        characters = encoded = 0
        for display in _texts_in(items):
            content = cast(object, display.content)
            known = content if isinstance(content, str) else ""  # what a template gives is cut, if it is too long
            characters += len(known)
            encoded += len(known.encode(errors="surrogatepass")) + limits.COMPONENTS_V2_ENCODED_PER_TEXT_BYTES
            if characters > limits.COMPONENTS_V2_TEXT_TOTAL_MAX:
                yield _fault(
                    "texts-too-long",
                    self.places.value(display, "content"),
                    f"the texts of the message are {characters} characters long together up to here",
                    f"Discord takes {limits.COMPONENTS_V2_TEXT_TOTAL_MAX} over all texts of a message",
                    "shorten them, or send two messages",
                )
                return
            if encoded > limits.COMPONENTS_V2_ENCODED_MAX_BYTES:
                headline = f"the texts of the message take {encoded} bytes together up to here"
                yield self._breaks(
                    display, headline, f"more than {limits.COMPONENTS_V2_ENCODED_MAX_BYTES} bytes of text"
                )
                return

    def _media(self, message: MessageChange) -> Iterator[Diagnostic]:
        count = 0
        for item in _media_in(message.components or ()):
            count += len(item.items) if isinstance(item, MediaGallery) else 1
            if count > limits.COMPONENTS_V2_MEDIA_ITEMS_MAX:
                headline = f"the message has {count} pictures and files up to here"
                yield self._breaks(
                    item, headline, f"more than {limits.COMPONENTS_V2_MEDIA_ITEMS_MAX} pictures and files"
                )
                return

    def _breaks(self, item: Entry, headline: str, what: str) -> Diagnostic:
        return Diagnostic(
            slug="layout-breaks-discord",
            span=self._place(item),
            headline=headline,
            why=f"Discord has been seen to fail with an error of its own at {what}, so it will not be sent",
            fix="leave some out, or send two messages",
            severity=Severity.WARNING,
        )

    def _place(self, item: Entry) -> Span:
        return self.places.value(item)


def _rows_in(items: Iterable[Item]) -> Iterator[Row]:
    for item in items:
        match item:
            case Row():
                yield item
            case Container(components=components):
                yield from _rows_in(components)
            case _:
                pass


def _texts_in(items: Iterable[Part]) -> Iterator[TextDisplay]:
    for item in items:
        match item:
            case TextDisplay():
                yield item
            case Section(text=texts):
                yield from texts
            case Container(components=components):
                yield from _texts_in(components)
            case _:
                pass


def _media_in(items: Iterable[Part]) -> Iterator[MediaGallery | Thumbnail | FileDisplay]:
    for item in items:
        match item:
            case MediaGallery() | Thumbnail() | FileDisplay():
                yield item
            case Section(accessory=accessory):
                yield from _media_in((accessory,))
            case Container(components=components):
                yield from _media_in(components)
            case _:
                pass
