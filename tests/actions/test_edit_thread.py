"""`edit_thread`: on threads of a local Discord."""

from tests.actions.channels import channel, thread_of, with_a_forum
from tests.actions.members import reasons, said
from tests.conftest import Bot, StartBot

BOT = """
commands:
  begin: {description: d, steps: [{create_thread: talk}, {reply: Done}]}
  post:
    description: d
    steps: [{create_thread: {channel: "#questions", name: talk, content: a, tags: bug}}, {reply: Done}]
  close:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - edit_thread: {channel: "{{ options.which }}", archived: true, locked: true, reason: Resolved}
      - reply: Done
  change:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps:
      - edit_thread: {channel: "{{ options.which }}", name: Talk more, slowmode: 1m, archive_after: 7d}
        catch: [{reply: "{{ error.kind }}"}, stop]
      - reply: Done
  tag:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps: [{edit_thread: {channel: "{{ options.which }}", tags: [Idea]}}, {reply: Done}]
  none: {description: d, steps: [{edit_thread: {name: no-thread}, catch: [{reply: "{{ error.kind }}"}]}]}
"""
DONE = [("Done", False)]


def which(bot: Bot) -> str:
    """Return the id of the thread."""
    return str(channel(bot, "talk").id)


async def test_a_thread_is_put_away_and_locked(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("begin")
    assert said(await made.ran("close", which=which(made))) == DONE
    thread = thread_of(made, "talk")
    assert (thread.archived, thread.locked) == (True, True)
    assert "Resolved" in reasons(made)


async def test_a_thread_is_changed(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("begin")
    assert said(await made.ran("change", which=which(made))) == DONE
    assert channel(made, "Talk more").rate_limit_per_user == 60
    assert thread_of(made, "Talk more").auto_archive_minutes == 10_080


async def test_one_that_has_been_put_away_has_a_kind(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("begin")
    number = which(made)
    await made.ran("close", which=number)
    assert said(await made.ran("change", which=number)) == [("archived", False)]


async def test_a_post_gets_other_tags(bot: StartBot) -> None:
    made = await with_a_forum(bot, BOT)
    await made.ran("post")
    assert said(await made.ran("tag", which=which(made))) == DONE
    forum = channel(made, "questions").forum
    assert forum is not None
    assert thread_of(made, "talk").tag_ids == [forum.tags[1].id]


async def test_a_channel_is_no_thread_and_stays_as_it_is(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("none")) == [("invalid", False)]
    assert channel(made, "general")
