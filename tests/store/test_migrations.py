"""The way from the first version to the newest, with data, and what happens where it can't be gone."""

import asyncio
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from runner.store import tables
from runner.store.database import Database
from runner.store.errors import StoreOfALaterVersion
from runner.store.migrations import Migrate, load_migrations
from runner.store.place import Place
from runner.store.scope import Scope
from runner.store.state import Key, State
from tests.store.conftest import Clock, Store

NEWEST = max(load_migrations())
POINTS = Key("points", Scope("guild", "1"))


def doubled(connection: sa.Connection) -> None:
    """A later version, in which every point counts twice."""
    connection.execute(sa.text("ALTER TABLE state ADD COLUMN note TEXT"))
    connection.execute(sa.text("UPDATE state SET value = CAST(2 * CAST(value AS INTEGER) AS TEXT)"))


def failing(connection: sa.Connection) -> None:
    """A later version that isn't reached."""
    doubled(connection)
    raise RuntimeError("half way")


LATER: Mapping[int, Migrate] = {**load_migrations(), NEWEST + 1: doubled}


async def points(database: Database) -> object:
    """Return the points."""
    return (await database.read(lambda tx: State(tx).read_many([POINTS]))).get(POINTS)


def test_the_steps_are_numbered_without_a_gap() -> None:
    assert list(load_migrations()) == list(range(1, NEWEST + 1))


async def test_the_tables_are_those_that_the_statements_are_written_for(place: Place) -> None:
    found: dict[str, dict[str, bool]] = {}

    def look(connection: sa.Connection) -> None:
        seen = sa.inspect(connection)
        for table in seen.get_table_names():
            found[table] = {column["name"]: column["nullable"] for column in seen.get_columns(table)}
            keys[table] = seen.get_pk_constraint(table)["constrained_columns"]

    keys: dict[str, list[str]] = {}
    async with Database(place, now=Clock().now, migrations={**load_migrations(), NEWEST + 1: look}):
        pass
    declared = tables.METADATA.tables.values()
    assert found == {table.name: {column.name: bool(column.nullable) for column in table.columns} for table in declared}
    assert keys == {table.name: [column.name for column in table.primary_key] for table in declared}


async def test_data_is_carried_to_a_later_version_once(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    await store.write(lambda tx: State(tx).set(POINTS, 21))
    await store.close()
    assert await points(await store.open(migrations=LATER)) == 42
    await store.close()
    assert await points(await store.open(migrations=LATER)) == 42


async def test_a_version_that_fails_half_way_leaves_all_as_it_was(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    await store.write(lambda tx: State(tx).set(POINTS, 21))
    await store.close()
    with pytest.raises(RuntimeError, match="half way"):
        await store.open(migrations={**load_migrations(), NEWEST + 1: failing})
    assert await points(await store.open(migrations=LATER)) == 42


async def test_the_store_of_a_later_version_is_left_alone(place: Place) -> None:
    if str(place) == "memory":
        pytest.skip("memory ends with the process")
    async with Database(place, now=Clock().now, migrations=LATER) as database:
        await database.write(lambda tx: State(tx).set(POINTS, 21))
    with pytest.raises(StoreOfALaterVersion, match=f"{NEWEST + 1}"):
        await Database(place, now=Clock().now).__aenter__()
    async with Database(place, now=Clock().now, migrations=LATER) as database:
        assert await points(database) == 21


async def test_two_processes_that_start_at_once_migrate_once(place: Place) -> None:
    if str(place) == "memory":
        pytest.skip("memory belongs to one process")
    store = Store(place)
    databases = await asyncio.gather(*(store.open(migrations=LATER) for _ in range(4)))
    await databases[0].write(lambda tx: State(tx).set(POINTS, 21))
    assert [await points(database) for database in databases] == [21] * 4
    await store.close()
