"""How people write colours, instants and emojis, and what Discord is told."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import formats

COLORS: dict[str, tuple[object, int | None]] = {
    "hexadecimal": ("#5865F2", 0x5865F2),
    "small letters": ("#5865f2", 0x5865F2),
    "a number": (5793266, 5793266),
    "black": (0, 0),
    "white": ("#FFFFFF", 0xFFFFFF),
    "beyond white": (0x1000000, None),
    "below black": (-1, None),
    "three digits": ("#FFF", None),
    "no sign": ("5865F2", None),
    "a name": ("red", None),
    "a flag": (True, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("written", "number"), COLORS.values(), ids=COLORS)
def test_a_colour_is_the_number_of_its_digits(written: object, number: int | None) -> None:
    assert formats.color(written) == number


INSTANTS: dict[str, tuple[object, str | None]] = {
    "with a zone": ("2026-01-31T18:00:00+01:00", "2026-01-31T17:00:00+00:00"),
    "in UTC": ("2026-01-31T18:00:00Z", "2026-01-31T18:00:00+00:00"),
    "without a zone": ("2026-01-31 18:00", "2026-01-31T18:00:00+00:00"),
    "a day": ("2026-01-31", "2026-01-31T00:00:00+00:00"),
    "Unix seconds": (86400.5, "1970-01-02T00:00:00.500000+00:00"),
    "a day that is none": ("2026-02-30", None),
    "words": ("tomorrow", None),
    "before everything": (-1, None),
    "after everything": (10**15, None),
    "a zone that leaves the calendar": ("9999-12-31T23:00:00-10:00", None),
    "a flag": (True, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("written", "told"), INSTANTS.values(), ids=INSTANTS)
def test_an_instant_is_told_in_utc(written: object, told: str | None) -> None:
    assert formats.timestamp(written) == told


EMOJIS: dict[str, tuple[object, Mapping[str, Any] | None]] = {
    "a character": ("👍", {"name": "👍"}),
    "one of several code points": ("👨‍👩‍👧‍👦", {"name": "👨‍👩‍👧‍👦"}),
    "a keycap": ("1️⃣", {"name": "1️⃣"}),
    "a server's own": (
        "<:yes:123456789012345678>",
        {"id": "123456789012345678", "name": "yes", "animated": False},
    ),
    "a moving one": ("<a:yes:123456789012345678>", {"id": "123456789012345678", "name": "yes", "animated": True}),
    "a name": (":thumbsup:", None),
    "a letter": ("a", None),
    "a digit": ("1", None),
    "two words": ("👍 👍", None),
    "a mention": ("<@123456789012345678>", None),
    "a number": (5, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("written", "told"), EMOJIS.values(), ids=EMOJIS)
def test_an_emoji_is_a_character_or_what_discord_writes_for_a_servers_own(
    written: object, told: Mapping[str, Any] | None
) -> None:
    assert formats.emoji(written) == told


@given(st.text(max_size=60) | st.integers() | st.floats() | st.none() | st.booleans())
def test_nothing_that_anybody_writes_is_an_error(written: object) -> None:
    for read in (formats.color, formats.timestamp, formats.emoji):
        read(written)


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(0, 200))
def test_texts_are_levelled_as_little_as_that_needs(lengths: list[int], most: int) -> None:
    longest = formats.level(lengths, most)
    assert sum(min(length, longest) for length in lengths) <= most
    is_enough = sum(lengths) <= most
    assert is_enough or sum(min(length, longest + 1) for length in lengths) > most
    assert not is_enough or longest == max(lengths, default=0)


@pytest.mark.parametrize(("text", "shown"), [("abc", "abc"), ("abcd", "ab…")], ids=["at the limit", "beyond it"])
def test_a_text_that_is_too_long_ends_in_an_ellipsis(text: str, shown: str) -> None:
    assert formats.shortened(text, 3) == shown
