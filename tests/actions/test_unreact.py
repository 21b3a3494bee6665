"""`unreact`: on the messages of a local Discord."""

import pytest

from tests.actions.members import said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import Bot, StartBot

KINDS = {
    "own": 'emoji: "👍"',
    "users": 'emoji: "👍", user: "{{ user }}"',
    "everybodys": 'emoji: "👍", everyone: true',
    "all": "everyone: true",
}
COMMANDS = "".join(
    f"""
  {name}:
    description: d
    {WHICH}
    steps: [{{unreact: {{message: "{{{{ options.which }}}}", {keys}}}}}, {{reply: Done}}]"""
    for name, keys in KINDS.items()
)
BOT = f"commands:{COMMANDS}\n"


async def reacted_to(bot: Bot) -> str:
    """Return a message to which the bot, Robin and Kim have reacted."""
    number = wrote(bot, "Hello")
    for name in ("Robin", "Kim"):
        bot.local.react(user=name, message=number, emoji="👍")
        bot.local.react(user=name, message=number, emoji="🎉")
    message(bot, number).reactions["👍"].append(bot.local.world.bot_id)
    await bot.idle()
    return number


def ids(bot: Bot) -> dict[str, int]:
    """Return the ids of everybody by their names, and of the bot as `keeper`."""
    return {user.username.lower(): user.id for user in bot.local.world.users.values()}


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ("own", {"👍": ["robin", "kim"], "🎉": ["robin", "kim"]}),
        ("users", {"👍": ["kim", "keeper"], "🎉": ["robin", "kim"]}),
        ("everybodys", {"🎉": ["robin", "kim"]}),
        ("all", {}),
    ],
)
async def test_just_what_is_said_is_taken_away(which: str, left: dict[str, list[str]], bot: StartBot) -> None:
    made = await bot(BOT)
    number = await reacted_to(made)
    for _ in range(2):  # what is not there any more is no failure
        assert said(await made.ran(which, which=number)) == [("Done", False)]
        expected = {emoji: [ids(made)[name] for name in names] for emoji, names in left.items()}
        assert {emoji: users for emoji, users in message(made, number).reactions.items() if users} == expected
