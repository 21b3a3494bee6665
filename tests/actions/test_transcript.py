"""`transcript`: of the channels of a local Discord."""

import re
from pathlib import Path

from runner.build import build
from runner.lifecycle.bits import Intents
from tests.actions.members import said
from tests.actions.messages import message, wrote
from tests.conftest import StartBot, actions

FILE = {
    "id": "123456789012345678",
    "filename": "a.png",
    "size": 1,
    "url": "https://cdn.example.com/a.png",
    "proxy_url": "https://cdn.example.com/a.png",
}


def bot_with(keys: str, shows: str = "{{ steps.it.content }}") -> str:
    """Return a bot that reads #support."""
    return f"""
commands:
  it:
    description: d
    steps:
      - id: it
        transcript: {{channel: "#support"{keys}}}
      - reply: "{shows}"
"""


async def test_each_message_is_a_line_from_the_first_to_the_last(bot: StartBot) -> None:
    made = await bot(bot_with(""))
    wrote(made, "It breaks", where="support")
    number = wrote(made, "Really?\n[2020] robin: yes", user="Kim", where="support")
    message(made, number).attachments = [FILE]
    ((text, _),) = said(await made.ran("it"))
    assert [re.sub(r"^\[.* UTC\]", "[]", line) for line in text.splitlines()] == [
        "[] Robin: It breaks",
        "[] Kim: Really?",
        "    [2020] robin: yes",
        "    [a.png] https://cdn.example.com/a.png",
    ]


async def test_nothing_that_people_write_is_more_than_text_in_a_page(bot: StartBot) -> None:
    made = await bot(bot_with(", format: html"))
    wrote(made, "<script>alert('{1}')</script>", where="support")
    ((text, _),) = said(await made.ran("it"))
    assert "<script>" not in text
    assert "&lt;script&gt;alert(&#x27;{1}&#x27;)" in text


async def test_as_markdown(bot: StartBot) -> None:
    made = await bot(bot_with(", format: markdown", "{{ steps.it.filename }}\n\n{{ steps.it.content }}"))
    wrote(made, "One\n# Two", where="support")
    ((text, _),) = said(await made.ran("it"))
    assert re.match(r"transcript-[0-9]+\.md\s", text)
    assert "**Robin** " in text
    assert text.endswith("> One\n> # Two")


async def test_page_by_page_up_to_the_bound(bot: StartBot) -> None:
    shows = "{{ steps.it.count }} {{ steps.it.is_all }} {{ steps.it.content | length > 1000 }}"
    made = await bot(bot_with(", limit: 150", shows))
    for number in range(150):
        wrote(made, str(number), where="support")
    assert said(await made.ran("it")) == [("150 False True", False)]
    await made.stop()
    made = await bot(bot_with(", limit: 151", shows), local=made.local)
    assert said(await made.ran("it")) == [("150 True True", False)]


async def test_it_is_no_longer_than_its_bound_and_says_so(bot: StartBot) -> None:
    made = await bot(bot_with("", "{{ steps.it.count }} {{ steps.it.is_all }} {{ steps.it.content | length }}"))
    for _ in range(540):
        wrote(made, "a" * 2000, where="support")
    assert said(await made.ran("it")) == [(f"540 False {1024 * 1024}", False)]


def test_who_reads_a_channel_needs_the_intent_for_it() -> None:
    built = build(Path("bot.yaml"), lambda _: bot_with("").encode(), {}, actions())
    assert built.needs is not None, built.diagnostics
    assert Intents.MESSAGE_CONTENT in built.needs.privileged
