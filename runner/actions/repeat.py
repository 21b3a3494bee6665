"""`repeat`: run steps several times."""

from collections.abc import Mapping
from typing import ClassVar, cast

from runner.actions.action import LOOP_MAX, Action, Kept, Step, StepFailed
from runner.data import dataclass
from runner.fields import Expression, Steps, option
from runner.inside import Inside, Loop
from runner.templates.types import INTEGER, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Action):
    """Run steps so many times, or while something holds, or until it does; they read where they are as `loop`.

    Example:
        - repeat: {times: 5, until: vars.count >= 3}
          do: [{let: {count: "{{ loop.index }}"}}]
    """

    is_local: ClassVar[bool] = True
    short: ClassVar[str | None] = "times"
    beside: ClassVar[tuple[str, ...]] = ("do",)
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER}

    times: int | None = option("How many times.", default=None, minimum=0, maximum=LOOP_MAX)
    while_: Expression | None = option("What must hold before each time.", default=None, late=True)
    until: Expression | None = option("What ends it, asked behind each time.", default=None, late=True)
    at_most: int = option(
        "How many times, where `times` is left out; a condition that has not ended it by then fails.",
        default=100,
        minimum=1,
        maximum=LOOP_MAX,
        static=True,
    )
    do: Steps = option("The steps.")

    def inside(self) -> Inside | None:
        """Return the loop."""
        times = cast(object, self.times)  # before it is rendered it may be a template
        is_certain = self.while_ is None and (times is None or (isinstance(times, int) and times > 0))
        return Loop(self.do, is_certain=is_certain, holds=self.while_, until=self.until)

    def lacks(self) -> str:
        """Ask for what ends it."""
        is_open = self.times is None and self.while_ is None and self.until is None
        return "`times`, `while` or `until`" if is_open else ""

    def names(self, kept: Kept) -> Mapping[str, object]:
        """Return `loop`."""
        at = kept["at"]
        return {"loop": {"index": at + 1, "index0": at, "first": at == 0}}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Begin, unless there is nothing to do."""
        return self._next(step, 0, self.times)

    async def again(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Begin once more, unless it is enough."""
        at = kept["at"] + 1
        if self.until is not None and step.evaluate(self.until):
            return {"count": at}
        return self._next(step, at, kept["times"])

    def _next(self, step: Step, at: int, times: int | None) -> Mapping[str, object]:
        is_over = self.while_ is not None and not step.evaluate(self.while_)
        if not is_over and at != times:
            if times is None and at == self.at_most:
                raise StepFailed(f"repeat: not done after {at} times, which is as many as `at_most` says")
            step.enter(self.do, {"at": at, "times": times})
        return {"count": at}
