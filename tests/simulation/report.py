"""A broken rule as somebody reads it: what, how to see it again, and everything that happened to that interaction."""

from typing import Final

from .episode import Result
from .rules import Evidence, Violation

AROUND_S: Final = 12.0
"""How long before and after an interaction's own lines the misfortunes of the run are shown."""


def told(result: Result, violation: Violation, command: str) -> str:
    """Return the trace of a violation, the times counted from the interaction's creation. `command` replays the run."""
    lines = [f"{violation.rule}: {violation.seen}", f"  again: {command}"]
    lines += [f"  bot: {bot.name}" for bot in result.bots]
    case = violation.case
    if case is None:
        return "\n".join(lines)
    lines.append(f"  {case.kind.value} {case.id}")
    lines += [f"  {at - case.created:10.3f}  {what[:200]}" for at, what in _events(result.evidence, violation)]
    for said in case.said:
        marks = [word for word, holds in _marks(said.is_private, said.is_spinner, said.is_deleted) if holds]
        lines.append(f"  shown: {' '.join(marks)}: {said.text[:80]!r}")
    lines += [f"  shown on the component's message: {text[:80]!r}" for text in case.updated]
    return "\n".join(lines)


def _marks(is_private: bool, is_spinner: bool, is_deleted: bool) -> tuple[tuple[str, bool], ...]:
    return (
        ("private", is_private),
        ("public", not is_private),
        ("spinner", is_spinner),
        ("deleted", is_deleted),
    )


def _events(evidence: Evidence, violation: Violation) -> list[tuple[float, str]]:
    case = violation.case
    assert case is not None, "only interactions have a trace"
    events = [(at, f"{what}  [{stage}]") for at, what, stage in case.lines]
    last = max(at for at, _ in events)
    events += [(at, f"engine calls {what}") for at, what, _ in evidence.suffering(case).calls]
    for process in evidence.processes:
        events += process.log.about(case.id)
    for at, what in evidence.happenings:
        if case.created - AROUND_S <= at <= last + AROUND_S:
            events.append((at, f"** {what}"))
    return sorted(events, key=lambda event: event[0])
