"""JSON as it is kept: as text, the same on every database."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from runner.store.errors import TooLarge

Json = Any  # a JSON value; what it is has been checked against the declaration before

PARAMS_BYTES_MAX: Final = 16 * 1024
"""How many bytes the parameters of one component or form may take as JSON, where a custom_id can't carry them."""

PARAMS_KEY_CHARS: Final = 22
"""How long the key of such parameters is: 132 bits, so that nobody meets another's by chance."""

INTEGER_MAX: Final = 2**53 - 1
"""The largest integer that every reader of JSON takes for exactly itself."""


def to_json(value: Json) -> str:
    """Return a JSON value as text that any database takes: without NUL, and encodable as UTF-8."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        written.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can write it as an escape, UTF-8 can't
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return written


def bounded_json(what: str, value: Json, bytes_max: int) -> str:
    """Return a JSON value as text. Raises `TooLarge`, which names it as `what`."""
    return bounded(what, to_json(value), bytes_max)


def bounded(what: str, text: str, bytes_max: int) -> str:
    """Return a text. Raises `TooLarge`, which names it as `what`, where it takes more than `bytes_max` as UTF-8."""
    size = len(text.encode(errors="surrogatepass"))
    if size > bytes_max:
        raise TooLarge(what, size, bytes_max)
    return text


def from_json(text: str) -> Json:
    """Return what `to_json` was given."""
    return json.loads(text)


def is_number(value: Json) -> bool:
    """Tell whether a JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    """Tell whether a JSON value is a list."""
    return isinstance(value, list)


Row = Mapping[str, Json]
"""A record: its fields, and its `id`."""
