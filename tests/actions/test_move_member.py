"""`move_member`: on members who speak, on a local Discord."""

from dataclasses import replace

from tests.actions.members import WHO, member, said
from tests.conftest import Bot, StartBot

CAUGHT = 'catch: [{reply: "{{ error.kind }}"}, stop]'
BOT = """
commands:
  own: {description: d, steps: [{move_member: "#Deck", CAUGHT}, {reply: Done}]}
  other:
    description: d
    WHO
    steps: [{move_member: {channel: "#Deck", user: "{{ options.who }}", reason: Louder}}, {reply: Done}]
""".replace("WHO", WHO).replace("CAUGHT", CAUGHT)


async def with_a_deck(bot: StartBot) -> tuple[Bot, int]:
    """Start the bot where there is a second voice channel, and return that one's id."""
    before = await bot("")
    await before.stop()
    channels = before.local.world.channels
    lounge = next(channel for channel in channels.values() if channel.name == "Lounge")
    deck = replace(lounge, id=lounge.id + 1, name="Deck")
    channels[deck.id] = deck
    return await bot(BOT, local=before.local), deck.id


async def test_a_member_is_taken_to_another_channel(bot: StartBot) -> None:
    made, deck = await with_a_deck(bot)
    for name, user in (("own", "Robin"), ("other", "Mo")):
        made.local.enter_voice(user="Robin", channel="Lounge")
        options = {"who": "Robin"} if name == "other" else {}
        assert said(await made.ran(name, user=user, **options)) == [("Done", False)]
        voice = member(made, "Robin").voice
        assert voice is not None
        assert voice.channel_id == deck


async def test_who_does_not_speak_has_a_kind(bot: StartBot) -> None:
    made, _ = await with_a_deck(bot)
    assert said(await made.ran("own")) == [("not_connected", False)]


async def test_a_channel_that_the_server_has_not_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.enter_voice(user="Robin", channel="Lounge")
    assert said(await made.ran("own")) == [("unknown_channel", False)]
