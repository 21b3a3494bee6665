"""`for_each`: run steps for each item of a list."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import LOOP_MAX, Action, Kept, Step, StepFailed
from runner.data import dataclass
from runner.fields import Expression, Steps, option
from runner.inside import Inside, Loop
from runner.templates.types import INTEGER, Type
from runner.templates.values import is_list


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Action):
    """Run steps for each item of a list, one after the other; they read it as `item`, and where they are as `loop`.

    Example:
        - for_each: range(3)
          do: [{log: "{{ item }}, {{ loop.index }} of {{ loop.length }}"}]
    """

    is_local: ClassVar[bool] = True
    whole: ClassVar[str | None] = "for_each"
    beside: ClassVar[tuple[str, ...]] = ("as_", "do", "at_most")
    outputs: ClassVar[Mapping[str, Type]] = {"count": INTEGER}

    for_each: Expression = option("A template expression that gives a list, without braces.")
    as_: str = option(
        "The name of the item, where it is not `item`.",
        default="item",
        static=True,
        pattern="[a-z_][a-z0-9_]{0,63}",
        takes="a name of lower-case letters, digits and `_`",
    )
    do: Steps = option("The steps.")
    at_most: int = option(
        "How many items the list may have; a longer one fails.",
        default=100,
        minimum=1,
        maximum=LOOP_MAX,
        static=True,
    )

    def inside(self) -> Inside | None:
        """Return the loop; the list may be empty."""
        return Loop(self.do, item=self.as_, items=self.for_each)

    def names(self, kept: Kept) -> Mapping[str, object]:
        """Return the item whose turn it is, and `loop`."""
        at, count = kept["at"], len(kept["items"])
        loop = {
            "index": at + 1,
            "index0": at,
            "revindex": count - at,
            "revindex0": count - at - 1,
            "first": at == 0,
            "last": at == count - 1,
            "length": count,
        }
        return {self.as_: kept["items"][at], "loop": loop}

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Begin with the first item."""
        items: object = self.for_each
        if not is_list(items):
            raise StepFailed("for_each: this is not a list")
        if len(items) > self.at_most:
            raise StepFailed(
                f"for_each: the list has more than {self.at_most} items, which is as many as `at_most` says"
            )
        if items:
            step.enter(self.do, {"items": list(items), "at": 0})
        return {"count": 0}

    async def again(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on with the next item."""
        at, items = kept["at"] + 1, kept["items"]
        if at < len(items):
            step.enter(self.do, {"items": items, "at": at})
        return {"count": at}
