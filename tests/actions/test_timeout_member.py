"""`timeout_member`: on members of a local Discord, on its clock."""

import pytest

from runner.lifecycle.limits import MEMBER_TIMEOUT_MAX_S
from tests.actions.members import WHO, direct_messages, member, reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    WHO
    steps:
      - id: it
        timeout_member: {user: "{{ options.who }}", for: 10m, reason: Spam, dm: "Quiet, please."}
      - reply: "{{ (steps.it.until - now) | round | int }}"
  longest: {description: d, WHO, steps: [{timeout_member: {user: "{{ options.who }}", for: 28d}}, {reply: Done}]}
""".replace("WHO", WHO)


async def test_a_member_is_silent_until_then(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("it", user="Mo", who="Robin")
    assert said(trace) == [("600", False)]
    until = member(made, "Robin").timed_out_until
    assert until == pytest.approx(made.local.clock.now() + 600, abs=5)
    assert reasons(made) == ["Spam"]
    assert direct_messages(made, "Robin") == ["Quiet, please."]


@pytest.mark.parametrize("ahead_s", [0.0, 20.0, -20.0])
async def test_the_longest_is_taken_though_the_clocks_differ(bot: StartBot, ahead_s: float) -> None:
    made = await bot(BOT, ahead_s=ahead_s)
    assert said(await made.ran("longest", user="Mo", who="Robin")) == [("Done", False)]
    until = member(made, "Robin").timed_out_until
    assert until == pytest.approx(made.local.clock.now() + MEMBER_TIMEOUT_MAX_S, abs=90)


async def test_only_by_whom_stands_above_them(bot: StartBot) -> None:
    made = await bot(BOT)
    ((_, is_private),) = said(await made.ran("it", user="Robin", who="Mo"))
    assert is_private
    assert member(made, "Mo").timed_out_until is None
    assert direct_messages(made, "Mo") == []


async def test_an_administrator_can_have_none_and_that_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    ((text, _),) = said(await made.ran("it", user="Olive", who="Olive"))
    assert "owner" in text
