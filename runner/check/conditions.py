"""Conditions that decide nothing: whatever happens, they come out the same."""

from collections.abc import Iterator

from runner.actions.action import Action, Authored
from runner.check.steps import every_step
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Severity
from runner.templates import nodes


def check_conditions(config: Config) -> list[Diagnostic]:
    """Return a warning for each condition that reads nothing of what happens."""
    return [_constant(authored) for authored in _conditions(config) if _reads_nothing(authored)]


def _conditions(config: Config) -> Iterator[Authored]:
    guards = [check.if_ for check in config.document.checks.values()]
    steps = [part for step in every_step(config) for part in (step.when, *(_asked(step.action)))]
    yield from (part for part in (*guards, *steps) if isinstance(part, Authored))


def _asked(action: Action) -> Iterator[object]:
    """Yield the expressions of an action that are true or false: what it decides by, and what ends a loop."""
    yield action.condition()
    yield from (getattr(action, name, None) for name in ("while_", "until"))


def _reads_nothing(authored: Authored) -> bool:
    """Tell whether an expression is the same in each run; of one that could not be read nobody can say."""
    return not authored.template.roots and authored.template.source != ""


def _constant(authored: Authored) -> Diagnostic:
    tree, source = authored.template.tree, authored.template.source
    outcome = f"is always {'true' if tree.value else 'false'}" if isinstance(tree, nodes.Const) else "never changes"
    return Diagnostic(
        slug="constant-condition",
        span=authored.locate(0, len(source)),
        headline=f"this condition {outcome}",
        why="it reads nothing of the interaction, so one of the two ways can never be taken",
        fix="compare with what happens, such as `user.id`, or remove the condition",
        severity=Severity.WARNING,
    )
