"""Uses per stretch of time, in memory and in the store: the same rule."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from runner.store.cooldowns import MEMORY_BUCKETS_MAX, CooldownBuckets, Cooldowns, MemoryCooldowns, StoredCooldowns
from runner.store.place import Place
from tests.store.conftest import Clock, Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["counted in memory", "counted in the store"])
async def buckets(request: pytest.FixtureRequest, place: Place, clock: Clock) -> AsyncIterator[CooldownBuckets]:
    """Give each place where uses are counted."""
    if request.param == "counted in memory":
        yield MemoryCooldowns(clock.now)
        return
    store = Store(place, clock)
    yield StoredCooldowns(await store.open())
    await store.close()


async def test_there_are_so_many_uses_in_any_stretch_of_time(buckets: CooldownBuckets, clock: Clock) -> None:
    start = clock.at
    assert await buckets.take("a", uses=2, per_s=60) is None
    clock.at += 10
    assert await buckets.take("a", uses=2, per_s=60) is None
    clock.at += 10
    assert await buckets.take("a", uses=2, per_s=60) == start + 60
    clock.at = start + 60
    assert await buckets.take("a", uses=2, per_s=60) is None
    assert await buckets.take("a", uses=2, per_s=60) == start + 70


async def test_a_use_that_was_refused_does_not_count(buckets: CooldownBuckets, clock: Clock) -> None:
    start = clock.at
    for _ in range(5):
        await buckets.take("a", uses=1, per_s=60)
        clock.at += 10
    assert await buckets.take("a", uses=1, per_s=60) == start + 60


async def test_each_bucket_counts_for_itself(buckets: CooldownBuckets) -> None:
    assert await buckets.take("a", uses=1, per_s=60) is None
    assert await buckets.take("b", uses=1, per_s=60) is None


async def test_of_many_uses_at_once_as_many_succeed_as_there_are(buckets: CooldownBuckets, clock: Clock) -> None:
    outcomes = await asyncio.gather(*(buckets.take("a", uses=3, per_s=60) for _ in range(50)))
    assert outcomes == [None] * 3 + [clock.at + 60] * 47


async def test_fewer_uses_than_were_taken_already_count_from_the_newest(buckets: CooldownBuckets, clock: Clock) -> None:
    start = clock.at
    for _ in range(3):
        await buckets.take("a", uses=3, per_s=60)
        clock.at += 1
    assert await buckets.take("a", uses=1, per_s=60) == start + 2 + 60


async def test_uses_outlive_the_process(store: Store) -> None:
    await StoredCooldowns(store.database).take("a", uses=1, per_s=3600)
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    await store.close()
    assert await StoredCooldowns(await store.open()).take("a", uses=1, per_s=3600) == store.clock.at + 3600


async def test_buckets_that_are_free_again_are_swept_away(store: Store) -> None:
    for number in range(3):
        await StoredCooldowns(store.database).take(str(number), uses=1, per_s=60 + number)
    store.clock.at += 61
    assert await store.write(lambda tx: Cooldowns(tx).sweep(1)) == 1
    assert await store.write(lambda tx: Cooldowns(tx).sweep()) == 1
    assert await StoredCooldowns(store.database).take("2", uses=1, per_s=62) is not None


async def test_memory_forgets_the_bucket_that_was_used_first_when_there_are_too_many(clock: Clock) -> None:
    buckets = MemoryCooldowns(clock.now)
    for number in range(MEMORY_BUCKETS_MAX):
        await buckets.take(str(number), uses=1, per_s=60)
    assert await buckets.take("1", uses=1, per_s=60) is not None
    await buckets.take("one more", uses=1, per_s=60)
    assert await buckets.take("1", uses=1, per_s=60) is not None
    assert await buckets.take("0", uses=1, per_s=60) is None
