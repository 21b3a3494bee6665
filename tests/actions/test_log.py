"""`log`: the author's own line, as loud as he says."""

import logging

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  plain: {description: d, steps: [{log: "{{ user.name }} asked"}, {reply: Done}]}
  debug: {description: d, steps: [{log: {message: Hello, level: debug}}, {reply: Done}]}
  info: {description: d, steps: [{log: {message: Hello, level: info}}, {reply: Done}]}
  warning: {description: d, steps: [{log: {message: Hello, level: warning}}, {reply: Done}]}
  error: {description: d, steps: [{log: {message: Hello, level: error}}, {reply: Done}]}
"""


async def test_a_line_has_the_authors_text(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("plain")
    assert [line["message"] for line in made.log.of("step")] == ["robin asked"]
    assert [seen.content for seen in trace.messages] == ["Done"]


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
async def test_a_line_is_as_loud_as_it_says(bot: StartBot, level: str) -> None:
    made = await bot(BOT)
    await made.ran(level)
    (record,) = (record for record in made.log.records if record.msg == "step")
    assert record.levelno == getattr(logging, level.upper())
