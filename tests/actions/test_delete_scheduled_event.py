"""`delete_scheduled_event`: in the server of a local Discord."""

from runner.lifecycle.bits import Permissions
from tests.actions.members import guild_of, reasons, said, user_id
from tests.actions.scheduled_events import NUMBER, planned, without
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    steps:
      - id: it
        delete_scheduled_event: {{event: "{NUMBER}", reason: Rain}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: "{{{{ steps.it.was_there }}}}"
"""


async def test_it_goes_once_and_the_second_time_is_no_fault(bot: StartBot) -> None:
    made = await bot(BOT)
    planned(made)
    assert said(await made.ran("it")) == [("True", False)]
    assert guild_of(made).events == {}
    assert reasons(made) == ["Rain"]
    assert said(await made.ran("it")) == [("False", False)]


async def test_one_of_somebody_elses_takes_a_permission(bot: StartBot) -> None:
    made = await without(bot, Permissions.MANAGE_EVENTS, BOT)
    planned(made, by=user_id(made, "Olive"))
    assert said(await made.ran("it")) == [("missing_permission", False)]
    assert len(guild_of(made).events) == 1
