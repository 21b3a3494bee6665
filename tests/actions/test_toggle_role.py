"""`toggle_role`: on members of a local Discord."""

import pytest

from tests.actions.members import WHO, calls, give, roles_of, said
from tests.conftest import StartBot

BOT = """
commands:
  own: {description: d, steps: [{id: it, toggle_role: "@Support"}, {reply: "{{ steps.it.has_role }}"}]}
  several: {description: d, steps: [{id: it, toggle_role: ["@Support", "@Muted"]}, {reply: "{{ steps.it.has_role }}"}]}
  set:
    description: d
    steps:
      - id: it
        toggle_role: {role: "@Support", instead_of: ["@Support", "@Muted"]}
      - reply: "{{ steps.it.has_role }}"
  by_id:
    description: d
    options: {who: {type: string, description: An id, required: true}}
    steps: [{id: it, toggle_role: {role: "@Support", user: "{{ options.who }}"}}, {reply: "{{ steps.it.has_role }}"}]
  other: {description: d, WHO, steps: [{toggle_role: {role: "@Support", user: "{{ options.who }}"}}, {reply: Done}]}
""".replace("WHO", WHO)


@pytest.mark.parametrize(
    ("name", "had", "has"),
    [
        ("own", [], ["Support"]),
        ("own", ["Muted", "Support"], ["Muted"]),
        ("several", ["Support"], []),
        ("several", ["Muted"], ["Muted", "Support"]),
        ("set", ["Muted"], ["Support"]),
        ("set", ["Support", "Muted"], ["Muted"]),
    ],
)
async def test_who_has_it_loses_it_and_who_has_not_gets_it(
    bot: StartBot, name: str, had: list[str], has: list[str]
) -> None:
    made = await bot(BOT)
    give(made, "Robin", *had)
    shown = str("Support" in has)
    assert said(await made.ran(name)) == [(shown, False)]
    assert roles_of(made, "Robin") == has


async def test_there_and_back(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("own")
    await made.ran("own")
    assert roles_of(made, "Robin") == []


async def test_who_is_named_by_an_id_alone_is_asked_for(bot: StartBot) -> None:
    made = await bot(BOT)
    sam = next(user.id for user in made.local.world.users.values() if user.username == "sam")
    assert said(await made.ran("by_id", who=str(sam))) == [("False", False)]
    assert roles_of(made, "Sam") == []
    assert "GET guilds/members" in calls(made)


async def test_whoever_is_chosen_needs_no_asking(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other", who="Sam")) == [("Done", False)]
    assert roles_of(made, "Sam") == []
    assert calls(made) == ["DELETE guilds/members/roles"]
