"""Buttons and selects that anybody may press: Discord shows them to everyone who sees the message, and gates none.

Source: Discord docs, Components: Component Reference; Interactions: Application Commands, Permissions (of commands).
"""

from collections.abc import Iterator

from runner.actions.action import WrittenStep
from runner.check.guards import guarded
from runner.check.steps import all_steps, handler_steps, reached_runs
from runner.config.document import Guards, Handler
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Severity
from runner.lifecycle.bits import PRIVILEGED_PERMISSIONS, Permissions


def check_guarded(config: Config) -> list[Diagnostic]:
    """Return a warning for each component that does what not everybody may do, and asks nobody whether they may."""
    found: list[Diagnostic] = []
    for section, name, handler in config.handlers():
        if section == "components" and not _asks(guarded(handler, config.document.defaults)):
            found += _unguarded(config, name, handler)
    return found


def _asks(guards: Guards) -> bool:
    permissions, check = guards.permissions, guards.check
    return bool(check and check.items) or bool(permissions and permissions.member)


def _unguarded(config: Config, name: str, handler: Handler) -> Iterator[Diagnostic]:
    for step in all_steps(*reached_runs(config.document.flows, handler_steps(handler))):
        if step.action.guards:
            return
        if powers := step.action.powers() & PRIVILEGED_PERMISSIONS:
            yield _warning(step, powers, Mark(config.key("components", name), "everybody who sees it may press it"))


def _warning(step: WrittenStep, powers: Permissions, mark: Mark) -> Diagnostic:
    asked = ", ".join(str(flag.name).lower() for flag in powers)
    return Diagnostic(
        slug="unguarded-component",
        span=step.key,
        headline=f"anybody can have the bot `{step.name}` here: nothing asks who presses",
        why="Discord checks nothing when a component is used (Discord docs, Component Reference)",
        fix=f"give the component a `check:`, or `permissions: {{member: [{asked}]}}`",
        marks=(mark,),
        severity=Severity.WARNING,
    )
