"""How people write what Discord takes as something else: colours, instants, emojis. Long texts, and pictures."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from runner.lifecycle import limits
from runner.regex import regex

COLOR_PATTERN: Final = "#[0-9A-Fa-f]{6}"
COLOR_TAKES: Final = "a colour such as `#5865F2`, in quotes, or its number"
TIMESTAMP_TAKES: Final = "an instant such as 2026-01-31T18:00:00Z, or Unix seconds"
TIMESTAMP_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
EMOJI_PATTERN: Final = r"<a?:[A-Za-z0-9_]{2,32}:[0-9]{15,20}>|(?=[\s\S]*[^\x00-\x7F])[^\s<>]{1,32}"
EMOJI_TAKES: Final = "an emoji such as 👍, or one of a server's own as <:name:id>"
PICTURE_TAKES: Final = "PNG, JPEG, GIF, WebP or AVIF"

_EMOJI: Final = regex(EMOJI_PATTERN)
_INSTANT_MAX_S: Final = 253_402_300_799  # the last second of the year 9999, which is as far as ISO 8601 goes

_PICTURES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
}
"""How pictures begin, by what follows `image/` in their types."""


def shortened(text: str, most: int) -> str:
    """Return the text, or where it has more than `most` characters as much of it as fits with an ellipsis."""
    return text[: most - 1] + "…" if len(text) > most else text


def level(lengths: Sequence[int], most: int) -> int:
    """Return how long texts may be so that together they have `most` characters: the short ones stay as they are.

    0 where not even one character of each fits.
    """
    left, remaining = most, len(lengths)
    for length in sorted(lengths):
        if length * remaining > left:
            return max(left, 0) // remaining
        left, remaining = left - length, remaining - 1
    return max(lengths, default=0)


def color(value: object) -> int | None:
    """Return the number of a colour, None for what is none."""
    if isinstance(value, str) and re.fullmatch(COLOR_PATTERN, value):
        return int(value[1:], 16)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= limits.COLOR_MAX:
        return value
    return None


def timestamp(value: object) -> str | None:
    """Return an instant as ISO 8601 in UTC, as Discord takes it; None for what is none. A time without zone is UTC."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= _INSTANT_MAX_S:
        return datetime.fromtimestamp(value, UTC).isoformat()
    if not isinstance(value, str) or not re.fullmatch(TIMESTAMP_PATTERN, value):
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def unix_s(value: object) -> float | None:
    """Return the Unix seconds of an instant, None for what is none: a template, or what could not be read."""
    said = timestamp(value)
    return None if said is None else datetime.fromisoformat(said).timestamp()


def emoji(value: object) -> Mapping[str, object] | None:
    """Return Discord's partial emoji object, None for what is no emoji.

    A name such as `thumbsup` is none: only the client knows those. Source: Discord docs, Resources: Emoji.
    """
    if not isinstance(value, str) or not _EMOJI.fullmatch(value):
        return None
    if not value.startswith("<"):
        return {"name": value}
    animated, name, identity = value[1:-1].split(":")
    return {"id": identity, "name": name, "animated": animated == "a"}


def picture_kind(content: bytes) -> str | None:
    """Return what kind of picture this is, as its type says behind `image/`; None for what Discord takes for none.

    Source: Discord docs, Reference: Image Data; Resources: Emoji, Emoji Formats.
    """
    for kind, begins in _PICTURES.items():
        if content.startswith(begins):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "avif" if content[4:12] in (b"ftypavif", b"ftypavis") else None
