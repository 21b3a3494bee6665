"""`transaction`: all of it or nothing, and nobody in between."""

from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """
state:
  points: {scope: member, type: integer, default: 10}
  total: {type: integer, default: 0}
records:
  log: {scope: global, fields: {who: user, text: string}, unique: [[text]]}
flows: {later: {steps: [{log: begun}]}}
commands:
  give:
    description: d
    options:
      to: {type: user, description: t, required: true}
      much: {type: integer, description: m, required: true}
    steps:
      - transaction:
          - {id: mine, increment: {state: points, by: "{{ 0 - options.much }}"}}
          - if: steps.mine.value < 0
            then: [{fail: You have not got that much.}]
          - {id: theirs, increment: {state: points, by: "{{ options.much }}", of: "{{ options.to }}"}}
          - let: {left: "{{ state.points }}"}
      - reply: "{{ steps.mine.value }} {{ steps.theirs.value }} {{ state.points }} {{ vars.left }}"
  points: {description: d, reply: "{{ state.points }} {{ state.total }}"}
  caught:
    description: d
    steps:
      - transaction:
          - increment: {state: total}
          - insert: {into: log, values: {text: once}}
            catch: [{increment: {state: total, by: 100}}]
          - {id: all, count: {in: log}}
      - reply: "{{ steps.all.count }} {{ state.total }}"
  loop:
    description: d
    steps:
      - transaction:
          - for_each: range(60)
            do: [{increment: {state: total}}]
      - reply: "{{ state.total }}"
  nested:
    description: d
    steps:
      - transaction:
          - increment: {state: total}
          - transaction: [{increment: {state: total, by: 10}}, {fail: No.}]
            catch: [{increment: {state: total, by: 100}}]
      - reply: "{{ state.total }}"
  stops:
    description: d
    steps:
      - transaction: [{increment: {state: total}}, {if: state.total, then: [stop]}, {increment: {state: total}}]
      - reply: never
  undone:
    description: d
    steps:
      - {id: before, increment: {state: total}}
      - transaction:
          - increment: {state: total, by: 1000}
          - insert: {into: log, values: {text: undone}}
          - schedule: {flow: later, after: 5s}
          - fail: Undone.
        catch: [{reply: "{{ error.message }} {{ state.total }}"}]
"""


async def test_all_of_it_is_done_and_seen_behind_it(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("give", to="Sam", much=3)).messages[0].content == "7 13 7 7"
    assert (await made.ran("points")).messages[0].content == "7 0"
    assert (await made.ran("points", user="Sam")).messages[0].content == "13 0"


async def test_nothing_of_it_is_done_when_a_step_fails(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("give", to="Sam", much=11)).messages[0].content == "You have not got that much."
    assert (await made.ran("points")).messages[0].content == "10 0"
    assert (await made.ran("points", user="Sam")).messages[0].content == "10 0"
    (line,) = made.log.of("step failed")
    assert line["step"] == "fail"


async def test_what_was_undone_is_not_seen_and_does_not_come_later(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("undone")).messages[0].content == "Undone. 1"
    await elapse(30)
    assert made.log.of("step") == []
    assert (await made.ran("points")).messages[0].content == "10 1"


async def test_many_at_the_same_moment_give_no_more_than_there_is(bot: StartBot) -> None:
    made = await bot(BOT)
    traces = [made.command("give", to="Sam", much=3) for _ in range(20)]
    await made.idle()
    said = [trace.messages[0].content for trace in traces]
    assert said.count("You have not got that much.") == 17
    assert (await made.ran("points")).messages[0].content == "1 0"
    assert (await made.ran("points", user="Sam")).messages[0].content == "19 0"


async def test_a_failure_that_is_caught_in_it_undoes_its_own_step_alone(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("caught")).messages[0].content == "1 1"
    assert (await made.ran("caught")).messages[0].content == "1 102"


async def test_a_transaction_in_another_one_fails_alone_if_that_is_caught(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("nested")).messages[0].content == "101"


async def test_it_may_be_as_long_as_a_loop(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("loop")).messages[0].content == "60"


async def test_a_stop_in_it_ends_the_handler_and_keeps_what_was_done(bot: StartBot) -> None:
    made = await bot(BOT)
    assert [message.content for message in (await made.ran("stops")).messages] == ["Done."]
    assert (await made.ran("points")).messages[0].content == "10 1"
