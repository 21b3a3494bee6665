"""`create_thread`: in the channels and forums of a local Discord."""

from typing import Any

from runner.lifecycle.limits import ChannelType
from tests.actions.channels import channel, names, texts, thread_of, with_a_forum
from tests.actions.members import reasons, said
from tests.conftest import StartBot

BOT = """
commands:
  plain: {description: d, steps: [{id: it, create_thread: A question}, {reply: "{{ steps.it.mention }}"}]}
  private:
    description: d
    steps:
      - create_thread:
          name: Between us
          private: true
          content: Hello
          archive_after: 1h
          slowmode: 10s
          reason: Asked for
      - reply: Done
  on_a_message:
    description: d
    steps:
      - id: sent
        send: {channel: "#support", content: What now?}
      - create_thread: {channel: "#support", message: "{{ steps.sent.message_id }}", name: Answers}
      - reply: Done
  post:
    description: d
    steps:
      - create_thread: {channel: "#questions", name: It breaks, content: "By {{ user.mention }}", tags: [bug]}
      - reply: Done
  post_without:
    description: d
    steps: [{create_thread: {channel: "#questions", name: a, tags: bug}, catch: [{reply: "{{ error.kind }}"}]}]
  no_tag:
    description: d
    steps:
      - create_thread: {channel: "#questions", name: It breaks, content: a, tags: [nothing]}
        catch: [{reply: "{{ error.kind }}"}]
  tag_in_a_channel:
    description: d
    steps: [{create_thread: {name: a, tags: bug}, catch: [{reply: "{{ error.kind }}"}]}]
"""
DONE = [("Done", False)]


async def test_a_thread_is_begun_and_its_id_is_given(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("plain")
    thread = channel(made, "A question")
    assert said(trace) == [(f"<#{thread.id}>", False)]
    assert thread.type is ChannelType.PUBLIC_THREAD
    assert thread.parent_id == channel(made, "general").id


async def test_a_private_one_with_its_first_message(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("private")) == DONE
    thread = channel(made, "Between us")
    assert thread.type is ChannelType.PRIVATE_THREAD
    assert (thread_of(made, "Between us").auto_archive_minutes, thread.rate_limit_per_user) == (60, 10)
    assert texts(made, "Between us") == ["Hello"]
    assert "Asked for" in reasons(made)


async def test_one_that_is_about_a_message(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("on_a_message")) == DONE
    (message,) = [each for each in channel(made, "support").messages.values() if each.content == "What now?"]
    assert channel(made, "Answers").id == message.id


async def test_a_post_in_a_forum_has_its_tags_and_pings_nobody(bot: StartBot) -> None:
    made = await with_a_forum(bot, BOT)
    assert said(await made.ran("post")) == DONE
    forum = channel(made, "questions").forum
    assert forum is not None
    assert thread_of(made, "It breaks").tag_ids == [forum.tags[0].id]
    (message,) = channel(made, "It breaks").messages.values()
    assert message.content.startswith("By <@")
    (begun,) = [entry.request for entry in made.local.wire if entry.route.endswith("/threads")]
    body: Any = begun  # JSON
    assert body["message"]["allowed_mentions"] == {"parse": []}


async def test_what_can_not_be_a_post_has_a_kind(bot: StartBot) -> None:
    made = await with_a_forum(bot, BOT)
    kinds = {name: said(await made.ran(name))[0][0] for name in ("no_tag", "tag_in_a_channel", "post_without")}
    assert kinds == {"no_tag": "not_found", "tag_in_a_channel": "invalid", "post_without": "invalid"}
    assert "It breaks" not in names(made)


FIRST = """
messages: {opening: {params: {name: string}, embeds: [{title: "For {{ params.name }}"}], components: [close]}}
components: {close: {button: {label: Close}, reply: Closed}}
commands:
  post:
    description: d
    steps:
      - create_thread:
          channel: "#questions"
          name: It breaks
          content: Look
          embeds: [{title: Here}]
          files: [{text: trace, name: trace.txt}]
          components: [close]
          tags: [bug]
      - reply: Done
  named:
    description: d
    steps:
      - create_thread: {channel: "#questions", name: Named, says: opening, with: {name: "{{ user.name }}"}}
      - create_thread: {name: Beside, says: opening, with: {name: "{{ user.name }}"}}
      - reply: Done
"""


async def test_a_post_says_all_that_a_message_can(bot: StartBot) -> None:
    made = await with_a_forum(bot, FIRST)
    await made.ran("post")
    (first,) = channel(made, "It breaks").messages.values()
    assert (first.content, first.embeds[0]["title"]) == ("Look", "Here")
    assert [each["filename"] for each in first.attachments] == ["trace.txt"]
    assert (await made.pressed(first.id, "Close")).messages[-1].content == "Closed"


async def test_the_first_message_of_a_thread_is_one_with_a_name(bot: StartBot) -> None:
    made = await with_a_forum(bot, FIRST)
    await made.ran("named")
    firsts = [next(iter(channel(made, name).messages.values())) for name in ("Named", "Beside")]
    assert [first.embeds[0]["title"] for first in firsts] == ["For robin", "For robin"]
