"""`create_scheduled_event`: in the server of a local Discord."""

import pytest

from runner.emulator.world import Channel
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, EventEntityType
from tests.actions.channels import channel, texts
from tests.actions.members import guild_of, reasons, said
from tests.actions.scheduled_events import event, planned, without
from tests.conftest import StartBot


def bot_with(keys: str) -> str:
    """Return a bot that plans an event."""
    return f"""
commands:
  it:
    description: d
    options: {{when: {{type: string, description: d}}}}
    steps:
      - id: it
        create_scheduled_event: {{name: Game night, {keys}}}
        catch: [{{reply: "{{{{ error.kind }}}} {{{{ error.code }}}}"}}, stop]
      - reply: "{{{{ steps.it.event_id }}}} {{{{ steps.it.url }}}}"
"""


LOUNGE = 'starts_at: "{{ now + 3600 }}", channel: "#Lounge"'
LIBRARY = 'starts_at: "{{ now + 3600 }}", ends_at: "{{ now + 7200 }}", location: The library'


async def test_an_event_in_a_voice_channel_is_planned_as_it_is_described(bot: StartBot) -> None:
    made = await bot(bot_with(f"{LOUNGE}, description: Bring snacks, reason: Asked for"))
    ((text, _),) = said(await made.ran("it"))
    found, guild = event(made), guild_of(made)
    assert text == f"{found.id} https://discord.com/events/{guild.id}/{found.id}"
    assert (found.name, found.description, found.location) == ("Game night", "Bring snacks", None)
    assert (found.entity_type, found.channel_id) == (EventEntityType.VOICE, channel(made, "Lounge").id)
    assert 3590 < found.starts_at - made.local.clock.now() <= 3600
    assert reasons(made) == ["Asked for"]


async def test_an_event_outside_of_discord_has_a_place_and_an_end(bot: StartBot) -> None:
    made = await bot(bot_with(LIBRARY))
    await made.ran("it")
    found = event(made)
    assert (found.entity_type, found.location, found.channel_id) == (EventEntityType.EXTERNAL, "The library", None)
    assert found.ends_at is not None
    assert found.ends_at - found.starts_at == pytest.approx(3600)


async def test_a_stage_is_known_by_its_channel(bot: StartBot) -> None:
    before = await bot("")
    await before.stop()
    guild = guild_of(before)
    stage = Channel(id=7, type=ChannelType.GUILD_STAGE_VOICE, name="Hall", guild_id=guild.id)
    before.local.world.channels[7] = stage
    made = await bot(bot_with('starts_at: "{{ now + 3600 }}", channel: "#Hall"'), local=before.local)
    await made.ran("it")
    assert event(made).entity_type == EventEntityType.STAGE_INSTANCE


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ('starts_at: "{{ now - 60 }}", channel: "#Lounge"', "invalid 50035"),
        ('starts_at: "{{ now + 3600 }}", channel: "#general"', "invalid"),
        ('starts_at: "{{ now + 3600 }}", channel: "#nowhere"', "unknown_channel"),
        ('starts_at: "{{ options.when | default(\'soon\') }}", channel: "#Lounge"', "invalid"),
    ],
    ids=["past", "text channel", "no channel", "no time"],
)
async def test_what_discord_does_not_take_can_be_caught(bot: StartBot, keys: str, answer: str) -> None:
    made = await bot(bot_with(keys))
    assert said(await made.ran("it")) == [(answer, False)]
    assert not guild_of(made).events


async def test_a_server_has_a_hundred_of_them_at_a_time(bot: StartBot) -> None:
    made = await bot(bot_with(LOUNGE))
    for number in range(1, 101):
        planned(made, number=number)
    assert said(await made.ran("it")) == [("limit_reached 30038", False)]


async def test_a_bot_that_may_not_says_so_before_anything_happens(bot: StartBot) -> None:
    steps = f"[{{send: Soon}}, {{create_scheduled_event: {{name: N, {LOUNGE}}}}}]"
    made = await without(bot, Permissions.CREATE_EVENTS, f"commands: {{it: {{description: d, steps: {steps}}}}}")
    ((text, is_private),) = said(await made.ran("it"))
    assert is_private
    assert "Create Events" in text
    assert texts(made, "general") == [text]


async def test_times_that_are_written_are_taken_as_utc(bot: StartBot) -> None:
    made = await bot(bot_with("starts_at: 2038-01-01 18:00, channel: '#Lounge'"))
    await made.ran("it")
    assert event(made).starts_at == 2145981600
