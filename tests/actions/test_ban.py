"""`ban`: on a local Discord, members and others."""

import pytest

from runner.emulator.world import User
from tests.actions.members import WHO, direct_messages, guild_of, is_member, reasons, said, user_id
from tests.conftest import Bot, StartBot

BOT = """
commands:
  it:
    description: d
    WHO
    steps: [{ban: {user: "{{ options.who }}", reason: Spam, delete_messages: 1h}}, {reply: Gone}]
  told: {description: d, WHO, steps: [{ban: {user: "{{ options.who }}", dm: Goodbye}}, {reply: Gone}]}
  by_id:
    description: d
    options: {who: {type: string, description: An id, required: true}}
    steps:
      - ban: "{{ options.who }}"
        catch: [{reply: "{{ error.kind }}"}, stop]
      - reply: Gone
""".replace("WHO", WHO)
GONE = [("Gone", False)]


def said_in_general(bot: Bot) -> list[str]:
    """Return what members have written in #general."""
    return [str(each["content"]) for each in bot.local.messages_for(user="Olive", channel="general")]


async def test_a_member_is_banned_and_their_latest_messages_go_too(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.say(user="Robin", channel="general", content="Buy this")
    made.local.say(user="Kim", channel="general", content="Hello")
    assert said(await made.ran("it", user="Mo", who="Robin")) == GONE
    assert not is_member(made, "Robin")
    assert guild_of(made).bans == {user_id(made, "Robin"): "Spam"}
    assert reasons(made) == ["Spam"]
    assert "Buy this" not in said_in_general(made)
    assert "Hello" in said_in_general(made)


async def test_messages_stay_unless_they_are_to_go(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.say(user="Robin", channel="general", content="Buy this")
    assert said(await made.ran("told", user="Mo", who="Robin")) == GONE
    assert "Buy this" in said_in_general(made)


async def test_they_are_told_before(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("told", user="Mo", who="Robin")
    assert direct_messages(made, "Robin") == ["Goodbye"]


@pytest.mark.parametrize(("user", "who"), [("Robin", "Kim"), ("Robin", "Mo"), ("Mo", "Olive")])
async def test_who_does_not_stand_below_is_told_nothing_and_stays(bot: StartBot, user: str, who: str) -> None:
    made = await bot(BOT)
    ((_, is_private),) = said(await made.ran("told", user=user, who=who))
    assert is_private
    assert is_member(made, who)
    assert direct_messages(made, who) == []


async def test_somebody_who_is_no_member_can_be_banned(bot: StartBot) -> None:
    made = await bot(BOT)
    stranger = User(id=max(made.local.world.users) + 1, username="stranger")
    made.local.world.users[stranger.id] = stranger
    assert said(await made.ran("by_id", who=str(stranger.id))) == GONE
    assert stranger.id in guild_of(made).bans


async def test_nobody_has_a_kind(bot: StartBot) -> None:
    assert said(await (await bot(BOT)).ran("by_id", who="123456789012345678")) == [("unknown_user", False)]
