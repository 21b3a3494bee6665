"""`crosspost`: in the channels of a local Discord."""

from runner.lifecycle.bits import MessageFlags
from runner.lifecycle.limits import ChannelType
from tests.actions.channels import channel
from tests.actions.members import said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    {WHICH}
    steps:
      - crosspost: {{channel: "#support", message: "{{{{ options.which }}}}"}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: Done
"""


async def test_an_announcement_is_published_once(bot: StartBot) -> None:
    made = await bot(BOT)
    channel(made, "support").type = ChannelType.GUILD_ANNOUNCEMENT
    number = wrote(made, "News", user="Olive", where="support")
    for _ in range(2):
        assert said(await made.ran("it", which=number)) == [("Done", False)]
    assert message(made, number).flags & MessageFlags.CROSSPOSTED


async def test_nothing_else_can_be_published(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "News", where="support")
    assert said(await made.ran("it", which=number)) == [("invalid", False)]
