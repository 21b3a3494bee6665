"""`set_permissions`: in the channels of a local Discord."""

from runner.lifecycle.bits import Permissions
from tests.actions.channels import channel, overwrite
from tests.actions.members import guild_of, reasons, role, said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  lock:
    description: d
    steps: [{set_permissions: {role: "@everyone", deny: send_messages, reason: Quiet}}, {reply: Done}]
  open: {description: d, steps: [{set_permissions: {role: "@everyone", inherit: send_messages}}, {reply: Done}]}
  add:
    description: d
    options: {who: {type: user, description: d, required: true}}
    steps:
      - set_permissions: {channel: "#staff", user: "{{ options.who }}", allow: [view_channel, send_messages]}
      - reply: Done
  muted: {description: d, steps: [{set_permissions: {role: "@Muted", allow: add_reactions}}, {reply: Done}]}
"""
DONE = [("Done", False)]
NOTHING = Permissions(0)


async def test_everybody_is_silent_and_may_speak_again(bot: StartBot) -> None:
    made = await bot(BOT)
    everyone = guild_of(made).id
    assert said(await made.ran("lock", user="Mo")) == DONE
    assert overwrite(made, "general", everyone) == (NOTHING, Permissions.SEND_MESSAGES)
    assert reasons(made) == ["Quiet"]
    assert said(await made.ran("open", user="Mo")) == DONE
    assert overwrite(made, "general", everyone) is None


async def test_opening_what_is_open_changes_nothing(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("open")) == DONE
    assert reasons(made) == []


async def test_a_member_is_let_into_a_channel(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("add", who="Robin")) == DONE
    sees = Permissions.VIEW_CHANNEL | Permissions.SEND_MESSAGES
    assert overwrite(made, "staff", user_id(made, "Robin")) == (sees, NOTHING)
    held = made.local.world.permissions_in(user_id(made, "Robin"), channel(made, "staff"), made.local.clock.now())
    assert held & sees == sees


async def test_what_is_not_named_stays_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("muted")) == DONE
    assert overwrite(made, "general", role(made, "Muted").id) == (Permissions.ADD_REACTIONS, Permissions.SEND_MESSAGES)
