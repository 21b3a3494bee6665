"""Ids that can't be there, and words that are there twice. A `›` marks the place of the fault."""

from collections.abc import Callable

import pytest

from runner.check.values import CLOCK_MAY_LAG_S
from runner.config.source import Source
from runner.diagnostics import Diagnostic
from runner.fixes import edited
from runner.lifecycle import limits
from tests.check.conftest import NOW_S

REST = "commands: {it: {description: C, reply: a}}\n"


def snowflake(at_s: float) -> int:
    """Return the first id of a moment."""
    return (int(at_s * 1000) - limits.SNOWFLAKE_EPOCH_MS) << limits.SNOWFLAKE_TIME_SHIFT


@pytest.mark.parametrize(
    "text",
    [
        "bot: {guilds: [›9999999999999999999]}\n" + REST,
        "bot: {guilds: ['123456789012345678', ›'9999999999999999999']}\n" + REST,
        "commands: {it: {description: C, steps: [{send: {channel: ›'9999999999999999999', content: a}}]}}\n",
        REST.replace("reply", "check: c, reply") + "checks: {c: {users: ›9999999999999999999}}\n",
        "commands: {it: {description: C, steps: [{if: user.is_bot, then: [{send: {channel: ›99999999999999999999, "
        "content: a}}]}, {reply: a}]}}\n",
    ],
    ids=["a number", "a text", "in a step", "alone in the place of a list", "in a branch"],
)
def test_an_id_from_the_future_is_a_warning(text: str, expect: Callable[..., None]) -> None:
    expect(text, "id-from-the-future")


@pytest.mark.parametrize(
    ("ahead_s", "is_doubtful"), [(0.0, False), (CLOCK_MAY_LAG_S - 1, False), (CLOCK_MAY_LAG_S + 1, True)]
)
def test_a_clock_may_lag_a_little(ahead_s: float, is_doubtful: bool, faults: Callable[[str], list[Diagnostic]]) -> None:
    found = faults(f"bot: {{guilds: [{snowflake(NOW_S + ahead_s)}]}}\n{REST}")
    assert [fault.slug for fault in found] == (["id-from-the-future"] if is_doubtful else [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{member: [ban_members, ›ban_members]}", "{member: [ban_members]}"),
        ("{member: [ban_members, kick_members, ›ban_members]}", "{member: [ban_members, kick_members]}"),
        ("{bot: [ban_members,\n  ›ban_members]}", "{bot: [ban_members]}"),
    ],
)
def test_a_word_that_is_there_twice_is_a_warning_that_can_be_mended(
    before: str, after: str, expect: Callable[..., None], faults: Callable[[str], list[Diagnostic]]
) -> None:
    text = f"commands: {{it: {{description: C, reply: a, permissions: {before}}}}}\n"
    expect(text, "repeated-item")
    written = text.replace("›", "")
    (fault,) = faults(written)
    assert edited(Source("bot.yaml", written), fault.edits) == written.replace(before.replace("›", ""), after)


def test_texts_may_be_there_twice(expect: Callable[..., None]) -> None:
    expect("vars: {a: [b, b]}\ncommands: {it: {description: C, reply: '{{ vars.a | join }}'}}\n")
