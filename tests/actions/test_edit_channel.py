"""`edit_channel`: in the server of a local Discord, with its bound on names."""

from runner.emulator.clock import elapse
from tests.actions.channels import channel
from tests.actions.members import reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  this: {description: d, steps: [{edit_channel: {topic: "Hello, {{ user.name }}", slowmode: 5s}}, {reply: Done}]}
  other:
    description: d
    steps:
      - edit_channel: {channel: "#support", name: help, position: 0, nsfw: true, reason: Clearer}
      - reply: Done
  move: {description: d, steps: [{edit_channel: {channel: "#talk", category: "#Harbour"}}, {reply: Done}]}
  make: {description: d, steps: [{create_channel: talk}, {reply: Done}]}
  off: {description: d, steps: [{edit_channel: {slowmode: 0s, topic: ""}}, {reply: Done}]}
  voice: {description: d, steps: [{edit_channel: {channel: "#Lounge", user_limit: 5}}, {reply: Done}]}
  name:
    description: d
    options:
      which: {type: string, description: d, required: true}
      to: {type: string, description: d, required: true}
    steps:
      - edit_channel: {channel: "{{ options.which }}", name: "{{ options.to }}"}
        catch: [{reply: "{{ error.kind }} {{ error.retry_after }}"}, stop]
      - reply: Done
"""
DONE = [("Done", False)]


async def test_this_channel_is_changed_where_none_is_named(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("this")) == DONE
    general = channel(made, "general")
    assert (general.topic, general.rate_limit_per_user) == ("Hello, robin", 5)
    assert said(await made.ran("off")) == DONE
    assert (general.topic or "", general.rate_limit_per_user) == ("", 0)


async def test_another_one_is_changed_and_the_audit_log_says_why(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("other")) == DONE
    assert channel(made, "help").nsfw
    assert reasons(made) == ["Clearer"]
    assert said(await made.ran("voice")) == DONE
    assert channel(made, "Lounge").user_limit == 5


async def test_a_channel_is_moved_to_a_category(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("make")
    assert said(await made.ran("move")) == DONE
    assert channel(made, "talk").parent_id == channel(made, "Harbour").id


async def test_a_third_name_in_ten_minutes_fails_at_once_and_says_when_it_will_not(bot: StartBot) -> None:
    made = await bot(BOT)
    number = str(channel(made, "support").id)
    for name in ("one", "two"):
        assert said(await made.ran("name", which=number, to=name)) == DONE
    await elapse(60)
    ((text, _),) = said(await made.ran("name", which=number, to="three"))
    kind, seconds = text.split()
    assert kind == "rate_limited"
    assert 500 < int(seconds) <= 600
    assert made.line()["total_ms"] < 2000
    assert channel(made, "two")
    await elapse(int(seconds))
    assert said(await made.ran("name", which=number, to="three")) == DONE
