"""What two configs say differently, for the line in the log."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from runner.compile import Program
from runner.config import source
from runner.config.data_files import SECTION
from runner.data import dataclass
from runner.templates.values import is_mapping

NAMES_MAX: Final = 20
"""How many names one field of a log line lists."""

Contents = Mapping[str, bytes]
"""What files say, by their names. A bot token may be in it, so it is never shown."""

_HANDLERS: Final = ("commands", "context_menus", "components", "modals", "schedules", "events")


@dataclass(frozen=True, slots=True)
class Changes:
    """What two configs say differently: handlers by their names in the log, everything else by its top-level key."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a config says, for comparing: a digest of each handler, by its name in the log, and of each other part."""

    handlers: Mapping[str, str]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What the files of a config say: those with keys, and those with data. A bot token may be in it."""

    configs: Contents = field(repr=False)
    data: Contents = field(default_factory=dict[str, bytes], repr=False)
    kept: dict[str, Outline | None] = field(default_factory=dict[str, Outline | None], init=False, repr=False)

    @property
    def outline(self) -> Outline | None:
        """What is compared of it, worked out once; None if it can't be read."""
        if "outline" not in self.kept:
            self.kept["outline"] = _outline(self.configs)
        return self.kept["outline"]


def parted(contents: Contents, data_files: frozenset[str]) -> Said:
    """Return the contents with those of the data files apart."""
    return Said(
        {name: content for name, content in contents.items() if name not in data_files},
        {name: content for name, content in contents.items() if name in data_files},
    )


def changes_between(before: Said, after: Said) -> Changes:
    """Return what two configs say differently; layout doesn't count. Nothing if one of them can't be read.

    A handler that changes only through what it refers to (`defaults`, `checks`, `vars`) is not listed: that is.
    """
    old, new = before.outline, after.outline
    if old is None or new is None:
        return Changes()
    both = old.handlers.keys() & new.handlers.keys()
    told = {SECTION} if before.data != after.data else set[str]()
    parts = old.settings.keys() | new.settings.keys()
    return Changes(
        added=tuple(name for name in new.handlers if name not in both),
        changed=tuple(name for name in new.handlers if name in both and old.handlers[name] != new.handlers[name]),
        removed=tuple(name for name in old.handlers if name not in both),
        settings=tuple(sorted({key for key in parts if old.settings.get(key) != new.settings.get(key)} | told)),
    )


def restart_needed(first: Program, wanted: Program) -> tuple[str, ...]:
    """Return the settings that the process took from `first` when it started, and that `wanted` has otherwise."""
    taken = {
        "bot.presence": first.presence != wanted.presence,
        "bot.token": first.token != wanted.token,
        "intents": bool(wanted.intents & ~first.intents),
        "store": first.needs_store and first.store != wanted.store,
    }
    return tuple(name for name, differs in taken.items() if differs)


def _outline(contents: Contents) -> Outline | None:
    written = _written(contents)
    if written is None:
        return None
    others = {key: value for key, value in written.items() if key not in _HANDLERS}
    return Outline(_digests(_handlers(written)), _digests(others))


def _digests(values: Mapping[str, object]) -> Mapping[str, str]:
    """Return what tells each value from another one; the order of keys doesn't count."""
    texts = {name: json.dumps(value, sort_keys=True) for name, value in values.items()}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def _written(contents: Contents) -> dict[str, dict[str, object]] | None:
    """Return what stands under each top-level key, by name and for all files together."""
    written: dict[str, dict[str, object]] = {}
    for name, content in contents.items():
        root = source.parse(content, name).root
        if root is None:
            return None
        for key, entry in root.entries.items():
            value = entry.value
            parts = value.entries.items() if isinstance(value, source.Mapping) else [("", entry)]
            written.setdefault(key, {}).update({part: source.plain(item.value) for part, item in parts})
    return written


def _handlers(written: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return every handler under the name that log lines give it."""
    commands = dict(_commands(written.get("commands", {}), "/"))
    menus = {f"menu {name}": value for name, value in written.get("context_menus", {}).items()}
    modals = {f"modal {name}": value for name, value in written.get("modals", {}).items()}
    schedules = {f"schedule {name}": value for name, value in written.get("schedules", {}).items()}
    events = {f"event {name}": value for name, value in written.get("events", {}).items()}
    return {**commands, **menus, **written.get("components", {}), **modals, **schedules, **events}


def _commands(written: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    """Yield every command and group by the name that users type; a group apart from what is in it."""
    for name, value in written.items():
        inside = value.get("commands") if is_mapping(value) else None
        if is_mapping(value) and is_mapping(inside):
            yield before + name, {**value, "commands": None}
            yield from _commands({str(inner): each for inner, each in inside.items()}, f"{before}{name} ")
        else:
            yield before + name, value


def listed(names: tuple[str, ...]) -> str | None:
    """Return the names for one field of a log line, which is left out if there are none."""
    more = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more or None
