"""Times of steps that have to lie in the future when those run."""

from collections.abc import Iterator

from runner.actions.action import WrittenStep
from runner.check.steps import every_step
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Severity
from runner.formats import unix_s


def check_moments(config: Config, now_s: float) -> list[Diagnostic]:
    """Return a warning for each written time that has passed by `now_s` (Unix): it may have been right for long."""
    return [fault for step in every_step(config) for fault in _passed(step, now_s)]


def _passed(step: WrittenStep, now_s: float) -> Iterator[Diagnostic]:
    for name, instant in step.action.to_come().items():
        at = unix_s(instant)
        if at is not None and at <= now_s:
            yield Diagnostic(
                slug="time-has-passed",
                span=step.spans.get(f"{name}=", step.spans.get(name, step.key)),
                headline="this time has passed",
                why="Discord takes a time in the future here, so the step fails in each run from now on",
                fix="write a later one, or one that counts from the run: `{{ now + 86400 }}`",
                severity=Severity.WARNING,
            )
