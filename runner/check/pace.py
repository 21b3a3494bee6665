"""Cooldowns and limits on runs that would not do what they say."""

from collections.abc import Iterator

from runner.config.document import Concurrency, Cooldown
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import duration_text

IN_MEMORY_MAX_S = 60.0
"""The longest cooldown that is counted in memory, in seconds: to restart a bot takes about as long."""


def check_pace(config: Config) -> list[Diagnostic]:
    """Return a fault for each cooldown that would be forgotten too soon, and each sentence that is never said."""
    found: list[Diagnostic] = []
    for section, name, handler in config.handlers():
        for index, cooldown in enumerate(handler.cooldown or ()):
            found += _cooldown(cooldown, _place_of_per(config, (section, name, "cooldown"), index))
        if handler.concurrency is not None:
            found += _concurrency(config, handler.concurrency, section, name, "concurrency")
    return found


def _place_of_per(config: Config, path: tuple[str, ...], index: int) -> Span:
    """Return where the stretch of a cooldown stands, at length or short, in a list or without one."""
    forms: tuple[tuple[str | int, ...], ...] = ((*path, index, "per"), (*path, index), (*path, "per"), path)
    return config.value(*next(form for form in forms if config.has(*form)))


def _cooldown(cooldown: Cooldown, per: Span) -> Iterator[Diagnostic]:
    if cooldown.per > IN_MEMORY_MAX_S:
        most = duration_text(IN_MEMORY_MAX_S)
        yield Diagnostic(
            slug="not-available",
            span=per,
            headline=f"a cooldown of more than {most} is not available in this version",
            why="it is counted in memory, and a restart would let everybody begin anew",
            fix=f"write {most} or less",
        )


def _concurrency(config: Config, limit: Concurrency, *path: str) -> Iterator[Diagnostic]:
    if limit.when_busy == "restart" and limit.denied is not None:
        yield Diagnostic(
            slug="never-said",
            span=config.key(*path, "denied"),
            headline="nobody will ever read this",
            why="`when_busy: restart` refuses nobody: a new run takes the place of the oldest",
            fix="remove it, or write `when_busy: refuse`",
            marks=(Mark(config.key(*path, "when_busy"), "restarts"),),
        )
