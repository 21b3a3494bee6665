"""What became of scenarios: for people, for GitHub, as JSON, as JUnit's XML."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from runner.data import dataclass
from runner.diagnostics import Span
from runner.inspector.record import RunRecord, StepRecord, as_json
from runner.scenarios.coverage import KINDS, Kind, Report
from runner.scenarios.play import Failure, Result

SCHEMA_VERSION: Final = 1
"""Of the JSON; raised when a key changes its meaning or goes."""

MISSED_SHOWN_MAX: Final = 20
"""How many parts that no scenario reaches are named; the JSON has all of them."""

_PLURALS: Mapping[Kind, str] = {"handler": "handlers", "branch": "branches", "step": "steps"}


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario that was played: its file, the place of the event that failed (None: it went well), the result."""

    file: str
    place: Span | None
    result: Result


def render_text(played: Sequence[Played], coverage: Report | None = None) -> str:
    """Return the failures at length, how many scenarios there were, and what they reach."""
    failed = [each for each in played if each.result.failure is not None]
    parts = ["\n".join(_failed(each)) + "\n" for each in failed]
    plural = "" if len(played) == 1 else "s"
    count = f"{len(played)} scenario{plural}"
    summary = f"{len(failed)} of {count} failed" if failed else f"{count}: all as expected"
    return "\n".join([*parts, summary, *(coverage_lines(coverage) if coverage else ())]) + "\n"


def coverage_lines(coverage: Report) -> Iterator[str]:
    """Yield how much is reached, and the first parts that aren't."""
    counts = (
        f"{coverage.reached[kind]} of {coverage.of[kind]} {_PLURALS[kind]}" for kind in KINDS if coverage.of[kind]
    )
    yield f"reached: {', '.join(counts)}"
    for part in coverage.missed[:MISSED_SHOWN_MAX]:
        place = f"{part.place}: " if part.place else ""
        yield f"  not reached: {place}{part.kind} {part.name}"
    if len(coverage.missed) > MISSED_SHOWN_MAX:
        yield f"  and {len(coverage.missed) - MISSED_SHOWN_MAX} more; --format json names all of them"


def _failed(each: Played) -> Iterator[str]:
    failure = each.result.failure
    assert failure is not None
    place = each.place
    where = f"{place.file}:{place.line}:{place.column}" if place else each.file
    yield f"{where}: {each.result.name}"
    yield from (f"  {line}" for line in difference_lines(failure))
    if failure.happened:
        yield "  what happened:"
        yield from (f"    {line}" for line in failure.happened)
    if failure.run is not None and failure.run.steps:
        yield "  what the bot did:"
        yield from (f"    {line}" for line in step_lines(failure.run))
    if failure.log:
        yield "  what the bot logged:"
        yield from (f"    {line}" for line in failure.log)


def difference_lines(failure: Failure) -> Iterator[str]:
    """Yield what is not as expected, a key at a time."""
    for difference in failure.differences:
        yield f"{difference.key}:"
        yield f"  - {difference.expected}"
        yield f"  + {difference.seen}"


def step_lines(run: RunRecord) -> Iterator[str]:
    """Yield the steps of a run in order, each with the seconds since it began, its place and what came of it."""
    for step in run.steps:
        yield f"{step.began_at - run.began_at:8.3f} s  {'  ' * step.depth}{step.place} {step.name}{_how(step)}"


def _how(step: StepRecord) -> str:
    went_into = f" -> {', '.join(step.branches)}" if step.branches else ""
    return went_into + ("" if step.how == "done" else f", {step.how}") + (f": {step.reason}" if step.reason else "")


def render_github(played: Sequence[Played], coverage: Report | None = None) -> str:
    """Return GitHub's annotations, a line for each failure."""
    del coverage  # no failure
    lines: list[str] = []
    for each in played:
        failure, place = each.result.failure, each.place
        if failure is not None:
            at = f"file={_property(place.file)},line={place.line},col={place.column}," if place else ""
            said = "\n".join(difference_lines(failure))
            lines.append(f"::error {at}title={_property(each.result.name)}::{_data(said)}")
    return "\n".join(lines) + ("\n" if lines else "")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render_json(played: Sequence[Played], coverage: Report | None = None) -> str:
    """Return the results as one JSON object."""
    made: dict[str, object] = {"schema_version": SCHEMA_VERSION, "scenarios": [_json(each) for each in played]}
    if coverage is not None:
        made["coverage"] = {
            **{_PLURALS[kind]: {"reached": coverage.reached[kind], "of": coverage.of[kind]} for kind in KINDS},
            "not_reached": [asdict(part) for part in coverage.missed],
        }
    return json.dumps(made, indent=2, ensure_ascii=False)


def _json(each: Played) -> dict[str, object]:
    failure, place = each.result.failure, each.place
    made: dict[str, object] = {
        "file": each.file,
        "name": each.result.name,
        "passed": failure is None,
        "virtual_seconds": round(each.result.took_s, 3),
    }
    if failure is not None:
        made["failure"] = {
            "line": place.line if place else None,
            "column": place.column if place else None,
            "event": failure.event,
            "differences": [
                {"key": one.key, "expected": one.expected, "seen": one.seen} for one in failure.differences
            ],
            "timeline": list(failure.happened),
            "run": as_json(failure.run) if failure.run is not None else None,
            "log": list(failure.log),
        }
    return made


def render_junit(played: Sequence[Played], coverage: Report | None = None) -> str:
    """Return the results as JUnit's XML, a suite for each file."""
    del coverage  # it has no place for it
    files = dict.fromkeys(each.file for each in played)
    suites = "".join(_suite(file, [each for each in played if each.file == file]) for file in files)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}</testsuites>\n'


def _suite(file: str, played: Sequence[Played]) -> str:
    failed = sum(each.result.failure is not None for each in played)
    cases = "".join(_case(each) for each in played)
    return f'  <testsuite name={quoteattr(file)} tests="{len(played)}" failures="{failed}">\n{cases}  </testsuite>\n'


def _case(each: Played) -> str:
    failure = each.result.failure
    opening = f"    <testcase classname={quoteattr(each.file)} name={quoteattr(each.result.name)}"
    if failure is None:
        return opening + "/>\n"
    said = escape("\n".join(difference_lines(failure)))
    return f'{opening}><failure message="not as expected">{said}</failure></testcase>\n'
