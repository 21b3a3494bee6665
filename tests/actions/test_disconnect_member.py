"""`disconnect_member`: on members who speak, on a local Discord."""

from tests.actions.members import WHO, member, said
from tests.conftest import StartBot

BOT = """
commands:
  own: {description: d, steps: [disconnect_member, {reply: Done}]}
  other: {description: d, WHO, steps: [{disconnect_member: "{{ options.who }}"}, {reply: Done}]}
""".replace("WHO", WHO)


async def test_a_member_is_taken_out(bot: StartBot) -> None:
    made = await bot(BOT)
    for name, user in (("own", "Robin"), ("other", "Mo")):
        made.local.enter_voice(user="Robin", channel="Lounge")
        options = {"who": "Robin"} if name == "other" else {}
        assert said(await made.ran(name, user=user, **options)) == [("Done", False)]
        assert member(made, "Robin").voice is None


async def test_who_is_not_there_can_not_be_taken_out(bot: StartBot) -> None:
    made = await bot(BOT)
    ((text, _),) = said(await made.ran("own"))
    assert text.startswith("Something went wrong")
    assert "40032" in made.log.of("step failed")[0]["reason"]
