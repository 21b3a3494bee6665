"""`end_poll`: on the polls of a local Discord."""

from runner.emulator.world import Poll
from tests.actions.members import said, user_id
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
commands:
  post: {{description: d, steps: [{{id: it, send: Shall we?}}, {{reply: "{{{{ steps.it.message_id }}}}"}}]}}
  it:
    description: d
    {WHICH}
    steps:
      - id: it
        end_poll: "{{{{ options.which }}}}"
        catch: [{{reply: "{{{{ error.kind }}}}"}}, stop]
      - let: {{best: "{{{{ steps.it.answers | sort(attribute='votes', reverse=true) | first }}}}"}}
      - let: {{all: "{{{{ steps.it.votes }}}}"}}
      - reply: "{{{{ steps.it.question }}}} {{{{ vars.best.text }}}}: {{{{ vars.best.votes }}}} of {{{{ vars.all }}}}"
"""


async def test_it_ends_and_the_votes_are_counted(bot: StartBot) -> None:
    made = await bot(BOT)
    ((number, _),) = said(await made.ran("post"))
    answers = [{"answer_id": 1, "poll_media": {"text": "Yes"}}, {"answer_id": 2, "poll_media": {"text": "No"}}]
    votes = {1: [user_id(made, "kim")], 2: [user_id(made, "robin"), user_id(made, "mo")]}
    poll = Poll(question={"text": "Shall we?"}, answers=answers, ends_at=made.local.clock.now() + 3600, votes=votes)
    message(made, number).poll = poll
    assert said(await made.ran("it", which=number)) == [("Shall we? No: 2 of 3", False)]
    assert poll.is_finalized


async def test_what_is_no_poll_of_the_bots_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    number = wrote(made, "Hello")
    assert said(await made.ran("it", which=number)) == [("invalid", False)]
    message(made, number).poll = Poll(question={"text": "a"}, answers=[], ends_at=made.local.clock.now() + 3600)
    assert said(await made.ran("it", which=number)) == [("refused", False)]
