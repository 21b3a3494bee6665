"""Runs of steps beside each other: what one of them does to the others."""

import asyncio
from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from runner.actions.action import Leave
from runner.data import dataclass


class Beside(Protocol):
    """One of several runs beside each other."""

    @property
    def left_by(self) -> Leave | None:
        """What has ended more than it, so that the others have to end, too: a failure, a `stop` or a `return`."""
        ...

    @property
    def is_waiting(self) -> bool:
        """Whether it has come as far as it can, and waits for something."""
        ...

    async def go_on(self) -> None:
        """Run as far as it goes; raises what the failing step raised."""
        ...

    async def abandon(self) -> None:
        """Leave for good the steps that have been cut."""
        ...


@dataclass(slots=True)
class Outcome:
    """What came of runs beside each other: which one ended first, and which one ended more than itself."""

    first: str | None = None
    left: str | None = None
    failures: list[Exception] = field(default_factory=list[Exception])


async def run_beside(runs: Mapping[str, Beside], *, is_any: bool) -> Outcome:
    """Run all of them until each has ended or waits, or with `is_any` one of them has ended.

    A failure, a `stop` or a `return` in one of them ends the others; what always follows their steps is still run.
    """
    outcome = Outcome()
    tasks: dict[str, asyncio.Task[None]] = {}

    async def run(name: str, beside: Beside) -> None:
        try:
            await beside.go_on()
        except Exception as failure:
            outcome.failures.append(failure)
        else:
            if beside.is_waiting:
                return
            outcome.first = outcome.first or name
        if beside.left_by is not None:
            outcome.left = outcome.left or name
        if is_any or outcome.left or outcome.failures:
            for other in tasks.keys() - {name}:
                tasks[other].cancel()

    async with asyncio.TaskGroup() as group:
        tasks.update({name: group.create_task(run(name, beside)) for name, beside in runs.items()})
    for name in (name for name, task in tasks.items() if task.cancelled()):
        try:
            await runs[name].abandon()
        except Exception as failure:
            outcome.failures.append(failure)
    return outcome
