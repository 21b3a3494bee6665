"""`fetch_message`: of the messages of a local Discord."""

from pathlib import Path

import pytest

from runner.build import build
from runner.lifecycle.bits import Intents
from tests.actions.members import said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot, actions

SHOWN = (
    "{{ steps.it.author.name }}: {{ steps.it.content }} {{ steps.it.is_pinned }} {{ steps.it.edited_at is none }}"
    "{% for each in steps.it.reactions %} {{ each.emoji }}{{ each.count }}{{ each.is_own }}{% endfor %}"
)


def bot_that(shows: str) -> str:
    """Return a bot that reads a message and shows some of it."""
    return f"""
commands:
  it:
    description: d
    {WHICH}
    steps:
      - id: it
        fetch_message: {{message: "{{{{ options.which }}}}"}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: "{shows}"
"""


async def test_a_message_is_read_as_it_is_now(bot: StartBot) -> None:
    made = await bot(bot_that(SHOWN))
    number = wrote(made, "Hello {{ 1 + 1 }}")
    assert said(await made.ran("it", which=number)) == [("robin: Hello {{ 1 + 1 }} False True", False)]
    made.local.edit(user="Robin", message=number, content="Bye")
    made.local.react(user="Kim", message=number, emoji="👍")
    message(made, number).reactions["🎉"] = [made.local.world.bot_id]
    message(made, number).pinned_at = 1.0
    assert said(await made.ran("it", which=number)) == [("robin: Bye True False 👍1False 🎉1True", False)]


async def test_what_is_gone_has_a_kind(bot: StartBot) -> None:
    made = await bot(bot_that("{{ steps.it.url }}"))
    assert said(await made.ran("it", which="123456789012345678")) == [("unknown_message", False)]


@pytest.mark.parametrize(
    ("shows", "is_needed"),
    [
        ("{{ steps.it.content }}", True),
        ("{{ steps.it['content'] }}", True),
        ("{{ steps.it | tojson }}", True),
        ("{{ steps | tojson }}", True),
        ("{{ steps.it.author.name }} {{ steps.it.reactions | length }}", False),
    ],
)
def test_only_who_reads_what_it_says_needs_the_intent_for_it(shows: str, is_needed: bool) -> None:
    text = bot_that(shows.replace('"', "'"))
    built = build(Path("bot.yaml"), lambda _: text.encode(), {}, actions())
    assert built.needs is not None, built.diagnostics
    assert (Intents.MESSAGE_CONTENT in built.needs.privileged) is is_needed
    assert (Intents.MESSAGE_CONTENT in built.needs.places) is is_needed
