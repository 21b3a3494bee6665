"""`kick`: on members of a local Discord, by people of every rank."""

import pytest

from runner.lifecycle.bits import Permissions
from tests.actions.members import WHO, calls, direct_messages, is_member, reasons, role, said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    WHO
    steps: [{kick: {user: "{{ options.who }}", reason: "{{ user.name }} wants it"}}, {reply: Gone}]
  told:
    description: d
    WHO
    steps:
      - id: it
        kick: {user: "{{ options.who }}", dm: "Goodbye, {{ options.who.name }}"}
      - reply: "{{ steps.it.was_told }}"
  any_rank: {description: d, WHO, steps: [{kick: {user: "{{ options.who }}", any_rank: true}}, {reply: Gone}]}
  by_id:
    description: d
    options: {who: {type: string, description: An id, required: true}}
    steps: [{kick: "{{ options.who }}"}, {reply: Gone}]
  caught: {description: d, WHO, steps: [{wait: 1s}, {kick: "{{ options.who }}", catch: [{reply: "{{ error.kind }}"}]}]}
""".replace("WHO", WHO)
GONE = [("Gone", False)]


async def test_a_member_is_sent_away_and_the_audit_log_says_why(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("it", user="Mo", who="Robin")) == GONE
    assert not is_member(made, "Robin")
    assert reasons(made) == ["mo wants it"]


RANKS = [
    ("it", "Robin", "Sam"),  # below
    ("it", "Robin", "Kim"),  # of the same rank
    ("it", "Mo", "Olive"),  # the owner
    ("any_rank", "Robin", "Olive"),
    ("by_id", "Robin", "Sam"),
    ("by_id", "Mo", "Olive"),
]


@pytest.mark.parametrize(("name", "user", "who"), RANKS)
async def test_who_does_not_stand_below_is_not_sent_away(bot: StartBot, name: str, user: str, who: str) -> None:
    made = await bot(BOT)
    whom = str(user_id(made, who)) if name == "by_id" else who
    ((_, is_private),) = said(await made.ran(name, user=user, who=whom))
    assert is_private
    assert is_member(made, who)
    assert calls(made, "DELETE") == []


@pytest.mark.parametrize(("name", "user"), [("any_rank", "Robin"), ("it", "Olive")])
async def test_the_owner_and_where_rank_does_not_count_anybody_can(bot: StartBot, name: str, user: str) -> None:
    made = await bot(BOT)
    assert said(await made.ran(name, user=user, who="Mo")) == GONE
    assert not is_member(made, "Mo")


async def test_the_bot_has_to_stand_above_them_too(bot: StartBot) -> None:
    before = await bot(BOT)
    role(before, "Keeper").position = 1
    meanwhile = await before.ran("caught", user="Olive", who="Mo")  # Discord's event of that is still on its way
    await before.stop()
    made = await bot(BOT, local=before.local)
    for trace in (meanwhile, await made.ran("caught", user="Olive", who="Mo")):
        assert said(trace) == [("hierarchy", False)]
    assert len(calls(made, "DELETE")) == 1
    assert is_member(made, "Mo")


async def test_they_are_told_before(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("told", user="Mo", who="Robin")) == [("True", False)]
    assert direct_messages(made, "Robin") == ["Goodbye, robin"]
    assert calls(made)[-3:] == ["POST users/@me/channels", "POST channels/messages", "DELETE guilds/members"]


async def test_who_takes_no_direct_messages_is_sent_away_all_the_same(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("POST /channels/", status=403, code=50007)
    assert said(await made.ran("told", user="Mo", who="Robin")) == [("False", False)]
    assert not is_member(made, "Robin")


async def test_who_may_not_be_sent_away_is_told_nothing(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("told", user="Robin", who="Sam")
    assert calls(made) == []


async def test_what_the_bot_may_not_do_is_found_out_before_anything_is_done(bot: StartBot) -> None:
    made = await bot(BOT)
    role(made, "Keeper").permissions &= ~Permissions.KICK_MEMBERS
    made.local.reconnect()
    await made.idle()
    ((text, is_private),) = said(await made.ran("told", user="Olive", who="Robin"))
    assert "**Kick Members**" in text
    assert is_private


async def test_a_member_who_has_left_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = made.command("caught", user="Mo", who="Robin")
    made.local.leave(user="Robin")
    await made.idle()
    assert said(trace) == [("unknown_member", False)]
