"""`try`: what fails inside is caught, and `finally` runs however it ends."""

import pytest

from tests.conftest import StartBot

BOT = """
commands:
  well:
    description: d
    steps: [{try: [{reply: Try}], catch: [{reply: Never}], finally: [{reply: Finally}]}, {reply: After}]
  caught:
    description: d
    steps:
      - try: [{reply: Try}, {if: true, then: [{fail: It broke}]}, {reply: Never}]
        catch: [{reply: "{{ error.step }}: {{ error.message }}"}]
        finally: [{reply: Finally}]
      - reply: After
  deep:
    description: d
    steps:
      - try:
          - if: true
            then: [{for_each: "[1, 2]", do: [{reply: "{{ item }}"}, {fail: Deep}]}]
        catch: [{reply: "{{ error.message }}"}]
      - reply: After
  uncaught:
    description: d
    steps: [{try: [{if: true, then: [{fail: It broke}]}], finally: [{reply: Finally}]}, {reply: Never}]
    on_error: [{reply: "{{ error.message }}"}]
  in_catch:
    description: d
    steps:
      - try: [{fail: First}]
        catch: [{fail: Second}]
        finally: [{reply: Finally}]
        when: not user.is_bot
    on_error: [{reply: "{{ error.message }}"}]
  in_finally:
    description: d
    steps:
      - try:
          - try: [{fail: First}]
            finally: [{fail: In finally}]
            catch: [{reply: "{{ error.message }}"}]
        catch: [{reply: "{{ error.message }}"}]
  stops:
    description: d
    steps: [{try: [{reply: Try}, {if: true, then: [stop]}], finally: [{reply: Finally}]}, {reply: Never}]
  returns:
    description: d
    steps: [{try: [{reply: Try}, {if: true, then: [return]}], finally: [{reply: Finally}]}, {reply: Never}]
  nested:
    description: d
    steps:
      - try: [{try: [stop], finally: [{reply: Inner}]}]
        finally: [{try: [{fail: Lost}], catch: [{reply: Outer}], finally: [{reply: Last}]}]
  refused:
    description: d
    steps:
      - try: [{require: {if: user.is_bot, denied: Bots only}}]
        catch: [{reply: Never}]
        finally: [{log: Finally}]
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("well", ["Try", "Finally", "After"]),
        ("caught", ["Try", "fail: It broke", "Finally", "After"]),
        ("deep", ["1", "Deep", "After"]),
        ("uncaught", ["Finally", "It broke"]),
        ("in_catch", ["Finally", "Second"]),
        ("in_finally", ["First", "In finally"]),
        ("stops", ["Try", "Finally"]),
        ("returns", ["Try", "Finally"]),
        ("nested", ["Inner", "Outer", "Last"]),
        ("refused", ["Bots only"]),
    ],
)
async def test_what_runs(bot: StartBot, name: str, said: list[str]) -> None:
    trace = await (await bot(BOT)).ran(name)
    assert [seen.content for seen in trace.messages] == said


async def test_finally_runs_behind_a_refusal(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("refused")
    assert made.log.of("step") == [{"message": "Finally"}]


async def test_finally_runs_before_on_timeout_when_the_handlers_time_is_up(bot: StartBot) -> None:
    made = await bot("""
        commands:
          it:
            description: d
            timeout: 2s
            steps: [{try: [{reply: Try}, {send: a}], finally: [{reply: Finally}]}]
            on_timeout: [{reply: Timeout}]
    """)
    made.local.faults.next("messages", delay_s=20)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Try", "Finally", "Timeout"]


async def test_finally_that_hangs_when_the_time_is_up_does_not_keep_the_user_waiting(bot: StartBot) -> None:
    made = await bot("""
        commands:
          it:
            description: d
            timeout: 1s
            steps: [{try: [{send: a}], finally: [{send: b}]}]
            on_timeout: [{reply: Timeout}]
    """)
    made.local.faults.next("messages", delay_s=20, times=2)
    trace = await made.ran("it")
    assert [seen.content for seen in trace.messages] == ["Timeout"]
    assert made.line()["total_ms"] == pytest.approx(11_000, abs=500)
