"""`fetch_reactions`: of the messages of a local Discord."""

from runner.emulator.world import User
from tests.actions.members import said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot


def bot_with(keys: str) -> str:
    """Return a bot that asks who has reacted."""
    return f"""
commands:
  it:
    description: d
    {WHICH}
    steps:
      - id: it
        fetch_reactions: {{message: "{{{{ options.which }}}}", emoji: "🎉"{keys}}}
      - reply: >-
          {{{{ steps.it.count }}}} {{{{ steps.it.is_all }}}} {{{{ steps.it.users[:2] | map('name') | join(' ') }}}}
"""


async def test_people_are_told_and_bots_only_if_asked_for(bot: StartBot) -> None:
    made = await bot(bot_with(""))
    number = wrote(made, "Hello")
    assert said(await made.ran("it", which=number)) == [("0 True", False)]
    for name in ("Robin", "Kim"):
        made.local.react(user=name, message=number, emoji="🎉")
    message(made, number).reactions["🎉"].append(made.local.world.bot_id)
    assert said(await made.ran("it", which=number)) == [("2 True robin kim", False)]
    await made.stop()
    other = await bot(bot_with(", bots: true"), local=made.local)
    assert said(await other.ran("it", which=number))[0][0].startswith("3 True")


async def test_page_by_page_up_to_the_bound(bot: StartBot) -> None:
    made = await bot(bot_with(""))
    number, world = wrote(made, "Hello"), made.local.world
    first = max(world.users) + 1
    users = list(range(first, first + 1001))
    world.users.update({each: User(id=each, username=str(each)) for each in users})
    message(made, number).reactions["🎉"] = users
    ((text, _),) = said(await made.ran("it", which=number))
    assert text.startswith("1000 False")
    message(made, number).reactions["🎉"] = users[:250]
    ((text, _),) = said(await made.ran("it", which=number))
    assert text.startswith("250 True")
