"""Filters that give text: letters, cutting, and the notations that Discord turns into something else."""

import math
import re
from collections.abc import Mapping
from json import JSONEncoder
from typing import Final
from urllib.parse import quote

from runner.regex import regex
from runner.templates.budget import Budget
from runner.templates.faults import RenderError
from runner.templates.signature import Parameter, Signature, always
from runner.templates.types import ANY, INSTANT, INTEGER, NUMBER, STRING, ListOf, MapOf, optional, union
from runner.templates.values import text

TIMESTAMP_STYLES: Final = ("t", "T", "d", "D", "f", "F", "s", "S", "R")
"""How a timestamp may be shown. Discord docs, Reference: Timestamp Styles."""

MAX_INSTANT: Final = 8_640_000_000_000
"""The largest Unix second that a client can show: the end of JavaScript's dates."""

BAR_MAX: Final = 50
"""How wide a bar can be, in characters."""

_MENTIONS: Final = {"user": "<@{}>", "role": "<@&{}>", "channel": "<#{}>"}
_SNOWFLAKE: Final = regex(r"[0-9]{1,20}")
_BY_NAME: Final = {"role": regex(r"@[^<>\n]{1,100}"), "channel": regex(r"#[^<>\n]{1,100}")}
"""What stands for an id: the name of a role or a channel, for which the message is sent with the server's own."""

_MARKS_ANYWHERE: Final = regex(r"([\\*_~|`\[])")
_MARKS_AT_LINE_START: Final = regex(r"^([ \t]*(?:[0-9]{1,9}(?=\.))?)([>#+.-])", re.MULTILINE)
_UNITS: Final = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def _lower(budget: Budget, value: str) -> str:
    budget.read(len(value))
    return value.lower()


def _upper(budget: Budget, value: str) -> str:
    budget.read(len(value))
    return value.upper()


def _title(budget: Budget, value: str) -> str:
    budget.read(len(value))
    return " ".join(word[:1].upper() + word[1:].lower() for word in value.split(" "))


def _capitalize(budget: Budget, value: str) -> str:
    budget.read(len(value))
    return value.capitalize()


def _trim(budget: Budget, value: str) -> str:
    budget.read(len(value))
    return value.strip()


def _replace(budget: Budget, value: str, old: str, new: str) -> str:
    budget.read(len(value))
    places = value.count(old)
    budget.build(len(value) + places * max(len(new) - len(old), 0))
    return value.replace(old, new)


def _truncate(_: Budget, value: str, length: int, end: str) -> str:
    if len(value) <= length:
        return value
    return value[: max(length - len(end), 0)] + end[: max(length, 0)]


def _split(budget: Budget, value: str, separator: str | None) -> list[str]:
    if separator == "":
        raise RenderError("template-failed", "`split` needs something to split at")
    budget.read(len(value))
    parts = value.split(separator)
    budget.charge(len(parts))
    return parts


def _urlencode(budget: Budget, value: str) -> str:
    budget.build(12 * len(value))  # a character has four bytes at most, each three characters
    return quote(value, safe="")


def _bar(budget: Budget, value: float, total: float, width: int) -> str:
    if not 1 <= width <= BAR_MAX:
        raise RenderError("template-failed", f"a bar is 1 to {BAR_MAX} characters wide")
    budget.build(width)
    part = min(max(value / total, 0.0), 1.0) if total > 0 else 0.0
    full = round(part * width)
    return "█" * full + "░" * (width - full)


def _string(_: Budget, value: object) -> str:
    return text(value)


def _escape_markdown(budget: Budget, value: str) -> str:
    budget.build(2 * len(value))
    return _MARKS_AT_LINE_START.sub(r"\1\\\2", _MARKS_ANYWHERE.sub(r"\\\1", value))


def _mention(_: Budget, value: str | int | Mapping[str, object], kind: str) -> str:
    if isinstance(value, Mapping):
        ready = value.get("mention")
        return ready if isinstance(ready, str) else _mention_of(value.get("id"), kind)
    return _mention_of(value, kind)


def _mention_of(snowflake: object, kind: str) -> str:
    if isinstance(snowflake, str | int) and _SNOWFLAKE.fullmatch(str(snowflake)):
        return _MENTIONS[kind].format(snowflake)
    if isinstance(snowflake, str) and kind in _BY_NAME and _BY_NAME[kind].fullmatch(snowflake):
        return _MENTIONS[kind].format(snowflake)
    raise RenderError("template-failed", "`mention` needs an id, or something that has one")


def _timestamp(_: Budget, value: float, style: str) -> str:
    if not abs(value) <= MAX_INSTANT:
        raise RenderError("template-failed", "`timestamp` needs Unix seconds")
    return f"<t:{math.floor(value)}:{style}>"


def _relative(budget: Budget, value: float) -> str:
    return _timestamp(budget, value, "R")


def _duration(_: Budget, value: float) -> str:
    if not abs(value) <= MAX_INSTANT:
        raise RenderError("template-failed", "`duration` needs seconds")
    rest, parts = round(abs(value)), list[str]()
    for unit, seconds in _UNITS:
        amount, rest = divmod(rest, seconds)
        parts += [f"{amount} {unit}"] if amount else []
    return ("-" if value < 0 and parts else "") + (" ".join(parts[:2]) or "0 s")


def _plural(_: Budget, value: float, one: str, many: str) -> str:
    return one if value == 1 else many


def _number(_: Budget, value: float, separator: str) -> str:
    return f"{value:,}".replace(",", separator)


def _tojson(budget: Budget, value: object) -> str:
    # Piece by piece, and not in one go: a list that holds itself many times over is small until it is written out.
    pieces: list[str] = []
    length = 0
    for piece in JSONEncoder(ensure_ascii=False, allow_nan=False).iterencode(value):
        length += len(piece)
        budget.build(length)
        pieces.append(piece)
    return "".join(pieces)


TEXT_FILTERS: Final = (
    Signature(name="lower", summary="In small letters.", accepts=STRING, returns=always(STRING), run=_lower),
    Signature(name="upper", summary="In capitals.", accepts=STRING, returns=always(STRING), run=_upper),
    Signature(name="title", summary="Each word with a capital.", accepts=STRING, returns=always(STRING), run=_title),
    Signature(
        name="capitalize",
        summary="With one capital, at the start.",
        accepts=STRING,
        returns=always(STRING),
        run=_capitalize,
    ),
    Signature(name="trim", summary="Without space at either end.", accepts=STRING, returns=always(STRING), run=_trim),
    Signature(
        name="replace",
        summary="With each `old` replaced by `new`.",
        accepts=STRING,
        returns=always(STRING),
        run=_replace,
        parameters=(Parameter("old", STRING), Parameter("new", STRING)),
    ),
    Signature(
        name="truncate",
        summary="At most `length` characters; `end` stands for what was cut off and is counted.",
        accepts=STRING,
        returns=always(STRING),
        run=_truncate,
        parameters=(Parameter("length", INTEGER), Parameter("end", STRING, "…")),
    ),
    Signature(
        name="split",
        summary="A list of the parts between separators; without one, of the words.",
        accepts=STRING,
        returns=always(ListOf(STRING)),
        run=_split,
        parameters=(Parameter("separator", optional(STRING), None),),
    ),
    Signature(
        name="urlencode",
        summary="As a part of an address.",
        accepts=STRING,
        returns=always(STRING),
        run=_urlencode,
    ),
    Signature(
        name="bar",
        summary="As the part of a total: a bar of characters.",
        accepts=NUMBER,
        returns=always(STRING),
        run=_bar,
        parameters=(Parameter("total", NUMBER), Parameter("width", INTEGER, 10)),
    ),
    Signature(name="string", summary="As text.", accepts=ANY, returns=always(STRING), run=_string),
    Signature(
        name="escape_markdown",
        summary="With a backslash before what Discord would take for formatting.",
        accepts=STRING,
        returns=always(STRING),
        run=_escape_markdown,
    ),
    Signature(
        name="mention",
        summary='As a mention: of a user, unless `kind` is "role" or "channel"; those may be named, as @name or #name.',
        accepts=union(STRING, INTEGER, MapOf(ANY)),
        returns=always(STRING),
        run=_mention,
        parameters=(Parameter("kind", STRING, "user", choices=tuple(_MENTIONS)),),
    ),
    Signature(
        name="timestamp",
        summary="Unix seconds as a time in each reader's own time zone and language.",
        accepts=INSTANT,
        returns=always(STRING),
        run=_timestamp,
        parameters=(Parameter("style", STRING, "f", choices=TIMESTAMP_STYLES),),
    ),
    Signature(
        name="relative",
        summary='Unix seconds as "in 5 minutes"; it counts while the reader looks.',
        accepts=INSTANT,
        returns=always(STRING),
        run=_relative,
    ),
    Signature(
        name="duration",
        summary='Seconds as "1 h 30 min", in the two largest units.',
        accepts=NUMBER,
        returns=always(STRING),
        run=_duration,
    ),
    Signature(
        name="plural",
        summary="`one` if the number is 1, else `many`.",
        accepts=NUMBER,
        returns=always(STRING),
        run=_plural,
        parameters=(Parameter("one", STRING), Parameter("many", STRING)),
    ),
    Signature(
        name="number",
        summary="With a separator between thousands.",
        accepts=NUMBER,
        returns=always(STRING),
        run=_number,
        parameters=(Parameter("separator", STRING, ","),),
    ),
    Signature(name="tojson", summary="As JSON.", accepts=ANY, returns=always(STRING), run=_tojson),
)
"""The filters that give text."""
