"""`change`: records hold something else from now on."""

from tests.conftest import StartBot

BOT = """
records: {tickets: {fields: {number: integer, status: string, by: user}, unique: [[number]]}}
commands:
  open:
    description: d
    options: {number: {type: integer, description: n, required: true}}
    steps: [{insert: {into: tickets, values: {number: "{{ options.number }}", status: open}}}, {reply: ok}]
  close:
    description: d
    options: {number: {type: integer, description: n, required: true}}
    steps:
      - id: it
        change: {in: tickets, where: {number: "{{ options.number }}"}, set: {status: closed, by: "{{ user }}"}}
      - reply: "{{ steps.it.count }} {{ steps.it.rows | map(attribute='status') | join }}"
  all:
    description: d
    steps: [{id: it, change: {in: tickets, where: {}, set: {status: gone}}}, {reply: "{{ steps.it.count }}"}]
  same: {description: d, steps: [{change: {in: tickets, where: {}, set: {number: 7}}}, {reply: ok}]}
  list:
    description: d
    steps:
      - {id: it, find: {in: tickets}}
      - reply: "{% for row in steps.it.rows %}{{ row.number }}{{ row.status }}{{ row.by is none }} {% endfor %}"
"""


async def test_records_that_meet_the_conditions_are_changed(bot: StartBot) -> None:
    made = await bot(BOT)
    for number in (1, 2):
        await made.ran("open", number=number)
    assert (await made.ran("close", number=2)).messages[0].content == "1 closed"
    assert (await made.ran("close", number=3)).messages[0].content == "0"
    assert (await made.ran("list")).messages[0].content == "1openTrue 2closedFalse"
    assert (await made.ran("all")).messages[0].content == "2"
    assert (await made.ran("list")).messages[0].content == "1goneTrue 2goneFalse"


async def test_what_would_not_be_unique_any_more_is_not_changed_at_all(bot: StartBot) -> None:
    made = await bot(BOT)
    for number in (1, 2):
        await made.ran("open", number=number)
    assert (await made.ran("same")).messages[0].content == "There is one like that already."
    assert (await made.ran("list")).messages[0].content == "1openTrue 2openTrue"
