"""What the runner keeps for itself: long parameters of components, and how many commands were created."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from runner.store.errors import LimitReached, TooLarge
from runner.store.params import PARAMS_KEPT_S, PARAMS_NOTED_S, Params
from runner.store.registrations import KEPT_S, Registrations
from runner.store.transaction import Transaction
from runner.store.values import PARAMS_BYTES_MAX, PARAMS_KEY_CHARS, Json
from tests.store.conftest import Store


def _load(key: str, tx: Transaction) -> tuple[Mapping[str, Json], bool] | None:
    return Params(tx).load(key)


async def test_parameters_are_found_by_their_key(store: Store) -> None:
    values = {"number": 7, "reason": "ü" * 300, "tags": ["a", None]}
    key = await store.write(lambda tx: Params(tx).put(values))
    assert len(key) == PARAMS_KEY_CHARS
    assert await store.read(lambda tx: Params(tx).load(key)) == (values, False)
    assert await store.read(lambda tx: Params(tx).load("none")) is None


async def test_the_same_parameters_have_one_key(store: Store) -> None:
    def put(tx: Transaction) -> list[str]:
        given: list[Mapping[str, Json]] = [{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 3}]
        return [Params(tx).put(values, count_max=2) for values in given]

    keys = await store.write(put)
    assert keys[0] == keys[1] != keys[2]
    with pytest.raises(LimitReached):
        await store.write(lambda tx: Params(tx).put({"a": 2}, count_max=2))


async def test_parameters_take_so_many_bytes_and_no_more(store: Store) -> None:
    room = PARAMS_BYTES_MAX - len('{"a":""}')
    await store.write(lambda tx: Params(tx).put({"a": "x" * room}))
    with pytest.raises(TooLarge):
        await store.write(lambda tx: Params(tx).put({"a": "x" * (room + 1)}))


async def test_it_is_known_when_parameters_were_used(store: Store) -> None:
    key = await store.write(lambda tx: Params(tx).put({"a": 1}))
    store.clock.at += PARAMS_NOTED_S
    assert await store.read(lambda tx: Params(tx).load(key)) == ({"a": 1}, True)
    await store.write(lambda tx: Params(tx).use(key))
    assert await store.read(lambda tx: Params(tx).load(key)) == ({"a": 1}, False)
    store.clock.at += 100 * PARAMS_KEPT_S
    assert await store.write(lambda tx: Params(tx).put({"a": 1})) == key
    assert await store.read(lambda tx: Params(tx).load(key)) == ({"a": 1}, False)


async def test_where_there_is_no_room_what_nobody_has_used_for_long_gives_way_and_nothing_else(store: Store) -> None:
    def another(number: int) -> Callable[[Transaction], str]:
        return lambda tx: Params(tx).put({"a": number}, count_max=2)

    unused = await store.write(another(0))
    store.clock.at += PARAMS_KEPT_S
    used = [await store.write(another(1)), await store.write(another(2))]
    assert await store.read(lambda tx: Params(tx).load(unused)) is None
    store.clock.at += PARAMS_KEPT_S - 1
    with pytest.raises(LimitReached):
        await store.write(another(3))
    assert [await store.read(partial(_load, key)) for key in used] == [({"a": 1}, True), ({"a": 2}, True)]


async def test_creations_are_counted_by_scope_and_time(store: Store) -> None:
    def twice(tx: Transaction) -> None:
        Registrations(tx).add("global", 3)
        Registrations(tx).add("global", 4)

    await store.write(twice)
    await store.write(lambda tx: Registrations(tx).add("1", 50))
    store.clock.at += 3600
    await store.write(lambda tx: Registrations(tx).add("global", 5))

    async def within(seconds: float) -> int:
        return await store.read(lambda tx: Registrations(tx).within("global", seconds))

    assert await within(86_400) == 12
    assert await within(3600) == 5
    assert await store.read(lambda tx: Registrations(tx).within("2", 86_400)) == 0
    store.clock.at += KEPT_S
    await store.write(lambda tx: Registrations(tx).add("global", 1))
    assert await within(10 * KEPT_S) == 6
