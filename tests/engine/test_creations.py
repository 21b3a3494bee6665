"""Creations of commands are counted across restarts where the bot has a store, and in its process where it has none."""

import logging
import os
from pathlib import Path

import pytest

from runner.engine.creations import Creations
from runner.engine.memory import Memory
from runner.logs import Log
from tests.conftest import compiled

KEEPING = compiled("""
    store: sqlite:bot.db
    state: {points: {type: integer, default: 0}}
    commands: {a: {description: A, reply: "{{ state.points }}"}}
    """)
FORGETFUL = compiled("commands: {a: {description: A, reply: a}}")
DAY_S = 86_400.0


class Clock:
    """A clock that stands still until it is moved."""

    now_s = 1_800_000_000.0

    def now(self) -> float:
        return self.now_s


async def test_what_an_earlier_process_created_counts(tmp_path: Path) -> None:
    clock = Clock()
    for creates, so_far in ((3, 0), (4, 3), (0, 7)):
        async with Memory(tmp_path, now=clock.now) as memory:
            creations = Creations(memory, lambda: KEEPING, clock.now, Log("test.creations"))
            assert await creations.within("global", DAY_S) == so_far
            assert await creations.within("5", DAY_S) == 0
            await creations.add("global", creates)
            assert await creations.within("global", DAY_S) == so_far + creates
        clock.now_s += 60.0
    clock.now_s += DAY_S
    async with Memory(tmp_path, now=clock.now) as memory:
        assert await Creations(memory, lambda: KEEPING, clock.now, Log("test.creations")).within("global", DAY_S) == 0


async def test_without_a_store_a_process_counts_its_own_and_opens_nothing(tmp_path: Path) -> None:
    clock = Clock()
    async with Memory(tmp_path, now=clock.now) as memory:
        creations = Creations(memory, lambda: FORGETFUL, clock.now, Log("test.creations"))
        await creations.add("global", 3)
        assert await creations.within("global", DAY_S) == 3
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # pathlib has the same and says that it blocks


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder whose store is none."""
    (tmp_path / "bot.db").write_bytes(b"this is no database, whatever its name says" * 100)
    return tmp_path


async def test_a_store_that_fails_is_reported_and_the_process_counts_its_own(
    damaged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with caplog.at_level(logging.WARNING):
        async with Memory(damaged, now=clock.now) as memory:
            creations = Creations(memory, lambda: KEEPING, clock.now, Log("test.creations"))
            await creations.add("global", 3)
            assert await creations.within("global", DAY_S) == 3
    assert [record.msg for record in caplog.records] == ["creations not kept", "creations not known"]
