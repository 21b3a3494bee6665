"""What a bot keeps, seen by its users: in one query, in time whatever the store does, and with a line when it fails."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from runner.emulator.clock import VirtualClock, elapse
from runner.engine.memory import TIDY_EVERY_S, Here, Memory
from runner.lifecycle import budget
from runner.store.database import Database
from runner.store.errors import StoreCorrupt, StoreFailed, StoreUnfit
from runner.store.place import SqlitePlace
from runner.store.scope import Scope
from runner.store.state import Key, State
from runner.store.transaction import Transaction
from runner.uses import Bucket
from tests.conftest import Bot, StartBot, compiled

BOT = """
state:
  taps: {type: integer, default: 0}
  points: {scope: member, type: integer, default: 1}
  motto: {scope: user, type: string, default: none yet}
  open: {scope: guild, type: boolean, default: false}
checks:
  is_open: {if: state.open, denied: "Closed, {{ state.taps }} taps."}
commands:
  read: {description: d, reply: "{{ state.taps }} {{ state.points }} {{ state['motto'] }}"}
  all: {description: d, reply: "{% for name in state %}{{ name }} {% endfor %}"}
  tap: {description: d, steps: [{increment: {state: taps}}, {reply: "{{ state.taps }}"}]}
  two: {description: d, steps: [{increment: {state: taps}}, {reply: "{{ state.taps }} {{ state.points }}"}]}
  none: {description: d, reply: Hello}
  guarded: {description: d, check: is_open, reply: "Open."}
  required: {description: d, steps: [{require: {check: is_open}}, {reply: "Open."}]}
  unlock: {description: d, steps: [{set: {state: open, to: true}}, {reply: ok}]}
  form: {description: d, steps: [{modal: form}]}
  caught: {description: d, steps: [{increment: {state: taps}, catch: [{reply: Later.}, stop]}, {reply: ok}]}
  handled:
    description: d
    steps: [{increment: {state: taps}}, {reply: ok}]
    on_error: [{reply: "Sorry ({{ error.step }})."}]
modals:
  form: {title: "{{ state.taps }} taps", fields: {a: A}, steps: [{reply: "{{ state.taps }}"}]}
"""


@contextmanager
def statements() -> Generator[list[str]]:
    """Gather the statements that are executed."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(" ".join(statement.split()))

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def on(seen: list[str], table: str) -> int:
    """Return how many of the statements read or write a table."""
    return sum(f" {table}" in statement for statement in seen)


@contextmanager
def locked(folder: Path) -> Generator[sqlite3.Connection]:
    """Keep a bot from writing, as another process would, until the end or a commit."""
    with closing(sqlite3.connect(folder / ".lifecycle" / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.mark.parametrize(
    ("command", "queries"), [("read", 1), ("all", 1), ("none", 0), ("tap", 2), ("two", 3), ("guarded", 1), ("form", 1)]
)  # fmt: skip
async def test_all_that_a_handler_reads_comes_in_one_query(bot: StartBot, command: str, queries: int) -> None:
    made = await bot(BOT)
    with statements() as seen:
        await made.ran(command)
    assert on(seen, "state") == queries  # to change a value takes a statement that locks it, and one that writes it


async def test_what_is_read_is_what_was_kept_for_whoever_reads(bot: StartBot) -> None:
    made = await bot(BOT)
    assert (await made.ran("read")).messages[0].content == "0 1 none yet"
    assert (await made.ran("all")).messages[0].content == "motto open points taps"
    assert (await made.ran("two")).messages[0].content == "1 1"


async def test_a_check_reads_the_state(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("tap")
    assert [(await made.ran(name)).messages[0].content for name in ("guarded", "required")] == ["Closed, 1 taps."] * 2
    await made.ran("unlock")
    assert [(await made.ran(name)).messages[0].content for name in ("guarded", "required")] == ["Open.", "Open."]


async def test_a_form_reads_the_state_when_it_opens_and_when_it_is_submitted(bot: StartBot) -> None:
    made = await bot(BOT)
    await made.ran("tap")
    opened = await made.ran("form")
    assert opened.modal is not None
    assert opened.modal["title"] == "1 taps"
    await made.ran("tap")
    assert (await made.submitted(opened, a="x")).messages[-1].content == "2"


async def test_a_bot_that_keeps_nothing_makes_no_file(bot: StartBot, tmp_path: Path) -> None:
    made = await bot("commands: {it: {description: d, reply: Hello}}")
    await made.ran("it")
    await made.stop()
    assert not (tmp_path / ".lifecycle").exists()


def test_what_is_kept_for_servers_is_used_in_servers_alone() -> None:
    offered = {command.payload["name"]: command.payload.get("contexts") for command in compiled(BOT).registered}
    in_servers = {name for name, contexts in offered.items() if contexts == [0]}
    assert in_servers == {"read", "all", "two", "guarded", "required", "unlock"}


async def test_a_store_that_is_slow_is_waited_for_behind_a_spinner(bot: StartBot, tmp_path: Path) -> None:
    made = await bot(BOT)
    with locked(tmp_path) as other:
        trace = made.command("tap")
        while trace.acknowledgements == 0:
            await elapse(0.1)
        other.execute("COMMIT")
        await made.idle()
    assert [message.content for message in trace.messages] == ["1"]
    assert made.line()["ack_ms"] == pytest.approx(budget.DEFER_AFTER_S * 1000, abs=300)
    assert made.log.warnings == []


async def full(bot: StartBot, tmp_path: Path, text: str) -> Bot:
    """Start a bot on a store in which no page is free."""
    place = SqlitePlace(tmp_path / "full.db")
    async with Database(place, now=lambda: 0.0) as database:

        def fill(tx: Transaction) -> None:
            for number in range(20):
                State(tx).set(Key("x", Scope("user", str(number))), "x" * 60_000)

        await database.write(fill)
    return await bot("store: sqlite:full.db?max_mb=1\n" + text)


FULL = """
state: {motto: {scope: user, type: string}}
commands:
  set:
    description: d
    options: {motto: {type: string, description: m, required: true}}
    steps: [{set: {state: motto, to: "{{ options.motto }}"}}, {reply: ok}]
  caught:
    description: d
    options: {motto: {type: string, description: m, required: true}}
    steps: [{set: {state: motto, to: "{{ options.motto }}"}, catch: [{reply: Later.}, stop]}, {reply: ok}]
  handled:
    description: d
    options: {motto: {type: string, description: m, required: true}}
    steps: [{set: {state: motto, to: "{{ options.motto }}"}}, {reply: ok}]
    on_error: [{reply: "Sorry, {{ error.step }}."}]
  read: {description: d, reply: "{{ state.motto | default('-') }}"}
"""


async def test_a_full_store_is_told_to_the_user_and_named_in_the_log(bot: StartBot, tmp_path: Path) -> None:
    made = await full(bot, tmp_path, FULL)
    assert (await made.ran("set", motto="short")).messages[0].content == "ok"
    said = (await made.ran("set", motto="x" * 6000)).messages[0].content
    (line,) = made.log.of("step failed")
    assert said == f"I can't get at what I have to remember. Please try again later (`{line['reference']}`)."
    assert line["reason"] == f"the store is full (sqlite:{tmp_path / 'full.db'}): database or disk is full"
    assert (await made.ran("caught", motto="x" * 6000)).messages[0].content == "Later."
    assert (await made.ran("handled", motto="x" * 6000)).messages[0].content == "Sorry, set."
    assert (await made.ran("read")).messages[0].content == "short"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"this is no database" * 1000, StoreCorrupt), (None, StoreFailed)],
    ids=["damaged", "a folder"],
)
async def test_a_store_that_can_not_be_opened_ends_the_start(
    bot: StartBot, tmp_path: Path, content: bytes | None, kind: type[StoreFailed]
) -> None:
    if content is None:
        (tmp_path / "state.db").mkdir()
    else:
        (tmp_path / "state.db").write_bytes(content)
    with pytest.raises(kind) as failure:
        await bot("store: sqlite:state.db\n" + BOT)
    assert str(tmp_path / "state.db") in str(failure.value)


async def test_records_that_break_a_new_rule_end_the_start(bot: StartBot) -> None:
    config = """
        records: {tags: {fields: {name: string}, UNIQUE}}
        commands: {add: {description: d, steps: [{insert: {into: tags, values: {name: a}}}, {reply: ok}]}}
    """
    made = await bot(config.replace("UNIQUE", "limit: 9"))
    await made.ran("add")
    await made.ran("add")
    await made.stop()
    with pytest.raises(StoreUnfit, match="records of `tags` have the same name"):
        await bot(config.replace("UNIQUE", "unique: [[name]]"))
    again = await bot(config.replace("UNIQUE", "limit: 9"))
    assert (await again.ran("add")).messages[0].content == "ok"


async def test_a_bot_that_keeps_nothing_may_begin_to(bot: StartBot, tmp_path: Path) -> None:
    made = await bot("commands: {tap: {description: d, reply: Hello}}")
    made.engine.swap(compiled(BOT))
    assert (await made.ran("tap")).messages[0].content == "1"
    assert (tmp_path / ".lifecycle" / "state.db").exists()


async def test_a_store_that_can_not_be_opened_at_a_reload_is_named_and_tried_again(
    bot: StartBot, tmp_path: Path
) -> None:
    (tmp_path / ".lifecycle").write_text("in the way")
    made = await bot("commands: {tap: {description: d, reply: Hello}}")
    made.engine.swap(compiled(BOT))
    assert (await made.ran("tap")).messages[0].content.startswith("I can't get at what I have to remember.")
    assert [line["generation"] for line in made.log.of("store not ready")] == [1]
    (tmp_path / ".lifecycle").unlink()
    assert (await made.ran("tap")).messages[0].content == "1"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{type: integer, default: 5}", "{type: string, default: five}", "five"),
        ("{type: string, default: five}", "{type: integer, default: 5}", "5"),
        ("{type: integer, default: 5}", "{type: number, default: 0}", "6"),
    ],
)
async def test_a_value_that_was_declared_otherwise_is_its_default(
    bot: StartBot, before: str, after: str, said: str
) -> None:
    value = "6" if "integer" in before else "six"
    made = await bot(f"""
        state: {{x: {before}}}
        commands: {{set: {{description: d, steps: [{{set: {{state: x, to: {value}}}}}, {{reply: ok}}]}}}}
    """)
    await made.ran("set")
    await made.stop()
    again = await bot(f"state: {{x: {after}}}\ncommands: {{get: {{description: d, reply: '{{{{ state.x }}}}'}}}}")
    assert (await again.ran("get")).messages[0].content == said


def test_whose_a_value_is_follows_from_its_scope() -> None:
    here = Here("1", "2", "3")
    kinds = ("global", "guild", "channel", "user", "member")
    assert [here.scope(kind).id for kind in kinds] == ["", "1", "2", "3", "1:3"]
    assert [here.scope(kind, "9").id for kind in kinds] == ["", "1", "9", "9", "1:9"]


async def test_values_whose_time_is_over_are_deleted_in_the_end(bot: StartBot, tmp_path: Path) -> None:
    made = await bot("""
        state: {a: {scope: user, type: string, default: none}, b: {scope: user, type: string, default: none}}
        commands:
          set:
            description: d
            steps: [{set: {state: a, to: x, expires: 1m}}, {set: {state: b, to: x}}, {reply: "{{ state.a }}"}]
    """)
    await made.ran("set")
    await made.ran("set", user="Sam")

    def rows() -> list[tuple[str]]:
        with closing(sqlite3.connect(tmp_path / ".lifecycle" / "state.db")) as other:
            return other.execute("SELECT name FROM state ORDER BY name").fetchall()

    await elapse(TIDY_EVERY_S - 1)
    assert rows() == [("a",), ("a",), ("b",), ("b",)]
    await elapse(2)
    await made.ran("set", user="Kim")
    assert rows() == [("a",), ("b",), ("b",), ("b",)]


async def test_where_time_jumps_what_is_over_is_deleted_rarer(virtual_clock: VirtualClock, tmp_path: Path) -> None:
    kept = compiled("""
        store: sqlite:bot.db
        commands: {a: {description: A, cooldown: {uses: 1, per: 2m}, reply: a}}
    """)
    async with Memory(tmp_path, now=virtual_clock.now, slack=2.0) as memory:
        await memory.use(kept, [Bucket("a", 1, 120.0)])

        def kept_buckets() -> list[tuple[str]]:
            with closing(sqlite3.connect(tmp_path / "bot.db")) as other:
                return other.execute("SELECT bucket FROM cooldowns").fetchall()

        await elapse(TIDY_EVERY_S + 1)
        assert kept_buckets() == [("a",)]
        await elapse(TIDY_EVERY_S)
        await memory.use(kept, [Bucket("b", 1, 120.0)])  # units are saved one after the other
        assert kept_buckets() == [("b",)]


async def test_records_are_found_by_what_the_config_says_now_after_going_back_to_an_earlier_one(bot: StartBot) -> None:
    config = """
        records: {tags: {fields: {name: string, size: KIND}}}
        commands:
          add: {description: d, steps: [{insert: {into: tags, values: {name: a, size: VALUE}}}, {reply: ok}]}
          find:
            description: d
            steps: [{id: it, count: {in: tags, where: {size: VALUE}}}, {reply: "{{ steps.it.count }}"}]
    """
    texts = config.replace("KIND", "string").replace("VALUE", "big")
    numbers = config.replace("KIND", "integer").replace("VALUE", "5")
    made = await bot(texts)
    for generation, (text, count) in enumerate(((texts, 1), (numbers, 1), (texts, 2), (numbers, 2)), 1):
        made.engine.swap(replace(compiled(text), generation=generation))
        await made.ran("add")
        assert (await made.ran("find")).messages[0].content == str(count)


async def test_many_units_at_once_open_one_store(bot: StartBot) -> None:
    made = await bot("commands: {tap: {description: d, reply: Hello}}")
    made.engine.swap(compiled(BOT))
    traces = [made.command("tap") for _ in range(30)]
    await made.idle()
    assert sorted(int(trace.messages[0].content) for trace in traces) == list(range(1, 31))
