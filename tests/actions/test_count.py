"""`count`: how many records meet the conditions."""

from tests.conftest import StartBot

BOT = """
records: {votes: {scope: channel, fields: {voter: user, choice: string}}}
commands:
  vote:
    description: d
    options: {choice: {type: string, description: c, required: true}}
    steps:
      - insert: {into: votes, values: {voter: "{{ user }}", choice: "{{ options.choice }}"}}
      - {id: all, count: {in: votes}}
      - {id: own, count: {in: votes, where: {choice: "{{ options.choice }}", voter: "{{ user }}"}}}
      - reply: "{{ steps.own.count }} of {{ steps.all.count }}"
"""


async def test_records_are_counted_where_they_belong(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("vote", choice="a")).messages[0].content == "1 of 1"
    assert (await made.ran("vote", choice="b")).messages[0].content == "1 of 2"
    assert (await made.ran("vote", choice="a", user="Sam")).messages[0].content == "1 of 3"
    assert (await made.ran("vote", choice="a", channel="support")).messages[0].content == "1 of 1"
