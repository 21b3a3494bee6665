"""`cancel_schedule`: a flow is not begun after all."""

from runner.emulator.clock import elapse
from tests.conftest import StartBot

BOT = """
flows: {tea: {params: {who: string}, steps: [{log: "{{ params.who }}"}]}}
commands:
  tea:
    description: d
    steps:
      - schedule: {flow: tea, with: {who: "{{ user.name }}"}, WHEN, key: "tea {{ user.id }}"}
      - reply: ok
  no: {description: d, steps: [{id: it, cancel_schedule: "tea {{ user.id }}"}, {reply: "{{ steps.it.was_scheduled }}"}]}
"""


async def test_what_is_cancelled_does_not_begin_and_nothing_else_is(bot: StartBot) -> None:
    made = await bot(BOT.replace("WHEN", "after: 1m"))
    await made.ran("tea")
    await made.ran("tea", user="Sam")
    assert (await made.ran("no")).messages[0].content == "True"
    assert (await made.ran("no")).messages[0].content == "False"
    await elapse(65)
    assert [line["message"] for line in made.log.of("step")] == ["sam"]
    assert (await made.ran("no", user="Sam")).messages[0].content == "False"


async def test_what_comes_again_and_again_can_be_ended(bot: StartBot) -> None:
    made = await bot(BOT.replace("WHEN", 'cron: "* * * * *"'))
    await made.ran("tea")
    await elapse(125)
    assert (await made.ran("no")).messages[0].content == "True"
    await elapse(300)
    assert [line["message"] for line in made.log.of("step")] == ["robin", "robin"]
