"""`edit_message`: on the messages of a local Discord."""

from runner.emulator.clock import elapse
from tests.actions.channels import texts
from tests.actions.members import said
from tests.actions.messages import WHICH, message, wrote
from tests.conftest import StartBot

BOT = f"""
state: {{post: {{scope: guild, type: string, default: ""}}}}
commands:
  open:
    description: d
    steps:
      - id: it
        send: {{channel: "#support", content: Open, components: [close]}}
      - set: {{state: post, to: "{{{{ steps.it.message_id }}}}"}}
      - reply: Done
  close:
    description: d
    steps:
      - edit_message:
          channel: "#support"
          message: "{{{{ state.post }}}}"
          content: Closed, @everyone
          components: []
      - reply: Done
  any:
    description: d
    {WHICH}
    steps:
      - edit_message: {{message: "{{{{ options.which }}}}", content: Mine}}
        catch: [{{reply: "{{{{ error.kind }}}}"}}]
components:
  close:
    button: {{label: Close}}
    steps: [{{edit_message: {{message: "{{{{ message.id }}}}", content: Closed by a click}}}}, {{reply: Done}}]
"""
DONE = [("Done", False)]


async def test_a_message_is_changed_long_after_it_was_posted_and_pings_nobody(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("open")) == DONE
    await elapse(3600)
    assert said(await made.ran("close")) == DONE
    assert texts(made, "support") == ["Closed, @everyone"]
    edits = [entry.request for entry in made.local.wire if entry.kind == "http" and entry.method == "PATCH"]
    assert {"allowed_mentions": {"parse": []}, "content": "Closed, @everyone", "components": []} in edits


async def test_what_is_left_out_stays_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("open")
    (post,) = made.local.messages_for(user="Robin", channel="support")
    await made.pressed(int(post["id"]), "Close")
    assert texts(made, "support") == ["Closed by a click", "Done"]
    assert message(made, post["id"]).components


async def test_what_can_not_be_changed_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    others = wrote(made, "Hello")
    assert said(await made.ran("any", which=others)) == [("refused", False)]
    assert said(await made.ran("any", which="123456789012345678")) == [("unknown_message", False)]
    assert message(made, others).content == "Hello"
