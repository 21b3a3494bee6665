"""`pick`: with chance as the test says."""

from random import Random

from tests.actions.members import said
from tests.conftest import StartBot

BOT = """
records: {entries: {fields: {name: string}}}
commands:
  enter:
    description: d
    options: {who: {type: string, description: d, required: true}}
    steps: [{insert: {into: entries, values: {name: "{{ options.who }}"}}}, {reply: Done}]
  draw:
    description: d
    steps:
      - id: all
        find: {in: entries}
      - id: won
        pick: {from: "{{ steps.all.rows }}", count: 2}
      - reply: "{{ steps.won.count }} {{ steps.won.items | map('name') | join(' ') }}"
  one: {description: d, steps: [{id: it, pick: [a, b, c]}, {reply: "{{ steps.it.first }}"}]}
  none: {description: d, steps: [{id: it, pick: []}, {reply: "{{ steps.it.first is none }} {{ steps.it.count }}"}]}
  text:
    description: d
    steps: [{pick: "{{ user.name }}", catch: [{reply: "{{ error.kind }}"}]}]
"""


async def test_none_is_drawn_twice_and_no_more_than_there_are(bot: StartBot) -> None:
    made = await bot(BOT, chance=Random(1))
    await made.ran("enter", who="Robin")
    assert said(await made.ran("draw")) == [("1 Robin", False)]
    for name in ("Kim", "Sam"):
        await made.ran("enter", who=name)
    drawn = [said(await made.ran("draw"))[0][0].split()[1:] for _ in range(60)]
    assert all(len(set(names)) == 2 for names in drawn)
    assert {tuple(names) for names in drawn} == {
        (one, other) for one in ("Robin", "Kim", "Sam") for other in ("Robin", "Kim", "Sam") if one != other
    }


async def test_the_same_chance_draws_the_same(bot: StartBot) -> None:
    rounds = list[list[str]]()
    for _ in range(2):
        made = await bot(BOT, chance=Random(7))
        rounds.append([said(await made.ran("one"))[0][0] for _ in range(10)])
    assert rounds[0] == rounds[1]
    assert set(rounds[0]) == {"a", "b", "c"}


async def test_of_nothing_nothing_is_drawn_and_of_what_is_no_list_neither(bot: StartBot) -> None:
    made = await bot(BOT)
    assert said(await made.ran("none")) == [("True 0", False)]
    assert said(await made.ran("text")) == [("invalid", False)]
