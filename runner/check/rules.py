"""All rules on one config: the second half of the one function that `validate`, start and reload share."""

from collections.abc import Mapping
from dataclasses import dataclass

from runner.check.commands import check_commands
from runner.check.contexts import check_templates
from runner.check.names import check_names
from runner.check.reachability import Analysed, Plan, analyse
from runner.config.document import Handler
from runner.config.load import Config
from runner.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules found, and for each handler, by section and name, how it will answer."""

    diagnostics: list[Diagnostic]
    plans: Mapping[tuple[str, str], Plan]


def check(config: Config) -> Checked:
    """Apply every rule."""
    found = [*check_names(config), *check_commands(config), *check_templates(config)]
    plans: dict[tuple[str, str], Plan] = {}
    for section, name, handler in config.handlers():
        analysed = _analyse(config, section, name, handler)
        plans[section, name] = analysed.plan
        if all(config.is_sound(section, name, key) for key in ("response", "reply", "steps")):
            found += analysed.diagnostics  # a step that could not be read would make nonsense of its neighbours
    return Checked(found, plans)


def _analyse(config: Config, section: str, name: str, handler: Handler) -> Analysed:
    defaults = config.document.defaults
    own = handler.response is not None
    return analyse(
        handler,
        handler.response or defaults.response,
        config.key(section, name, "response") if own else config.key("defaults", "response"),
        handler.timeout or defaults.timeout,
        config.key(section, name),
    )
