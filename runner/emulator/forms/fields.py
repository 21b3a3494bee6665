"""Typed reading of a request's fields, as Discord reads them.

A reader returns the value, or None where the field is missing or at fault; what is wrong goes to the shared
`FormErrors`. So a check can go on to the next field, and one answer names all faults. A field that is null counts as
absent everywhere, since that is how discord.py spells "nothing" (`content: null`, `label: null`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from urllib.parse import urlsplit

from runner.emulator.forms.errors import FormErrors, Path

WEB_SCHEMES: Final = ("http", "https")
"""Where a link may lead."""

SNOWFLAKE_MAX: Final = 2**64 - 1
"""Ids have 64 bits. Source: Discord docs, Reference: Snowflakes."""

NUMBER_DIGITS_MAX: Final = 20
"""Digits of the longest number that is read from a text; no field takes more than 64 bits."""


@dataclass(frozen=True, slots=True)
class Form:
    """One object of a request: its fields, its place, and where its faults are recorded."""

    values: Mapping[str, object]
    path: Path
    errors: FormErrors

    def refuse(self, code: str, message: str, *steps: str | int) -> None:
        """Record a fault of this object, or of the value that `steps` lead to from here."""
        self.errors.add((*self.path, *steps), code, message)

    def has(self, key: str) -> bool:
        """Return whether the field is there and not null."""
        return self.values.get(key) is not None

    def with_value(self, key: str, value: object) -> "Form":
        """Return the same place with another value of one field."""
        return Form({**self.values, key: value}, self.path, self.errors)

    def is_missing(self, key: str, *, required: bool = False) -> bool:
        """Return whether the field is absent, which is a fault if it is `required`."""
        if required and not self.has(key):
            self.refuse("BASE_TYPE_REQUIRED", "This field is required", key)
        return not self.has(key)

    def text(self, key: str, most: int, *, least: int = 0, required: bool = False) -> str | None:
        """Return a text of `least` to `most` characters. Empty, required and without a `least` is missing."""
        if self.is_missing(key, required=required):
            return None
        value = self.values[key]
        if not isinstance(value, str):
            self.refuse("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.', key)
            return None
        if required and not (value or least):
            self.refuse("BASE_TYPE_REQUIRED", "This field is required", key)
            return None
        return value if self.fits(len(value), least, most, key) else None

    def boolean(self, key: str) -> bool | None:
        """Return a boolean."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.refuse("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", key)
        return None

    def integer(self, key: str, least: int, most: int, *, required: bool = False) -> int | None:
        """Return a whole number from `least` to `most`; a text of digits will do."""
        if self.is_missing(key, required=required):
            return None
        number = whole_number(self.values[key])
        if number is None:
            self.refuse("NUMBER_TYPE_COERCE", f'Value "{self.values[key]}" is not int.', key)
            return None
        return number if self.in_range(number, least, most, key) else None

    def choice(self, key: str, allowed: Collection[int], *, required: bool = False) -> int | None:
        """Return a whole number that is one of `allowed`."""
        if self.is_missing(key, required=required):
            return None
        number = whole_number(self.values[key])
        if number is not None and number in allowed:
            return number
        self.refuse_choice(allowed, key)
        return None

    def each_of(self, key: str, allowed: Collection[object]) -> Sequence[object]:
        """Return a list of different values that are each one of `allowed`."""
        seen: list[object] = []
        for index, value in enumerate(self.items(key)):
            if value not in allowed:
                self.refuse_choice(allowed, key, index)
            self._add_new(value, seen, key, index)
        return seen

    def snowflake(self, key: str, *, required: bool = False) -> int | None:
        """Return an id; Discord takes it as a text or as a number. Source: Discord docs, Reference: Snowflakes."""
        if self.is_missing(key, required=required):
            return None
        return self._snowflake(self.values[key], key)

    def snowflakes(self, key: str, most: int) -> Sequence[object]:
        """Return a list of at most `most` different ids."""
        seen: list[object] = []
        for index, value in enumerate(self.items(key, most=most)):
            number = self._snowflake(value, key, index)
            if number is not None:
                self._add_new(number, seen, key, index)
        return seen

    def url(self, key: str, most: int, schemes: Sequence[str] = WEB_SCHEMES, *, required: bool = False) -> str | None:
        """Return an address with one of the `schemes` and at most `most` characters."""
        address = self.text(key, most, required=required)
        if not address:
            return None
        scheme, host = _scheme_and_host(address)
        if scheme not in schemes:
            allowed = ", ".join(f"'{name}'" for name in schemes)
            self.refuse("URL_TYPE_INVALID_SCHEME", f"Scheme must be one of ({allowed}).", key)
        elif not host:
            self.refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.", key)
        return address

    def time(self, key: str) -> None:
        """Check that the field, if there, is an ISO 8601 instant."""
        value = self.values.get(key)
        if value is not None and not _is_instant(value):
            self.refuse("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.", key)

    def items(self, key: str, *, least: int = 0, most: int | None = None, required: bool = False) -> Sequence[object]:
        """Return a list of `least` to `most` values; an absent one, and one of the wrong length, is empty."""
        if self.is_missing(key, required=required):
            return ()
        value = self.values[key]
        if not isinstance(value, list):
            self.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType", key)
            return ()
        items = cast("list[object]", value)  # JSON says no more about the items of a list
        return items if most is None or self.fits(len(items), least, most, key) else ()

    def child(self, key: str, *, required: bool = False) -> "Form | None":
        """Return a nested object."""
        return None if self.is_missing(key, required=required) else self.at(self.values[key], key)

    def children(self, key: str, *, least: int = 0, most: int | None = None, required: bool = False) -> "list[Form]":
        """Return a list of `least` to `most` nested objects; what is no object is refused and left out."""
        items = self.items(key, least=least, most=most, required=required)
        found = (self.at(item, key, index) for index, item in enumerate(items))
        return [form for form in found if form is not None]

    def at(self, value: object, *steps: str | int) -> "Form | None":
        """Return `value` as the object that stands at `steps` from here."""
        if isinstance(value, dict):
            # The keys of a JSON object are texts.
            return Form(cast("dict[str, object]", value), (*self.path, *steps), self.errors)
        self.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType", *steps)
        return None

    def in_range(self, number: float, least: float, most: float, *steps: str | int) -> bool:
        """Return whether `number` is between the bounds, both included; if not, that is a fault at `steps`."""
        if not number >= least:  # so that a NaN is refused as well
            self.refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.", *steps)
        elif number > most:
            self.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", *steps)
        return least <= number <= most

    def fits(self, length: int, least: int, most: int, *steps: str | int) -> bool:
        """Return whether a length is between the bounds, both included; if not, that is a fault at `steps`."""
        if least <= length <= most:
            return True
        if least:
            self.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.", *steps)
        else:
            self.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.", *steps)
        return False

    def refuse_choice(self, allowed: Collection[object], *steps: str | int) -> None:
        """Record that the value at `steps` is none of `allowed`."""
        names = ", ".join(repr(value) if isinstance(value, str) else f"{value}" for value in allowed)
        self.refuse("BASE_TYPE_CHOICES", f"Value must be one of ({names}).", *steps)

    def _add_new(self, value: object, seen: list[object], key: str, index: int) -> None:
        if value in seen:
            self.refuse("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value", key, index)
        seen.append(value)

    def _snowflake(self, value: object, *steps: str | int) -> int | None:
        number = whole_number(value)
        if number is not None and 0 <= number <= SNOWFLAKE_MAX:
            return number
        self.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.', *steps)
        return None


def whole_number(value: object) -> int | None:
    """Return `value` as a whole number if it is one, or a text of decimal digits; a boolean is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= NUMBER_DIGITS_MAX:
        return int(value)
    return None


def _scheme_and_host(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:  # an unclosed bracket around an IPv6 address
        return address.partition(":")[0], ""
    return parts.scheme, parts.netloc


def _is_instant(value: object) -> bool:
    try:
        datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True
