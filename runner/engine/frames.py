"""Where a run stands: a stack of positions, each an address in the program and an index.

Nothing else of the interpreter is needed to go on from there, so a run can be put away as JSON and taken up again,
in another process and days later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.actions.action import Kept
from runner.compile import CompiledStep
from runner.fields import Steps

Saved = Sequence[Any]  # Any: JSON


@dataclass(slots=True)
class Frame:
    """A run of steps under way: `index` is the next one, the one before it is the one under way.

    `kept` is what that one keeps while steps inside of it run, in the frame above, or while it waits. `deadline` is the
    instant of the loop's clock by which it has to end, where it has a `timeout`.
    """

    steps: Steps
    index: int = 0
    kept: Kept | None = None
    deadline: float | None = None

    @property
    def at(self) -> CompiledStep:
        """The step under way; there is none before the first."""
        step: CompiledStep = self.steps.items[self.index - 1]
        return step

    @property
    def has_ended(self) -> bool:
        """Whether no step is left."""
        return self.index == len(self.steps.items)


def saved(stack: Sequence[Frame]) -> list[Saved]:
    """Return a stack as JSON: `[address, index, kept]` for each frame, `kept` left out where there is nothing."""
    return [
        [frame.steps.address, frame.index] + ([] if frame.kept is None else [frame.kept]) for frame in stack
    ]  # deadlines stay behind: no step with a `timeout` can wait


def restored(stack: Sequence[Saved], runs: Mapping[str, Steps]) -> list[Frame]:
    """Return the stack that was saved. Raises KeyError for an address that the program hasn't."""
    return [Frame(runs[address], index, *kept) for address, index, *kept in stack]
