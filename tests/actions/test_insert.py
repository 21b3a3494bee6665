"""`insert`: a record is added, with an id, unless there is one like it or no room."""

import pytest

from tests.conftest import StartBot

BOT = """
records:
  tickets:
    fields:
      owner: user
      subject: string
      status: {type: string, default: open}
      weight: number
      opened: time
      data: data
    unique: [[owner, subject]]
    limit: 3
  votes: {scope: global, fields: {voter: user}, unique: [[voter]]}
commands:
  open:
    description: d
    options: {subject: {type: string, description: s}}
    steps:
      - id: it
        insert: {into: tickets, values: {owner: "{{ user }}", subject: "{{ options.subject }}", opened: "{{ now }}"}}
      - reply: "#{{ steps.it.id }} {{ steps.it.row.status }} {{ steps.it.row.subject or '-' }}"
  vote:
    description: d
    steps:
      - insert: {into: votes, values: {voter: "{{ user.id }}"}}
        catch: [{reply: {content: You have voted., ephemeral: true}}, stop]
      - reply: Counted.
"""


async def test_a_record_has_an_id_its_values_and_defaults(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("open", subject="Help")).messages[0].content == "#1 open Help"
    assert (await made.ran("open", subject="More")).messages[0].content == "#2 open More"


async def test_an_option_that_was_left_out_is_kept_as_none(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("open")).messages[0].content == "#1 open -"
    assert (await made.ran("open")).messages[0].content == "#2 open -"


async def test_a_second_record_of_what_has_to_be_unique_is_caught(bot: StartBot) -> None:
    made = await bot(BOT)
    said = [(await made.ran("vote", user=user)).messages[0].content for user in ("Robin", "Sam", "Robin")]
    assert said == ["Counted.", "Counted.", "You have voted."]


@pytest.mark.parametrize(
    ("subjects", "sentence", "reason"),
    [
        (["a", "a"], "There is one like that already.", "a record with the same owner and subject is there already"),
        (["a", "b", "c", "d"], "There is no room for any more.", "there are 3 already"),
    ],
)
async def test_a_record_that_can_not_be_added_is_explained(
    bot: StartBot, subjects: list[str], sentence: str, reason: str
) -> None:
    made = await bot(BOT)
    traces = [await made.ran("open", subject=subject) for subject in subjects]
    assert traces[-1].messages[0].content == sentence
    assert [line["reason"] for line in made.log.of("step failed")] == [reason]


async def test_of_many_at_the_same_moment_one_succeeds(bot: StartBot) -> None:
    made = await bot(BOT)
    traces = [made.command("vote") for _ in range(20)]
    await made.idle()
    assert sorted(trace.messages[0].content for trace in traces) == ["Counted."] + ["You have voted."] * 19
