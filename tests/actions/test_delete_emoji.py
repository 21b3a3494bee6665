"""`delete_emoji`: in the server of a local Discord."""

from tests.actions.members import guild_of, reasons, said
from tests.actions.scheduled_events import NUMBER, drawn
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    steps:
      - id: it
        delete_emoji: {{emoji: "<:party:{NUMBER}>", reason: Old}}
      - reply: "{{{{ steps.it.was_there }}}}"
"""


async def test_it_goes_once_and_the_second_time_is_no_fault(bot: StartBot) -> None:
    made = await bot(BOT)
    drawn(made)
    assert said(await made.ran("it")) == [("True", False)]
    assert guild_of(made).emojis == {}
    assert reasons(made) == ["Old"]
    assert said(await made.ran("it")) == [("False", False)]
