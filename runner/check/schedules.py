"""What runs by the clock has a time that comes, and asks for nobody, because nobody is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from runner.actions.action import WrittenStep
from runner.check.names import roots_of
from runner.check.reachability import unasked
from runner.check.reads import state_read_in
from runner.check.steps import all_steps, reached_runs, runs_of
from runner.config.document import Schedule
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.cron import BadSchedule, instant_of, parse_cron, zone_named, zone_names
from runner.declarations import WANTED_BY, Declarations
from runner.diagnostics import Diagnostic, Mark, Span
from runner.inside import Call

_TIMES: Final = ("cron", "at", "every")
NOBODY: Final = "a schedule is not started by anybody, and in no channel"
"""Why somebody or some place is missing."""


def check_schedules(config: Config) -> list[Diagnostic]:
    """Return a fault for each schedule that never comes, or whose steps ask for somebody."""
    found: list[Diagnostic] = []
    for name, schedule in config.document.schedules.items():
        if config.is_sound("schedules", name):
            found += _time(config, name, schedule)
        for step in all_steps(schedule.on_error, schedule.on_timeout):
            found += _answer(step)
        found += _wanted(config, name, schedule)
    return found


def _time(config: Config, name: str, schedule: Schedule) -> Iterator[Diagnostic]:
    given = [key for key in _TIMES if config.has("schedules", name, key)]
    if not given:
        why, fix = "it would never run", "add `cron:`, `at:` or `every:`"
        yield fault("no-time", config.key("schedules", name), "this schedule says no time", why, fix)
    elif len(given) > 1:
        yield fault(
            "two-times",
            config.key("schedules", name, given[1]),
            f"`{given[0]}` and `{given[1]}` each say when it runs",
            "one of them would be ignored",
            "make two schedules of it, or remove one",
            Mark(config.key("schedules", name, given[0]), "the other one"),
        )
    else:
        yield from _zone(config, name, schedule)
        yield from _readable(config, name, schedule)


def _zone(config: Config, name: str, schedule: Schedule) -> Iterator[Diagnostic]:
    try:
        zone_named(schedule.timezone)
    except BadSchedule as bad:
        span, why = config.value("schedules", name, "timezone"), "nobody knows what its clocks show"
        near = suggestion(schedule.timezone, zone_names()) or "write a name such as `Europe/Berlin` or `UTC`"
        yield fault("unknown-time-zone", span, str(bad), why, near)
    else:
        if schedule.every is not None and config.has("schedules", name, "timezone"):
            span, why = config.key("schedules", name, "timezone"), "an interval is as long in every time zone"
            yield fault("time-zone-without-effect", span, "`timezone` does nothing beside `every`", why, "remove it")


def _readable(config: Config, name: str, schedule: Schedule) -> Iterator[Diagnostic]:
    if schedule.cron is not None:
        yield from _cron(schedule.cron, config.value("schedules", name, "cron"))
    if schedule.at is not None:
        yield from _said(
            lambda: instant_of(schedule.at or "", zone_named("UTC")), config.value("schedules", name, "at")
        )


def _cron(text: str, span: Span) -> Iterator[Diagnostic]:
    yield from (faults := list(_said(lambda: parse_cron(text), span)))
    if not faults and parse_cron(text).next_after(0.0, zone_named("UTC")) is None:
        why, fix = "no month has such a day", "write a day that there is"
        yield fault("never-comes", span, "this time never comes", why, fix)


def _said(read: Callable[[], object], span: Span) -> Iterator[Diagnostic]:
    try:
        read()
    except BadSchedule as bad:
        why = "a time that can't be read would never come"
        yield fault("unreadable-time", span, "this says no time", why, f"write it anew: {bad}")


def _answer(step: WrittenStep) -> Iterator[Diagnostic]:
    """Refuse what answers in a rescue. In `steps` the walk of all paths does that."""
    if step.action.effect is not None:
        yield unasked(step, step.action.effect)


def _wanted(config: Config, name: str, schedule: Schedule) -> Iterator[Diagnostic]:
    """Refuse what takes somebody or some place for granted, in the schedule's steps and in the flows that they run."""
    there = frozenset({"guild"}) if schedule.guild else frozenset[str]()
    mark = Mark(config.key("schedules", name), "this runs by the clock")
    own = runs_of(schedule)
    for step in all_steps(*reached_runs(config.document.flows, *own)):
        for word in sorted(wanted_by(step, config.declared) - there):
            why = "a schedule runs once, for no server unless it says so" if word == "guild" else NOBODY
            yield fault("nobody-here", step.key, needs(step, word), why, repair(step, word), mark)
    for step in all_steps(*own):
        yield from _read_by_flows(config, step, ROOTS - there)


def needs(step: WrittenStep, word: str) -> str:
    """Say that a step needs something that isn't there."""
    return f"`{step.name}` needs {WORDS[word]}, and there is none here"


def _read_by_flows(config: Config, step: WrittenStep, missing: frozenset[str]) -> Iterator[Diagnostic]:
    """Refuse flows that read what isn't there; what the steps themselves read is judged with their templates."""
    inside = step.action.inside()
    flow = config.document.flows.get(inside.flow) if isinstance(inside, Call) else None
    if flow is not None:
        runs = reached_runs(config.document.flows, flow.steps, flow.on_error, flow.on_timeout)
        for root in sorted(missing & frozenset[str]().union(*(roots_of(run) for run in runs))):
            headline = f"the flow reads `{root}`, and there is none here"
            yield fault("nobody-here", step.spans.get("flow=", step.key), headline, NOBODY, "give it as a parameter")


ROOTS: Final = frozenset({"user", "member", "channel", "guild", "interaction"})
"""What templates of flows read of an interaction."""

WORDS: Final = {"user": "somebody who has asked", "channel": "a channel", "guild": "a server"}
REPAIRS: Final = {
    "user": "say whose with `of:`, keep it for the whole bot, or ask with `if:` for what is known here",
    "channel": "name one: `channel:`, or `of:` for what is kept",
    "guild": "add `guild:` with the server's id to the schedule",
}


def repair(step: WrittenStep, word: str, usual: Mapping[str, str] = REPAIRS) -> str:
    """Return what to write where a step needs something that isn't there: what it says itself, or what is `usual`."""
    return step.action.repair(word) or usual[word]


def wanted_by(step: WrittenStep, declared: Declarations) -> frozenset[str]:
    """Return what a step takes from the run without saying so: its `user`, its `channel`, its `guild`."""
    read = state_read_in((step.action, step.when), declared.state)
    return step.action.wants(declared).union(*(WANTED_BY[declared.state[name].scope] for name in read))


def fault(slug: str, span: Span, headline: str, why: str, fix: str, *marks: Mark) -> Diagnostic:
    """Return a fault."""
    return Diagnostic(slug=slug, span=span, headline=headline, why=why, fix=fix, marks=marks)
