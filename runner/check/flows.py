"""Flows: what runs them gives what they take, and each of them has an end."""

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Final

from runner.actions.action import WrittenStep
from runner.check.steps import all_steps, every_step
from runner.config.document import Flow, Param
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Span
from runner.fields import Steps
from runner.inside import AllOf, Begin, Call, Ensured, Loop, OneOf, Waits

_HANDLERS: Final = "the handler would fail whenever it comes here"


def check_flows(config: Config) -> list[Diagnostic]:
    """Return a fault for each flow that isn't there, is given the wrong parameters, or runs itself without end."""
    found = [fault for step in every_step(config) for fault in _called(config, step)]
    endless = endless_flows(config.document.flows)
    for name in sorted(endless):
        found += _runs_without_end(config.document.flows[name], endless)
    return found


def _called(config: Config, step: WrittenStep) -> Iterator[Diagnostic]:
    call, defined = step.action.inside(), config.written_names("flows")
    if not isinstance(call, (Call, Begin)) or not call.flow:  # that none is written is said already
        return
    if call.flow not in defined:
        yield Diagnostic(
            slug="undefined-flow",
            span=step.spans.get("flow", step.key),
            headline=f"there is no flow `{call.flow}`",
            why="there are no steps to run",
            fix=suggestion(call.flow, defined) or f"define `{call.flow}:` under `flows:`",
        )
    elif (flow := config.document.flows.get(call.flow)) is not None and config.is_sound("flows", call.flow, "params"):
        yield from _params(step, call, flow)


def _params(step: WrittenStep, call: Call | Begin, flow: Flow) -> Iterator[Diagnostic]:
    at = step.spans.get("flow", step.key)
    use = Use(f"the flow `{call.flow}`", f"{step.name}: {{flow: {call.flow}", flow.params, call.values, at)
    yield from given_faults(use, lambda name: step.spans.get(f"with_.{name}", step.key))


@dataclass(frozen=True, slots=True)
class Use:
    """What uses something that takes parameters: what that is, how the use is written up to `with`, and where."""

    what: str
    written: str
    params: Mapping[str, Param]
    given: Mapping[str, object]
    at: Span


def given_faults(use: Use, span_of: Callable[[str], Span]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the names of the parameters that something is given; `span_of` says where each is."""
    for name in use.given:
        if name not in use.params:
            yield Diagnostic(
                slug="unknown-param",
                span=span_of(name),
                headline=f"{use.what} has no parameter `{name}`",
                why="a value that nobody reads would be ignored silently",
                fix=suggestion(name, use.params) or "leave it out, or declare it under its `params`",
            )
    missing = [name for name, param in use.params.items() if param.is_needed and name not in use.given]
    if missing:
        names, values = " and ".join(f"`{name}`" for name in missing), ", ".join(f"{name}: …" for name in missing)
        yield Diagnostic(
            slug="missing-param",
            span=use.at,
            headline=f"{use.what} has to be given {names}",
            why=_HANDLERS,
            fix=f"write `{use.written}, with: {{{values}}}}}`, with what it was given so far",
        )


def _runs_without_end(flow: Flow, endless: frozenset[str]) -> Iterator[Diagnostic]:
    for step in all_steps(flow.steps):
        call = step.action.inside()
        if isinstance(call, Call) and call.flow in endless:
            yield Diagnostic(
                slug="endless-flow",
                span=step.spans.get("flow", step.key),
                headline=f"no path through this flow gets past running `{call.flow}`, which comes back here",
                why=_HANDLERS,
                fix="run it under a condition, or `return` before it",
            )
            return


def endless_flows(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Return the flows that have no path to an end, because each leads to a flow that has none."""
    ending: set[str] = set()
    while found := {name for name, flow in flows.items() if name not in ending and _can_end(flow.steps, ending, flows)}:
        ending |= found
    return frozenset(flows) - ending


@dataclass(frozen=True, slots=True)
class _Ways:
    """Which ways there are through steps: behind them, or to an end inside of them."""

    behind: bool
    ended: bool

    def then(self, last: "_Ways") -> "_Ways":
        return _Ways(self.behind and last.behind, self.ended or (self.behind and last.ended))

    def or_else(self, other: "_Ways") -> "_Ways":
        return _Ways(self.behind or other.behind, self.ended or other.ended)


_NOTHING: Final = _Ways(behind=True, ended=False)


def _can_end(steps: Steps, ending: set[str], flows: Mapping[str, Flow]) -> bool:
    """Tell whether some path through the steps comes to an end, where `ending` are the flows known to have one."""
    ways = _through(steps, ending, flows)
    return ways.behind or ways.ended


def _through(steps: Steps, ending: set[str], flows: Mapping[str, Flow]) -> _Ways:
    ways = _NOTHING
    for step in steps.items:
        own = _through_step(step, ending, flows)
        own = own if step.catch is None else own.or_else(_through(step.catch, ending, flows))
        ways = ways.then(own if step.when is None else own.or_else(_NOTHING))
    return ways


def _through_step(step: WrittenStep, ending: set[str], flows: Mapping[str, Flow]) -> _Ways:
    inside = step.action.inside()
    ways = [_through(run, ending, flows) for run in step.action.branches()]
    match inside:
        case None | Begin():
            return _Ways(behind=step.action.ends is None, ended=step.action.ends is not None)
        case Call(flow):
            return _Ways(behind=flow in ending or flow not in flows, ended=False)
        case OneOf():
            return reduce(_Ways.or_else, ways)
        case Waits():  # an answer goes on behind it
            return reduce(_Ways.or_else, ways, _NOTHING)
        case Loop(is_certain=is_certain):
            return ways[0] if is_certain else ways[0].or_else(_NOTHING)
        case Ensured() | AllOf():
            return reduce(_Ways.then, ways)
