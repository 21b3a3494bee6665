"""`remove_timeout`: on members of a local Discord."""

from tests.actions.members import WHO, member, reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  it: {description: d, WHO, steps: [{remove_timeout: {user: "{{ options.who }}", reason: Calm}}, {reply: Done}]}
""".replace("WHO", WHO)


async def test_a_member_may_speak_again(bot: StartBot) -> None:
    made = await bot(BOT)
    member(made, "Robin").timed_out_until = made.local.clock.now() + 600
    assert said(await made.ran("it", user="Mo", who="Robin")) == [("Done", False)]
    assert member(made, "Robin").timed_out_until is None
    assert reasons(made) == ["Calm"]


async def test_only_by_whom_stands_above_them(bot: StartBot) -> None:
    made = await bot(BOT)
    until = member(made, "Sam").timed_out_until = made.local.clock.now() + 600
    ((_, is_private),) = said(await made.ran("it", user="Robin", who="Sam"))
    assert is_private
    assert member(made, "Sam").timed_out_until == until
