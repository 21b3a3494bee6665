"""Cooldowns and limits on runs that would not do what they say."""

from collections.abc import Iterator

from runner.config.document import Concurrency
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark


def check_pace(config: Config) -> list[Diagnostic]:
    """Return a fault for each sentence that is never said."""
    guards: dict[tuple[str, ...], Concurrency | None] = {("defaults",): config.document.defaults.concurrency}
    guards |= {(section, name): handler.concurrency for section, name, handler in config.handlers()}
    limits = {path: limit for path, limit in guards.items() if limit is not None}
    return [fault for path, limit in limits.items() for fault in _concurrency(config, limit, *path, "concurrency")]


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
