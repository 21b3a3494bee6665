"""`wait_for`: what counts, who and where, in time or too late, and across restarts and reloads."""

import sqlite3
from contextlib import closing

import pytest

from runner.emulator.clock import elapse
from runner.lifecycle.bits import Intents
from tests.conftest import Bot, StartBot, compiled

BOT = """
commands:
  it:
    description: d
    steps:
      - reply: Write something
      - {id: heard, wait_for: {event: message, timeout: 5mMORE}}
      BEHIND
      - reply: "{{ steps.heard.user.name }}: {{ steps.heard.content }}"
"""


def waiting(more: str = "", *, behind: str = "") -> str:
    """Return a bot whose command waits for a message."""
    lines = BOT.replace("MORE", f", {more}" if more else "").replace("BEHIND", behind).splitlines()
    return "\n".join(line for line in lines if line.strip())


async def say(made: Bot, content: str, *, user: str = "Robin", channel: str = "general") -> None:
    """Have somebody write something, and wait until the bot has done with it."""
    made.local.say(user=user, channel=channel, content=content)
    await settled(made)


async def settled(made: Bot) -> None:
    """Wait until the bot has done with what has happened."""
    await elapse(0.5)
    await made.idle()


def texts(made: Bot, channel: str = "general") -> list[str]:
    """Return what the channel shows."""
    return [str(seen["content"]) for seen in made.local.messages_for(user="Robin", channel=channel)]


def runs(made: Bot) -> int:
    """Return how many runs wait."""
    with closing(sqlite3.connect(made.directory / ".lifecycle/state.db")) as database:
        ((count,),) = database.execute("SELECT count(*) FROM flows").fetchall()
    return int(count)


async def test_a_message_of_whoever_began_it_goes_on_with_the_run_and_nobody_elses_does(bot: StartBot) -> None:
    made = await bot(waiting())
    await made.ran("it")
    await say(made, "Me!", user="Kim")
    assert runs(made) == 1
    await say(made, "Here I am")
    await say(made, "And again")
    assert texts(made).count("robin: Here I am") == 1
    assert [text for text in texts(made) if text.startswith("robin:")] == ["robin: Here I am"]
    assert runs(made) == 0


async def test_what_was_written_before_does_not_count(bot: StartBot) -> None:
    made = await bot(waiting())
    await say(made, "Early")
    await made.ran("it")
    assert runs(made) == 1


@pytest.mark.parametrize(
    ("more", "user", "content"),
    [
        ("from: {who: anyone, if: event.user.id != user.id}", "Kim", "Hi"),
        ("if: event.content == 'yes'", "Robin", "yes"),
        ("from: {if: event.user.name == 'kim'}", "Kim", "Hi"),
        ("from: {role: '@Support'}", "Sam", "Hi"),
        ("from: anyone, if: event.content | length > user.name | length", "Kim", "longer"),
    ],
)
async def test_who_and_what_counts_is_told_by_rules(bot: StartBot, more: str, user: str, content: str) -> None:
    made = await bot(waiting(more))
    await made.ran("it")
    await say(made, "no")
    await say(made, content, user=user)
    assert [text for text in texts(made) if ": " in text] == [f"{user.lower()}: {content}"]


async def test_only_where_it_was_begun_counts_unless_it_is_said_otherwise(bot: StartBot) -> None:
    made = await bot(waiting())
    await made.ran("it")
    await say(made, "Elsewhere", channel="support")
    assert runs(made) == 1
    await say(made, "Here")
    assert "robin: Here" in texts(made)


@pytest.mark.parametrize("more", ["everywhere: true", "channel: '#support'"])
async def test_it_may_be_somewhere_else(bot: StartBot, more: str) -> None:
    made = await bot(waiting(more))
    await made.ran("it")
    await say(made, "Elsewhere", channel="support")
    assert "robin: Elsewhere" in texts(made)


async def test_a_reaction_at_a_message_of_the_runs_own(bot: StartBot) -> None:
    made = await bot("""
    commands:
      it:
        description: d
        steps:
          - {id: poll, send: Who comes?}
          - id: first
            wait_for: {event: reaction_add, message: "{{ steps.poll.message_id }}", from: anyone}
          - send: "{{ steps.first.user.name }} with {{ steps.first.reaction.emoji }}"
    """)
    await made.ran("it")
    (poll,) = (
        seen for seen in made.local.messages_for(user="Robin", channel="general") if seen["content"] == "Who comes?"
    )
    other = made.local.say(user="Kim", channel="general", content="Hm")
    made.local.react(user="Kim", message=other, emoji="👍")
    await settled(made)
    assert runs(made) == 1
    made.local.react(user="Kim", message=int(poll["id"]), emoji="🎟️")
    await settled(made)
    assert texts(made)[-1] == "kim with 🎟️"


async def test_a_member_who_joins(bot: StartBot) -> None:
    made = await bot("""
    commands:
      it:
        description: d
        steps:
          - reply: I am watching the door
          - {id: one, wait_for: {event: member_join, from: anyone}}
          - send: "{{ user.name }}, {{ steps.one.member.name }} is here"
    """)
    await made.ran("it")
    made.local.leave(user="Kim")
    made.local.join(user="Kim")
    await settled(made)
    assert texts(made)[-1] == "robin, kim is here"


async def test_bots_do_not_count(bot: StartBot) -> None:
    made = await bot(waiting("from: anyone"))
    await made.ran("it")
    await made.gateway.request("POST", f"/channels/{channel(made)}/messages", {"content": "Beep"})
    await settled(made)
    assert runs(made) == 1


def channel(made: Bot) -> int:
    """Return #general."""
    return next(each.id for each in made.local.world.channels.values() if each.name == "general")


# --- in time


async def test_when_nothing_happens_on_timeout_runs(bot: StartBot) -> None:
    made = await bot(waiting("on_timeout: [{send: Nobody wrote}, stop]"))
    await made.ran("it")
    await elapse(301)
    await say(made, "Late")
    assert (texts(made).count("Nobody wrote"), texts(made)[-1]) == (1, "Late")
    assert runs(made) == 0


async def test_without_on_timeout_the_run_ends(bot: StartBot) -> None:
    made = await bot(waiting())
    await made.ran("it")
    await elapse(301)
    assert (runs(made), made.log.warnings) == (0, [])


# --- several


async def test_of_two_events_at_once_a_run_takes_one(bot: StartBot) -> None:
    made = await bot(waiting("from: anyone", behind="- send: Effect"))
    await made.ran("it")
    for user in ("Robin", "Kim", "Mo"):
        made.local.say(user=user, channel="general", content="Me")
    await settled(made)
    assert (texts(made).count("Effect"), runs(made), made.log.warnings) == (1, 0, [])


async def test_an_event_is_taken_by_every_run_that_waits_for_it(bot: StartBot) -> None:
    made = await bot(waiting("from: anyone"))
    for user in ("Robin", "Kim", "Mo"):
        await made.ran("it", user=user)
    await say(made, "All of you")
    assert texts(made).count("robin: All of you") == 3


BESIDE = """
commands:
  it:
    description: d
    steps:
      - join: any
        parallel:
          written: [{id: one, wait_for: message}, {send: "Written {{ steps.one.content }}"}]
          reacted: [{id: two, wait_for: reaction_add}, {send: "Reacted {{ steps.two.reaction.emoji }}"}]
          clicked: [{id: three, confirm: Sure?}, {send: "Clicked"}]
"""


@pytest.mark.parametrize("way", ["Written", "Reacted", "Clicked"])
async def test_beside_others_the_first_that_comes_counts(bot: StartBot, way: str) -> None:
    made = await bot(BESIDE)
    before = made.local.say(user="Robin", channel="general", content="Before")
    message = (await made.ran("it")).messages[0].id
    if way == "Written":
        await say(made, "this")
    elif way == "Reacted":
        made.local.react(user="Robin", message=before, emoji="👍")
        await settled(made)
    else:
        await made.pressed(message, "Yes")
    assert [text.partition(" ")[0] for text in texts(made) if text[:7] in ("Written", "Reacted", "Clicked")] == [way]
    assert (runs(made), made.usable(message)) == (0, [])


# --- restarts and reloads


async def test_it_waits_on_across_a_restart_and_its_handlers_deletion(bot: StartBot) -> None:
    made = await bot(waiting())
    await made.ran("it")
    await made.stop()
    made = await bot("events: {message: {when: message.content, steps: [{log: Heard}]}}", local=made.local)
    await elapse(30)  # the lease of the process before has run out
    await say(made, "Still here")
    assert "robin: Still here" in texts(made)


async def test_a_reload_that_deletes_its_handler_changes_nothing_for_it(bot: StartBot) -> None:
    made = await bot(waiting())
    await made.ran("it")
    made.engine.swap(compiled("commands: {other: {description: d, reply: Hi}}"))
    await say(made, "Still here")
    assert "robin: Still here" in texts(made)


# --- what it asks of Discord


CONTENT = [
    ("if: event.content == 'x'", "Done", True),
    ("if: event.user.name == 'x'", "Done", False),
    ("from: {if: event.content}", "Done", True),
    ("from: anyone", "{{ steps.heard.content }}", True),
    ("from: anyone", "{{ steps.heard | length }}", True),
    ("from: anyone", "{{ steps.heard.message_id }} {{ steps.heard.url }}", False),
]


@pytest.mark.parametrize(("more", "reads", "is_asked"), CONTENT)
def test_the_content_of_messages_is_asked_for_where_it_is_read(more: str, reads: str, is_asked: bool) -> None:
    text = waiting(more).replace("{{ steps.heard.user.name }}: {{ steps.heard.content }}", reads)
    asked = compiled(text).intents
    assert asked & (Intents.GUILD_MESSAGES | Intents.GUILDS) == Intents.GUILD_MESSAGES | Intents.GUILDS
    assert bool(asked & Intents.MESSAGE_CONTENT) is is_asked


def test_what_joins_asks_for_members() -> None:
    program = compiled(
        "commands: {it: {description: d, steps: [{reply: x}, {wait_for: {event: member_join}}, {log: x}]}}"
    )
    assert program.intents & Intents.GUILD_MEMBERS
