"""`parallel`: runs of steps beside each other, until all have ended or the first one has."""

import pytest

from tests.conftest import StartBot

BOT = """
flows:
  breaks:
    params: {what: string}
    steps: [{wait: 1s}, {fail: "{{ params.what }}"}]
    on_error: [{reply: "Flow {{ params.what }}"}]
commands:
  all:
    description: d
    timeout: 1m
    steps:
      - id: both
        parallel:
          slow: [{wait: 5s}, {let: {slow: 5}}, {id: one, send: Slow}]
          quick: [{wait: 2s}, {let: {quick: 2}}]
      - reply: "{{ steps.both.first }} {{ vars.slow + vars.quick }} {{ steps.one.message_id | length > 0 }}"
  any:
    description: d
    timeout: 1m
    steps:
      - id: race
        parallel:
          slow: [{wait: 50s}, {reply: Never}]
          quick: [{wait: 2s}, {let: {quick: 2}}]
        join: any
      - reply: "{{ steps.race.first }}"
  fails:
    description: d
    timeout: 1m
    steps:
      - parallel: {slow: [{wait: 50s}, {reply: Never}], quick: [{wait: 2s}, {fail: Broken}]}
        catch: [{reply: "{{ error.step }}: {{ error.message }}"}]
      - reply: After
  uncaught:
    description: d
    steps: [{parallel: {one: [{wait: 20s}], two: [{wait: 1s}, {fail: Broken}]}}]
    on_error: [{reply: "{{ error.message }}"}]
  stops:
    description: d
    steps:
      - parallel: {one: [{wait: 20s}, {reply: Never}], two: [{reply: Stop}, {when: true, stop: }]}
      - reply: Never
  finally:
    description: d
    steps:
      - parallel:
          one: [{try: [{wait: 20s}], finally: [{reply: Finally}]}]
          two: [{wait: 1s}, {reply: Two}]
        join: any
      - reply: After
  replies:
    description: d
    steps: [{parallel: {one: [{reply: One}], two: [{reply: Two}], three: [{reply: Three}]}}, {reply: Four}]
  flow:
    description: d
    steps: [{parallel: {one: [{run: {flow: breaks, with: {what: it}}}], two: [{wait: 20s}]}}]
    on_error: [{reply: No}]
  nested:
    description: d
    steps:
      - id: outer
        parallel:
          one: [{id: inner, parallel: {a: [{wait: 1s}], b: [{wait: 2s}]}}]
          two: [{wait: 3s}]
      - reply: "{{ steps.outer.first }} {{ steps.inner.first }}"
  timed:
    description: d
    timeout: 1m
    steps:
      - parallel: {one: [{wait: 20s}], two: [{wait: 30s, timeout: 40s}]}
        timeout: 5s
        catch: [{reply: "{{ error.step }}"}]
  inner_timeout:
    description: d
    timeout: 1m
    steps: [{parallel: {one: [{wait: 20s}], two: [{wait: 30s, timeout: 2s}]}, catch: [{reply: "{{ error.step }}"}]}]
"""


@pytest.mark.parametrize(
    ("name", "said", "seconds"),
    [
        ("all", ["quick 7 True"], 5),
        ("any", ["quick"], 2),
        ("fails", ["fail: Broken", "After"], 2),
        ("uncaught", ["Broken"], 1),
        ("stops", ["Stop"], 0),
        ("finally", ["Two", "Finally", "After"], 1),
        ("flow", ["Flow it"], 1),
        ("nested", ["one a"], 3),
        ("timed", ["parallel"], 5),
        ("inner_timeout", ["wait"], 2),
    ],
)
async def test_what_runs_and_how_long(bot: StartBot, name: str, said: list[str], seconds: float) -> None:
    made = await bot(BOT)
    trace = await made.ran(name)
    assert [seen.content for seen in trace.messages] == said
    assert made.line()["total_ms"] == pytest.approx(seconds * 1000, abs=300)


async def test_replies_beside_each_other_are_all_said(bot: StartBot) -> None:
    made = await bot(BOT)
    trace = await made.ran("replies")
    assert {seen.content for seen in trace.messages} == {"One", "Two", "Three", "Four"}
    assert trace.messages[-1].content == "Four"
    assert made.log.warnings == []
