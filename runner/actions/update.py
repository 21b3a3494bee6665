"""`update`: change the message that a button is on."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.machine import Event
from runner.messages import Mention, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Action):
    """Change the message that the clicked button is on. What is left out stays as it is.

    Example:
        - update: {content: "Taken by {{ user.mention }}", components: []}
    """

    short: ClassVar[str | None] = "content"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.UPDATE

    content: str | None = option("The new text, at most 2000 characters; longer text is cut.", default=None)
    components: tuple[str, ...] | None = option(
        "The buttons it has from now on, by name; an empty list removes them.",
        default=None,
        static=True,
        max_items=25,
        refers="components",
    )
    mentions: tuple[Mention, ...] = option("Whom the text may ping; nobody unless named here.", default=())

    def lacks(self) -> str:
        """Ask for something to change."""
        return "" if self.content is not None or self.components is not None else "`content` or `components`"

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Update through the one acknowledger."""
        rows = None if self.components is None else step.button_rows(self.components)
        await step.respond(Event.UPDATE, Message(content=self.content, mentions=self.mentions, components=rows))
        return None
