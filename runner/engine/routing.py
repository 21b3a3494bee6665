"""Which handler answers an interaction: found by the name of a command, or a component's or form's custom_id."""

from collections.abc import Mapping
from typing import Any, cast

from runner.compile import Handler, Program
from runner.custom_ids import MODAL_PREFIX, PREFIX, parted
from runner.data import dataclass
from runner.engine import options
from runner.engine.references import Reference, reference
from runner.lifecycle.limits import CommandType
from runner.lifecycle.machine import Event, Origin, resumed_event, watchdog_event
from runner.templates.values import is_mapping

Json = Mapping[str, Any]  # Any: Discord's JSON


@dataclass(frozen=True, slots=True)
class Routed:
    """What an interaction is, what answers it (None when nothing knows it any more), and its name in the log.

    The answer to a question has a `reference` to that. `known_as` is the name in its custom_id, which may be an earlier
    one of the handler, `payload` what that carries.
    """

    origin: Origin
    handler: Handler | None
    name: str
    reference: Reference | None = None
    known_as: str = ""
    payload: str = ""

    @property
    def deferral(self) -> Event:
        """What to defer with."""
        if self.reference is not None:
            return resumed_event(self.origin)
        return self.handler.plan.deferral if self.handler else watchdog_event(self.origin)

    @property
    def is_ephemeral(self) -> bool:
        """Whether a deferral is for the user alone; so is the sentence of a form that comes too late."""
        return self.handler is None or self.handler.plan.is_ephemeral or self.handler.plan.may_open


def route(program: Program, interaction: Json) -> Routed | None:
    """Return where an interaction leads; None for a type that is not known."""
    data = _data(interaction)
    match interaction["type"]:
        case 2:
            return _routed_command(program, data)
        case 3 | 5 if (answered := reference(str(data.get("custom_id")))) is not None:
            return Routed(_origin_of_answer(interaction), None, "question", answered)
        case 3:
            name, payload = _name_in(data, PREFIX)
            return Routed(Origin.COMPONENT, program.components.get(name), name, known_as=name, payload=payload)
        case 4:
            return Routed(Origin.AUTOCOMPLETE, None, "/" + options.typed(data)[0])
        case 5:
            origin = Origin.MODAL_FROM_COMPONENT if interaction.get("message") else Origin.MODAL_FROM_COMMAND
            name, payload = _name_in(data, MODAL_PREFIX)
            modal = program.modals.get(name)
            handler = modal.handlers.get(origin) if modal else None
            return Routed(origin, handler, "modal " + name, known_as=name, payload=payload)
        case 1:
            return Routed(Origin.PING, None, "ping")
        case _:
            return None


def _data(interaction: Json) -> Json:
    """Return what an interaction is about: nothing where it isn't said as Discord says it."""
    data = interaction.get("data")
    return cast(Json, data) if is_mapping(data) else {}


def _origin_of_answer(interaction: Json) -> Origin:
    if interaction["type"] == 3:
        return Origin.COMPONENT
    return Origin.MODAL_FROM_COMPONENT if interaction.get("message") else Origin.MODAL_FROM_COMMAND


def command_named(program: Program, name: str) -> Handler | None:
    """Return the command of this name, as users type it; of one that it had before, too."""
    return program.commands.get(name) or program.commands.get(program.former_names.get(name, ""))


def _routed_command(program: Program, data: Json) -> Routed:
    """Return what answers a command or a menu, which may come under a name that it had before."""
    kind = data.get("type", CommandType.CHAT_INPUT)
    if kind in (CommandType.USER, CommandType.MESSAGE):
        name = str(data.get("name"))
        return Routed(Origin.COMMAND, program.menus.get((kind, name)), "menu " + name)
    name, _ = options.typed(data)
    handler = command_named(program, name)
    return Routed(Origin.COMMAND, handler if kind == CommandType.CHAT_INPUT else None, "/" + name)


def _name_in(data: Json, prefix: str) -> tuple[str, str]:
    """Return the name in a custom_id, and what it carries.

    Of one that isn't ours the whole is returned in brackets, which names nothing.
    """
    custom_id = str(data.get("custom_id"))
    return parted(custom_id, prefix) or (f"[{custom_id}]", "")
