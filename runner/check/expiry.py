"""Answers that can only come too late: Discord takes nothing for an interaction that is older than 15 minutes.

Source of all: Discord docs, Interactions: Receiving and Responding, Followup Messages.
"""

from collections.abc import Iterator, Mapping

from runner.actions.action import WrittenStep
from runner.check.steps import all_steps, reached_runs
from runner.config.document import Flow, Handler, Unattended
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Steps, duration_text
from runner.lifecycle import budget
from runner.lifecycle.machine import Origin, Refusal, State, advance

_WHY = "Discord takes no answer once 15 minutes have passed (Discord docs, Followup Messages)"
_FIX = "answer before that, and use a `send` here, which needs no interaction"


def check_expiry(config: Config) -> list[Diagnostic]:
    """Return a fault for each answer in steps that only run when it is too late for one."""
    defaults = config.document.defaults
    found = [*_of_on_expired(config, defaults.on_expired, config.key("defaults", "on_expired"))]
    for section, name, handler in config.handlers():
        if isinstance(handler, Unattended):
            continue  # it answers nobody, at any time
        if handler.on_expired is not None:
            found += _of_on_expired(config, handler.on_expired, config.key(section, name, "on_expired"))
        timeout_s = handler.timeout or defaults.timeout
        if timeout_s >= budget.TOKEN_USABLE_S:
            found += _of_on_timeout(config, handler, timeout_s, _timeout_span(config, section, name, handler))
    return found


def after_expiry(step: WrittenStep, expired: Span) -> Diagnostic:
    """Return the fault of an answer behind steps that take longer than the interaction lives."""
    return Diagnostic(
        slug="reply-after-expiry",
        span=step.key,
        headline=f"this `{step.name}` can only come when it is too late for an answer",
        why=_WHY,
        fix=_FIX,
        marks=(Mark(expired, "the 15 minutes are over behind this"),),
    )


def _timeout_span(config: Config, section: str, name: str, handler: Handler) -> Span:
    return config.key(section, name, "timeout") if handler.timeout else config.key("defaults", "timeout")


def _of_on_timeout(config: Config, handler: Handler, timeout_s: float, declared: Span) -> Iterator[Diagnostic]:
    for step in all_steps(*reached_runs(config.document.flows, handler.on_timeout)):
        if step.action.effect is not None:
            yield Diagnostic(
                slug="reply-after-expiry",
                span=step.key,
                headline=f"this `{step.name}` can only come when it is too late for an answer",
                why=_WHY,
                fix=_FIX,
                marks=(Mark(declared, f"`on_timeout` runs after {duration_text(timeout_s)}"),),
            )


def _of_on_expired(config: Config, steps: Steps | None, place: Span) -> Iterator[Diagnostic]:
    """Whatever has started it: behind the token's end all are alike."""
    mark = Mark(place, "these steps run when no answer can be given any more")
    for step, refusal in speechless(config.document.flows, steps, Origin.COMMAND, State.TOKEN_EXPIRED):
        yield Diagnostic(
            slug=refusal.slug,
            span=step.key,
            headline=f"`{step.name}` can't stand here: {refusal.reason}",
            why=f"it would have nobody to speak to ({refusal.source})",
            fix="use a `send`, which needs no interaction",
            marks=(mark,),
        )


def speechless(
    flows: Mapping[str, Flow], steps: Steps | None, origin: Origin, state: State
) -> Iterator[tuple[WrittenStep, Refusal]]:
    """Yield each step that would answer where the lifecycle allows none, and why: those of flows that they run, too."""
    for step in all_steps(*reached_runs(flows, steps)):
        outcome = None if step.action.effect is None else advance(origin, state, step.action.effect)
        if isinstance(outcome, Refusal):
            yield step, outcome
