"""An answer that says how something went, before it has been done."""

from runner.actions.action import WrittenStep
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Severity, Span


@dataclass(frozen=True, slots=True)
class Announced:
    """An answer, and the first step behind it that leaves the process and may fail."""

    reply: Span
    step: Span
    name: str


def may_fail(step: WrittenStep) -> bool:
    """Tell whether a step leaves the process, and nothing deals with its failure."""
    return step.action.worst_case_s > 0 and step.catch is None


def announced_before(announced: Announced) -> Diagnostic:
    """Return the warning about an answer that nothing follows but what may still fail."""
    return Diagnostic(
        slug="reply-before-work",
        span=announced.reply,
        headline=f"this is the last that its user hears, and the `{announced.name}` behind it may still fail",
        why="a success that is announced first, and then fails, is followed by an error that says the opposite",
        fix="move it behind that step, or give the step a `catch:`",
        marks=(Mark(announced.step, "done afterwards"),),
        severity=Severity.WARNING,
    )
