"""Numbers that are written as keys, and so as texts."""

from runner.regex import regex

_WHOLE = regex(r"[+-]?[0-9]+")
_NUMBER = regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def as_number(text: str, *, whole: bool) -> int | float | None:
    """Return the number that a text says, or None if it says none; `whole` if there must be no fraction."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if abs(number) == float("inf") or (whole and number != int(number)):
        return None
    if not whole:
        return number
    return int(text) if _WHOLE.fullmatch(text) else int(number)
