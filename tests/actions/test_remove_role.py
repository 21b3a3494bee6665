"""`remove_role`: on members of a local Discord."""

import pytest

from tests.actions.members import WHO, give, reasons, roles_of, said
from tests.conftest import StartBot

BOT = """
commands:
  own: {description: d, steps: [{remove_role: "@Support"}, {reply: Done}]}
  several: {description: d, steps: [{remove_role: {role: ["@Support", "@Muted"], reason: Over}}, {reply: Done}]}
  other: {description: d, WHO, steps: [{remove_role: {role: "@Moderator", user: "{{ options.who }}"}}, {reply: Done}]}
""".replace("WHO", WHO)
DONE = [("Done", False)]


@pytest.mark.parametrize(
    ("name", "had", "has"),
    [
        ("own", ["Support", "Muted"], ["Muted"]),
        ("own", [], []),
        ("several", ["Support", "Muted"], []),
    ],
)
async def test_whoever_runs_it_has_it_no_more(bot: StartBot, name: str, had: list[str], has: list[str]) -> None:
    made = await bot(BOT)
    give(made, "Robin", *had)
    assert said(await made.ran(name)) == DONE
    assert roles_of(made, "Robin") == has


async def test_somebody_else_can_be_meant(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other", who="Mo")) == DONE
    assert roles_of(made, "Mo") == []


async def test_the_audit_log_says_why(bot: StartBot) -> None:
    made = await bot(BOT)
    give(made, "Robin", "Support", "Muted")
    await made.ran("several")
    assert reasons(made) == ["Over", "Over"]
