"""`schedule`: begin a flow later."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import ClassVar, Final, Literal, cast

from runner.actions.action import Action, Later, Misfit, Step, StepFailed
from runner.cron import BadSchedule, instant_of, parse_cron, zone_named, zone_names
from runner.data import dataclass
from runner.declarations import Declarations
from runner.fields import KEYS, Data, Duration, option
from runner.inside import Begin, Inside
from runner.templates.types import INSTANT, STRING, Type

AFTER_MAX_S: Final = 10 * 366 * 86_400.0
"""How far off `after` may be, in seconds: ten years. What is further off says `at`."""

AT_MAX_S: Final = 253_402_300_799.0
"""The last second of the year 9999, after which dates can't be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Action):
    """Begin a flow later: after a while, at a time, or again and again. It is begun after a restart, too.

    Example:
        - schedule: {flow: greet, with: {name: "{{ user.name }}"}, after: 10m, key: "greet {{ user.id }}"}
    """

    is_local: ClassVar[bool] = True
    outputs: ClassVar[Mapping[str, Type]] = {"at": INSTANT, "key": STRING}

    flow: str = option("Which flow. It answers nobody, for nobody waits then.", static=True, refers="flows")
    with_: Mapping[str, Data] = option("Its parameters, as they are now.", default={})
    after: Duration | None = option("How long from now.", default=None, minimum=1.0, maximum=AFTER_MAX_S)
    at: str | None = option("When: Unix seconds, or a date and time such as `2026-12-24 18:00`.", default=None)
    cron: str | None = option("Again and again: a cron expression.", default=None)
    timezone: str = option("By whose clock `at` and `cron` are, such as `Europe/Berlin`.", default="UTC")
    key: str | None = option(
        "What `cancel_schedule` knows it by in this server. Another one with the same key takes its place.",
        default=None,
        min_length=1,
        max_length=200,
        refers=KEYS,
    )
    missed: Literal["run_once", "skip"] = option(
        "What happens if its time comes while the bot is down.", default="run_once", static=True
    )

    def lacks(self) -> str:
        """Ask for a time."""
        times = (self.after, self.at, self.cron)
        return "" if any(each is not None for each in times) else "`after`, `at` or `cron`"

    def inside(self) -> Inside | None:
        """Return what is begun."""
        return Begin(self.flow, self.with_)

    def misfits(self, declared: Declarations) -> Iterator[Misfit]:
        """Refuse two times, and constants that say none."""
        given = [name for name in ("after", "at", "cron") if getattr(self, name) is not None]
        for name in given[1:]:
            why, fix = "one of them would be ignored", "make two steps of it, or remove one"
            yield Misfit(name, f"`{given[0]}` and `{name}` each say when", why, fix)
        for name, read in _READ.items():
            value = cast(object, getattr(self, name))  # before it is rendered it may be a template
            if isinstance(value, str):
                yield from _misfit(name, value, read)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Have it begun later."""
        try:
            zone = zone_named(self.timezone)
            at = None if self.at is None else _instant(self.at, zone)
            if self.cron is not None:
                _coming(self.cron)
        except BadSchedule as bad:
            raise StepFailed(f"this says no time: {bad}") from None
        begun = await step.begin_later(
            Later(
                flow=self.flow,
                values=self.with_,
                key=self.key,
                after_s=self.after,
                at=at,
                cron=self.cron,
                timezone=self.timezone,
                is_skipped_late=self.missed == "skip",
            )
        )
        return {"at": begun.at, "key": begun.key}


def _instant(text: str, zone: tzinfo) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return instant_of(text, zone)
    if not 0 <= seconds <= AT_MAX_S:  # which is so for `nan`, too
        raise BadSchedule(f"`{text}` is no second of the years 1970 to 9999")
    return seconds


def _coming(text: str) -> None:
    """Raise `BadSchedule` for a cron expression that says no time, or one that never comes."""
    if parse_cron(text).next_after(0.0, UTC) is None:
        raise BadSchedule(f"`{text}` never comes: no month has such a day")


_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "timezone": zone_named,
    "at": lambda text: _instant(text, UTC),
    "cron": _coming,
}


def _misfit(name: str, value: str, read: Callable[[str], object]) -> Iterator[Misfit]:
    try:
        read(value)
    except BadSchedule as bad:
        known = tuple(sorted(zone_names())) if name == "timezone" else ()
        why, fix = "a time that can't be read would never come", f"write it anew: {bad}"
        yield Misfit(name, "this says no time", why, fix, value, known)
