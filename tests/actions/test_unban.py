"""`unban`: on a local Discord."""

from tests.actions.members import guild_of, reasons, said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    options: {who: {type: string, description: An id, required: true}}
    steps:
      - id: it
        unban: {user: "{{ options.who }}", reason: Time served}
      - reply: "{{ steps.it.was_banned }}"
"""


async def test_who_was_banned_is_not_any_more(bot: StartBot) -> None:
    made = await bot(BOT)
    kim = user_id(made, "Kim")
    guild_of(made).bans[kim] = "Spam"
    assert said(await made.ran("it", user="Mo", who=str(kim))) == [("True", False)]
    assert guild_of(made).bans == {}
    assert reasons(made) == ["Time served"]


async def test_who_was_not_is_not_either(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("it", user="Mo", who=str(user_id(made, "Kim")))) == [("False", False)]


async def test_a_failure_of_another_kind_is_one(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("DELETE /guilds/", status=403, code=50013)
    ((text, is_private),) = said(await made.ran("it", user="Mo", who=str(user_id(made, "Kim"))))
    assert "**Ban Members**" in text
    assert is_private
