"""`reply`: right at any moment, to whom the author says, and with the buttons that he names."""

import pytest

from runner.emulator.clock import elapse
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


IDS = """
commands:
  first: {description: d, steps: [{id: it, reply: Hello}, CHANGE]}
  spinner: {description: d, steps: [{wait: 2s}, {id: it, reply: Hello}, CHANGE]}
  follow_up: {description: d, steps: [{reply: One}, {id: it, reply: Two}, CHANGE]}
  beside:
    description: d
    steps:
      - reply: Both
      - parallel:
          left: [{id: a, reply: Left}, {edit_message: {message: "{{ steps.a.message_id }}", content: Left changed}}]
          right: [{id: b, reply: Right}, {edit_message: {message: "{{ steps.b.message_id }}", content: Right changed}}]
  click:
    description: d
    steps: [{confirm: Sure?}, {id: it, reply: Hello}, CHANGE]
  late:
    description: d
    steps:
      - confirm: {prompt: Sure?, timeout: 1m, on_timeout: [{id: it, reply: Hello}, CHANGE]}
  unread: {description: d, steps: [{reply: Hello}]}
""".replace("CHANGE", '{edit_message: {message: "{{ steps.it.message_id }}", content: Changed}}')


@pytest.mark.parametrize("name", ["first", "spinner", "follow_up"])
async def test_an_answer_gives_the_id_of_its_message(bot: StartBot, name: str) -> None:
    trace = await (await bot(IDS)).ran(name)
    assert (trace.messages[-1].content, trace.refused) == ("Changed", [])


async def test_an_answer_to_a_question_gives_its_id_too(bot: StartBot) -> None:
    made = await bot(IDS)
    asked = (await made.ran("click")).messages[0]
    assert (await made.pressed(asked.id, "Yes")).messages[-1].content == "Changed"


async def test_an_answer_without_an_interaction_gives_its_id_too(bot: StartBot) -> None:
    made = await bot(IDS)
    await made.ran("late")
    await elapse(16 * 60)
    said = [message["content"] for message in made.local.messages_for(user="Robin", channel="general")]
    assert said == ["Sure?", "Changed"]


async def test_answers_beside_each_other_give_each_its_own_id(bot: StartBot) -> None:
    trace = await (await bot(IDS)).ran("beside")
    assert {message.content for message in trace.messages} == {"Both", "Left changed", "Right changed"}


async def test_discord_is_asked_for_the_message_only_where_it_is_read(bot: StartBot) -> None:
    made = await bot(IDS)
    await made.ran("unread")
    await made.ran("first")
    callbacks = [entry for entry in made.local.wire if "/callback" in entry.route]
    assert [entry.query.get("with_response") for entry in callbacks] == [None, "true"]
