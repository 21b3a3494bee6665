"""Cooldowns and limits on runs, with what they say and who is exempt."""

from runner.compile.guards import CheckCompiler
from runner.compile.program import Concurrency, Cooldown, Pace
from runner.compile.renderers import text_renderer
from runner.config import document


def compile_pace(name: str, written: document.Handler, checks: CheckCompiler) -> Pace | None:
    """Return how often the handler `name` may be used and how many runs it may have; None where nothing is said."""
    if not written.cooldown and written.concurrency is None:
        return None
    cooldowns = (_cooldown(f"{name} {index}", each, checks) for index, each in enumerate(written.cooldown or ()))
    return Pace(tuple(cooldowns), _concurrency(name, written.concurrency) if written.concurrency else None)


def _cooldown(name: str, written: document.Cooldown, checks: CheckCompiler) -> Cooldown:
    return Cooldown(
        name=name,
        uses=written.uses,
        per_s=written.per,
        scope=written.scope,
        exempt=checks.checks(written.exempt),
        is_refunded=written.refund,
        denied=text_renderer(written.denied),
    )


def _concurrency(name: str, written: document.Concurrency) -> Concurrency:
    return Concurrency(name, written.limit, written.scope, written.when_busy, text_renderer(written.denied))
