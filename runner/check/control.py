"""Steps around steps: loops in loops, and what can stand beside a step that has others inside."""

from collections.abc import Iterator
from typing import Final

from runner.actions.action import WrittenStep
from runner.check.steps import all_steps, every_step, reached_runs
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Steps
from runner.inside import AllOf, Ensured, Loop
from runner.lifecycle.machine import Event

LOOPS_NESTED_MAX: Final = 4
"""How many loops may stand inside of each other: each multiplies the rounds, at run time and when it is checked."""


def check_loops(config: Config) -> list[Diagnostic]:
    """Return a fault for each loop that stands inside of too many others."""
    return [fault for run in config.runs() for fault in _loops(run, None, 0)]


def _loops(steps: Steps, outermost: Span | None, depth: int) -> Iterator[Diagnostic]:
    for step in steps.items:
        is_loop = isinstance(step.action.inside(), Loop)
        if is_loop and depth == LOOPS_NESTED_MAX and outermost is not None:
            yield Diagnostic(
                slug="loops-too-deep",
                span=step.key,
                headline=f"this loop stands inside of {depth} others, and that is as many as can be",
                why="each of them multiplies how often the steps inside are run",
                fix="do less at a time",
                marks=(Mark(outermost, "the outermost loop"),),
            )
        else:
            for run in (*step.action.branches(), *([step.catch] if step.catch else [])):
                yield from _loops(run, outermost or (step.key if is_loop else None), depth + is_loop)


def check_control(config: Config) -> list[Diagnostic]:
    """Return a fault for each modifier that could do nothing where it stands, or harm."""
    return [fault for step in every_step(config) for fault in (*_modifiers(step), *_beside(config, step))]


def _beside(config: Config, step: WrittenStep) -> Iterator[Diagnostic]:
    """Only a `reply` is right whatever has been answered before it, and nobody knows what runs beside it has."""
    if not isinstance(step.action.inside(), AllOf):
        return
    for inner in all_steps(*reached_runs(config.document.flows, *step.action.branches())):
        if inner.action.effect not in (None, Event.REPLY):
            yield Diagnostic(
                slug="answer-in-parallel",
                span=inner.key,
                headline=f"`{inner.name}` can't stand in `{step.name}`: what runs beside it may have answered by then",
                why="an interaction takes one first response (Discord docs, Receiving and Responding)",
                fix="put it before or behind, or use `reply`",
                marks=(Mark(step.key, "nobody knows what comes first in here"),),
            )


def _modifiers(step: WrittenStep) -> Iterator[Diagnostic]:
    inside = step.action.inside()
    if isinstance(inside, Ensured) and not inside.ending.items and step.catch is None:
        yield Diagnostic(
            slug="try-without-effect",
            span=step.key,
            headline=f"this `{step.name}` does nothing",
            why="a step without an effect would look as if it had one",
            fix="add `catch` or `finally` beside it",
        )
    if step.retry is not None and not step.action.takes_s():
        yield Diagnostic(
            slug="retry-without-effect",
            span=step.key,
            headline=f"`{step.name}` fails again if it is tried again: nothing in it leaves the process",
            why="only what depends on others can go well a moment later",
            fix="remove `retry`",
        )
