"""`files:` of a message: what lies beside the config, what is written, and what a user has sent."""

from collections.abc import Mapping
from typing import Any, cast

import aiohttp
import pytest

from runner.compile.files import CSV_ROWS_MAX
from runner.emulator.messages import Upload
from runner.emulator.trace import Trace
from runner.lifecycle import limits
from tests.conftest import Bot, StartBot

RULES = b"Be kind.\n"

BOT = """
records:
  gifts: {scope: guild, fields: {name: string, worth: integer}}
commands:
  path: {description: d, reply: {content: Rules, files: tests/messages/rules.txt}}
  text:
    description: d
    options: {said: {type: string, description: s}}
    reply:
      files: [{text: "{{ user.name }}: {{ options.said or 'é' }}", name: "{{ user.name }}.txt", description: Said,
               spoiler: true}]
  csv:
    description: d
    steps:
      - insert: {into: gifts, values: {name: "=1+1", worth: 7}}
      - insert: {into: gifts, values: {name: 'a "b", c', worth: 8}}
      - {id: all, find: {in: gifts, order: worth}}
      - reply: {files: [{csv: "{{ steps.all.rows }}", name: gifts.csv}, {csv: [[1, x], [2, y]], name: fixed.csv}]}
  again:
    description: d
    options: {file: {type: attachment, description: f, required: true}}
    steps: [{reply: {files: [{attachment: "{{ options.file.id }}"}]}, catch: [{reply: "{{ error.kind }}"}]}]
  later:
    description: d
    options: {file: {type: attachment, description: f, required: true}}
    steps: [{confirm: Now?}, {reply: {files: [{attachment: "{{ options.file.id }}"}]}}]
  other:
    description: d
    options: {id: {type: string, description: i, required: true}}
    steps: [{reply: {files: [{attachment: "{{ options.id }}"}]}, catch: [{reply: "{{ error.kind }}"}]}]
  edits:
    description: d
    steps:
      - reply: {content: A, files: [{text: one, name: 1.txt}]}
      - reply: {content: B, files: [{text: two, name: 2.txt}]}
  posts:
    description: d
    steps:
      - {id: sent, send: {content: A, files: [{text: one, name: 1.txt}]}}
      - edit_message: {message: "{{ steps.sent.message_id }}", files: [{text: two, name: 2.txt}]}
      - reply: Done
  laid:
    description: d
    reply: {files: [{text: one, name: 1.txt}], components: [{file: 1.txt}]}
  many:
    description: d
    options: {rows: {type: integer, description: r, required: true}}
    steps:
      - reply: {files: [{csv: "{{ range(options.rows) | list }}", name: n.csv}]}
        catch: [{reply: "{{ error.kind }}"}]
"""


async def fetched(attachments: Any) -> dict[str, bytes]:  # Any: Discord's JSON
    """Return the contents of the files of a message by their names, as whoever downloads them gets them."""
    found: dict[str, bytes] = {}
    async with aiohttp.ClientSession() as session:
        for each in attachments:
            async with session.get(each["url"]) as answer:
                found[each["filename"]] = await answer.read()
    return found


async def files(trace: Trace) -> list[dict[str, bytes]]:
    """Return the files of each message that the user of an interaction sees."""
    return [await fetched(message.attachments) for message in trace.messages]


async def ran(bot: StartBot, command: str, **options: Any) -> Trace:  # Any: what people enter
    """Run a command of the bot; nothing that was sent was refused."""
    trace = await (await bot(BOT)).ran(command, **options)
    assert trace.refused == []
    return trace


async def test_a_file_beside_the_config_goes_along(bot: StartBot) -> None:
    trace = await ran(bot, "path")
    assert trace.messages[0].content == "Rules"
    assert await files(trace) == [{"rules.txt": RULES}]


@pytest.mark.parametrize(("said", "text"), [(None, "robin: é"), ("{{ x }}\r\n--", "robin: {{ x }}\r\n--")])
async def test_a_text_is_written_with_its_name_and_what_is_said_of_it(
    bot: StartBot, said: str | None, text: str
) -> None:
    made = await bot(BOT)
    trace = await made.ran("text", **({} if said is None else {"said": said}))
    assert await files(trace) == [{"robin.txt": text.encode()}]
    (asked,) = (cast(Mapping[str, Any], entry.request) for entry in made.local.wire if "/callback" in entry.route)
    about = {"id": 0, "filename": "robin.txt", "description": "Said", "is_spoiler": True}
    assert asked["data"]["attachments"] == [about]


async def test_records_and_lists_become_tables_of_which_nothing_is_calculated(bot: StartBot) -> None:
    (found,) = await files(await ran(bot, "csv"))
    rows = found["gifts.csv"].decode().split("\r\n")
    assert rows[0].split(",")[-2:] == ["name", "worth"]
    assert [row.partition(",")[2] if row else "" for row in rows[1:]] == ["'=1+1,7", '"a ""b"", c",8', ""]
    assert found["fixed.csv"] == b"1,x\r\n2,y\r\n"


async def test_what_a_user_has_sent_is_posted_again_and_no_other_file(bot: StartBot) -> None:
    upload = Upload(0, "a.txt", "text/plain", b"a" * 100)
    assert await files(await ran(bot, "again", file=upload)) == [{"a.txt": b"a" * 100}]
    trace = await ran(bot, "other", id="123456789012345678")
    assert [message.content for message in trace.messages] == ["invalid"]


ASKING = """
flows:
  post:
    params: {file: {type: attachment}}
    steps: [{confirm: Now?}, {send: {files: [{attachment: "{{ params.file.id }}"}]}}]
  by_id:
    params: {id: string}
    steps: [{reply: {files: [{attachment: "{{ params.id }}"}]}}]
commands:
  flow:
    description: d
    options: {file: {type: attachment, description: f, required: true}}
    steps: [{run: {flow: by_id, with: {id: "{{ options.file.id }}"}}}]
  posts:
    description: d
    options: {file: {type: attachment, description: f, required: true}}
    steps: [{run: {flow: post, with: {file: "{{ options.file }}"}}}, {reply: Done}]
  later:
    description: d
    options: {file: {type: attachment, description: f, required: true}}
    steps: [{confirm: Now?}, {reply: {files: [{attachment: "{{ options.file.id }}"}]}}]
"""


@pytest.mark.parametrize("command", ["posts", "later"])
async def test_what_a_user_has_sent_is_there_behind_a_question_and_a_restart(bot: StartBot, command: str) -> None:
    made = await bot(ASKING)
    asked = await made.ran(command, file=Upload(0, "a.txt", "text/plain", b"a" * 100))
    await made.stop()
    made = await bot(ASKING, local=made.local)
    trace = await made.pressed(asked.messages[0].id, "Yes")
    assert trace.refused == []
    posted = await of_posts(made) if command == "posts" else await files(trace)
    assert {"a.txt": b"a" * 100} in posted


async def test_a_flow_that_is_given_an_id_alone_posts_what_came_with_the_command(bot: StartBot) -> None:
    trace = await (await bot(ASKING)).ran("flow", file=Upload(0, "a.txt", "text/plain", b"a"))
    assert await files(trace) == [{"a.txt": b"a"}]


async def test_a_file_that_discord_has_dropped_meanwhile_is_told_to_the_user_and_named_in_the_log(
    bot: StartBot,
) -> None:
    made = await bot(BOT)
    asked = await made.ran("later", file=Upload(0, "a.txt", "text/plain", b"a"))
    made.local.expire_files()
    trace = await made.pressed(asked.messages[0].id, "Yes")
    await made.idle()
    assert "went wrong" in trace.messages[-1].content
    assert "a user's file can't be fetched" in made.log.of("step failed")[-1]["reason"]


async def test_files_of_a_later_answer_come_with_it(bot: StartBot) -> None:
    assert await files(await ran(bot, "edits")) == [{"1.txt": b"one"}, {"2.txt": b"two"}]


async def test_an_edit_puts_its_files_in_the_place_of_those_that_are_there(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("posts")
    assert await of_posts(made) == [{"2.txt": b"two"}]


async def of_posts(made: Bot) -> list[Mapping[str, bytes]]:
    """Return the files of the messages in the channel that have any."""
    posts = made.local.messages_for(user="Robin", channel="general")
    return [await fetched(post["attachments"]) for post in posts if post["attachments"]]


async def test_a_file_may_be_laid_out(bot: StartBot) -> None:
    trace = await ran(bot, "laid")
    assert await files(trace) == [{"1.txt": b"one"}]
    assert [part["type"] for part in trace.messages[0].components] == [13]


@pytest.mark.parametrize(("rows", "kept"), [(1000, True), (CSV_ROWS_MAX + 1, False)])
async def test_a_table_has_so_many_rows_and_no_more(bot: StartBot, rows: int, *, kept: bool) -> None:
    trace = await ran(bot, "many", rows=rows)
    assert [bool(message.attachments) for message in trace.messages] == [kept]


async def test_a_file_is_as_large_as_discord_takes_it_here_and_no_larger(bot: StartBot) -> None:
    most = limits.ATTACHMENT_DEFAULT_MAX_BYTES
    trace = await ran(bot, "again", file=Upload(0, "a.bin", "", b"a" * (most + 1)))
    assert [message.content for message in trace.messages] == ["too_large"]
