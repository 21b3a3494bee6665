"""A vote: everybody clicks one button in the same moment, and every click counts once.

`VOTES=10000 pytest tests/engine/test_votes.py` has as many; without it there are a thousand. The local Discord keeps no
more interactions than `AT_ONCE` under way, so there are as many in one moment at most.
"""

import os

from runner.emulator.trace import Trace
from runner.emulator.world import Member, User
from tests.conftest import Bot, StartBot

VOTES = int(os.environ.get("VOTES", "1000"))
VOTERS = 50
AT_ONCE = 10_000
BOT = """
state:
  votes: {scope: global, type: integer, default: 0}
  own: {scope: user, type: integer, default: 0}
commands:
  poll: {description: d, reply: {content: Tea?, components: [tea]}}
  count: {description: d, reply: "{{ state.votes }}"}
components:
  tea:
    button: {label: Tea}
    response: ephemeral
    steps:
      - {id: all, increment: {state: votes}}
      - {id: own, increment: {state: own}}
      - reply: "{{ steps.all.value }} {{ steps.own.value }}"
"""


def joined(made: Bot, number: int) -> str:
    """Let somebody join the server, and return their name."""
    (guild,) = made.local.world.guilds.values()
    user = User(id=10**17 + number, username=f"voter{number}")
    made.local.world.users[user.id] = user
    guild.members[user.id] = Member(user_id=user.id, joined_at=made.local.clock.now())
    return user.username


async def test_as_many_clicks_in_one_moment_are_counted_exactly(bot: StartBot) -> None:
    made = await bot(BOT, live_max=VOTES)
    voters = [joined(made, number) for number in range(VOTERS)]
    message = (await made.ran("poll")).messages[0].id
    clicks: list[Trace] = []
    while len(clicks) < VOTES:
        numbers = range(len(clicks), min(len(clicks) + AT_ONCE, VOTES))
        clicks += [made.press(message, "Tea", user=voters[number % VOTERS]) for number in numbers]
        await made.idle()
    seen = [click.messages[-1].content.split() for click in clicks]
    assert sorted(int(total) for total, _ in seen) == [*range(1, VOTES + 1)]
    assert {max(int(own) for _, own in seen[voter::VOTERS]) for voter in range(VOTERS)} == {VOTES // VOTERS}
    assert [click.acknowledgements for click in clicks] == [1] * VOTES
    assert (await made.ran("count")).messages[0].content == str(VOTES)
