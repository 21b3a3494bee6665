"""Units: whole or not at all, durable when they return, in batches, and off the loop."""

import asyncio
import threading

import pytest

from runner.store.database import Database
from runner.store.errors import StoreUnavailable
from runner.store.scope import Scope
from runner.store.state import Key, State
from runner.store.tables import STATE
from runner.store.transaction import Transaction, Unit
from tests.store.conftest import Store

COUNT = Key("count", Scope("global"))


class Refusal(Exception):
    """What a unit of these tests raises."""


def increment(tx: Transaction) -> float:
    """Count one more."""
    return State(tx).increment(COUNT, 1)


def increment_and_refuse(tx: Transaction) -> None:
    """Count one more, and then undo it by raising."""
    increment(tx)
    raise Refusal


async def count(store: Store) -> object:
    """Return how many there are."""
    return (await store.read(lambda tx: State(tx).read_many([COUNT]))).get(COUNT)


async def test_what_a_unit_raises_undoes_it(store: Store) -> None:
    with pytest.raises(Refusal):
        await store.write(increment_and_refuse)
    assert await count(store) is None


async def test_what_a_unit_raises_undoes_no_other_of_its_batch(store: Store) -> None:
    units = [increment, increment_and_refuse, increment, increment_and_refuse, increment]
    outcomes = await asyncio.gather(*(store.write(unit) for unit in units), return_exceptions=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, Refusal)] == [1, 2, 3]
    assert await count(store) == 3


async def test_a_mistake_in_a_statement_fails_its_own_unit_alone(store: Store) -> None:
    def mistaken(tx: Transaction) -> None:
        increment(tx)
        tx.add(STATE, {"name": "a value that has no scope"})

    outcomes = await asyncio.gather(*(store.write(u) for u in (increment, mistaken, increment)), return_exceptions=True)
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] == 2


async def test_units_run_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    seen: list[int] = []

    def unit(number: int) -> Unit[None]:
        return lambda _tx: seen.append(number)

    await asyncio.gather(*(store.write(unit(number)) for number in range(1000)))
    assert seen == list(range(1000))


async def test_a_caller_that_is_cancelled_leaves_a_whole_unit_or_none(store: Store) -> None:
    tasks = [asyncio.create_task(store.write(increment)) for _ in range(600)]
    await tasks[0]
    for task in tasks[1::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    kept = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    total = await count(store)
    assert isinstance(total, int)
    assert len(kept) <= total < 600


async def test_what_was_written_is_there_for_whoever_opens_it_next(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    await store.write(increment)
    await store.close()
    await store.open()
    assert await count(store) == 1


async def test_what_waits_when_it_is_closed_is_written(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    waiting = asyncio.gather(*(store.write(increment) for _ in range(1000)))
    await asyncio.sleep(0)
    await store.close()
    assert await waiting == list(range(1, 1001))
    await store.open()
    assert await count(store) == 1000


async def test_a_store_that_was_closed_says_so(store: Store) -> None:
    database = store.database
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await database.write(increment)
    with pytest.raises(StoreUnavailable, match="closed"):
        await database.read(increment)


async def test_readers_see_one_state_beside_a_writer(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory has one connection")
    await store.write(increment)

    def twice(tx: Transaction) -> list[object]:
        first = State(tx).read_many([COUNT])[COUNT]
        return [first, State(tx).read_many([COUNT])[COUNT]]

    pairs, _ = await asyncio.gather(
        asyncio.gather(*(store.read(twice) for _ in range(50))),
        asyncio.gather(*(store.write(increment) for _ in range(500))),
    )
    assert all(first == second for first, second in pairs)


async def test_nothing_of_it_runs_on_the_loops_thread_but_what_waits_for_sockets(store: Store) -> None:
    threads = [
        await store.write(lambda _tx: threading.current_thread()),
        await store.read(lambda _tx: threading.current_thread()),
    ]
    is_on_loop = "postgresql" in str(store.place)
    assert all((thread is threading.current_thread()) == is_on_loop for thread in threads)


async def test_no_more_units_wait_than_allowed(store: Store) -> None:
    async with Database(store.place, now=store.clock.now, waiting_max=300) as database:
        tasks = [asyncio.create_task(database.write(increment)) for _ in range(300)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="300 changes wait"):
            await database.write(increment)
        await asyncio.gather(*tasks)
        assert await database.write(increment) == 301
