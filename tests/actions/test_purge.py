"""`purge`: in the channels of a local Discord."""

from pathlib import Path

import pytest

from runner.build import build
from runner.emulator.world import Message
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents
from tests.actions.channels import channel
from tests.actions.members import reasons, said, user_id
from tests.actions.messages import contents, message, wrote
from tests.conftest import Bot, StartBot, actions

DAY_S = 86_400.0


def bot_with(keys: str) -> str:
    """Return a bot that purges with these keys, which may read the option `mark`."""
    mark = "mark: {type: string, description: d, required: true}" if "mark" in keys else ""
    return f"""
commands:
  it:
    description: d
    options: {{{mark}}}
    response: defer
    steps:
      - id: it
        purge: {{{keys}}}
      - reply: "{{{{ steps.it.count }}}} {{{{ steps.it.too_old }}}}"
"""


async def result(bot: Bot, **options: str) -> str:
    """Return what the command says it has done."""
    ((text, _),) = said(await bot.ran("it", user="Robin", **options))
    return text


async def test_the_latest_are_deleted_and_never_the_answer_to_come(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 3, reason: Spam"))
    for number in range(5):
        wrote(made, str(number))
    assert await result(made) == "3 0"
    assert contents(made) == ["0", "1"]
    assert reasons(made) == ["Spam"]


async def test_one_and_none_are_deleted_too(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 100, user: {user: 1}").replace("{user: 1}", '"{{ user }}"'))
    wrote(made, "Kim's", user="Kim")
    assert await result(made) == "0 0"
    wrote(made, "Robin's")
    assert await result(made) == "1 0"
    assert contents(made) == ["Kim's"]


async def test_a_hundred_are_found_behind_many_that_are_not_meant(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 100, contains: SPAM"))
    for number in range(150):
        wrote(made, f"spam {number}")
        wrote(made, f"Hello {number}")
    assert await result(made) == "100 0"
    assert len([text for text in contents(made) if "spam" in text]) == 50
    assert len([text for text in contents(made) if "Hello" in text]) == 150


async def test_no_more_than_five_pages_are_looked_through(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 100, contains: spam"))
    wrote(made, "spam")
    for _ in range(500):
        wrote(made, "Hello")
    assert await result(made) == "0 0"
    gets = [entry for entry in made.local.wire if entry.method == "GET" and entry.route.endswith("/messages")]
    assert len(gets) == 5


async def test_what_is_older_than_two_weeks_is_counted_and_left(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 100"))
    general = channel(made, "general")
    almost_s = made.local.clock.now() - 14 * DAY_S + 30  # it would be too old before Discord has looked at it
    number = (int(almost_s * 1000) - limits.SNOWFLAKE_EPOCH_MS) << limits.SNOWFLAKE_TIME_SHIFT
    robin = user_id(made, "robin")
    general.messages[number] = Message(id=number, channel_id=general.id, author_id=robin, content="old")
    wrote(made, "new")
    assert await result(made) == "1 1"
    assert contents(made) == ["old"]


async def test_between_two_messages(bot: StartBot) -> None:
    made = await bot(
        bot_with('limit: 100, after: "{{ options.mark }}"').replace(
            "description: d}}", "description: d, required: true}}"
        )
    )
    first = wrote(made, "first")
    for number in range(3):
        wrote(made, str(number))
    assert await result(made, mark=first) == "3 0"
    assert contents(made) == ["first"]


async def test_before_a_message(bot: StartBot) -> None:
    made = await bot(
        bot_with('limit: 2, before: "{{ options.mark }}"').replace(
            "description: d}}", "description: d, required: true}}"
        )
    )
    for number in range(4):
        wrote(made, str(number))
    last = wrote(made, "last")
    assert await result(made, mark=last) == "2 0"
    assert contents(made) == ["0", "1", "last"]


@pytest.mark.parametrize(("keys", "left"), [("bots: true", ["Kim's"]), ("bots: false", []), ("pinned: true", [])])
async def test_by_who_has_written_it(keys: str, left: list[str], bot: StartBot) -> None:
    made = await bot(bot_with(f"limit: 100, {keys}"))
    kim = message(made, wrote(made, "Kim's", user="Kim"))
    if "pinned" in keys:
        kim.pinned_at = 1.0
    await result(made)
    assert contents(made) == left


async def test_a_pinned_message_stays_unless_it_is_meant(bot: StartBot) -> None:
    made = await bot(bot_with("limit: 100"))
    message(made, wrote(made, "Rules")).pinned_at = 1.0
    wrote(made, "Hello")
    assert await result(made) == "1 0"
    assert contents(made) == ["Rules"]


def intents(keys: str) -> Intents:
    """Return what a bot has to ask Discord for."""
    built = build(Path("bot.yaml"), lambda _: bot_with(keys).encode(), {}, actions())
    assert built.needs is not None, built.diagnostics
    return built.needs.intents


def test_only_what_reads_messages_needs_the_intent_for_it() -> None:
    assert Intents.MESSAGE_CONTENT in intents("limit: 3, contains: a")
    assert Intents.MESSAGE_CONTENT not in intents("limit: 3, bots: true")
