"""A store for a test: each test of this folder that asks for one runs on every database.

`LIFECYCLE_TEST_POSTGRESQL` is the address of a PostgreSQL server on which databases may be made and dropped, as
`postgresql://USER:PASSWORD@HOST/DATABASE`. Without it the tests on PostgreSQL are skipped.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from runner.store.database import Database
from runner.store.migrations import Migrate
from runner.store.place import Place, PostgresqlPlace, SqlitePlace
from runner.store.transaction import Transaction

T = TypeVar("T")

POSTGRESQL = os.environ.get("LIFECYCLE_TEST_POSTGRESQL", "")


@dataclass
class Clock:
    """A clock that a test sets."""

    at: float = 1_800_000_000.0

    def now(self) -> float:
        """Return the Unix second that it shows."""
        return self.at


@dataclass
class Store:
    """Where a test's data is, the clock that it is written by, and what was opened there; the first is the test's."""

    place: Place
    clock: Clock = field(default_factory=Clock)
    opened: list[Database] = field(default_factory=list[Database])

    async def open(self, *, migrations: Mapping[int, Migrate] | None = None) -> Database:
        """Open another connection to the same data, as another process would."""
        database = Database(self.place, now=self.clock.now, migrations=migrations)
        await database.__aenter__()
        self.opened.append(database)
        return database

    @property
    def database(self) -> Database:
        """The database of the test."""
        return self.opened[0]

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit that writes."""
        return await self.database.write(unit)

    async def read(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit that reads."""
        return await self.database.read(unit)

    async def close(self) -> None:
        """Close all that was opened."""
        while self.opened:
            await self.opened.pop().__aexit__(None, None, None)


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> AsyncIterator[Place]:
    """Give a test an empty place on each database."""
    match request.param:
        case "sqlite":
            yield SqlitePlace(tmp_path / "state.db")
        case "memory":
            yield SqlitePlace(None)
        case _:
            async with postgresql(f"lifecycle_test_{worker_id}") as made:
                yield made


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    """Give a test an empty store on each database."""
    made = Store(place)
    await made.open()
    yield made
    await made.close()


@asynccontextmanager
async def postgresql(name: str) -> AsyncGenerator[PostgresqlPlace]:
    """Give an empty database of this name, made at first use."""
    if not POSTGRESQL:
        pytest.skip("LIFECYCLE_TEST_POSTGRESQL names no server")
    address = urlsplit(POSTGRESQL)._replace(path=f"/{name}").geturl()
    async with connected(POSTGRESQL) as server:
        if not (await server.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})).all():
            await server.execute(text(f"CREATE DATABASE {name}"))
    async with connected(address) as emptied:
        await emptied.execute(text("DROP SCHEMA public CASCADE"))
        await emptied.execute(text("CREATE SCHEMA public"))
    yield PostgresqlPlace(address)


@asynccontextmanager
async def connected(address: str) -> AsyncGenerator[AsyncConnection]:
    """Give a connection of the test's own."""
    engine = create_async_engine(make_url(address).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()
