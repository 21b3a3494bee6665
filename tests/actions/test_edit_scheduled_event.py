"""`edit_scheduled_event`: in the server of a local Discord."""

import pytest

from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import EventEntityType, EventStatus
from tests.actions.channels import channel
from tests.actions.members import reasons, said, user_id
from tests.actions.scheduled_events import NUMBER, event, planned, without
from tests.conftest import StartBot


def bot_with(keys: str) -> str:
    """Return a bot that changes an event."""
    return f"""
commands:
  it:
    description: d
    steps:
      - edit_scheduled_event: {{event: "{NUMBER}", {keys}}}
        catch: [{{reply: "{{{{ error.kind }}}} {{{{ error.code }}}}"}}, stop]
      - reply: Done
"""


DONE = [("Done", False)]


async def test_what_is_said_is_changed_and_nothing_else(bot: StartBot) -> None:
    made = await bot(bot_with("name: Film night, description: Popcorn, starts_at: 2038-01-01T18:00:00Z, reason: Rain"))
    planned(made)
    assert said(await made.ran("it")) == DONE
    found = event(made)
    assert (found.name, found.description, found.starts_at) == ("Film night", "Popcorn", 2145981600)
    assert found.channel_id == channel(made, "Lounge").id
    assert reasons(made) == ["Rain"]


async def test_it_can_move_out_of_discord_and_back(bot: StartBot) -> None:
    made = await bot(bot_with('location: The library, ends_at: "{{ now + 9000 }}"'))
    planned(made)
    assert said(await made.ran("it")) == DONE
    assert (event(made).entity_type, event(made).location) == (EventEntityType.EXTERNAL, "The library")
    assert event(made).channel_id is None
    await made.stop()
    back = await bot(bot_with("channel: '#Lounge'"), local=made.local)
    assert said(await back.ran("it")) == DONE
    assert (event(back).entity_type, event(back).location) == (EventEntityType.VOICE, None)


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        ("active", EventStatus.SCHEDULED, EventStatus.ACTIVE),
        ("completed", EventStatus.ACTIVE, EventStatus.COMPLETED),
        ("canceled", EventStatus.SCHEDULED, EventStatus.CANCELED),
        ("completed", EventStatus.COMPLETED, EventStatus.COMPLETED),
        ("canceled", EventStatus.COMPLETED, EventStatus.COMPLETED),
    ],
)
async def test_it_is_started_ended_and_called_off(
    bot: StartBot, status: str, before: EventStatus, after: EventStatus
) -> None:
    made = await bot(bot_with(f"status: {status}"))
    planned(made).status = before
    assert said(await made.ran("it")) == DONE
    assert event(made).status == after


@pytest.mark.parametrize(
    ("keys", "before", "answer"),
    [
        ("status: completed", EventStatus.SCHEDULED, "invalid 50035"),
        ("status: active", EventStatus.COMPLETED, "invalid 180000"),
        ("starts_at: '{{ now - 60 }}'", EventStatus.SCHEDULED, "invalid 50035"),
        ("ends_at: '{{ now + 60 }}'", EventStatus.SCHEDULED, "invalid 50035"),
        ("status: canceled, name: X", EventStatus.COMPLETED, "invalid 180000"),
    ],
)
async def test_what_comes_too_late_or_too_soon_can_be_caught(
    bot: StartBot, keys: str, before: EventStatus, answer: str
) -> None:
    made = await bot(bot_with(keys))
    planned(made).status = before
    assert said(await made.ran("it")) == [(answer, False)]


async def test_an_empty_description_is_none(bot: StartBot) -> None:
    made = await bot(bot_with("description: ''"))
    planned(made).description = "Bring snacks"
    assert said(await made.ran("it")) == DONE
    assert event(made).description is None


async def test_an_event_that_is_gone_has_a_kind(bot: StartBot) -> None:
    made = await bot(bot_with("name: X"))
    assert said(await made.ran("it")) == [("not_found 10070", False)]


async def test_a_bot_that_may_only_create_changes_its_own(bot: StartBot) -> None:
    made = await without(bot, Permissions.MANAGE_EVENTS, bot_with("name: Film night"))
    planned(made)
    assert said(await made.ran("it")) == DONE
    planned(made, by=user_id(made, "Olive"))
    assert said(await made.ran("it")) == [("missing_permission 50013", False)]
