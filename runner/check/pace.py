"""Cooldowns and limits on runs that would not do what they say."""

from collections.abc import Iterator

from runner.config.document import Concurrency
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark


def check_pace(config: Config) -> list[Diagnostic]:
    """Return a fault for each sentence that is never said."""
    found: list[Diagnostic] = []
    for section, name, handler in config.handlers():
        if handler.concurrency is not None:
            found += _concurrency(config, handler.concurrency, section, name, "concurrency")
    return found


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
