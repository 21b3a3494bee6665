"""Which steps a config has, wherever they stand, and which of them open a form."""

from collections.abc import Iterator, Mapping, Sequence

from runner.actions.action import WrittenStep
from runner.config.document import Event, Flow, Handler, MessageChange
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Span
from runner.fields import Entry, Steps, attributes_of
from runner.inside import Begin, Call, Ensured, OneOf, Waits
from runner.lifecycle.machine import Origin
from runner.templates.values import is_list, is_mapping


@dataclass(frozen=True, slots=True)
class Opener:
    """A step that opens a form: where it stands, and what the submission is an interaction of."""

    span: Span
    origin: Origin


Openers = Mapping[str, tuple[Opener, ...]]
"""For the name of each form, the steps that open it, in the order of the file."""


def all_steps(*runs: Steps | None) -> Sequence[WrittenStep]:
    """Return the steps of the runs in order, those inside other steps included."""
    found: list[WrittenStep] = []
    for run in runs:
        for step in run.items if run else ():
            found.append(step)
            found += step.within
    return found


def every_step(config: Config) -> Sequence[WrittenStep]:
    """Return every step of the file."""
    found: Sequence[WrittenStep] | None = config.kept.get("every step")
    if found is None:
        found = config.kept["every step"] = all_steps(*config.runs())
    return found


def flows_of(flows: Mapping[str, Flow], *runs: Steps | None) -> frozenset[str]:
    """Return the names of the flows that the runs of steps run, and of those that these run in turn."""
    found: set[str] = set()
    waiting = list(runs) if flows else []
    while waiting:
        run = waiting.pop()
        names = {name for step in (run.items if run else ()) for name in _called_by(step)}
        for name in names - found:
            if (flow := flows.get(name)) is not None:
                found.add(name)
                waiting += (flow.steps, flow.on_error, flow.on_timeout, flow.on_expired)
    return frozenset(found)


def _called_by(step: WrittenStep) -> tuple[str, ...]:
    """Return the names of the flows that a step runs, or one inside of it."""
    found: tuple[str, ...] | None = step.kept.get("called")
    if found is None:
        all_inside = (each.action.inside() for each in (step, *step.within))
        found = step.kept["called"] = tuple(inside.flow for inside in all_inside if isinstance(inside, Call))
    return found


def reached_runs(flows: Mapping[str, Flow], *runs: Steps | None) -> tuple[Steps | None, ...]:
    """Return the runs of steps, and those of every flow that they lead to."""
    found = [flows[name] for name in sorted(flows_of(flows, *runs))]
    if not found:
        return runs
    return (
        *runs,
        *(run for flow in found for run in (flow.steps, flow.on_error, flow.on_timeout, flow.on_expired)),
    )


def begun_in(*runs: Steps | None) -> Iterator[tuple[WrittenStep, str]]:
    """Yield the steps that begin a flow later, each with the flow's name."""
    for step in all_steps(*runs):
        if isinstance(inside := step.action.inside(), Begin):
            yield step, inside.flow


def later_runs(flows: Mapping[str, Flow], *runs: Steps | None) -> tuple[Steps | None, ...]:
    """Return every run of steps that the runs of steps lead to later: those of the flows that they begin."""
    found: dict[str, tuple[Steps | None, ...]] = {}
    waiting = [*reached_runs(flows, *runs)]
    while waiting:
        for _, name in begun_in(waiting.pop()):
            if name in flows and name not in found:
                flow = flows[name]
                found[name] = reached_runs(flows, flow.steps, flow.on_error, flow.on_timeout)
                waiting += found[name]
    return tuple(run for begun in found.values() for run in begun)


def always_ends(steps: Steps) -> bool:
    """Tell whether nothing can run behind the steps, as far as that is seen without looking into flows."""
    return any(step.when is None and _always_ends(step) for step in steps.items)


def _always_ends(step: WrittenStep) -> bool:
    match step.action.inside():
        case None:
            ends = step.action.ends is not None
        case OneOf(runs):
            ends = all(always_ends(run) for run in runs)
        case Ensured(body, last):
            ends = always_ends(body) or always_ends(last)
        case _:
            ends = False
    return ends and (step.catch is None or always_ends(step.catch))


def handler_steps(handler: Handler) -> Steps:
    """Return what the handler does, from whichever of its two keys."""
    return handler.steps or handler.reply or Steps()


def runs_of(handler: Handler) -> tuple[Steps | None, ...]:
    """Return every run of steps that a handler has."""
    return handler.reply, handler.steps, handler.on_error, handler.on_timeout, handler.on_expired


def asked_by(handler: Handler) -> tuple[object, ...]:
    """Return what a handler asks before its first step, as far as templates may stand in it."""
    return (handler.permissions, handler.when) if isinstance(handler, Event) else (handler.permissions,)


def modal_of(step: WrittenStep) -> str | None:
    """Return the name of the form that a step opens."""
    return step.action.opens()


def messages_of(step: WrittenStep) -> tuple[MessageChange, ...]:
    """Return every message that a step has, those of the steps inside it excluded."""
    found: tuple[MessageChange, ...] | None = step.kept.get("messages")
    if found is None:
        found = step.kept["messages"] = tuple(_messages_in(step.action))
    return found


def _messages_in(value: object) -> Iterator[MessageChange]:
    match value:
        case MessageChange():
            yield value
        case Entry():
            for name in attributes_of(type(value)):
                yield from _messages_in(getattr(value, name))
        case _ if is_list(value):
            for item in value:
                yield from _messages_in(item)
        case _ if is_mapping(value):
            for item in value.values():
                yield from _messages_in(item)
        case _:
            return


def forms_opened(flows: Mapping[str, Flow], handler: Handler) -> frozenset[str]:
    """Return the names of the forms that a handler opens, itself or in a flow."""
    steps = all_steps(*reached_runs(flows, handler_steps(handler)))
    return frozenset(name for step in steps if (name := modal_of(step)) is not None)


def openers(config: Config) -> Openers:
    """Return which steps open each form. A form itself opens none, and neither do `on_error` and `on_timeout`."""
    found: dict[str, tuple[Opener, ...]] = {}
    by_section = {
        "commands": Origin.MODAL_FROM_COMMAND,
        "context_menus": Origin.MODAL_FROM_COMMAND,
        "components": Origin.MODAL_FROM_COMPONENT,
        "events": Origin.MODAL_FROM_COMPONENT,  # only behind a question
        "schedules": Origin.MODAL_FROM_COMPONENT,
    }
    for section, origin in by_section.items():
        handlers = (handler for its, _, handler in config.handlers() if its == section)
        for handler in handlers:
            steps = all_steps(*reached_runs(config.document.flows, handler_steps(handler)))
            for step in steps:
                if (name := modal_of(step)) is not None:
                    found[name] = (*found.get(name, ()), *_opened_by(step, steps, origin))
    return found


def _opened_by(step: WrittenStep, steps: Sequence[WrittenStep], origin: Origin) -> Iterator[Opener]:
    """Yield what opens a form: behind a question, it is a click on that."""
    yield Opener(step.key, origin)
    waits = any(isinstance(other.action.inside(), Waits) for other in steps)
    if waits and origin is not Origin.MODAL_FROM_COMPONENT:
        yield Opener(step.key, Origin.MODAL_FROM_COMPONENT)


def origins_of(name: str, opened: Openers) -> tuple[Origin, ...]:
    """Return what the submission of a form can be. One that nobody opens is taken to be opened by a component."""
    known = {opener.origin for opener in opened.get(name, ())} or {Origin.MODAL_FROM_COMPONENT}
    return tuple(sorted(known, key=lambda origin: origin.value))
