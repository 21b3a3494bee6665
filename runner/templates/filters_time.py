"""Filters on times: lengths of time that people write, dates in a time zone, and instants that are read from texts."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from runner.regex import regex
from runner.templates.budget import Budget
from runner.templates.faults import RenderError
from runner.templates.signature import Parameter, Signature, always
from runner.templates.types import INSTANT, NUMBER, STRING, optional

WRITTEN_MAX: Final = 64
"""Characters of a text that is read as a time or a length of time."""

FORMAT_MAX: Final = 100
"""Characters of the pattern of a date."""

_DIRECTIVES: Final = "aAbBdHIjmMpSyY%"
_UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "min": 60, "s": 1}
_LENGTH: Final = regex(r"(?:[0-9]{1,9}(?:\.[0-9]{1,3})?(?:w|d|h|min|m|s)[ ]?)+")
_PART: Final = regex(r"([0-9]+(?:\.[0-9]+)?)(w|d|h|min|m|s)")
_SECONDS_MAX: Final = 253_402_300_799  # the year 9999 ends


def _seconds(budget: Budget, value: str) -> float | None:
    budget.read(len(value))
    written = value.strip().lower()
    if len(written) > WRITTEN_MAX or not _LENGTH.fullmatch(written):
        return None
    total = sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(written))
    return int(total) if total == int(total) else round(total, 3)


def _zone(name: str) -> tzinfo:
    from runner.cron import BadSchedule, zone_named  # with the time zones, which few templates need

    try:
        return zone_named(name)
    except BadSchedule as bad:
        raise RenderError("template-failed", str(bad)) from None


def _date(budget: Budget, value: float, pattern: str, timezone: str) -> str:
    if len(pattern) > FORMAT_MAX:
        raise RenderError("template-failed", f"the pattern of a date has at most {FORMAT_MAX} characters")
    if any(each not in _DIRECTIVES for each in re.findall(r"%(.?)", pattern.replace("%%", ""), re.DOTALL)):
        raise RenderError("template-failed", f"the pattern of a date takes % with one of {' '.join(_DIRECTIVES)}")
    if not 0 <= value <= _SECONDS_MAX - 86_400:
        raise RenderError("template-failed", "`date` needs Unix seconds of the years 1970 to 9999")
    budget.build(10 * len(pattern))
    return datetime.fromtimestamp(value, UTC).astimezone(_zone(timezone)).strftime(pattern)


def _instant(budget: Budget, value: str, timezone: str) -> float | None:
    budget.read(len(value))
    if len(value) > WRITTEN_MAX:
        return None
    from runner.cron import BadSchedule, instant_of  # with the time zones, which few templates need

    try:
        return instant_of(value, _zone(timezone))
    except (BadSchedule, OverflowError):
        return None


_TIMEZONE: Final = Parameter("timezone", STRING, "UTC")

TIME_FILTERS: Final = (
    Signature(
        name="seconds",
        summary='The seconds of a length of time that somebody has written, such as "1h 30m" or "2d"; none for others.',
        accepts=STRING,
        returns=always(optional(NUMBER)),
        run=_seconds,
    ),
    Signature(
        name="date",
        summary='Unix seconds as a date by a pattern such as "%Y-%m-%d %H:%M", in a time zone.',
        accepts=INSTANT,
        returns=always(STRING),
        run=_date,
        parameters=(Parameter("pattern", STRING, "%Y-%m-%d"), _TIMEZONE),
    ),
    Signature(
        name="instant",
        summary='The Unix seconds of a date and time such as "2026-12-24 18:00", in a time zone; none for others.',
        accepts=STRING,
        returns=always(optional(INSTANT)),
        run=_instant,
        parameters=(_TIMEZONE,),
    ),
)
"""The filters on times."""
