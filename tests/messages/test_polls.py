"""Polls: they arrive as written, with a first response, behind a spinner and in a channel."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  now: {description: d, reply: {poll: &poll {question: "Tea, {{ user.name }}?", answers: [Yes, {text: No, emoji: 👎}]}}}
  later: {description: d, steps: [{wait: 2s}, {reply: {poll: *poll}}]}
  again: {description: d, steps: [{reply: Look}, {reply: {poll: *poll}}]}
  sent: {description: d, steps: [{send: {poll: *poll}}, {reply: Done}]}
  long:
    description: d
    options: {hours: {type: integer, description: h}}
    reply:
      content: Vote!
      poll:
        question: Which?
        answers: ["{{ user.name }}", Nobody]
        duration: "{{ (options.hours or 48) * 3600 - 1 }}"
        allow_multiselect: true
"""


@pytest.mark.parametrize("name", ["now", "later", "again", "sent"])
async def test_a_poll_arrives_wherever_a_new_message_is_made(bot: StartBot, name: str) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert trace.refused == []
    (poll,) = (m["poll"] for m in made.local.messages_for(user="Kim", channel="general") if m.get("poll"))
    assert poll["question"]["text"] == "Tea, robin?"
    yes, no = (answer["poll_media"] for answer in poll["answers"])
    assert (yes, no["text"], no["emoji"]["name"]) == ({"text": "Yes"}, "No", "👎")
    assert poll["allow_multiselect"] is False


async def test_a_poll_is_open_for_whole_hours(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("long")
    (entry,) = (entry for entry in made.local.wire if entry.route.endswith("/callback"))
    assert trace.refused == []
    body = entry.request
    assert isinstance(body, dict)
    assert body["data"]["poll"]["duration"] == 48
    assert body["data"]["poll"]["allow_multiselect"] is True


@pytest.mark.parametrize("hours", [0.001, 800])
async def test_a_poll_that_discord_would_not_open_fails_the_step(bot: StartBot, hours: float) -> None:
    made = await bot(BOT.replace("(options.hours or 48) * 3600 - 1", f"{hours} * 3600 if now else 5"))
    trace = await made.ran("long")
    assert trace.refused == []
    assert "this takes a duration of 1h to 32d" in made.log.of("step failed")[0]["reason"]
