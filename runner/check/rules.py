"""All rules on one config: the second half of the one function that `validate`, start and reload share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from runner.check.autocomplete import check_autocomplete
from runner.check.begun import begun_flows, check_begun
from runner.check.commands import check_commands
from runner.check.components import check_components
from runner.check.conditions import check_conditions
from runner.check.contexts import check_templates
from runner.check.control import check_control, check_loops
from runner.check.events import check_events
from runner.check.expiry import check_expiry
from runner.check.flows import check_flows, endless_flows
from runner.check.guarded import check_guarded
from runner.check.guards import check_guards
from runner.check.hidden import check_hidden
from runner.check.inputs import check_inputs
from runner.check.layout import check_layout
from runner.check.mentions import check_mentions
from runner.check.messages import check_messages
from runner.check.modals import check_modals
from runner.check.moments import check_moments
from runner.check.named_messages import check_named
from runner.check.names import check_names
from runner.check.outside import check_outside
from runner.check.pace import check_pace
from runner.check.pictures import check_pictures
from runner.check.reachability import Analysed, Places, analyse
from runner.check.registered import check_registered
from runner.check.schedules import check_schedules
from runner.check.steps import Openers, flows_of, handler_steps, openers, origins_of
from runner.check.stored import check_stored
from runner.check.translations import check_translations
from runner.check.values import check_values
from runner.config.document import Flow, Handler, Registration, Response, Schedule, Unattended
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic
from runner.lifecycle.machine import Origin
from runner.templates.event_roots import event_roots


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules found, and how each handler will answer: by section, name and what its interactions are."""

    diagnostics: list[Diagnostic]
    analysed: Mapping[tuple[str, str, Origin], Analysed]


def check(config: Config, now_s: float) -> Checked:
    """Apply every rule. `now_s` is the time, in Unix seconds."""
    opened = openers(config)
    if too_deep := check_loops(config):
        return Checked(too_deep, {})
    found = [
        *check_names(config),
        *check_control(config),
        *check_flows(config),
        *check_guards(config),
        *check_pace(config),
        *check_commands(config, opened),
        *check_autocomplete(config),
        *check_registered(config),
        *check_translations(config),
        *check_modals(config),
        *check_stored(config),
        *check_schedules(config),
        *check_events(config),
        *check_expiry(config),
        *check_inputs(config),
        *check_guarded(config),
        *check_messages(config),
        *check_named(config),
        *check_components(config),
        *check_layout(config),
        *check_templates(config, opened, event_roots),
        *check_conditions(config),
        *check_mentions(config),
        *check_outside(config),
        *check_pictures(config),
        *check_hidden(config),
        *check_moments(config, now_s),
        *check_values(config, now_s),
    ]
    analysed: dict[tuple[str, str, Origin], Analysed] = {}
    endless = endless_flows(config.document.flows)
    flows = {name: flow for name, flow in config.document.flows.items() if name not in endless}
    for section, name, handler in config.handlers():
        is_sound = all(config.is_sound(section, name, key) for key in ("response", "reply", "steps"))
        is_sound = is_sound and all(config.is_sound("flows", flow) for flow in flows_of(flows, handler_steps(handler)))
        for origin in _origins(section, name, opened):
            each = analysed[section, name, origin] = _analyse(config, (section, name), handler, origin, opened, flows)
            if is_sound:  # a step that could not be read would make nonsense of its neighbours
                found += each.diagnostics
    for name in sorted(begun_flows(config)):
        analysed["begun", name, Origin.NO_INTERACTION] = _analyse_begun(config, name, flows)
    found += check_begun(config, {name: each.diagnostics for (at, name, _), each in analysed.items() if at == "begun"})
    return Checked(_once(found), analysed)


def _once(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return the faults without those that several handlers have in the same steps of a flow or a form."""
    return list({(fault.slug, fault.span): fault for fault in reversed(found)}.values())[::-1]


def _origins(section: str, name: str, opened: Openers) -> tuple[Origin, ...]:
    if section == "modals":
        return origins_of(name, opened)
    return (_ORIGINS[section],)


_ORIGINS: Final[Mapping[str, Origin]] = {
    "commands": Origin.COMMAND,
    "context_menus": Origin.COMMAND,
    "components": Origin.COMPONENT,
    "schedules": Origin.NO_INTERACTION,
    "events": Origin.NO_INTERACTION,
}


def _analyse_begun(config: Config, name: str, flows: Mapping[str, Flow]) -> Analysed:
    """Walk the paths of a flow that is begun later: nobody has asked for it then."""
    key = config.key("flows", name)
    steps = Schedule(steps=config.document.flows[name].steps)
    timeout_s = config.document.defaults.timeout
    return analyse(steps, Origin.NO_INTERACTION, Response(), timeout_s, Places(key, key), flows)


def _analyse(
    config: Config,
    path: tuple[str, str],
    handler: Handler,
    origin: Origin,
    opened: Openers,
    flows: Mapping[str, Flow],
) -> Analysed:
    defaults, (section, name) = config.document.defaults, path
    response = handler.response or defaults.response
    if isinstance(handler, Unattended):  # it answers nobody, so nothing of how to answer holds for it
        response = Response()
    elif handler.response is None or section == "modals":
        response = _without_promise(response)
    is_own = handler.response is not None
    steps = opened.get(name, ()) if section == "modals" else ()
    places = Places(
        config.key(section, name),
        config.key(section, name, "response") if is_own else config.key("defaults", "response"),
        next((step.span for step in steps if step.origin is origin), None),
    )
    timeout_s = handler.timeout or defaults.timeout
    alone = _is_user_installable(config, section, name)
    return analyse(handler, origin, response, timeout_s, places, flows, is_user_installable=alone)


def _is_user_installable(config: Config, section: str, name: str) -> bool:
    """Tell whether a command is offered only where its user has installed the app: a group says so for all in it."""
    of_all: Mapping[str, Mapping[str, Registration]] = {
        "commands": config.document.commands,
        "context_menus": config.document.context_menus,
    }
    said = of_all.get(section, {}).get(name.partition(" ")[0] if section == "commands" else name)
    kinds = said.integration_types if said else None
    return kinds is not None and "user_install" in kinds and "guild_install" not in kinds


def _without_promise(response: Response) -> Response:
    """Return a response without `modal`: `defaults` and forms can't have it, which is a fault of its own."""
    return replace(response, strategy=tuple(word for word in response.strategy if word != "modal") or ("auto",))
