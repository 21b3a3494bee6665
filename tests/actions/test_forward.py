"""`forward`: between the channels of a local Discord."""

from runner.emulator.world import Poll
from runner.lifecycle.bits import Permissions
from tests.actions.channels import channel
from tests.actions.members import role, said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  it:
    description: d
    {WHICH}
    response: ephemeral
    steps:
      - id: it
        forward: {{message: "{{{{ options.which }}}}", to: "#support"}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: "{{{{ steps.it.url }}}}"
  plain:
    description: d
    {WHICH}
    steps: [{{forward: {{message: "{{{{ options.which }}}}", to: "#support"}}}}, {{reply: Done}}]
"""


async def test_a_message_is_posted_again_with_what_it_says_now(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "It breaks")
    ((url, _),) = said(await made.ran("it", which=number))
    made.local.edit(user="Robin", message=number, content="It never did")
    (posted,) = channel(made, "support").messages.values()
    assert url.endswith(f"/{posted.channel_id}/{posted.id}")
    assert posted.author_id == made.local.world.bot_id
    assert [each["message"]["content"] for each in posted.snapshots] == ["It breaks"]


async def test_a_poll_is_not_forwarded(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Shall we?")
    message(made, number).poll = Poll(question={"text": "Shall we?"}, answers=[], ends_at=made.local.clock.now() + 60)
    assert said(await made.ran("it", which=number)) == [("invalid", True)]


async def test_a_bot_that_may_not_post_there_says_so(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Hello")
    role(made, "@everyone").permissions &= ~Permissions.SEND_MESSAGES
    ((text, is_private),) = said(await made.ran("plain", which=number))
    assert "Send Messages" in text
    assert is_private
