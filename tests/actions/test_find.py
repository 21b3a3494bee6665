"""`find`: records by what they hold, in order."""

import pytest

from tests.conftest import Bot, StartBot

BOT = """
records:
  tickets: {fields: {owner: user, subject: string, status: string, weight: integer, urgent: boolean}}
commands:
  open:
    description: d
    options:
      subject: {type: string, description: s, required: true}
      weight: {type: integer, description: w}
    steps:
      - insert:
          into: tickets
          values:
            owner: "{{ user }}"
            subject: "{{ options.subject }}"
            status: "{{ 'closed' if options.subject == 'c' else 'open' }}"
            weight: "{{ options.weight }}"
            urgent: "{{ options.subject == 'b' }}"
      - reply: ok
  it:
    description: d
    options: {most: {type: integer, description: m}}
    steps:
      - id: it
        find: FIND
      - reply: "{{ steps.it.count }}: {{ steps.it.rows | map(attribute='subject') | join(' ') }}"
"""


async def filled(bot: StartBot, find: str) -> Bot:
    """Start a bot that has four tickets: a 3, b 1, c 2, d without a weight."""
    made = await bot(BOT.replace("FIND", find))
    for subject, weight in (("a", 3), ("b", 1), ("c", 2)):
        await made.ran("open", subject=subject, weight=weight)
    await made.ran("open", subject="d", user="Sam")
    return made


@pytest.mark.parametrize(
    ("find", "said"),
    [
        ("{in: tickets}", "4: a b c d"),
        ("{in: tickets, where: {status: open}}", "3: a b d"),
        ("{in: tickets, where: {status: [closed, gone]}}", "1: c"),
        ('{in: tickets, where: {owner: "{{ user }}"}}', "3: a b c"),
        ('{in: tickets, where: {owner: {not: "{{ user }}"}}}', "1: d"),
        ("{in: tickets, where: {weight: {above: 1}}}", "2: a c"),
        ("{in: tickets, where: {weight: {at_least: 1, below: 3}}}", "2: b c"),
        ("{in: tickets, where: {weight: {at_most: 2}, status: open}}", "1: b"),
        ("{in: tickets, where: {weight: null}}", "1: d"),
        ("{in: tickets, where: {weight: {not: null}}}", "3: a b c"),
        ("{in: tickets, where: {weight: {in: [1, null]}}}", "2: b d"),
        ("{in: tickets, where: {weight: {not_in: [1, 2]}}}", "2: a d"),
        ("{in: tickets, where: {urgent: true}}", "1: b"),
        ("{in: tickets, where: {id: {above: 2}}}", "2: c d"),
        ('{in: tickets, where: {weight: "{{ options.most }}"}}', "1: d"),
        ("{in: tickets, order: weight}", "4: b c a d"),
        ("{in: tickets, order: -weight}", "4: a c b d"),
        ("{in: tickets, order: -id, limit: 2}", "2: d c"),
        ("{in: tickets, order: subject, limit: 2, offset: 1}", "2: b c"),
        ('{in: tickets, limit: "{{ 1 + 1 }}"}', "2: a b"),
    ],
)
async def test_records_are_found_by_what_they_hold(bot: StartBot, find: str, said: str) -> None:
    made = await filled(bot, find)
    assert (await made.ran("it")).messages[0].content == said


async def test_the_first_is_none_where_there_is_none(bot: StartBot) -> None:
    made = await bot("""
        records: {tickets: {fields: {subject: string}}}
        commands:
          open: {description: d, steps: [{insert: {into: tickets, values: {subject: a}}}, {reply: ok}]}
          it:
            description: d
            steps:
              - {id: it, find: {in: tickets, order: -id}}
              - if: steps.it.first
                then: [{reply: "{{ steps.it.first.id }} {{ steps.it.first.subject }}"}]
                else: [{reply: none}]
    """)
    assert (await made.ran("it")).messages[0].content == "none"
    await made.ran("open")
    await made.ran("open")
    assert (await made.ran("it")).messages[0].content == "2 a"
