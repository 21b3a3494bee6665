"""`react`: to the messages of a local Discord."""

from runner.lifecycle.bits import Permissions
from tests.actions.members import role, said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  one:
    description: d
    {WHICH}
    steps: [{{react: {{emoji: "👍", message: "{{{{ options.which }}}}"}}}}, {{reply: Done}}]
  many:
    description: d
    {WHICH}
    steps: [{{react: {{emoji: ["1️⃣", "2️⃣", "❤️"], message: "{{{{ options.which }}}}"}}}}, {{reply: Done}}]
  custom:
    description: d
    {WHICH}
    options:
      which: {{type: string, description: d, required: true}}
      emoji: {{type: string, description: d, required: true}}
    steps:
      - react: {{emoji: "{{{{ options.emoji }}}}", message: "{{{{ options.which }}}}"}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: Done
events:
  message: {{steps: [{{react: {{emoji: "👀", message: "{{{{ message.id }}}}"}}}}]}}
""".replace(f"custom:\n    description: d\n    {WHICH}\n", "custom:\n    description: d\n")
DONE = [("Done", False)]


async def test_a_reaction_is_added_once_however_often_it_is_asked_for(bot: StartBot) -> None:
    made = await bot(BOT)
    number, own = wrote(made, "Hello"), made.local.world.bot_id
    await made.idle()
    for _ in range(2):
        assert said(await made.ran("one", which=number)) == DONE
    assert message(made, number).reactions == {"👀": [own], "👍": [own]}


async def test_several_stand_in_the_order_in_which_they_are_written(bot: StartBot) -> None:
    made = await bot(BOT.partition("events:")[0])
    number = wrote(made, "Hello")
    assert said(await made.ran("many", which=number)) == DONE
    assert [emoji.rstrip("\ufe0f") for emoji in message(made, number).reactions] == ["1️⃣", "2️⃣", "❤"]


async def test_what_is_no_emoji_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Hello")
    for emoji in ("nothing", "<:gone:123456789012345678>"):
        assert said(await made.ran("custom", which=number, emoji=emoji)) == [("not_found", False)]
    assert said(await made.ran("custom", which=number, emoji="🎉")) == DONE


async def test_a_bot_that_may_not_react_says_so_before_it_does_anything(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Hello")
    await made.idle()
    everyone = role(made, "@everyone")
    everyone.permissions &= ~Permissions.ADD_REACTIONS
    ((text, is_private),) = said(await made.ran("one", which=number))
    assert "Add Reactions" in text
    assert is_private
