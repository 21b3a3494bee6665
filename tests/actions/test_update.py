"""`update`: the message that the button is on changes; what is left out stays."""

import pytest

from tests.conftest import Bot, StartBot

BOT = """
commands:
  ask: {description: d, reply: {content: Ready?, components: [say, gone, other, slow, twice, ping]}}
components:
  say: {button: {label: Text}, steps: [{update: "{{ user.name }} is ready"}]}
  gone: {button: {label: Gone}, steps: [{update: {components: []}}]}
  other: {button: {label: Other}, response: update, steps: [{update: {content: Sure?, components: [say]}}]}
  slow: {button: {label: Slow}, steps: [{wait: 5s}, {update: Later}]}
  twice: {button: {label: Twice}, steps: [{update: One}, {update: Two}, {reply: {content: Noted, ephemeral: true}}]}
  ping: {button: {label: Ping}, steps: [{update: {content: "@everyone {{ user.mention }}", mentions: [users]}}]}
"""

LABELS = ["Text", "Gone", "Other", "Slow", "Twice", "Ping"]


async def clicked(bot: Bot, name: str) -> tuple[str, list[str], list[str]]:
    """Return the text and the labels of the message after a click, and what else was said."""
    asked = (await bot.ran("ask")).messages[0]
    trace = bot.click(asked.id, name, user="Kim")
    await bot.idle()
    message = bot.local.world.message(asked.id)
    assert message is not None
    assert trace.refused == []
    labels = [button["label"] for row in message.components for button in row["components"]]
    return message.content, labels, [seen.content for seen in trace.messages if seen.id != asked.id]


CHANGES: dict[str, tuple[str, list[str], list[str]]] = {
    "say": ("kim is ready", LABELS, []),
    "gone": ("Ready?", [], []),
    "other": ("Sure?", ["Text"], []),
    "slow": ("Later", LABELS, []),
    "twice": ("Two", LABELS, ["Noted"]),
}


@pytest.mark.parametrize(("name", "after"), CHANGES.items(), ids=CHANGES)
async def test_what_a_click_changes(bot: StartBot, name: str, after: tuple[str, list[str], list[str]]) -> None:
    assert await clicked(await bot(BOT), name) == after


async def test_an_update_pings_whom_it_says(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("ask")).messages[0]
    trace = made.click(asked.id, "ping", user="Kim")
    await made.idle()
    message = made.local.world.message(asked.id)
    assert message is not None
    assert (message.mention_everyone, message.mention_ids) == (False, [trace.user_id])


async def test_the_buttons_of_an_updated_message_work(bot: StartBot) -> None:
    made = await bot(BOT)
    asked = (await made.ran("ask")).messages[0]
    for name, content in (("other", "Sure?"), ("say", "robin is ready")):
        made.click(asked.id, name)
        await made.idle()
        message = made.local.world.message(asked.id)
        assert message is not None
        assert message.content == content
