"""Flows that are begun later: nobody waits for an answer then, and only so much is known of who began them."""

from collections.abc import Iterator
from typing import Final

from runner.check.names import roots_of
from runner.check.schedules import NOBODY, ROOTS, fault, needs, repair, wanted_by
from runner.check.steps import all_steps, begun_in, reached_runs, runs_of
from runner.config.document import Event, Schedule, Unattended
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark
from runner.fields import Steps
from runner.templates.event_roots import event_roots

_KNOWN: Final = frozenset({"user", "channel", "guild"})
"""What is kept of who began a flow, and where."""

_WHY: Final = "it is begun without an interaction"


def check_begun(config: Config) -> list[Diagnostic]:
    """Return a fault for each flow that is begun later and answers, or reads what isn't known any more then."""
    flows, found = config.document.flows, list[Diagnostic]()
    for _, name, handler in config.handlers():
        if isinstance(handler, Unattended):
            found += _begun(config, reached_runs(flows, *runs_of(handler)), _there(name, handler))
        else:
            found += _begun(config, runs_of(handler), _KNOWN)
    for flow in flows.values():
        found += _begun(config, (flow.steps, flow.on_error, flow.on_timeout), _KNOWN)
    return found


def _there(name: str, handler: Unattended) -> frozenset[str]:
    """Return what is known of whoever has caused it, and where."""
    if isinstance(handler, Event):
        return _KNOWN & event_roots(name).keys()
    return frozenset({"guild"}) if isinstance(handler, Schedule) and handler.guild else frozenset()


def _begun(config: Config, runs: tuple[Steps | None, ...], there: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield the faults of what the steps begin; `there` is what is known of who does so."""
    flows = config.document.flows
    for step, name in begun_in(*runs):
        if (flow := flows.get(name)) is None:
            continue
        reached = reached_runs(flows, flow.steps, flow.on_error, flow.on_timeout)
        span = step.spans.get("flow=", step.key)
        for inner in all_steps(*reached):
            if inner.action.effect is not None:
                headline, fix = f"`{name}` answers, and nobody waits for that then", "use `send` there, or `run` it now"
                yield fault("no-interaction", span, headline, _WHY, fix, Mark(inner.key, f"`{inner.name}` answers"))
            for word in sorted(wanted_by(inner, config.declared) - there):
                mark = Mark(span, "begun here")
                yield fault("nobody-here", inner.key, needs(inner, word), NOBODY, repair(inner, word), mark)
        for root in sorted((ROOTS - there) & frozenset[str]().union(*(roots_of(run) for run in reached))):
            headline, fix = f"`{name}` reads `{root}`, and that is not known then", "give it as a parameter"
            yield fault("nobody-here", span, headline, _WHY, fix)
