"""`reply`: answer the user who started the interaction."""

from collections.abc import Mapping
from typing import ClassVar

from runner.actions.action import Action, Repeats, Step
from runner.data import dataclass
from runner.fields import option
from runner.lifecycle.machine import Event
from runner.messages import Mention, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answer the user. Right at any moment: it is the first response, the end of the spinner, or a follow-up.

    Example:
        - reply: "Hello {{ user.mention }}"
    """

    short: ClassVar[str | None] = "content"
    repeats: ClassVar[Repeats] = Repeats.ANSWER
    effect: ClassVar[Event | None] = Event.REPLY

    content: str = option("The text, at most 2000 characters; longer text is cut.", min_length=1)
    ephemeral: bool | None = option("Only the user sees it. Left out: as the handler's `response` says.", default=None)
    mentions: tuple[Mention, ...] = option("Whom the text may ping; nobody unless named here.", default=())

    components: tuple[str, ...] = option(
        "Buttons from `components:`, by name.", default=(), static=True, max_items=25, refers="components"
    )

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Answer through the one acknowledger."""
        rows = step.button_rows(self.components) if self.components else None
        said = Message(content=self.content, mentions=self.mentions, is_ephemeral=self.ephemeral, components=rows)
        await step.respond(Event.REPLY, said)
        return None
