"""`unpin`: in the channels of a local Discord."""

from tests.actions.members import reasons, said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    {WHICH}
    steps: [{{unpin: {{message: "{{{{ options.which }}}}", reason: Old}}}}, {{reply: Done}}]
"""


async def test_a_pin_is_taken_away_and_what_has_none_stays_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Rules")
    message(made, number).pinned_at = 1.0
    for _ in range(2):
        assert said(await made.ran("it", which=number)) == [("Done", False)]
    assert message(made, number).pinned_at is None
    assert reasons(made) == ["Old"]
