"""`add_role`: on members of a local Discord, with its hierarchy and its audit log."""

import pytest

from tests.actions.members import WHO, calls, give, guild_of, reasons, role, roles_of, said
from tests.conftest import StartBot

BOT = """
commands:
  own: {description: d, steps: [{add_role: "@Support"}, {reply: Done}]}
  several: {description: d, steps: [{add_role: {role: ["@Support", "@Muted"], reason: Asked for}}, {reply: Done}]}
  other: {description: d, WHO, steps: [{add_role: {role: "@Support", user: "{{ options.who }}"}}, {reply: Done}]}
  set:
    description: d
    steps: [{add_role: {role: "@Muted", instead_of: ["@Support", "@Muted", "@Moderator"]}}, {reply: Done}]
  of_a_template:
    description: d
    options: {which: {type: role, description: Which, required: true}}
    steps: [{add_role: "{{ options.which }}"}, {reply: Done}]
  nobody: {description: d, steps: [{add_role: "@Nobody", catch: [{reply: "{{ error.kind }}"}]}]}
  above: {description: d, steps: [{reply: Begun}, {add_role: "@Keeper"}]}
""".replace("WHO", WHO)
DONE = [("Done", False)]


@pytest.mark.parametrize(
    ("name", "had", "has"),
    [
        ("own", [], ["Support"]),
        ("own", ["Support"], ["Support"]),
        ("several", ["Muted"], ["Muted", "Support"]),
        ("set", ["Support", "Moderator"], ["Muted"]),
        ("set", ["Muted"], ["Muted"]),
    ],
)
async def test_whoever_runs_it_has_the_role_behind_it(bot: StartBot, name: str, had: list[str], has: list[str]) -> None:
    made = await bot(BOT)
    give(made, "Robin", *had)
    assert said(await made.ran(name)) == DONE
    assert roles_of(made, "Robin") == has


async def test_somebody_else_can_be_meant(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other", user="Robin", who="Mo")) == DONE
    assert roles_of(made, "Mo") == ["Moderator", "Support"]
    assert roles_of(made, "Robin") == []


async def test_a_role_that_somebody_chooses_is_held_to_the_hierarchy(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("of_a_template", which="@Support")) == DONE
    assert roles_of(made, "Robin") == ["Support"]
    ((text, is_private),) = said(await made.ran("of_a_template", which="@Keeper"))
    assert "@Keeper" in text
    assert is_private


async def test_the_audit_log_says_why(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("several")
    assert reasons(made) == ["Asked for", "Asked for"]
    assert calls(made, "PUT") == ["PUT guilds/members/roles", "PUT guilds/members/roles"]


async def test_a_role_that_is_not_there_has_a_kind(bot: StartBot) -> None:
    assert said(await (await bot(BOT)).ran("nobody")) == [("unknown_role", False)]


async def test_a_role_that_nobody_can_give_is_told_before_the_first_answer(bot: StartBot) -> None:
    made = await bot(BOT)
    ((text, is_private),) = said(await made.ran("above"))
    assert text != "Begun"
    assert is_private
    assert calls(made) == []


async def test_a_role_that_is_gone_meanwhile_has_a_kind(bot: StartBot) -> None:
    caught = '[{reply: "{{ error.kind }} {{ error.code }}"}]'
    made = await bot(f'commands: {{it: {{description: d, steps: [{{add_role: "@Support", catch: {caught}}}]}}}}')
    del guild_of(made).roles[role(made, "Support").id]  # Discord's event of that is still on its way
    assert said(await made.ran("it")) == [("unknown_role 10011", False)]
