"""`edit_emoji`: in the server of a local Discord."""

import pytest

from runner.lifecycle.bits import Permissions
from tests.actions.members import reasons, role, said, user_id
from tests.actions.scheduled_events import NUMBER, drawn, emoji, without
from tests.conftest import StartBot


def bot_with(keys: str, which: str = f"<:party:{NUMBER}>") -> str:
    """Return a bot that changes an emoji."""
    return f"""
commands:
  it:
    description: d
    options: {{which: {{type: string, description: d}}}}
    steps:
      - edit_emoji: {{emoji: "{which}", {keys}}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: Done
"""


DONE = [("Done", False)]


async def test_it_gets_another_name_and_other_users(bot: StartBot) -> None:
    made = await bot(bot_with("name: fete, roles: ['@Support'], reason: Nicer"))
    drawn(made)
    assert said(await made.ran("it")) == DONE
    assert (emoji(made).name, emoji(made).role_ids) == ("fete", [role(made, "Support").id])
    assert reasons(made) == ["Nicer"]
    await made.stop()
    again = await bot(bot_with("roles: []", str(NUMBER)), local=made.local)
    assert said(await again.ran("it")) == DONE
    assert (emoji(again).name, emoji(again).role_ids) == ("fete", [])


@pytest.mark.parametrize(
    ("which", "answer"), [(f"<a:old:{NUMBER}>", "not_found"), ("🎉", "invalid"), (":x:", "invalid")]
)
async def test_what_is_none_of_the_servers_has_a_kind(bot: StartBot, which: str, answer: str) -> None:
    made = await bot(bot_with("name: fete", "{{ options.which }}"))
    assert said(await made.ran("it", which=which)) == [(answer, False)]


async def test_a_bot_that_may_only_create_changes_its_own(bot: StartBot) -> None:
    made = await without(bot, Permissions.MANAGE_GUILD_EXPRESSIONS, bot_with("name: fete"))
    drawn(made)
    assert said(await made.ran("it")) == DONE
    drawn(made, by=user_id(made, "Olive"))
    assert said(await made.ran("it")) == [("missing_permission", False)]
