"""`drop`: records are gone."""

from tests.conftest import StartBot

BOT = """
records: {tags: {fields: {name: string}, limit: 2}}
commands:
  add:
    description: d
    options: {tag: {type: string, description: n, required: true}}
    steps: [{insert: {into: tags, values: {name: "{{ options.tag }}"}}}, {reply: ok}]
  drop:
    description: d
    options: {tag: {type: string, description: n, required: true}}
    steps:
      - {id: it, drop: {from: tags, where: {name: "{{ options.tag }}"}}}
      - {id: left, find: {in: tags}}
      - reply: "{{ steps.it.count }} {{ steps.it.rows | join('', 'name') }}, {{ steps.left.rows | join(' ', 'name') }}"
"""


async def test_records_that_meet_the_conditions_are_gone_and_make_room(bot: StartBot) -> None:
    made = await bot(BOT)
    for tag in ("a", "b"):
        await made.ran("add", tag=tag)
    assert (await made.ran("drop", tag="a")).messages[0].content == "1 a, b"
    assert (await made.ran("drop", tag="a")).messages[0].content == "0 , b"
    assert (await made.ran("add", tag="c")).messages[0].content == "ok"
