"""What can't be said of an event, or asked of its steps: nobody has asked for them, and often nobody is there."""

from collections.abc import Iterator, Mapping
from typing import Final

from runner.actions.action import WrittenStep
from runner.check.names import roots_of
from runner.check.reachability import unasked
from runner.check.reads import state_read_in
from runner.check.schedules import ROOTS, WORDS, fault, needs, repair, wanted_by
from runner.check.steps import all_steps, flows_of, reached_runs, runs_of
from runner.config.document import Event
from runner.config.load import Config
from runner.declarations import WANTED_BY
from runner.diagnostics import Diagnostic, Mark
from runner.events import KINDS, Kind, kind_name
from runner.templates.event_roots import event_roots

_UNTOLD: Final[Mapping[str, str]] = {
    "channels": "of a channel where this happens",
    "roles": "the roles of whoever does this",
    "bots": "whether a bot does this",
    "own": "who does this",
}


def check_events(config: Config) -> list[Diagnostic]:
    """Return a fault for each filter without an effect, and each step that asks for somebody who isn't there."""
    found: list[Diagnostic] = []
    for name, event in config.document.events.items():
        found += _filters(config, name, event, KINDS[kind_name(name)])
        found += _answers(event)
        found += _wanted(config, name, event)
        found += _read_by_flows(config, name, event)
    return found


def _filters(config: Config, name: str, event: Event, kind: Kind) -> Iterator[Diagnostic]:
    useless: Mapping[str, bool] = {
        "channels": bool(event.channels) and not kind.has_channel,
        "roles": bool(event.roles) and not kind.tells_roles,
        "bots": event.bots and not kind.tells_bots,
        "own": event.own and not kind.tells_id,
    }
    for key, is_useless in useless.items():
        if is_useless:
            headline, fix = f"`{key}` does nothing for `{name}`", "remove it; a `when:` can ask for what is told"
            why = f"Discord doesn't tell {_UNTOLD[key]} (Discord docs, Gateway Events)"
            yield fault("filter-without-effect", config.key("events", name, key), headline, why, fix)


def _answers(event: Event) -> Iterator[Diagnostic]:
    """Refuse what answers in a rescue. In `steps` the walk of all paths does that."""
    for step in all_steps(event.on_error, event.on_timeout):
        if step.action.effect is not None:
            yield unasked(step, step.action.effect)


def _wanted(config: Config, name: str, event: Event) -> Iterator[Diagnostic]:
    """Refuse what takes somebody or some place for granted, in the event's steps and in the flows that they run."""
    there, mark = event_roots(name).keys(), Mark(config.key("events", name), "this runs when something happens")
    why = f"Discord doesn't tell that of `{name}` (Discord docs, Gateway Events)"
    kept = state_read_in(event.when, config.declared.state)
    wanted = frozenset[str]().union(*(WANTED_BY[config.declared.state[each].scope] for each in kept))
    for word in sorted(wanted - there):
        span = config.key("events", name, "when")
        yield fault("nobody-here", span, f"`when` needs {WORDS[word]}, and there is none here", why, _REPAIRS[word])
    for step in all_steps(*reached_runs(config.document.flows, *runs_of(event))):
        if getattr(step.action, "check", None) is not None:
            yield _check(step, mark)
            continue
        for word in sorted(wanted_by(step, config.declared) - there):
            yield fault("nobody-here", step.key, needs(step, word), why, repair(step, word, _REPAIRS), mark)


_CHANNEL: Final = "name one: `channel:`; `guild.system_channel_id` is where the server greets its members"
_REPAIRS: Final = {"user": "say whose with `of:`, or keep it for the whole bot", "channel": _CHANNEL}


def _check(step: WrittenStep, mark: Mark) -> Diagnostic:
    why = "it asks for permissions, which Discord tells of whoever uses a command, and of nobody else"
    fix = "write a condition: `if: \"'…' in member.roles\"`, or name `roles:` on the event"
    return fault("nobody-here", step.key, "nobody can be asked a check here", why, fix, mark)


def _read_by_flows(config: Config, name: str, event: Event) -> Iterator[Diagnostic]:
    """Refuse flows that read what isn't there; what the steps themselves read is judged with their templates."""
    flows, missing = config.document.flows, ROOTS - event_roots(name).keys()
    for flow in sorted(flows_of(flows, *runs_of(event))):
        runs = (flows[flow].steps, flows[flow].on_error, flows[flow].on_timeout)
        for root in sorted(missing & frozenset[str]().union(*(roots_of(run) for run in runs))):
            headline, fix = f"the flow reads `{root}`, and `{name}` has none", "give it as a parameter"
            why = "a flow reads what those have that run it"
            mark = Mark(config.key("events", name), "this event runs it")
            yield fault("nobody-here", config.key("flows", flow), headline, why, fix, mark)
