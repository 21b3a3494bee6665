"""`delete_message`: on the messages of a local Discord."""

from pathlib import Path

from runner.build import build
from runner.lifecycle.bits import Permissions
from tests.actions.channels import channel
from tests.actions.members import reasons, role, said
from tests.actions.messages import WHICH, is_there, wrote
from tests.conftest import StartBot, actions

BOT = f"""
commands:
  own:
    description: d
    steps:
      - id: it
        send: {{channel: "#support", content: a}}
      - id: gone
        delete_message: {{channel: "{{{{ steps.it.channel_id }}}}", message: "{{{{ steps.it.message_id }}}}"}}
      - reply: "{{{{ steps.gone.was_there }}}}"
  any:
    description: d
    {WHICH}
    steps:
      - id: gone
        delete_message: {{message: "{{{{ options.which }}}}", reason: Off topic}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: "{{{{ steps.gone.was_there }}}}"
  uncaught:
    description: d
    {WHICH}
    response: ephemeral
    steps: [{{delete_message: "{{{{ options.which }}}}"}}]
"""


async def test_a_message_of_the_bots_own_needs_no_permission(bot: StartBot) -> None:
    made = await bot(BOT)
    role(made, "Keeper").permissions &= ~Permissions.MANAGE_MESSAGES
    assert said(await made.ran("own")) == [("True", False)]
    assert not channel(made, "support").messages


async def test_anybodys_is_deleted_for_a_reason_and_only_once(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Buy this")
    assert said(await made.ran("any", which=number)) == [("True", False)]
    assert not is_there(made, number)
    assert reasons(made) == ["Off topic"]
    assert said(await made.ran("any", which=number)) == [("False", False)]


async def test_a_bot_that_may_not_says_what_it_lacks(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Buy this")
    role(made, "Keeper").permissions &= ~Permissions.MANAGE_MESSAGES
    assert said(await made.ran("any", which=number)) == [("missing_permission", False)]
    ((text, is_private),) = said(await made.ran("uncaught", which=number))
    assert "Manage Messages" in text
    assert is_private
    assert is_there(made, number)


def slugs(which: str) -> list[str]:
    """Return what a button is warned of that deletes a message."""
    text = f"""
commands: {{a: {{description: d, options: {{}}, reply: {{content: a, components: [it]}}}}}}
components: {{it: {{button: {{label: a}}, steps: [{{delete_message: "{which}"}}]}}}}
"""
    built = build(Path("bot.yaml"), lambda _: text.encode(), {}, actions())
    return [fault.slug for fault in built.diagnostics]


def test_a_button_that_deletes_its_own_message_needs_no_guard_and_any_other_does() -> None:
    assert slugs("{{ message.id }}") == []
    assert slugs("123456789012345678") == ["unguarded-component"]
