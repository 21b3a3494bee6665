"""Flows that are begun later: nobody waits for an answer then, and only so much is known of who began them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from runner.check.names import roots_of
from runner.check.schedules import NOBODY, ROOTS, fault, needs, repair, wanted_by
from runner.check.steps import all_steps, begun_in, flows_of, reached_runs, runs_of
from runner.config.document import Event, Flow, Schedule, Unattended
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Steps
from runner.inside import Waits
from runner.lifecycle.machine import Event as Wish
from runner.templates.event_roots import event_roots

_KNOWN: Final = frozenset({"user", "channel", "guild"})
"""What is kept of who began a flow, and where."""

_WHY: Final = "it is begun without an interaction"
_UNASKED: Final = "no-interaction"

Walked = Mapping[str, Sequence[Diagnostic]]
"""What is wrong with the paths of each flow that is begun later."""


def begun_flows(config: Config) -> frozenset[str]:
    """Return the names of the flows that some step begins later."""
    return frozenset(name for _, name in begun_in(*config.runs()) if name in config.document.flows)


def check_begun(config: Config, walked: Walked) -> list[Diagnostic]:
    """Return a fault for each flow that is begun later and answers, or reads what isn't known any more then."""
    flows, found = config.document.flows, list[Diagnostic]()
    for _, name, handler in config.handlers():
        if isinstance(handler, Unattended):
            found += _begun(config, walked, reached_runs(flows, *runs_of(handler)), _there(name, handler))
        else:
            found += _begun(config, walked, runs_of(handler), _KNOWN)
    for flow in flows.values():
        found += _begun(config, walked, (flow.steps, flow.on_error, flow.on_timeout), _KNOWN)
    return found


def _there(name: str, handler: Unattended) -> frozenset[str]:
    """Return what is known of whoever has caused it, and where."""
    if isinstance(handler, Event):
        return _KNOWN & event_roots(name).keys()
    return frozenset({"guild"}) if isinstance(handler, Schedule) and handler.guild else frozenset()


def _begun(
    config: Config, walked: Walked, runs: tuple[Steps | None, ...], there: frozenset[str]
) -> Iterator[Diagnostic]:
    """Yield the faults of what the steps begin; `there` is what is known of who does so."""
    flows = config.document.flows
    for step, name in begun_in(*runs):
        if (flow := flows.get(name)) is None:
            continue
        reached = reached_runs(flows, flow.steps, flow.on_error, flow.on_timeout, flow.on_expired)
        span = step.spans.get("flow=", step.key)
        yield from (each for each in walked[name] if each.slug != _UNASKED)
        for at, action in _answers(flows, flow, walked[name]).items():
            headline, fix = f"`{name}` answers, and nobody waits for that then", "use `send` there, or `run` it now"
            yield fault(_UNASKED, span, headline, _WHY, fix, Mark(at, f"`{action}` answers"))
        for inner in all_steps(*reached):
            for word in sorted(wanted_by(inner, config.declared) - there):
                mark = Mark(span, "begun here")
                yield fault("nobody-here", inner.key, needs(inner, word), NOBODY, repair(inner, word), mark)
        for root in sorted((ROOTS - there) & frozenset[str]().union(*(roots_of(run) for run in reached))):
            headline, fix = f"`{name}` reads `{root}`, and that is not known then", "give it as a parameter"
            yield fault("nobody-here", span, headline, _WHY, fix)


def _answers(flows: Mapping[str, Flow], flow: Flow, walked: Sequence[Diagnostic]) -> Mapping[Span, str]:
    """Return the places of the steps that answer where nobody has clicked, each with its name.

    When something goes wrong, and when the flow expires where it has asked nothing, that may be anywhere.
    """
    inner = [flow, *(flows[name] for name in sorted(flows_of(flows, flow.steps, flow.on_error, flow.on_timeout)))]
    steps = all_steps(*(each.steps for each in inner))
    asks = any(step.action.effect and isinstance(step.action.inside(), Waits) for step in steps)
    late = all_steps(*(each.on_expired for each in inner if not asks))
    rescues = all_steps(*(run for each in inner for run in (each.on_error, each.on_timeout)))
    unasked = {fault.span for fault in walked if fault.slug == _UNASKED}
    answering = [step for step in steps if step.key in unasked]
    answering += [step for step in (*rescues, *late) if isinstance(step.action.effect, Wish)]
    return {step.key: step.name for step in answering}
