"""`delete_channel`: in the server of a local Discord."""

from tests.actions.channels import names
from tests.actions.members import reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  it: {description: d, steps: [{delete_channel: {channel: "#support", reason: Over}}, {reply: Done}]}
  gone: {description: d, steps: [{delete_channel: 123456789012345678, catch: [{reply: "{{ error.kind }}"}]}]}
  this: {description: d, steps: [{reply: Closing}, {delete_channel: "{{ channel.id }}"}]}
"""


async def test_a_channel_is_deleted_and_the_audit_log_says_why(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("it")) == [("Done", False)]
    assert "support" not in names(made)
    assert reasons(made) == ["Over"]


async def test_one_that_is_not_there_has_a_kind(bot: StartBot) -> None:
    assert said(await (await bot(BOT)).ran("gone")) == [("unknown_channel", False)]


async def test_the_channel_of_the_interaction_itself_can_go_as_the_last_thing(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("this")
    assert "general" not in names(made)
    assert made.line()["outcome"] == "ok"
