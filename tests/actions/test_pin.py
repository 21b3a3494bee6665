"""`pin`: in the channels of a local Discord."""

from tests.actions.channels import channel
from tests.actions.members import reasons, said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    {WHICH}
    steps:
      - pin: {{message: "{{{{ options.which }}}}", reason: Read this}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: Done
"""


async def test_a_message_is_pinned_once(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Rules")
    for _ in range(2):
        assert said(await made.ran("it", which=number)) == [("Done", False)]
    assert message(made, number).pinned_at is not None
    assert reasons(made) == ["Read this"]
    assert [each.type for each in channel(made, "general").messages.values()].count(6) == 1


async def test_a_full_channel_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    for _ in range(250):
        message(made, wrote(made, "Rules")).pinned_at = 1.0
    assert said(await made.ran("it", which=wrote(made, "More"))) == [("limit_reached", False)]
