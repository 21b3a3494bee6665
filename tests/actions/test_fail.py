"""`fail`: the author's own failure: his words for the user, a place and a reference for the operator."""

from tests.conftest import StartBot

BOT = """
commands:
  plain: {description: d, steps: [{fail: "The queue is closed, {{ user.name }}."}]}
  handled:
    description: d
    steps: [{fail: The queue is closed.}]
    on_error: [{reply: "{{ error.message }} ({{ error.step }}, {{ error.reference }})"}]
  caught: {description: d, steps: [{fail: Closed., catch: [{log: "{{ error.message }}"}]}, {reply: After}]}
  behind: {description: d, steps: [{reply: First}, {fail: Closed.}]}
"""


async def test_the_user_reads_the_authors_words(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("plain")
    assert [(seen.content, seen.ephemeral) for seen in trace.messages] == [("The queue is closed, robin.", True)]
    assert made.line()["outcome"] == "failed"


async def test_on_error_knows_the_message_the_step_and_the_reference(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("handled")
    reference = made.line()["reference"]
    assert [seen.content for seen in trace.messages] == [f"The queue is closed. (fail, {reference})"]


async def test_the_operator_reads_where_it_failed(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("plain")
    (line,) = made.log.of("step failed")
    assert (line["step"], line["handler"], line["reference"]) == ("fail", "/plain", made.line()["reference"])
    assert str(line["place"]).startswith("bot.yaml:")


async def test_a_failure_that_is_caught_lets_the_handler_go_on(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("caught")
    assert [seen.content for seen in trace.messages] == ["After"]
    assert made.line()["outcome"] == "ok"


async def test_a_failure_behind_an_answer_leaves_the_answer(bot: StartBot) -> None:
    trace = await (await bot(BOT)).ran("behind")
    assert [seen.content for seen in trace.messages] == ["First", "Closed."]
