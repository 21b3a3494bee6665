"""What two programs were told differently, for the line in the log."""

from collections.abc import Iterable
from typing import Final

from runner.compile import HANDLERS, Program, named
from runner.config.data_files import SECTION
from runner.data import dataclass

NAMES_MAX: Final = 20
"""How many names one field of a log line lists."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What two configs say differently: handlers by their names in the log, everything else by its top-level key."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


def changes_between(before: Program, after: Program) -> Changes:
    """Return what two programs were told differently; layout doesn't count.

    A handler that changes only through what it refers to (`defaults`, `checks`, `vars`) is not listed: that is.
    """
    old = {key: each.digest for key, each in before.written.items()}
    new = {key: each.digest for key, each in after.written.items()}
    differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    settings = {section for section, _ in differing if section not in HANDLERS}
    return Changes(
        added=_named(key for key in differing if key not in old),
        changed=_named(key for key in differing if key in old and key in new),
        removed=_named(key for key in differing if key not in new),
        settings=tuple(sorted(settings | _other_settings(before, after))),
    )


def _named(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(named(section, name) for section, name in keys if section in HANDLERS)


def _other_settings(before: Program, after: Program) -> set[str]:
    """Return the top-level keys of what counts and has no digest."""
    differing = {
        "bot": before.token != after.token,
        "store": before.store != after.store,
        SECTION: before.data != after.data,
    }
    return {name for name, differs in differing.items() if differs}


def restart_needed(first: Program, wanted: Program) -> tuple[str, ...]:
    """Return the settings that the process took from `first` when it started, and that `wanted` has otherwise."""
    taken = {
        "bot.presence": first.presence != wanted.presence,
        "bot.token": first.token != wanted.token,
        "intents": bool(wanted.intents & ~first.intents),
        "store": first.needs_store and first.store != wanted.store,
    }
    return tuple(name for name, differs in taken.items() if differs)


def listed(names: tuple[str, ...]) -> str | None:
    """Return the names for one field of a log line, which is left out if there are none."""
    more = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return ", ".join(names[:NAMES_MAX]) + more or None
