"""`stop`: a good end, wherever it stands."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  branch: {description: d, steps: [{if: true, then: [{reply: One}, stop]}, {reply: Two}]}
  skipped: {description: d, steps: [{when: user.is_bot, stop: }, {reply: Two}]}
  catch: {description: d, steps: [{wait: 5s, timeout: 1s, catch: [{reply: Caught}, stop]}, {reply: Two}]}
  silent: {description: d, steps: [stop]}
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [("branch", ["One"]), ("skipped", ["Two"]), ("catch", ["Caught"]), ("silent", ["Done."])],
    ids=["in a branch", "skipped", "in a catch", "alone"],
)
async def test_nothing_runs_behind_a_stop(bot: StartBot, name: str, said: list[str]) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert [seen.content for seen in trace.messages] == said
    assert made.line()["outcome"] == "ok"
