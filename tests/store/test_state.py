"""Typed values: set, changed, read, and over when their time is."""

import asyncio

import pytest

from runner.store.errors import LimitReached, TooLarge, WrongKind
from runner.store.scope import Scope
from runner.store.state import VALUE_BYTES_MAX, Key, State
from runner.store.transaction import Transaction
from runner.store.values import INTEGER_MAX, Json
from tests.store.conftest import Store

ROBIN = Key("points", Scope("member", "1:2"))
SAM = Key("points", Scope("member", "1:3"))


async def value_of(store: Store, key: Key) -> Json:
    """Return a value as a later reader sees it; None when it isn't set."""
    return (await store.read(lambda tx: State(tx).read_many([key]))).get(key)


@pytest.mark.parametrize(
    "value",
    [0, -7, 2.5, True, "", "Grüße 👋 \x00 \ud800", ["a", 1, None], {"a": {"b": []}}, None, INTEGER_MAX],
    ids=repr,
)
async def test_a_value_comes_back_as_it_was_set(store: Store, value: Json) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, value))
    found = await value_of(store, ROBIN)
    assert found == value
    assert type(found) is type(value)


async def test_the_latest_value_counts(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, 1))
    await store.write(lambda tx: State(tx).set(ROBIN, 2))
    assert await value_of(store, ROBIN) == 2


async def test_many_values_are_read_at_once_and_those_that_are_not_set_are_left_out(store: Store) -> None:
    elsewhere = Key("points", Scope("member", "9:2"))
    other_name, other_kind = Key("level", ROBIN.scope), Key("points", Scope("user", "1:2"))
    await store.write(lambda tx: State(tx).set(ROBIN, 1))
    await store.write(lambda tx: State(tx).set(SAM, 2))
    keys = [ROBIN, SAM, elsewhere, other_name, other_kind]
    assert await store.read(lambda tx: State(tx).read_many(keys)) == {ROBIN: 1, SAM: 2}
    assert await store.read(lambda tx: State(tx).read_many([])) == {}


async def test_an_increment_starts_at_the_default_and_returns_the_sum(store: Store) -> None:
    assert await store.write(lambda tx: State(tx).increment(ROBIN, 5, start=100)) == 105
    assert await store.write(lambda tx: State(tx).increment(ROBIN, -2.5, start=100)) == 102.5
    assert await value_of(store, ROBIN) == 102.5
    assert await value_of(store, SAM) is None


async def test_ten_thousand_increments_at_once_are_all_counted(store: Store) -> None:
    sums = await asyncio.gather(
        *(store.write(lambda tx: State(tx).increment(ROBIN, 1)) for _ in range(10_000)),
    )
    assert sorted(sums) == list(range(1, 10_001))
    assert await value_of(store, ROBIN) == 10_000


async def test_two_processes_that_increment_at_once_lose_nothing(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory belongs to one process")
    one, other = store.database, await store.open()
    await asyncio.gather(
        *(database.write(lambda tx: State(tx).increment(ROBIN, 1)) for _ in range(200) for database in (one, other))
    )
    assert await value_of(store, ROBIN) == 400


@pytest.mark.parametrize(
    ("value", "by"), [("a text", 1), ([], 1), (True, 1), (INTEGER_MAX, 1), (1e308, 1e308)], ids=repr
)
async def test_what_is_no_number_is_not_incremented(store: Store, value: Json, by: float) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, value))
    with pytest.raises(WrongKind):
        await store.write(lambda tx: State(tx).increment(ROBIN, by))
    assert await value_of(store, ROBIN) == value


async def test_a_list_grows_and_shrinks(store: Store) -> None:
    assert await store.write(lambda tx: State(tx).append(ROBIN, "a", limit=3)) == ["a"]
    assert await store.write(lambda tx: State(tx).append(ROBIN, 1, limit=3)) == ["a", 1]
    assert await store.write(lambda tx: State(tx).append(ROBIN, True, limit=3)) == ["a", 1, True]
    assert await store.write(lambda tx: State(tx).remove(ROBIN, 1)) == ["a", True]
    assert await value_of(store, ROBIN) == ["a", True]


async def test_a_list_takes_no_more_than_its_limit(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, ["a", "b"]))
    with pytest.raises(LimitReached) as refusal:
        await store.write(lambda tx: State(tx).append(ROBIN, "c", limit=2))
    assert refusal.value.limit == 2
    assert await value_of(store, ROBIN) == ["a", "b"]


async def test_what_is_no_list_is_neither_appended_to_nor_removed_from(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, "abc"))
    with pytest.raises(WrongKind):
        await store.write(lambda tx: State(tx).append(ROBIN, 1, limit=9))
    with pytest.raises(WrongKind):
        await store.write(lambda tx: State(tx).remove(ROBIN, 1))


async def test_removing_from_a_list_that_is_not_there_gives_an_empty_one(store: Store) -> None:
    assert await store.write(lambda tx: State(tx).remove(ROBIN, 1)) == []


async def test_a_value_that_is_unset_is_gone(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, 1))
    assert await store.write(lambda tx: State(tx).unset(ROBIN))
    assert not await store.write(lambda tx: State(tx).unset(ROBIN))
    assert await value_of(store, ROBIN) is None


async def test_a_value_is_over_when_its_time_is(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, 7, ttl_s=10))
    store.clock.at += 9.9
    assert await value_of(store, ROBIN) == 7
    store.clock.at += 0.1
    assert await value_of(store, ROBIN) is None
    assert not await store.write(lambda tx: State(tx).unset(ROBIN))


async def test_an_increment_keeps_the_time_and_starts_anew_when_it_is_over(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, 7, ttl_s=10))
    assert await store.write(lambda tx: State(tx).increment(ROBIN, 1)) == 8
    store.clock.at += 10
    assert await store.write(lambda tx: State(tx).increment(ROBIN, 1)) == 1
    store.clock.at += 1000
    assert await value_of(store, ROBIN) == 1


async def test_values_whose_time_is_over_are_swept_away_and_no_others(store: Store) -> None:
    def fill(tx: Transaction) -> None:
        for member in range(5):
            State(tx).set(Key("points", Scope("member", f"1:{member}")), 1, ttl_s=10)
        State(tx).set(Key("level", Scope("global")), 1)

    await store.write(fill)
    assert await store.write(lambda tx: State(tx).sweep()) == 0
    store.clock.at += 10
    assert await store.write(lambda tx: State(tx).sweep(3)) == 3
    assert await store.write(lambda tx: State(tx).sweep(3)) == 2
    assert await value_of(store, Key("level", Scope("global"))) == 1


async def test_a_value_takes_so_many_bytes_and_no_more(store: Store) -> None:
    await store.write(lambda tx: State(tx).set(ROBIN, "x" * (VALUE_BYTES_MAX - 2)))
    with pytest.raises(TooLarge) as refusal:
        await store.write(lambda tx: State(tx).set(ROBIN, "x" * (VALUE_BYTES_MAX - 1)))
    assert (refusal.value.size, refusal.value.limit) == (VALUE_BYTES_MAX + 1, VALUE_BYTES_MAX)
    with pytest.raises(TooLarge):
        await store.write(lambda tx: State(tx).append(SAM, "é" * (VALUE_BYTES_MAX // 2), limit=9))


async def test_values_that_are_held_are_as_they_were(store: Store) -> None:
    def unit(tx: Transaction) -> None:
        state = State(tx)
        state.set(ROBIN, 3)
        state.hold([SAM, ROBIN, SAM])
        assert state.read_many([ROBIN, SAM]) == {ROBIN: 3}

    await store.write(unit)
    assert await store.write(lambda tx: State(tx).unset(SAM)) is False
    assert await store.write(lambda tx: State(tx).increment(SAM, 1, start=5)) == 6
