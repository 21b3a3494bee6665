"""`create_channel`: in the server of a local Discord."""

import pytest

from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from tests.actions.channels import channel, names, overwrite
from tests.actions.members import guild_of, reasons, role, said, user_id
from tests.conftest import StartBot

BOT = """
commands:
  plain:
    description: d
    steps: [{id: it, create_channel: Quiet Corner}, {reply: "{{ steps.it.mention }} {{ steps.it.was_created }}"}]
  full:
    description: d
    steps:
      - create_channel:
          name: ticket
          category: "#Harbour"
          topic: "For {{ user.name }}"
          slowmode: 1m
          nsfw: true
          permissions:
            - {role: "@everyone", deny: [view_channel]}
            - {role: "@Support", allow: [view_channel, send_messages]}
            - {user: "{{ user }}", allow: view_channel, deny: add_reactions}
          reason: Asked for
      - reply: Done
  kinds:
    description: d
    steps:
      - create_channel: {name: Talk, type: voice}
      - create_channel: {name: Docks, type: category}
      - create_channel: {name: questions, type: forum}
      - reply: Done
  once:
    description: d
    steps:
      - id: it
        create_channel: {name: "Staff {{ 'Room' }}", category: "#Harbour", if_exists: use}
      - reply: "{{ steps.it.channel_id }} {{ steps.it.was_created }}"
"""


async def test_a_channel_is_made_and_its_id_is_given(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("plain")
    assert said(trace) == [(f"<#{channel(made, 'quiet-corner').id}> True", False)]


async def test_a_channel_is_made_as_it_is_described(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("full")) == [("Done", False)]
    ticket = channel(made, "ticket")
    assert ticket.parent_id == channel(made, "Harbour").id
    assert (ticket.topic, ticket.rate_limit_per_user, ticket.nsfw) == ("For robin", 60, True)
    sees, writes = Permissions.VIEW_CHANNEL, Permissions.VIEW_CHANNEL | Permissions.SEND_MESSAGES
    assert overwrite(made, "ticket", guild_of(made).id) == (Permissions(0), sees)
    assert overwrite(made, "ticket", role(made, "Support").id) == (writes, Permissions(0))
    assert overwrite(made, "ticket", user_id(made, "Robin")) == (sees, Permissions.ADD_REACTIONS)
    assert reasons(made) == ["Asked for"]


async def test_there_are_channels_of_every_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("kinds")) == [("Done", False)]
    found = {name: channel(made, name).type for name in ("Talk", "Docks", "questions")}
    kinds = (ChannelType.GUILD_VOICE, ChannelType.GUILD_CATEGORY, ChannelType.GUILD_FORUM)
    assert tuple(found.values()) == kinds


async def test_one_that_is_there_is_taken(bot: StartBot) -> None:
    made = await bot(BOT)
    first, second = said(await made.ran("once")), said(await made.ran("once"))
    number = channel(made, "staff-room").id
    assert first == [(f"{number} True", False)]
    assert second == [(f"{number} False", False)]
    assert names(made).count("staff-room") == 1


async def test_as_many_channels_as_there_may_be_have_a_kind(bot: StartBot) -> None:
    made = await bot(
        'commands: {it: {description: d, steps: [{create_channel: a, catch: [{reply: "{{ error.kind }}"}]}]}}'
    )
    made.local.faults.next("POST /guilds/", status=400, code=30013)
    assert said(await made.ran("it")) == [("limit_reached", False)]


@pytest.mark.parametrize("name", ["plain", "full"])
async def test_what_the_bot_may_not_do_is_told_by_its_name(bot: StartBot, name: str) -> None:
    before = await bot("")
    await before.stop()
    role(before, "Keeper").permissions &= ~Permissions.MANAGE_CHANNELS
    made = await bot(BOT, local=before.local)
    ((text, is_private),) = said(await made.ran(name))
    assert "**Manage Channels**" in text
    assert is_private
