"""`require`: a check in the middle of the steps, with a private refusal."""

import pytest

from tests.conftest import StartBot

BOT = """
checks:
  moderator: {permissions: manage_messages, denied: "Not you, {{ user.name }}."}
  support: {roles: "@Support"}
commands:
  by_check: {description: d, steps: [{require: moderator}, {reply: Welcome}]}
  by_role: {description: d, steps: [{require: support}, {reply: Welcome}]}
  own_words:
    description: d
    steps: [{require: {check: moderator, denied: "Go away, {{ user.name }}."}}, {reply: Welcome}]
  by_expression: {description: d, steps: [{require: {if: user.name == "mo", denied: Only Mo.}}, {reply: Welcome}]}
  without_words: {description: d, steps: [{require: {if: user.name == "mo"}}, {reply: Welcome}]}
  both: {description: d, steps: [{require: {check: moderator, if: user.name == "mo"}}, {reply: Welcome}]}
  by_nothing:
    description: d
    options: {word: {type: string, description: Word}}
    steps: [{require: {if: options.word, denied: You gave no word.}}, {reply: Welcome}]
  late: {description: d, steps: [{wait: 2s}, {require: moderator}, {reply: Welcome}]}
  behind: {description: d, steps: [{reply: First}, {require: moderator}, {reply: Welcome}]}
"""

PASSES = {
    "by_check": "Mo",
    "by_role": "Sam",
    "own_words": "Mo",
    "by_expression": "Mo",
    "without_words": "Mo",
    "both": "Mo",
}


@pytest.mark.parametrize(("name", "user"), PASSES.items(), ids=PASSES)
async def test_who_passes_goes_on(bot: StartBot, name: str, user: str) -> None:
    trace = await (await bot(BOT)).ran(name, user=user)
    assert [seen.content for seen in trace.messages] == ["Welcome"]


REFUSED = {
    "by_check": "Not you, robin.",
    "by_role": "You need **@Support** to do that.",
    "own_words": "Go away, robin.",
    "by_expression": "Only Mo.",
    "without_words": "You can't do that here.",
    "by_nothing": "You gave no word.",
    "both": "Not you, robin.",
}


@pytest.mark.parametrize(("name", "said"), REFUSED.items(), ids=REFUSED)
async def test_who_does_not_pass_reads_so_privately(bot: StartBot, name: str, said: str) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert [(seen.content, seen.ephemeral) for seen in trace.messages] == [(said, True)]
    assert made.line()["outcome"] == "refused"


async def test_both_rules_must_hold(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("both", user="Olive")
    assert [seen.content for seen in trace.messages] == ["You can't do that here."]


async def test_a_refusal_is_private_behind_a_public_spinner_too(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("late")
    visible = [(seen.content, seen.ephemeral) for seen in trace.messages if not seen.deleted]
    assert visible == [("Not you, robin.", True)]


async def test_a_refusal_behind_an_answer_is_a_follow_up(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("behind")
    assert [(seen.content, seen.ephemeral) for seen in trace.messages] == [("First", False), ("Not you, robin.", True)]
