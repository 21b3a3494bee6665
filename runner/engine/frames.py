"""Where a run stands: a stack of positions, each an address in the program and an index.

Nothing else of the interpreter is needed to go on from there, so a run can be put away as JSON and taken up again,
in another process and days later.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from runner.actions.action import Action, Kept
from runner.compile import CompiledStep
from runner.data import dataclass
from runner.fields import Steps

Context = dict[str, Any]
Saved = list[Any]  # Any: JSON


@dataclass(slots=True)
class Asked:
    """What a step waits with: the number of the question, and until when, as a Unix second.

    `message_id` is the message that shows it, `is_private` who sees that, `channel_id` where it is, if the step names a
    channel. `token` opens the interaction that showed it, which is of `origin` and in `state`, until the Unix second
    `token_until`. `action` is the step's action as it was rendered to ask; a question that was put away and taken up
    has none.
    """

    number: int
    until: float | None = None
    message_id: str | None = None
    is_private: bool = False
    interaction_id: str = ""
    token: str = ""
    token_until: float = 0.0
    origin: str = ""
    state: str = ""
    channel_id: str = ""
    action: Action | None = None

    def as_json(self) -> Saved:
        """Return it as it is saved: what a step that shows nothing leaves out is left out."""
        if self.message_id is None and not self.token:
            return [self.number, self.until]
        shown = [self.message_id, self.is_private, self.interaction_id, self.token, self.token_until]
        elsewhere = [self.channel_id] if self.channel_id else []
        return [self.number, self.until, *shown, self.origin, self.state, *elsewhere]


@dataclass(slots=True)
class Frame:
    """A run of steps under way: `index` is the next one, the one before it is the one under way.

    `kept` is what that one keeps while steps inside of it run, in the frame above, or while it waits. `deadline` is the
    instant of the loop's clock by which it has to end, where it has a `timeout`. `scope` is the context of whoever has
    run the flow that it runs, `strands` are the runs beside each other that it runs, None for each that has ended, and
    `asked` is the question that it waits with.
    """

    steps: Steps
    index: int = 0
    kept: Kept | None = None
    deadline: float | None = None
    scope: Context | None = None
    strands: "dict[str, Strand | None] | None" = None
    asked: Asked | None = None

    @property
    def at(self) -> CompiledStep:
        """The step under way; there is none before the first."""
        step: CompiledStep = self.steps.items[self.index - 1]
        return step

    @property
    def has_ended(self) -> bool:
        """Whether no step is left."""
        return self.index == len(self.steps.items)


@dataclass(slots=True)
class Strand:
    """One of several runs beside each other: where it stands, and what its templates read."""

    stack: list[Frame]
    context: Context


@dataclass(frozen=True, slots=True)
class Shape:
    """How stacks become JSON and come back: what of a context is saved, and what a context is made of again."""

    runs: Mapping[str, Steps]
    keep: Callable[[Context], Context]
    renew: Callable[[Context], Context]

    def saved(self, stack: Sequence[Frame], context: Context) -> list[Saved]:
        """Return a stack as JSON: `[address, index, what the step under way holds]`, the last where there is any.

        `context` is what the templates of the topmost steps read: runs beside each other have it in common, so where it
        stands in one of theirs, null is saved. Deadlines stay behind: no step with a `timeout` can wait.
        """
        return self._saved_beside(stack, context, None)

    def restored(self, stack: Sequence[Saved], context: Context) -> list[Frame]:
        """Return the stack that was saved. Raises KeyError for an address that the program hasn't."""
        return [self._restored(context, None, *each) for each in stack]

    def _saved_beside(self, stack: Sequence[Frame], context: Context, common: Context | None) -> list[Saved]:
        return [self._saved(frame, context, common) for frame in stack]

    def _saved(self, frame: Frame, context: Context, common: Context | None) -> Saved:
        held: dict[str, Any] = {}
        if frame.kept is not None:
            held["kept"] = frame.kept
        if frame.scope is not None:
            held["scope"] = self._kept(frame.scope, common)
        if frame.strands is not None:
            held["strands"] = {name: each and self._strand(each, context) for name, each in frame.strands.items()}
        if frame.asked is not None:
            held["asked"] = frame.asked.as_json()
        return [frame.steps.address, frame.index] + ([held] if held else [])

    def _strand(self, strand: Strand, common: Context) -> Saved:
        return [self._saved_beside(strand.stack, strand.context, common), self._kept(strand.context, common)]

    def _kept(self, context: Context, common: Context | None) -> Context | None:
        return None if context is common else self.keep(context)

    def _restored(
        self,
        context: Context,
        common: Context | None,
        address: str,
        index: int,
        held: Mapping[str, Any] | None = None,
    ) -> Frame:
        frame = Frame(self.runs[address], index)
        if held is None:
            return frame
        frame.kept = held.get("kept")
        if "scope" in held:
            frame.scope = self._renewed(held["scope"], common)
        if "strands" in held:
            frame.strands = {n: each and self._restored_strand(context, *each) for n, each in held["strands"].items()}
        if "asked" in held:
            frame.asked = Asked(*held["asked"])
        return frame

    def _restored_strand(self, common: Context, stack: Sequence[Saved], kept: Context | None) -> Strand:
        context = self._renewed(kept, common)
        return Strand([self._restored(context, common, *each) for each in stack], context)

    def _renewed(self, kept: Context | None, common: Context | None) -> Context:
        if kept is not None:
            return self.renew(kept)
        assert common is not None, "null is saved only for runs beside each other"
        return common


def waiting_in(stack: Sequence[Frame]) -> Iterator[Frame]:
    """Yield the frames that wait for something: one of a stack, more where there are runs beside each other."""
    if not stack:
        return
    top = stack[-1]
    for strand in (top.strands or {}).values():
        yield from waiting_in(strand.stack if strand else ())
    if top.asked is not None:
        yield top
