"""What is due later: taken once, in order, by one holder, and never lost with whoever took it."""

import asyncio
from dataclasses import replace

import pytest

from runner.store.errors import LimitReached, TooLarge
from runner.store.timers import PAYLOAD_BYTES_MAX, Timer, Timers
from runner.store.transaction import Transaction
from tests.store.conftest import Store


def timer(key: str, in_s: float, *, kind: str = "schedule") -> Timer:
    """Return a timer that is due a while after the test's beginning."""
    return Timer(due_at=1_800_000_000.0 + in_s, kind=kind, key=key, payload='{"n":1}', missed="skip")


async def put(store: Store, *timers: Timer) -> list[Timer]:
    """Put timers in one unit."""
    return await store.write(lambda tx: [Timers(tx).put(each) for each in timers])


async def claimed(store: Store, limit: int = 10, *, holder: str = "main", for_s: float = 60) -> list[str]:
    """Claim what is due and return its keys."""
    return [each.key for each in await store.write(lambda tx: Timers(tx).claim(limit, holder=holder, for_s=for_s))]


async def next_due(store: Store) -> float | None:
    """Return in how many seconds since the test's beginning something is due."""
    at = await store.read(lambda tx: Timers(tx).next_due())
    return None if at is None else at - 1_800_000_000.0


async def test_what_is_due_is_claimed_the_earliest_first(store: Store) -> None:
    await put(store, timer("c", 3), timer("a", 1), timer("d", 4.5), timer("b", 2))
    assert await next_due(store) == 1
    assert await claimed(store) == []
    store.clock.at += 3
    assert await claimed(store, 2) == ["a", "b"]
    assert await claimed(store) == ["c"]
    assert await next_due(store) == 4.5


async def test_a_timer_comes_back_as_it_was_put(store: Store) -> None:
    (made,) = await put(store, replace(timer("a", -1), flow_id="f1"))
    (found,) = await store.write(lambda tx: Timers(tx).claim(1, holder="main", for_s=60))
    assert found == replace(made, attempts=1)
    assert made == replace(timer("a", -1), flow_id="f1", id=found.id)


async def test_a_claim_that_is_not_finished_runs_out(store: Store) -> None:
    await put(store, timer("a", 0))
    assert await claimed(store, for_s=60) == ["a"]
    assert await next_due(store) == 60
    store.clock.at += 59.9
    assert await claimed(store) == []
    store.clock.at += 0.1
    assert await claimed(store) == ["a"]


async def test_a_timer_that_is_finished_is_gone(store: Store) -> None:
    await put(store, timer("a", 0))
    (taken,) = await store.write(lambda tx: Timers(tx).claim(1, holder="main", for_s=60))
    assert await store.write(lambda tx: Timers(tx).finish(taken))
    assert not await store.write(lambda tx: Timers(tx).finish(taken))
    assert await next_due(store) is None


async def test_a_timer_that_was_put_anew_meanwhile_stays(store: Store) -> None:
    await put(store, timer("a", 0))
    (taken,) = await store.write(lambda tx: Timers(tx).claim(1, holder="main", for_s=60))
    await put(store, timer("a", 30))
    assert not await store.write(lambda tx: Timers(tx).finish(taken))
    assert await next_due(store) == 30


async def test_there_is_one_timer_of_a_key_within_a_kind(store: Store) -> None:
    await put(store, timer("a", 1), timer("a", 2), timer("a", 3, kind="flow"))
    assert [each.due_at for each in await store.read(lambda tx: Timers(tx).list("schedule"))] == [1_800_000_002.0]
    assert await next_due(store) == 2
    assert await store.write(lambda tx: Timers(tx).cancel("schedule", "a"))
    assert not await store.write(lambda tx: Timers(tx).cancel("schedule", "a"))
    assert await next_due(store) == 3


async def test_a_holder_that_starts_again_need_not_wait_for_its_own_claims(store: Store) -> None:
    await put(store, timer("a", 0), timer("b", 0))
    await claimed(store, 1, holder="main")
    await claimed(store, 1, holder="other")
    assert await store.write(lambda tx: Timers(tx).release("main")) == 1
    assert await claimed(store) == ["a"]


async def test_two_processes_share_what_is_due(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory belongs to one process")
    other = await store.open()
    await put(store, *(timer(str(n), 0) for n in range(100)))

    def claim(tx: Transaction) -> list[Timer]:
        return Timers(tx).claim(10, holder="main", for_s=60)

    batches = await asyncio.gather(*(each.write(claim) for _ in range(6) for each in (store.database, other)))
    keys = [each.key for batch in batches for each in batch]
    assert len(keys) == len(set(keys))
    assert len(keys) <= 100
    rest = await claimed(store, 100)
    assert sorted(map(int, [*keys, *rest])) == list(range(100))


async def test_no_more_timers_are_put_than_are_taken(store: Store) -> None:
    await store.write(lambda tx: [Timers(tx).put(timer(str(n), n), count_max=3) for n in range(3)])
    with pytest.raises(LimitReached) as refusal:
        await store.write(lambda tx: Timers(tx).put(timer("3", 3), count_max=3))
    assert refusal.value.limit == 3
    await store.write(lambda tx: Timers(tx).put(timer("0", 9), count_max=3))
    assert len(await store.read(lambda tx: Timers(tx).list("schedule"))) == 3


async def test_a_payload_takes_so_many_bytes_and_no_more(store: Store) -> None:
    await put(store, replace(timer("a", 1), payload="x" * PAYLOAD_BYTES_MAX))
    with pytest.raises(TooLarge):
        await put(store, replace(timer("b", 1), payload="x" * (PAYLOAD_BYTES_MAX + 1)))
