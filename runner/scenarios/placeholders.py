"""`${name}` in an event: what a pattern of an earlier one has found, such as a code that nobody could know before."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from runner.emulator.refusals import LocalDiscordError
from runner.regex import regex
from runner.scenarios.document import Happening
from runner.templates.values import is_list, is_mapping

_NAME: Final = regex(r"\$\{([A-Za-z_]\w*)\}")


def filled(event: Happening, noted: Mapping[str, str]) -> Happening:
    """Return an event with what was noted. Raises `LocalDiscordError` for a name under which nothing was."""
    made = _filled(event, noted)
    assert isinstance(made, Happening)
    return made


def _filled(value: object, noted: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _text(value, noted) if "${" in value else value
    if is_mapping(value):
        return {name: _filled(each, noted) for name, each in value.items()}
    if is_list(value):
        return tuple(_filled(each, noted) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts: dict[str, Any] = {each.name: _filled(getattr(value, each.name), noted) for each in fields(value)}
        return replace(value, **parts)  # each part is of the type that it had
    return value


def _text(text: str, noted: Mapping[str, str]) -> str:
    for name in _NAME.findall(text):
        if name not in noted:
            raise LocalDiscordError(f"nothing has been noted as `{name}`")
    return _NAME.sub(lambda found: noted[found[1]], text)
