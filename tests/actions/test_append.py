"""`append`: a list grows at its end, up to its limit."""

from tests.conftest import StartBot

BOT = """
state:
  queue: {type: list, items: string, limit: 2}
  tags: {scope: user, type: list, items: string, default: [new]}
commands:
  join:
    description: d
    steps:
      - {id: it, append: {state: queue, value: "{{ user.name }}"}}
      - reply: "{{ steps.it.value | join(' ') }}, {{ state.queue | length }}"
  tag: {description: d, steps: [{append: {state: tags, value: old}}, {reply: "{{ state.tags | join(' ') }}"}]}
"""


async def test_a_list_grows_at_its_end(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("join")).messages[0].content == "robin, 1"
    assert (await made.ran("join", user="Sam")).messages[0].content == "robin sam, 2"


async def test_a_list_begins_with_its_default(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("tag")).messages[0].content == "new old"
    assert (await made.ran("tag")).messages[0].content == "new old old"


async def test_a_list_that_is_full_takes_no_more_and_says_so(bot: StartBot) -> None:
    made = await bot(BOT)
    for _ in range(2):
        await made.ran("join")
    assert (await made.ran("join")).messages[0].content == "There is no room for any more."
    assert [line["reason"] for line in made.log.of("step failed")] == ["there are 2 already"]
