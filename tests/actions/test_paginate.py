"""`paginate`: pages, the buttons that turn them, and what comes behind."""

import pytest

from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """
commands:
  it:
    description: d
    options: {count: {type: integer, description: c, required: true}}
    steps:
      - paginate:
          items: range(options.count)
          line: "{{ number }}: {{ item }} of {{ user.name }}"
          header: Numbers
          per_page: 2
          timeout: 10m
          MORE
      - send: Behind
"""
CLOSING = BOT.replace("MORE", "close: Close")
PLAIN = BOT.replace("          MORE\n", "")


async def test_pages_are_turned_in_place(bot: StartBot) -> None:
    made = await bot(CLOSING)
    shown = (await made.ran("it", count=5)).messages[0].id
    assert made.text(shown) == "Numbers\n1: 0 of robin\n2: 1 of robin"
    assert [each["label"] for each in made.usable(shown)] == ["▶", "Close"]
    await made.pressed(shown, "▶")
    assert made.text(shown) == "Numbers\n3: 2 of robin\n4: 3 of robin"
    assert [each["label"] for each in made.usable(shown)] == ["◀", "▶", "Close"]
    await made.pressed(shown, "▶")
    assert made.text(shown) == "Numbers\n5: 4 of robin"
    assert [each["label"] for each in made.components(shown)] == ["◀", "3/3", "▶", "Close"]
    assert [each["label"] for each in made.usable(shown)] == ["◀", "Close"]
    await made.pressed(shown, "◀")
    await made.pressed(shown, "Close")
    assert made.usable(shown) == []
    assert made.local.messages_for(user="Robin", channel="general")[-1]["content"] == "Behind"


async def test_when_nobody_turns_pages_any_more_the_run_goes_on(bot: StartBot) -> None:
    made = await bot(PLAIN)
    shown = (await made.ran("it", count=5)).messages[0].id
    await elapse(601)
    await made.idle()
    assert made.usable(shown) == []
    assert made.local.messages_for(user="Robin", channel="general")[-1]["content"] == "Behind"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "Numbers\nThere is nothing."), (2, "Numbers\n1: 0 of robin\n2: 1 of robin")]
)
async def test_what_fits_on_one_page_is_shown_and_not_waited_for(bot: StartBot, count: int, text: str) -> None:
    made = await bot(PLAIN)
    shown = (await made.ran("it", count=count)).messages[0].id
    await elapse(5)
    await made.idle()
    assert made.text(shown) == text
    assert made.components(shown) == []
    assert made.local.messages_for(user="Robin", channel="general")[-1]["content"] == "Behind"


async def test_nobody_else_turns_the_pages(bot: StartBot) -> None:
    made = await bot(PLAIN)
    shown = (await made.ran("it", count=5)).messages[0].id
    other = await made.pressed(shown, "▶", user="Kim")
    assert [(seen.content, seen.ephemeral) for seen in other.messages] == [("This question is not for you.", True)]


async def test_what_is_no_list_fails_the_step(bot: StartBot) -> None:
    made = await bot("""
        vars: {text: abc}
        commands: {it: {description: d, steps: [{paginate: {items: vars.text, line: "{{ item }}"}}, {reply: Done}]}}
    """)
    await made.ran("it")
    (line,) = made.log.of("step failed")
    assert line["reason"] == "paginate: this is not a list"
