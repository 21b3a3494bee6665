"""A file in every kind of trouble: each is named for what it is, and nothing that was saved is lost."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from runner.store.database import Database
from runner.store.errors import StoreCorrupt, StoreFailed, StoreFull, StoreReadOnly, StoreUnavailable
from runner.store.place import SqlitePlace
from runner.store.scope import Scope
from runner.store.state import Key, State
from runner.store.transaction import Transaction
from tests.store.conftest import Clock

PAGE_BYTES = 4096
WRITE_VERSION_AT = 18  # SQLite docs, Database File Format: The Database Header


def key(number: int) -> Key:
    """Return one of many keys."""
    return Key("value", Scope("user", str(number)))


async def fill(database: Database, count: int) -> None:
    """Set as many values of a thousand bytes."""

    def unit(tx: Transaction) -> None:
        for number in range(count):
            State(tx).set(key(number), "x" * 1000)

    await database.write(unit)


async def kept(place: SqlitePlace) -> int:
    """Return how many of the first hundred values a later process finds."""
    async with Database(place, now=Clock().now) as database:
        return len(await database.read(lambda tx: State(tx).read_many(key(number) for number in range(100))))


@pytest.fixture
async def place(tmp_path: Path) -> SqlitePlace:
    """Give a file in which ten values are set."""
    made = SqlitePlace(tmp_path / "state.db")
    async with Database(made, now=Clock().now) as database:
        await fill(database, 10)
    return made


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    place = SqlitePlace(tmp_path / "deep" / ".lifecycle" / "state.db")
    async with Database(place, now=Clock().now) as database:
        await fill(database, 1)
    assert await kept(place) == 1


async def test_what_one_store_has_compiled_the_next_one_need_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sqlalchemy.engine")
    for name in ("one.db", "two.db"):
        caplog.clear()
        async with Database(SqlitePlace(tmp_path / name), now=Clock().now) as database:
            await fill(database, 1)
    said = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("[cached since") for line in said)
    assert not any(line.startswith("[generated in") for line in said)


async def test_a_file_that_was_closed_is_one_file(place: SqlitePlace) -> None:
    assert place.path is not None
    assert [file.name for file in place.path.parent.iterdir()] == ["state.db"]


async def test_a_full_disk_refuses_what_is_too_much_and_keeps_the_rest(place: SqlitePlace) -> None:
    async with Database(replace(place, bytes_max=40 * PAGE_BYTES), now=Clock().now) as database:
        with pytest.raises(StoreFull) as refusal:
            await fill(database, 1000)
        assert str(place.path) in str(refusal.value)
        await database.write(lambda tx: State(tx).set(key(10), 1))
    assert await kept(place) == 11


async def test_what_does_not_fit_takes_no_other_unit_of_its_batch_along(place: SqlitePlace) -> None:
    async with Database(replace(place, bytes_max=40 * PAGE_BYTES), now=Clock().now) as database:
        outcomes = await asyncio.gather(
            database.write(lambda tx: State(tx).set(key(10), 1)),
            fill(database, 1000),
            database.write(lambda tx: State(tx).set(key(11), 1)),
            return_exceptions=True,
        )
    assert [type(outcome) for outcome in outcomes] == [type(None), StoreFull, type(None)]
    assert await kept(place) == 12


async def test_a_file_that_another_process_has_locked_is_waited_for(place: SqlitePlace) -> None:
    assert place.path is not None
    async with Database(place, now=Clock().now) as database:
        with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(fill(database, 20))
            await asyncio.sleep(0)
            other.execute("COMMIT")
            await waiting
    assert await kept(place) == 20


async def test_a_file_that_stays_locked_is_named(place: SqlitePlace) -> None:
    assert place.path is not None
    async with Database(replace(place, busy_s=0.05), now=Clock().now) as database:
        with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="locked"):
                await fill(database, 20)
            assert len(await database.read(lambda tx: State(tx).read_many([key(0)]))) == 1
    assert await kept(place) == 10


async def test_a_file_that_may_not_be_written_is_named(place: SqlitePlace) -> None:
    assert place.path is not None
    with place.path.open("r+b") as file:  # a later SQLite's way to say: read it, but don't write it
        file.seek(WRITE_VERSION_AT)
        file.write(b"\x03")
    with pytest.raises(StoreReadOnly) as refusal:
        await kept(place)
    assert str(place.path) in str(refusal.value)


async def test_a_file_that_may_be_written_again_is(place: SqlitePlace) -> None:
    assert place.path is not None
    async with Database(place, now=Clock().now) as database:
        with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
            other.execute("CREATE TABLE other (at INTEGER)")
            other.execute("INSERT INTO other VALUES (1)")
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with place.path.open("r+b", buffering=0) as file:
                file.seek(WRITE_VERSION_AT)
                file.write(b"\x03")
                other.execute("UPDATE other SET at = 2")  # what others have read is outdated by this
                with pytest.raises(StoreReadOnly):
                    await fill(database, 20)
                file.seek(WRITE_VERSION_AT)
                file.write(b"\x02")
        await fill(database, 20)
    assert await kept(place) == 20


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anything")
async def test_a_file_without_the_permission_to_write_is_named(place: SqlitePlace) -> None:
    assert place.path is not None
    place.path.chmod(0o444)
    with pytest.raises(StoreReadOnly):
        await kept(place)


async def test_a_file_that_is_no_database_is_named(place: SqlitePlace) -> None:
    assert place.path is not None
    place.path.write_text("points: 7\n" * 1000)
    with pytest.raises(StoreCorrupt):
        await kept(place)
    assert place.path.read_text().startswith("points: 7")


async def test_a_file_that_is_damaged_inside_is_named_at_the_start(place: SqlitePlace) -> None:
    assert place.path is not None
    written = bytearray(place.path.read_bytes())
    written[2 * PAGE_BYTES : -PAGE_BYTES] = b"\xa5" * (len(written) - 3 * PAGE_BYTES)
    place.path.write_bytes(written)
    with pytest.raises(StoreCorrupt):
        await kept(place)


async def test_a_file_that_is_cut_off_is_named_at_the_start(place: SqlitePlace) -> None:
    assert place.path is not None
    written = place.path.read_bytes()
    place.path.write_bytes(written[: len(written) // 2])
    with pytest.raises(StoreCorrupt):
        await kept(place)


@pytest.mark.parametrize("path", ["folder", "file/state.db"])
async def test_a_path_that_leads_nowhere_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    place = SqlitePlace(tmp_path / path)
    with pytest.raises(StoreUnavailable) as refusal:
        await kept(place)
    assert str(place.path) in str(refusal.value)


async def test_a_process_that_was_killed_leaves_what_it_had_answered_for(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    script = f"""
import asyncio, os, pathlib, time
from runner.store.database import Database
from runner.store.place import SqlitePlace
from runner.store.state import State
from tests.store.test_sqlite import fill

async def main():
    database = Database(SqlitePlace(pathlib.Path({str(path)!r})), now=time.time)
    await database.__aenter__()
    await fill(database, 10)
    os._exit(9)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    assert await process.wait() == 9
    assert (tmp_path / "state.db-wal").exists()
    assert await kept(SqlitePlace(path)) == 10


async def test_every_failure_says_what_happened_where_and_why() -> None:
    assert str(StoreFull("sqlite:/srv/state.db", "database or disk is full")) == (
        "the store is full (sqlite:/srv/state.db): database or disk is full"
    )
    assert issubclass(StoreFull, StoreFailed)
