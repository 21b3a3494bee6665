"""`remove_thread_member`: on threads of a local Discord."""

from tests.actions.channels import thread_of
from tests.actions.members import said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    options: {who: {type: user, description: d, required: true}}
    steps:
      - id: it
        create_thread: talk
      - add_thread_member: {channel: "{{ steps.it.thread_id }}", user: "{{ options.who }}"}
      - add_thread_member: {channel: "{{ steps.it.thread_id }}"}
      - remove_thread_member: {channel: "{{ steps.it.thread_id }}", user: "{{ options.who }}"}
      - reply: Done
  again:
    description: d
    steps:
      - id: it
        create_thread: talk
      - remove_thread_member: {channel: "{{ steps.it.thread_id }}"}
        catch: [{reply: "{{ error.kind }}"}]
"""


async def test_a_member_is_taken_out_and_nobody_else(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("it", who="Kim")) == [("Done", False)]
    members = set(thread_of(made, "talk").members)
    assert user_id(made, "Kim") not in members
    assert user_id(made, "Robin") in members


async def test_who_is_not_in_it_has_a_kind(bot: StartBot) -> None:
    assert said(await (await bot(BOT)).ran("again")) == [("unknown_member", False)]
