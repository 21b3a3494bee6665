"""`reply`: right at any moment, to whom the author says, and with the buttons that he names."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  first: {description: d, reply: "Hello {{ user.mention }}"}
  spinner: {description: d, steps: [{wait: 2s}, {reply: Hello}]}
  follow_up: {description: d, steps: [{reply: One}, {reply: Two}, {reply: {content: Three, ephemeral: true}}]}
  private: {description: d, reply: {content: Hello, ephemeral: true}}
  private_all: {description: d, response: ephemeral, steps: [{reply: Hello}, {reply: {content: All, ephemeral: false}}]}
  by_template:
    description: d
    options: {quiet: {type: boolean, description: q, required: true}}
    reply: {content: Hello, ephemeral: "{{ options.quiet }}"}
  pings: {description: d, reply: {content: "@everyone {{ user.mention }}", mentions: [users]}}
  typed:
    description: d
    options: {text: {type: string, description: t, required: true}}
    reply: "You said: {{ options.text }}"
  empty: {description: d, reply: "{{ '' if user else 'a' }}"}
  blank: {description: d, reply: " {{ '' if user else 'a' }} "}
  long: {description: d, reply: "{% for i in range(700) %}abc{% endfor %}"}
  buttons: {description: d, reply: {content: Who?, components: [a, b, c, d, e, f]}}
components:
  a: {button: {label: A, style: primary}, reply: a}
  b: {button: {label: B}, reply: b}
  c: {button: {label: C}, reply: c}
  d: {button: {label: D}, reply: d}
  e: {button: {label: E}, reply: e}
  f: {button: {label: F, disabled: true}, reply: f}
"""

SEEN = {
    "first": [("Hello <@USER>", False)],
    "spinner": [("Hello", False)],
    "follow_up": [("One", False), ("Two", False), ("Three", True)],
    "private": [("Hello", True)],
    "private_all": [("Hello", True), ("All", False)],
}


@pytest.mark.parametrize(("name", "seen"), SEEN.items(), ids=SEEN)
async def test_a_reply_is_seen_by_whom_it_is_meant_for(bot: StartBot, name: str, seen: list[tuple[str, bool]]) -> None:
    trace = await (await bot(BOT)).ran(name)
    found = [(message.content.replace(str(trace.user_id), "USER"), message.ephemeral) for message in trace.messages]
    assert found == seen
    assert trace.refused == []


@pytest.mark.parametrize("quiet", [True, False])
async def test_a_template_may_decide_who_sees_it(bot: StartBot, quiet: bool) -> None:
    trace = await (await bot(BOT)).ran("by_template", quiet=quiet)
    assert trace.messages[0].ephemeral is quiet


async def test_nobody_is_pinged_unless_the_author_says_so(bot: StartBot) -> None:
    made = await bot(BOT)
    for name, everyone, users in (("first", False, 0), ("pings", False, 1)):
        trace = await made.ran(name)
        message = made.local.world.message(trace.messages[0].id)
        assert message is not None
        assert (message.mention_everyone, len(message.mention_ids)) == (everyone, users)


@pytest.mark.parametrize("text", ["{{ bot.id }}", "{% for i in range(9) %}x{% endfor %}", "{# a #}", "@everyone"])
async def test_what_users_type_is_shown_and_never_rendered(bot: StartBot, text: str) -> None:
    made = await bot(BOT)
    trace = await made.ran("typed", text=text)
    message = made.local.world.message(trace.messages[0].id)
    assert message is not None
    assert message.content == f"You said: {text}"
    assert not message.mention_everyone


@pytest.mark.parametrize("name", ["empty", "blank"])
async def test_a_text_that_turns_out_empty_fails_the_step_and_the_user_reads_so(bot: StartBot, name: str) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert trace.acknowledgements == 1
    assert "Something went wrong" in trace.messages[0].content
    assert made.line()["outcome"] == "failed"


async def test_a_text_beyond_2000_characters_is_cut(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("long")
    assert trace.messages[0].content == ("abc" * 700)[:1999] + "…"


async def test_buttons_stand_five_in_a_row_and_work(bot: StartBot) -> None:
    made = await bot(BOT)
    message = (await made.ran("buttons")).messages[0]
    rows = [[button["label"] for button in row["components"]] for row in message.components]
    assert rows == [["A", "B", "C", "D", "E"], ["F"]]
    assert message.components[1]["components"][0]["disabled"] is True
    clicked = made.click(message.id, "b", user="Kim")
    await made.idle()
    assert [seen.content for seen in clicked.messages] == ["b"]
