"""A name is one process's at a time."""

import asyncio

from runner.store.leases import Lease, Leases
from tests.store.conftest import Store


async def take(store: Store, holder: str, for_s: float = 30) -> Lease:
    """Take the lease of the tests."""
    return await store.write(lambda tx: Leases(tx).take("bot", holder, for_s=for_s))


async def test_a_lease_has_one_holder(store: Store) -> None:
    ours = await take(store, "a")
    assert ours == Lease("bot", "a", store.clock.at + 30)
    assert await take(store, "b") == ours
    assert (await store.write(lambda tx: Leases(tx).take("other", "b", for_s=30))).holder == "b"


async def test_its_holder_renews_it(store: Store) -> None:
    await take(store, "a")
    store.clock.at += 20
    assert (await take(store, "a")).expires_at == store.clock.at + 30
    store.clock.at += 29
    assert (await take(store, "b")).holder == "a"


async def test_it_is_free_when_it_runs_out(store: Store) -> None:
    await take(store, "a")
    store.clock.at += 30
    assert (await take(store, "b")).holder == "b"
    assert (await take(store, "a")).holder == "b"


async def test_it_is_free_when_it_is_given_up(store: Store) -> None:
    await take(store, "a")
    assert not await store.write(lambda tx: Leases(tx).release("bot", "b"))
    assert await store.write(lambda tx: Leases(tx).release("bot", "a"))
    assert not await store.write(lambda tx: Leases(tx).release("bot", "a"))
    assert (await take(store, "b")).holder == "b"


async def test_of_many_who_take_it_at_once_one_has_it(store: Store) -> None:
    taken = await asyncio.gather(*(take(store, str(number)) for number in range(20)))
    assert {lease.holder for lease in taken} == {"0"}
