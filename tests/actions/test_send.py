"""`send`: a message to a channel, with the bot's own token."""

from typing import cast

import pytest

from runner.emulator.world import JsonObject, Message, Sticker
from runner.lifecycle.bits import Intents, Permissions
from tests.conftest import Bot, StartBot, compiled

BOT = """
commands:
  here: {description: d, steps: [{send: Hello}, {reply: Done}]}
  by_name: {description: d, steps: [{send: {content: Hello, channel: "#support"}}, {reply: Done}]}
  by_option:
    description: d
    options: {where: {type: channel, description: w, required: true}}
    steps: [{send: {content: Hello, channel: "{{ options.where }}"}}, {reply: Done}]
  by_id:
    description: d
    options: {where: {type: channel, description: w, required: true}}
    steps: [{send: {content: Hello, channel: "{{ options.where.id }}"}}, {reply: Done}]
  nowhere: {description: d, steps: [{send: {content: Hello, channel: "#nowhere"}}, {reply: Done}]}
  result:
    description: d
    steps: [{id: sent, send: Hello}, {reply: "{{ steps.sent.message_id }} {{ steps.sent.channel_id }}"}]
  pings:
    description: d
    steps:
      - send: "{{ user.mention }}"
      - send: {content: "{{ user.mention }}", mentions: [users]}
      - reply: Done
  buttons: {description: d, steps: [{send: {content: Who?, components: [me]}}, {reply: Done}]}
  blank: {description: d, steps: [{send: "{{ ' ' if user else 'a' }}"}, {reply: Done}]}
  caught:
    description: d
    steps: [{send: {content: Hello, channel: "#nowhere"}, catch: [{reply: "No: {{ error.step }}"}]}]
components:
  me: {button: {label: Me}, reply: "{{ user.name }}"}
"""


def said(bot: Bot, channel: str) -> list[str]:
    """Return what the bot has posted to a channel, answers excluded."""
    messages = bot.local.messages_for(user="Olive", channel=channel)
    return [message["content"] for message in messages if "interaction_metadata" not in message]


PLACES = {"here": "general", "by_name": "support", "by_option": "support", "by_id": "support"}


@pytest.mark.parametrize(("name", "channel"), PLACES.items(), ids=PLACES)
async def test_a_message_goes_where_it_is_sent(bot: StartBot, name: str, channel: str) -> None:
    made = await bot(BOT)
    options = {"where": "#support"} if name in ("by_option", "by_id") else {}
    trace = await made.ran(name, **options)
    assert said(made, channel) == ["Hello"]
    assert [seen.content for seen in trace.messages] == ["Done"]


async def test_the_user_sees_a_spinner_before_the_message_is_sent(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("POST /channels", delay_s=4)
    trace = made.command("here")
    assert await trace.acknowledged()
    assert trace.acknowledged_at == pytest.approx(trace.dispatched_at, abs=0.5)
    assert said(made, "general") == []
    await made.idle()
    assert said(made, "general") == ["Hello"]


async def test_the_steps_behind_it_know_the_message(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("result")
    message_id, channel_id = trace.messages[0].content.split()
    message = made.local.world.message(int(message_id))
    assert message is not None
    assert (message.content, message.channel_id) == ("Hello", int(channel_id))


async def test_nobody_is_pinged_unless_the_author_says_so(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("pings")
    pings = [len(message["mentions"]) for message in made.local.messages_for(user="Olive", channel="general")]
    assert pings[1:] == [0, 1]  # the first one is the answer


async def test_a_button_on_it_works_for_everybody(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("buttons")
    (posted,) = (m for m in made.local.messages_for(user="Kim", channel="general") if m["content"] == "Who?")
    trace = made.click(posted["id"], "me", user="Kim")
    await made.idle()
    assert [seen.content for seen in trace.messages] == ["kim"]


@pytest.mark.parametrize("name", ["nowhere", "blank"])
async def test_what_cannot_be_sent_fails_the_handler(bot: StartBot, name: str) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert "Something went wrong" in trace.messages[0].content
    assert made.line()["outcome"] == "failed"


async def test_a_failure_can_be_caught(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("caught")
    assert [seen.content for seen in trace.messages] == ["No: send"]
    assert made.line()["outcome"] == "ok"


async def test_discords_refusal_fails_the_step(bot: StartBot) -> None:
    made = await bot(BOT)
    made.local.faults.next("POST /channels/", status=403, code=50013)
    trace = await made.ran("here", user="Olive")
    assert "I need **View Channel** and **Send Messages** here" in trace.messages[-1].content
    assert "50013" in str(made.log.of("step failed")[0]["reason"])


async def test_what_it_needs_is_asked_before_the_first_step(bot: StartBot) -> None:
    made = await bot(BOT)
    (guild,) = made.local.world.guilds.values()
    for role in guild.roles.values():
        role.permissions &= ~Permissions.SEND_MESSAGES
    trace = await made.ran("here", user="Olive")
    assert ["I need **Send Messages** here" in message.content for message in trace.messages] == [True]
    assert made.line()["outcome"] == "refused"


MORE = """
commands:
  first: {description: d, steps: [{id: sent, send: {content: First, channel: "#support"}}, {reply: x}]}
  answer:
    description: d
    options: {to: {type: string, description: t, required: true}}
    steps:
      - send: {channel: "#support", content: Again, reply_to: "{{ options.to }}"}
        catch: [{reply: "{{ error.kind }}"}]
  anyway:
    description: d
    options: {to: {type: string, description: t, required: true}}
    steps:
      - send: {channel: "#support", content: Again, reply_to: {message: "{{ options.to }}", fail_if_not_exists: false}}
      - reply: Done
  ping:
    description: d
    options: {to: {type: string, description: t, required: true}}
    steps:
      - send: {content: Look, reply_to: {message: "{{ options.to }}", ping: true}}
      - send: {content: Look, reply_to: {message: "{{ options.to }}"}}
      - reply: Done
  stickers:
    description: d
    steps: [{send: {channel: "#support", stickers: [wave, "900000000000000002"]}}, {reply: Done}]
  unknown:
    description: d
    steps: [{send: {stickers: [nothing]}, catch: [{reply: "{{ error.kind }}"}]}]
  gone:
    description: d
    steps: [{send: {stickers: ["900000000000000009"]}, catch: [{reply: "{{ error.code | default(0) }}"}]}]
"""
GONE = "123456789012345678"


def posted(made: Bot, channel: str) -> list[Message]:
    """Return the messages of a channel, answers excluded."""
    (found,) = (each for each in made.local.world.channels.values() if each.name == channel)
    return [message for message in found.messages.values() if message.author_id == made.local.world.bot_id]


async def test_a_message_is_a_reply_to_another_one(bot: StartBot) -> None:
    made = await bot(MORE)
    await made.ran("first")
    (first,) = posted(made, "support")
    await made.ran("answer", to=str(first.id))
    reference = posted(made, "support")[-1].reference
    assert reference is not None
    assert reference["message_id"] == str(first.id)


async def test_a_reply_to_what_is_gone_fails_unless_it_need_not_be_there(bot: StartBot) -> None:
    made = await bot(MORE)
    assert (await made.ran("answer", to=GONE)).messages[0].content == "invalid"
    assert posted(made, "support") == []
    await made.ran("anyway", to=GONE)
    assert [(message.content, message.reference) for message in posted(made, "support")] == [("Again", None)]


async def test_whoever_is_replied_to_is_pinged_only_if_that_is_said(bot: StartBot) -> None:
    made = await bot(MORE)
    said = made.local.say(user="Kim", channel="general", content="Anybody?")
    await made.ran("ping", to=str(said))
    first, second = (message for message in posted(made, "general") if message.content == "Look")
    kim = next(user.id for user in made.local.world.users.values() if user.username == "kim")
    assert (first.mention_ids, second.mention_ids) == ([kim], [])


def test_it_takes_a_permission_to_reply() -> None:
    program = compiled(MORE)
    step = program.commands["answer"].steps.items[0]
    assert Permissions.READ_MESSAGE_HISTORY in step.action.asks()
    assert Permissions.READ_MESSAGE_HISTORY not in program.commands["first"].steps.items[0].action.asks()


async def with_stickers(bot: StartBot) -> Bot:
    """Start a bot in whose server there are two stickers."""
    before = await bot("")
    await before.stop()
    (guild,) = before.local.world.guilds.values()
    for number, name in ((900000000000000001, "Wave"), (900000000000000002, "Cheer")):
        guild.stickers[number] = Sticker(id=number, name=name)
    return await bot(MORE, local=before.local)


async def test_stickers_are_sent_by_name_and_by_id(bot: StartBot) -> None:
    made = await with_stickers(bot)
    await made.ran("stickers")
    (body,) = [cast(JsonObject, entry.request) for entry in made.local.wire if entry.route.endswith("/messages")]
    assert body["sticker_ids"] == ["900000000000000001", "900000000000000002"]
    assert len(posted(made, "support")) == 1


async def test_a_sticker_that_is_not_there_fails_the_step(bot: StartBot) -> None:
    made = await with_stickers(bot)
    assert (await made.ran("unknown")).messages[0].content == "not_found"
    assert (await made.ran("gone")).messages[0].content == "50081"


def test_the_intent_for_stickers_is_asked_for_where_they_have_names() -> None:
    assert Intents.GUILD_EXPRESSIONS in compiled(MORE).intents
    by_id = 'commands: {it: {description: d, steps: [{send: {stickers: ["900000000000000002"]}}, {reply: x}]}}'
    assert Intents.GUILD_EXPRESSIONS not in compiled(by_id).intents
