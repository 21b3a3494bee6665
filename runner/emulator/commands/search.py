"""Which command a user means who types its name. Source: Discord docs, Interactions: Application Commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from runner.emulator.forms.errors import FormErrors, Json
from runner.emulator.forms.fields import Form
from runner.lifecycle.limits import CommandType, OptionType

_SUB: Final = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)


@dataclass(frozen=True, slots=True)
class Found:
    """A command, or a subcommand, that a user can run.

    `path` is its name in parts, `nodes` are the group and subcommand below the command, outermost first, and `options`
    are the definitions of what the user fills in.
    """

    command: Json
    path: tuple[str, ...]
    nodes: tuple[Json, ...]
    options: tuple[Json, ...]


def find_in(command: Json, name_path: str) -> Found | None:
    """Return what `name_path` names in this command, or None: "ticket open", "admin roles add", "Report message"."""
    if command["type"] != CommandType.CHAT_INPUT:
        return Found(command, (name_path,), (), ()) if command["name"] == name_path else None
    head, *rest = name_path.split() or [""]
    if command["name"] != head:
        return None
    nodes: list[Json] = []
    options = _options(command)
    for name in rest:
        node = next((each for each in options if each["name"] == name and each["type"] in _SUB), None)
        if node is None:
            return None
        nodes.append(node)
        options = _options(node)
    if any(each["type"] in _SUB for each in options):
        return None
    return Found(command, (head, *rest), tuple(nodes), options)


def _options(node: Mapping[str, object]) -> tuple[Json, ...]:
    return tuple(dict(each.values) for each in Form(node, (), FormErrors()).children("options"))
