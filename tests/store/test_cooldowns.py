"""Uses per stretch of time in the store."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from runner.store.cooldowns import Cooldowns
from runner.uses import Bucket
from tests.store.conftest import Store

Take = Callable[..., Awaitable[tuple[float, ...]]]


@pytest.fixture
def take(store: Store) -> Take:
    """Take a use of some buckets."""

    async def taken(*buckets: Bucket) -> tuple[float, ...]:
        return await store.write(lambda tx: Cooldowns(tx).take(buckets))

    return taken


async def test_there_are_so_many_uses_in_any_stretch_of_time(store: Store, take: Take) -> None:
    start, bucket = store.clock.at, Bucket("a", 2, 60.0)
    assert await take(bucket) == (0,)
    store.clock.at += 10
    assert await take(bucket) == (0,)
    store.clock.at += 10
    assert await take(bucket) == (start + 60,)
    store.clock.at = start + 60
    assert await take(bucket) == (0,)
    assert await take(bucket) == (start + 70,)


async def test_a_use_that_was_refused_does_not_count(store: Store, take: Take) -> None:
    start, bucket = store.clock.at, Bucket("a", 1, 60.0)
    for _ in range(5):
        await take(bucket)
        store.clock.at += 10
    assert await take(bucket) == (start + 60,)


async def test_of_several_buckets_all_are_taken_or_none(store: Store, take: Take) -> None:
    short, long = Bucket("b", 1, 60.0), Bucket("a", 2, 3600.0)
    assert await take(short, long) == (0, 0)
    assert await take(short, long) == (store.clock.at + 60, 0)
    store.clock.at += 60
    assert await take(short, long) == (0, 0)
    assert await take(long) == (store.clock.at + 3540,)


async def test_of_many_uses_at_once_as_many_succeed_as_there_are(store: Store, take: Take) -> None:
    outcomes = await asyncio.gather(*(take(Bucket("a", 3, 60.0)) for _ in range(50)))
    assert outcomes == [(0,)] * 3 + [(store.clock.at + 60,)] * 47


async def test_fewer_uses_than_were_taken_already_count_from_the_newest(store: Store, take: Take) -> None:
    start = store.clock.at
    for _ in range(3):
        await take(Bucket("a", 3, 60.0))
        store.clock.at += 1
    assert await take(Bucket("a", 1, 60.0)) == (start + 2 + 60,)


async def test_what_is_given_back_can_be_taken_again(store: Store, take: Take) -> None:
    bucket = Bucket("a", 1, 60.0)
    await take(bucket)
    await store.write(lambda tx: Cooldowns(tx).give_back([bucket]))
    assert await take(bucket) == (0,)
    assert await take(bucket) != (0,)


async def test_what_nobody_has_taken_can_be_given_back(store: Store, take: Take) -> None:
    bucket = Bucket("a", 1, 60.0)
    await store.write(lambda tx: Cooldowns(tx).give_back([bucket]))
    assert await take(bucket) == (0,)
    assert await take(bucket) != (0,)


async def test_uses_outlive_the_process(store: Store, take: Take) -> None:
    bucket = Bucket("a", 1, 3600.0)
    await take(bucket)
    if str(store.place) == "memory":
        pytest.skip("memory ends with the process")
    await store.close()
    await store.open()
    assert await take(bucket) == (store.clock.at + 3600,)


async def test_buckets_that_are_free_again_are_swept_away(store: Store, take: Take) -> None:
    for number in range(3):
        await take(Bucket(str(number), 1, 60.0 + number))
    store.clock.at += 61
    assert await store.write(lambda tx: Cooldowns(tx).sweep(1)) == 1
    assert await store.write(lambda tx: Cooldowns(tx).sweep()) == 1
    assert await take(Bucket("2", 1, 62.0)) != (0,)
