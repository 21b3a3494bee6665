"""`add_thread_member`: on threads of a local Discord."""

from tests.actions.channels import channel, thread_of
from tests.actions.members import said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    options: {who: {type: user, description: d, required: true}}
    steps:
      - id: it
        create_thread: {name: talk, private: true}
      - add_thread_member: {channel: "{{ steps.it.thread_id }}", user: "{{ options.who }}"}
      - add_thread_member: {channel: "{{ steps.it.thread_id }}"}
      - reply: Done
  none: {description: d, steps: [{add_thread_member: {}, catch: [{reply: "{{ error.kind }}"}]}]}
"""


async def test_members_are_let_in_and_whoever_runs_it_too(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("it", who="Kim")) == [("Done", False)]
    assert {user_id(made, "Kim"), user_id(made, "Robin")} <= set(thread_of(made, "talk").members)


async def test_a_channel_is_no_thread(bot: StartBot) -> None:
    made = await bot(BOT)
    ((kind, _),) = said(await made.ran("none"))
    assert kind in ("invalid", "unknown_channel")
    assert channel(made, "general")
