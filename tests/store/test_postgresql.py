"""A PostgreSQL server in trouble, and processes that are in each other's way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from runner.engine.memory import Here, to_the_end
from runner.engine.stored import InTransaction, table_of
from runner.store.database import Database
from runner.store.errors import StoreReadOnly, StoreUnavailable
from runner.store.place import PostgresqlPlace
from runner.store.records import Records
from runner.store.scope import Scope
from runner.store.state import Key, State
from runner.store.transaction import Transaction
from runner.stored import Stored
from tests.conftest import compiled
from tests.store.conftest import Clock, connected, postgresql

BOT = """
state: {left: {type: integer, default: 100}, right: {type: integer, default: 0}}
records: {tags: {scope: global, fields: {name: string}}}
commands: {it: {description: d, reply: "{{ state.left }} {{ state.right }}"}}
"""

ONE, OTHER = Key("one", Scope("global")), Key("other", Scope("global"))


@pytest.fixture
async def place(worker_id: str) -> AsyncIterator[PostgresqlPlace]:
    """Give an empty database."""
    async with postgresql(f"lifecycle_test_{worker_id}") as made:
        yield made


def both(first: Key, second: Key) -> Callable[[Transaction], None]:
    """Return a unit that changes two values, in this order."""

    def unit(tx: Transaction) -> None:
        State(tx).increment(first, 1)
        State(tx).increment(second, 1)

    return unit


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    away = PostgresqlPlace("postgresql://bot:hunter2@127.0.0.1:1/bots?password=hunter2")
    with pytest.raises(StoreUnavailable) as failure:
        await Database(away, now=Clock().now).__aenter__()
    assert "postgresql://127.0.0.1:1/bots" in str(failure.value)
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("name", ["no_such_database"])
async def test_a_database_that_is_not_there_is_named(place: PostgresqlPlace, name: str) -> None:
    nowhere = replace(place, url=urlsplit(place.url)._replace(path=f"/{name}").geturl())
    with pytest.raises(StoreUnavailable, match=name):
        await Database(nowhere, now=Clock().now).__aenter__()


async def test_a_database_that_may_not_be_written_is_named(place: PostgresqlPlace) -> None:
    name = urlsplit(place.url).path[1:]
    async with connected(place.url) as server:
        await server.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    try:
        with pytest.raises(StoreReadOnly):
            await Database(place, now=Clock().now).__aenter__()
    finally:
        async with connected(place.url) as server:
            await server.execute(text("SET default_transaction_read_only = off"))
            await server.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))


async def test_processes_that_wait_for_each_other_both_come_through(place: PostgresqlPlace) -> None:
    async with Database(place, now=Clock().now) as a, Database(place, now=Clock().now) as b:
        for _ in range(5):
            await asyncio.gather(
                *(a.write(both(ONE, OTHER)) for _ in range(20)), *(b.write(both(OTHER, ONE)) for _ in range(20))
            )
        assert await a.read(lambda tx: State(tx).read_many([ONE, OTHER])) == {ONE: 200, OTHER: 200}


def going_by(tx: Transaction) -> None:
    """Read a value and write what follows from it, as steps in a `transaction` do; the same with records."""
    program, nowhere = compiled(BOT), Here(None, None, None)
    memory = InTransaction(tx)

    def value(stored: Stored) -> None:
        stored.set("left", None, stored.get("left", None) - 1, None)

    def records(stored: Stored) -> None:
        if stored.count("tags", {}) < 30:
            stored.insert("tags", {"name": "a"})

    async def work() -> None:
        (before,) = (await memory.read_own(program, nowhere, ["right"])).values()
        await memory.write(program, nowhere, lambda stored: stored.set("right", None, before + 1, None))
        await memory.write(program, nowhere, value)
        await memory.write(program, nowhere, records)

    to_the_end(work())


async def test_what_a_transaction_goes_by_is_not_changed_by_another_process(place: PostgresqlPlace) -> None:
    async with Database(place, now=Clock().now) as a, Database(place, now=Clock().now) as b:
        await asyncio.gather(*(each.write(going_by) for each in (a, b) for _ in range(20)))
        keys = [Key(name, Scope("global")) for name in ("left", "right")]
        assert await a.read(lambda tx: State(tx).read_many(keys)) == dict(zip(keys, (60, 40), strict=True))
        table = table_of(compiled(BOT).declarations.records["tags"])
        assert await a.read(lambda tx: Records(tx, table, Scope("global")).count()) == 30


async def test_a_server_that_drops_its_connections_is_connected_to_again(place: PostgresqlPlace) -> None:
    async with Database(place, now=Clock().now) as database:
        await database.write(both(ONE, OTHER))
        async with connected(place.url) as server:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            await server.execute(text(f"{others} AND pid <> pg_backend_pid()"))
        await database.write(both(ONE, OTHER))
        assert await database.read(lambda tx: State(tx).read_many([ONE])) == {ONE: 2}


async def test_a_value_that_another_process_holds_for_too_long_fails_the_unit(place: PostgresqlPlace) -> None:
    async with Database(place, now=Clock().now) as database:
        await database.write(both(ONE, OTHER))
        async with connected(place.url) as server:
            await server.execute(text("BEGIN"))
            await server.execute(text("SELECT * FROM state FOR UPDATE"))
            with pytest.raises(StoreUnavailable, match="timeout"):
                await database.write(both(ONE, OTHER))
            await server.execute(text("ROLLBACK"))
        await database.write(both(ONE, OTHER))
        assert await database.read(lambda tx: State(tx).read_many([ONE])) == {ONE: 2}
