"""The ids of messages that only one user sees: they can't be reached by anybody else, and not later."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from runner.actions.action import Action, Step, load_actions
from runner.build import build
from runner.data import dataclass
from runner.diagnostics import Diagnostic
from runner.fields import PublicMessage, option
from runner.lifecycle.machine import Event
from runner.messages import Message
from runner.templates.types import PRIVATE_ID, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Action):
    """Answer, and tell which message that is.

    Example:
        - note: Hello
    """

    short: ClassVar[str | None] = "content"
    effect: ClassVar[Event | None] = Event.REPLY
    outputs: ClassVar[Mapping[str, Type]] = {"message_id": PRIVATE_ID}

    content: str = option("The text.")
    ephemeral: bool | None = option("Only the user sees it.", default=None)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.respond(Event.REPLY, Message(content=self.content))
        return {"message_id": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Star(Action):
    """Do to a message what only a public one takes.

    Example:
        - star: "123456789012345678"
    """

    short: ClassVar[str | None] = "message"

    message: PublicMessage = option("Which.")


ACTIONS = {**load_actions(), "note": Note, "star": Star}
STATE = "state: {kept: {scope: user, type: string}}\n"


def faults(steps: str, response: str = "auto") -> list[Diagnostic]:
    """Return what is wrong with a command, but for what is unused."""
    text = f"{STATE}commands: {{it: {{description: d, response: {response}, steps: [{steps}]}}}}"
    built = build(Path("bot.yaml"), lambda _: text.encode(), {}, ACTIONS)
    return [fault for fault in built.diagnostics if fault.slug != "unused-name"]


USES = {
    "reached": '{star: "{{ steps.said.message_id }}"}',
    "kept": '{set: {state: kept, to: "{{ steps.said.message_id }}"}}',
    "perhaps kept": "{set: {state: kept, to: \"{{ steps.said.message_id if user.is_bot else '' }}\"}}",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    ("note", "response"),
    [("note: {content: a, ephemeral: true}", "auto"), ("note: a", "ephemeral")],
    ids=["by itself", "as its handler"],
)
def test_a_message_for_one_alone_is_not_reached_and_not_kept(note: str, response: str, use: str) -> None:
    (fault,) = faults(f"{{id: said, {note}}}, {use}", response)
    assert fault.slug == "ephemeral-message"
    assert fault.fix
    assert fault.span.column > 60


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    ("note", "response"),
    [
        ("note: {content: a, ephemeral: false}", "ephemeral"),
        ("note: a", "auto"),
        ('note: {content: a, ephemeral: "{{ user.is_bot }}"}', "auto"),
        ("send: a", "ephemeral"),
    ],
    ids=["it says so", "as its handler", "nobody knows", "posted"],
)
def test_a_message_that_everybody_may_see_is_reached_and_kept(note: str, response: str, use: str) -> None:
    assert faults(f"{{id: said, {note}}}, {use}, {{reply: b}}", response) == []


def test_the_id_of_a_private_message_is_an_id_like_any_other_elsewhere() -> None:
    use = "{reply: \"{{ steps.said.message_id ~ 1 }}{{ steps.said.message_id == '1' }}\"}"
    assert faults(f"{{id: said, note: {{content: a, ephemeral: true}}}}, {use}") == []
