"""Steps around steps: loops in loops, and what can stand beside a step that has others inside."""

from collections.abc import Iterator
from typing import Final

from runner.actions.action import Repeats, WrittenStep
from runner.check.steps import all_steps, every_step, reached_runs
from runner.config.load import Config
from runner.diagnostics import Diagnostic, Mark, Span
from runner.fields import Steps
from runner.inside import AllOf, Ensured, Loop, Waits
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
    found = list(_waits_in_rescues(config))
    for step in every_step(config):
        found += (*_modifiers(step), *_beside(config, step), *_timed_wait(config, step))
    return found


def _waits_in_rescues(config: Config) -> Iterator[Diagnostic]:
    """What runs when something has gone wrong has ten seconds, and nobody takes it up again."""
    flows = config.document.flows
    for run in config.rescues():
        for step in all_steps(*reached_runs(flows, run)):
            if isinstance(step.action.inside(), Waits):
                yield _wait_in_rescue(step, run)
    for step in every_step(config):
        if isinstance(inside := step.action.inside(), Ensured):
            for inner in all_steps(*reached_runs(flows, inside.ending)):
                if isinstance(inner.action.inside(), Waits):
                    yield _wait_in_rescue(inner, inside.ending)


def _wait_in_rescue(step: WrittenStep, run: Steps) -> Diagnostic:
    return Diagnostic(
        slug="wait-in-rescue",
        span=step.key,
        headline=f"`{step.name}` can't wait here: these steps run when others have been left",
        why="they have ten seconds, and nothing comes behind them",
        fix="say what the user can do now, with a button of `components:` perhaps",
        marks=(Mark(run.items[0].key, "the steps that it stands in"),) if run.items[0] is not step else (),
    )


def _timed_wait(config: Config, step: WrittenStep) -> Iterator[Diagnostic]:
    """A run that waits is put away, and its steps' timeouts with it."""
    if step.timeout_s is None:
        return
    for inner in all_steps(*reached_runs(config.document.flows, Steps((step,)))):
        if isinstance(inner.action.inside(), Waits):
            yield Diagnostic(
                slug="timeout-around-wait",
                span=step.key,
                headline=f"the `timeout` of this `{step.name}` can't count the time that `{inner.name}` waits",
                why="a run that waits is put away, for days perhaps",
                fix=f"write `timeout` under `{inner.name}`, or give the flow `expires`",
                marks=(Mark(inner.key, "waits here"),) if inner is not step else (),
            )
            return


def _beside(config: Config, step: WrittenStep) -> Iterator[Diagnostic]:
    """Only a `reply` is right whatever has been answered before it, and nobody knows what runs beside it has."""
    if not isinstance(step.action.inside(), AllOf):
        return
    for inner in all_steps(*reached_runs(config.document.flows, *step.action.branches())):
        if inner.action.effect not in (None, Event.REPLY) and not isinstance(inner.action.inside(), Waits):
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
    if step.on_crash is not None and step.action.repeats is Repeats.FREE:
        yield Diagnostic(
            slug="on-crash-without-effect",
            span=step.key,
            headline=f"`on_crash` says nothing here: `{step.name}` leaves no doubt behind",
            why="a key that has no effect would look as if it had one",
            fix="remove `on_crash`",
        )
    if step.retry is not None and not step.action.takes_s():
        yield Diagnostic(
            slug="retry-without-effect",
            span=step.key,
            headline=f"`{step.name}` fails again if it is tried again: nothing in it leaves the process",
            why="only what depends on others can go well a moment later",
            fix="remove `retry`",
        )
