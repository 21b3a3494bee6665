"""`fetch_scheduled_event_users`: of the events of a local Discord."""

from runner.emulator.world import User
from tests.actions.members import calls, member, said, user_id
from tests.actions.scheduled_events import NUMBER, planned
from tests.conftest import StartBot


def bot_with(keys: str) -> str:
    """Return a bot that asks who is interested."""
    return f"""
commands:
  it:
    description: d
    steps:
      - id: it
        fetch_scheduled_event_users: {{event: "{NUMBER}"{keys}}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - reply: >-
          {{{{ steps.it.count }}}} {{{{ steps.it.is_all }}}}
          {{{{ steps.it.users[:2] | map('display_name') | join(' ') }}}}
"""


async def test_people_are_told_by_the_name_that_the_server_knows(bot: StartBot) -> None:
    made = await bot(bot_with(""))
    planned(made)
    assert said(await made.ran("it")) == [("0 True", False)]
    for name in ("Robin", "Kim"):
        made.local.follow(user=name, event=NUMBER)
    member(made, "Robin").nick = "Bob"
    assert said(await made.ran("it")) == [("2 True Bob Kim", False)]


async def test_page_by_page_up_to_the_bound(bot: StartBot) -> None:
    made = await bot(bot_with(", limit: 150"))
    first = max(made.local.world.users) + 1
    users = list(range(first, first + 151))
    made.local.world.users.update({each: User(id=each, username=str(each)) for each in users})
    found = planned(made)
    found.user_ids = users
    assert said(await made.ran("it"))[0][0].startswith("150 False")
    assert len([call for call in calls(made, "GET") if "scheduled-events" in call]) == 2
    found.user_ids = users[:149]
    assert said(await made.ran("it"))[0][0].startswith("149 True")
    found.user_ids = [*users[:99], user_id(made, "Kim")]
    assert said(await made.ran("it"))[0][0].startswith("100 True")


async def test_an_event_that_is_gone_has_a_kind(bot: StartBot) -> None:
    made = await bot(bot_with(""))
    assert said(await made.ran("it")) == [("not_found", False)]
