"""`paginate`: show a long list, one page after the other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from runner.actions._asking import ANSWERER, Asking
from runner.actions.action import Kept, Step, StepFailed
from runner.config.document import PageMessage
from runner.data import dataclass
from runner.fields import Expression, keys_of, option
from runner.formats import shortened
from runner.inside import Inside, Waits
from runner.lifecycle import limits
from runner.messages import Message, with_text
from runner.questions import Answer, AskButton, Question
from runner.templates.types import ANY, INTEGER, Object, Type
from runner.templates.values import is_list

ITEMS_MAX: Final = 10_000
"""How many items there may be: they are what the run has in its context, which is saved."""

PREVIOUS, NEXT, CLOSE = "previous", "next", "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paginate(Asking):
    """Show a list page by page, with buttons to turn them. The run goes on when it is closed, or its time is over.

    Example:
        - paginate: {items: "range(1, 30)", line: "{{ number }}. {{ item }}", header: Numbers, timeout: 5m}
    """

    outputs: ClassVar[Mapping[str, Type]] = {}
    late_names: ClassVar[Mapping[str, Type]] = {
        "event": Object("the click", ANSWERER),
        "item": ANY,
        "number": INTEGER,
    }

    said: Message = keys_of(PageMessage)
    items: Expression = option("A template expression that gives a list, without braces.")
    line: str = option("One line for each: it reads the `item`, and its `number` from 1 on.", late=True, min_length=1)
    per_page: int = option("How many are on a page.", default=10, minimum=1, maximum=50)
    empty: str = option("What is shown where there is none.", default="There is nothing.", min_length=1)
    previous: str = option("What is on the button back.", default="◀", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    next: str = option("What is on the button forth.", default="▶", min_length=1, max_length=limits.BUTTON_LABEL_MAX)
    close: str | None = option(
        "The label of a button that ends it.", default=None, min_length=1, max_length=limits.BUTTON_LABEL_MAX
    )

    def lacks(self) -> str:
        """Nothing: the lines are what it says."""
        return ""

    def adds(self) -> tuple[int, int]:
        """Return how many rows it adds to its message at most, and how many buttons are in them."""
        below = (self.close is not None) + len(self.ways_out())
        return 1 + bool(below), 3 + below

    def inside(self) -> Inside | None:
        """Return what it waits for; where nobody clicks any more, the run goes on."""
        return Waits(self.waits_for, self.timeout, self.on_timeout, self.on_cancel, goes_on=True)

    def question(self, kept: Kept) -> Question | None:
        """Return the page with its buttons; those that would lead nowhere are disabled."""
        page, pages = int(kept["page"]), int(kept["pages"])
        turn = (
            AskButton(answer=PREVIOUS, label=self.previous, is_disabled=page == 1),
            AskButton(answer="page", label=f"{page}/{pages}", is_disabled=True),
            AskButton(answer=NEXT, label=self.next, is_disabled=page == pages),
        )
        close = (AskButton(answer=CLOSE, label=self.close),) if self.close else ()
        rows = (turn if pages > 1 else (), (*close, *self.ways_out()))
        return Question(message=_with_lines(self.message, kept["text"]), rows=tuple(row for row in rows if row))

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Show the first page."""
        self._show(step, 1)
        return None

    async def answered(self, step: Step, kept: Kept, answer: Answer) -> Mapping[str, object] | None:
        """Turn the page, or go on behind it."""
        page = int(kept["page"])
        if answer.word == CLOSE:
            return None
        self._show(step, page + (1 if answer.word == NEXT else -1))
        return None

    async def timed_out(self, step: Step, kept: Kept) -> Mapping[str, object] | None:
        """Go on. Where there was nothing to click, nobody has let any time pass."""
        if kept["pages"] > 1 or self.close is not None or self.ways_out():
            self._end_waiting(step, self.on_timeout, goes_on=True)
        return None

    def _show(self, step: Step, page: int) -> None:
        items: object = self.items
        if not is_list(items):
            raise StepFailed("paginate: this is not a list")
        if len(items) > ITEMS_MAX:
            raise StepFailed(f"paginate: the list has more than {ITEMS_MAX} items")
        pages = max(1, math.ceil(len(items) / self.per_page))
        page = min(max(page, 1), pages)  # the list may have become shorter
        has_buttons = pages > 1 or self.close is not None or bool(self.ways_out())
        kept = {"page": page, "pages": pages, "text": self._text(step, items, page)}
        step.wait(kept, self.timeout if has_buttons else 0.0)

    def _text(self, step: Step, items: Sequence[object], page: int) -> str:
        first = (page - 1) * self.per_page
        shown = enumerate(items[first : first + self.per_page], first + 1)
        lines = [str(step.evaluate(self.line, item=item, number=number)) for number, item in shown]
        return shortened("\n".join(lines or [self.empty]), limits.EMBED_DESCRIPTION_MAX)


def _with_lines(message: Message, lines: str) -> Message:
    """Return a page: its lines are what the first embed without a description says, or the text of the message."""
    embeds: Sequence[Any] = (message.more or {}).get("embeds") or ()  # type: ignore[assignment]  # Discord's JSON
    at = next((index for index, embed in enumerate(embeds) if not embed.get("description")), None)
    if at is None:
        return with_text(message, "\n".join([*([message.content] if message.content else []), lines]))
    filled = [{**embed, "description": lines} if index == at else embed for index, embed in enumerate(embeds)]
    return replace(message, more={**(message.more or {}), "embeds": filled}, encoded=None)
