"""When something happens that happens again and again: cron expressions and plain intervals, in a time zone.

An expression has five fields: minute, hour, day of the month, month, day of the week. A field is `*`, a value, a range
`1-5`, any of them with a step `*/15`, or a list of those. Months and weekdays have English names (`jan`, `mon`); Sunday
is 0 and 7. If both days are restricted, either will do, as in every cron since Vixie's. `@hourly`, `@daily`, `@weekly`,
`@monthly` and `@yearly` stand for what they say.

The clock of a time zone may be set. Three rules say what happens then, and the tests hold them in zones that do it:

- A time that the clock skips comes as much later as the clock was set forward: 02:30 is 03:30 on that day.
- A time that comes twice counts the first time.
- Unless the hour is `*`: what happens in every hour happens in every real one, so in both that have the same name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from runner.data import dataclass
from runner.regex import regex

SEARCH_DAYS: Final = 366 * 9
"""How far ahead the next time is looked for: February 29 may be eight years away, around the turn of a century."""

_MONTHS: Final = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())
_WEEKDAYS: Final = tuple("sun mon tue wed thu fri sat".split())
_SHORT: Final[Mapping[str, str]] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART: Final = regex(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?", re.ASCII)


class BadSchedule(ValueError):
    """A text that says no time; the message says what is wrong with it and what is taken instead."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, read."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_hourly: bool
    needs_day: bool
    needs_weekday: bool

    def next_after(self, at: float, zone: tzinfo) -> float | None:
        """Return the first Unix second after `at` that the expression names; None if there is none."""
        today = datetime.fromtimestamp(at, zone).date()
        for offset in range(-1, SEARCH_DAYS):  # a time of yesterday may come today, when the clock is set at midnight
            day = today + timedelta(days=offset)
            if self._names(day) and (found := self._first_after(at, day, zone)) is not None:
                return found
        return None

    def _names(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        is_day, is_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.needs_day and self.needs_weekday:
            return is_day or is_weekday
        return is_day and is_weekday

    def _first_after(self, at: float, day: date, zone: tzinfo) -> float | None:
        found: float | None = None
        for hour in sorted(self.hours):
            if max(self._instants(day, hour, [max(self.minutes)], zone)) <= at:
                continue  # most hours need no look at their minutes
            later = min(each for each in self._instants(day, hour, self.minutes, zone) if each > at)
            if found is not None:
                return min(found, later)  # where the clock is set forward, an hour may come behind the next one's begin
            found = later
        return found

    def _instants(self, day: date, hour: int, minutes: Iterable[int], zone: tzinfo) -> Iterator[float]:
        for minute in minutes:
            first = datetime.combine(day, time(hour, minute), zone)
            yield first.timestamp()
            if self.is_hourly and _comes_twice(first):
                yield first.replace(fold=1).timestamp()


def _comes_twice(first: datetime) -> bool:
    """Tell whether the clock shows this time twice. One that it skips has a second reading too, an earlier one."""
    return first.replace(fold=1).timestamp() > first.timestamp()


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Return the cron expression that a text says. Raises `BadSchedule`."""
    written = _SHORT.get(text.strip().lower(), text).lower().split()
    if len(written) != len(_FIELDS):
        raise BadSchedule("a cron expression has five fields: minute, hour, day of the month, month, day of the week")
    minutes, hours, days, months, weekdays = (
        _values(field, part) for field, part in zip(_FIELDS, written, strict=True)
    )
    return Cron(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(value % 7 for value in weekdays),
        is_hourly=written[1] == "*",
        needs_day=not written[2].startswith("*"),
        needs_weekday=not written[4].startswith("*"),
    )


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(field, part))


def _part(field: _Field, part: str) -> range:
    read = _PART.fullmatch(part)
    if read is None:
        raise BadSchedule(f"`{part}` says no {field.name}; write for example `*`, `5`, `1-5`, `*/15` or `1,15`")
    star, low, high, step = read.groups()
    start = field.least if star else _value(field, low)
    end = field.most if star or (step and not high) else _value(field, high or low)
    if field.names is _WEEKDAYS and star:
        end = 6
    if start > end:
        raise BadSchedule(f"`{part}` ends before it begins")
    if step == "0":
        raise BadSchedule(f"`{part}` has a step of 0")
    return range(start, end + 1, int(step or 1))


def _value(field: _Field, text: str) -> int:
    if text in field.names:
        return field.names.index(text) + (1 if field.names is _MONTHS else 0)
    if not text.isdecimal() or not field.least <= int(text) <= field.most:
        raise BadSchedule(f"`{text}` is no {field.name}: that is {field.least} to {field.most}")
    return int(text)


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name in the IANA database. Raises `BadSchedule`."""
    if name == "UTC":  # what is meant where nobody names one, for which no database is needed
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # few bots have anything to do with time zones

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSchedule(f"there is no time zone `{name}`") from None


def zone_names() -> frozenset[str]:
    """Return the names of all time zones, for the nearest one to a misspelt one."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def instant_of(text: str, zone: tzinfo) -> float:
    """Return the Unix second of a date and time such as `2026-12-24 18:00`, in a zone unless it names its offset.

    Raises `BadSchedule`.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadSchedule("a time is written like 2026-12-24 18:00, with the offset of its zone or without") from None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).timestamp()


def next_of_interval(due_at: float, every_s: float, now: float) -> float:
    """Return the first multiple of an interval, counted from `due_at`, that lies after `now`."""
    return due_at + every_s * max(1, int((now - due_at) // every_s) + 1)
