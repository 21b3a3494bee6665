"""Small tables: rows are found by their fields, unique where they have to be, and no more than allowed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from runner.store.conditions import COMPARED_MAX, PREFIX_CHARS, Operator, Where
from runner.store.errors import LimitReached, TooLarge, UniqueViolated, WrongKind
from runner.store.records import RECORD_BYTES_MAX, Records, Table, define
from runner.store.scope import Scope
from runner.store.values import Json, Row
from tests.store.conftest import Store

TICKETS = Table(
    "tickets",
    {"number": "number", "owner": "text", "subject": "text", "is_open": "boolean", "notes": "json"},
    unique=(("number",), ("owner", "subject")),
    limit=5,
)
HERE, ELSEWHERE = Scope("guild", "1"), Scope("guild", "2")
LONG = "x" * PREFIX_CHARS


async def insert(store: Store, *rows: Row, table: Table = TICKETS, scope: Scope = HERE) -> list[Row]:
    """Insert rows in one unit."""
    return await store.write(lambda tx: [Records(tx, table, scope).insert(row) for row in rows])


async def found(
    store: Store, *where: Where, order: str = "id", limit: int = 100, offset: int = 0, table: Table = TICKETS
) -> list[Row]:
    """Return the rows that are found."""
    return await store.read(
        lambda tx: Records(tx, table, HERE).find(where, order=order, limit=limit, offset=offset),
    )


def numbers(rows: Sequence[Row]) -> list[Json]:
    """Return the numbers of rows, in order."""
    return [row["number"] for row in rows]


async def test_a_row_comes_back_as_it_was_inserted_with_an_id(store: Store) -> None:
    (first,) = await insert(store, {"number": 7, "owner": "20", "subject": "Grüße\x00", "notes": [1, {"a": None}]})
    assert first == {
        "id": 1, "number": 7, "owner": "20", "subject": "Grüße\x00", "is_open": None, "notes": [1, {"a": None}],
    }  # fmt: skip
    assert await found(store) == [first]


async def test_ids_count_up_in_each_scope_and_are_never_used_again(store: Store) -> None:
    await insert(store, {"number": 1}, {"number": 2})
    await store.write(lambda tx: Records(tx, TICKETS, HERE).drop([Where("id", "=", 2)]))
    assert [row["id"] for row in await insert(store, {"number": 3}, {"number": 4})] == [3, 4]
    assert [row["id"] for row in await insert(store, {"number": 1}, scope=ELSEWHERE)] == [1]
    assert [row["id"] for row in await insert(store, {}, table=replace(TICKETS, name="others"))] == [1]


async def test_a_scope_sees_its_own_rows_alone(store: Store) -> None:
    await insert(store, {"number": 1})
    await insert(store, {"number": 2}, scope=ELSEWHERE)
    assert numbers(await found(store)) == [1]
    assert await store.read(lambda tx: Records(tx, TICKETS, ELSEWHERE).count()) == 1
    assert await store.read(lambda tx: Records(tx, TICKETS, Scope("guild", "3")).count()) == 0


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("number", "=", 2, [2]),
        ("number", "=", 2.0, [2]),
        ("number", "=", None, [None]),
        ("number", "!=", 2, [1, 3.5, None]),
        ("number", "!=", None, [1, 2, 3.5]),
        ("number", "<", 2, [1]),
        ("number", "<=", 2, [1, 2]),
        ("number", ">", 2, [3.5]),
        ("number", ">=", 2, [2, 3.5]),
        ("number", "in", [1, 3.5, 99], [1, 3.5]),
        ("number", "in", [1, None], [1, None]),
        ("number", "in", [], []),
        ("number", "not in", [1, None], [2, 3.5]),
        ("number", "not in", [1], [2, 3.5, None]),
        ("subject", "=", "b", [2]),
        ("subject", "=", "B", []),
        ("subject", "=", LONG, []),
        ("subject", "=", LONG + "1", [3.5]),
        ("subject", ">", LONG, [3.5, None]),
        ("subject", ">", LONG + "1", [None]),
        ("subject", ">=", LONG + "1", [3.5, None]),
        ("subject", "<", LONG + "2", [1, 2, 3.5]),
        ("subject", "<=", "b", [1, 2]),
        ("subject", "in", ["b", LONG + "2"], [2, None]),
        ("subject", "not in", ["b", LONG + "2"], [1, 3.5]),
        ("is_open", "=", True, [1]),
        ("is_open", "!=", True, [2, 3.5, None]),
        ("is_open", "=", None, [3.5, None]),
        ("id", "=", 3, [3.5]),
        ("id", "=", 2.5, []),
        ("id", ">", 2.5, [3.5, None]),
        ("id", "!=", 1, [2, 3.5, None]),
        ("id", "in", [1, 2, 2**70], [1, 2]),
    ],
)  # fmt: skip
async def test_rows_are_found_by_what_they_hold(
    store: Store, field: str, operator: Operator, value: Json, expected: list[Json]
) -> None:
    await insert(
        store,
        {"number": 1, "subject": "a", "is_open": True},
        {"number": 2, "subject": "b", "is_open": False},
        {"number": 3.5, "subject": LONG + "1"},
        {"number": None, "subject": LONG + "2"},
    )
    condition = Where(field, operator, value)
    assert numbers(await found(store, condition)) == expected
    assert await store.read(lambda tx: Records(tx, TICKETS, HERE).count([condition])) == len(expected)


async def test_all_conditions_have_to_be_met(store: Store) -> None:
    await insert(store, {"number": 1, "owner": "20"}, {"number": 2, "owner": "20"}, {"number": 3, "owner": "30"})
    assert numbers(await found(store, Where("owner", "=", "20"), Where("number", ">", 1))) == [2]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("id", [2, 1, None, 10]),
        ("-id", [10, None, 1, 2]),
        ("number", [1, 2, 10, None]),
        ("-number", [10, 2, 1, None]),
        ("subject", [2, 10, 1, None]),
        ("-subject", [1, 10, 2, None]),
    ],
)  # fmt: skip
async def test_rows_come_in_order_and_those_without_a_value_last(
    store: Store, order: str, expected: list[Json]
) -> None:
    rows: list[Row] = [{"number": 2, "subject": "B"}, {"number": 1, "subject": "é"}, {}, {"number": 10, "subject": "a"}]
    await insert(store, *rows)
    assert numbers(await found(store, order=order)) == expected
    assert numbers(await found(store, order=order, limit=2, offset=1)) == expected[1:3]


@pytest.mark.parametrize(
    "where",
    [
        Where("number", "=", "2"),
        Where("number", ">", None),
        Where("subject", "<", 2),
        Where("is_open", "=", 1),
        Where("notes", "=", []),
        Where("number", "in", 2),
        Where("number", "in", [0] * (COMPARED_MAX + 1)),
    ],
    ids=lambda where: f"{where.field} {where.operator} {str(where.value)[:9]}",
)
async def test_what_can_not_be_compared_is_refused(store: Store, where: Where) -> None:
    await insert(store, {"number": 1})
    with pytest.raises(WrongKind):
        await found(store, where)


async def test_a_list_of_as_many_values_as_allowed_can_be_compared_with(store: Store) -> None:
    await insert(store, {"number": 1})
    assert numbers(await found(store, Where("number", "in", list(range(COMPARED_MAX))))) == [1]


async def test_changing_rows_changes_what_they_are_found_by(store: Store) -> None:
    await insert(store, {"number": 1, "subject": "a"}, {"number": 2, "subject": "a"}, {"number": 3, "subject": "b"})
    changed = await store.write(
        lambda tx: Records(tx, TICKETS, HERE).change([Where("subject", "=", "a")], {"subject": "c", "is_open": True})
    )
    assert [(row["number"], row["subject"], row["is_open"]) for row in changed] == [(1, "c", True), (2, "c", True)]
    assert numbers(await found(store, Where("subject", "=", "a"))) == []
    assert await found(store, Where("subject", "=", "c")) == changed
    assert numbers(await found(store, Where("is_open", "=", None))) == [3]


async def test_dropped_rows_are_gone_and_make_room(store: Store) -> None:
    await insert(store, *({"number": number} for number in range(5)))
    assert numbers(await store.write(lambda tx: Records(tx, TICKETS, HERE).drop([Where("number", "<", 2)]))) == [0, 1]
    assert numbers(await found(store)) == [2, 3, 4]
    await insert(store, {"number": 0}, {"number": 1})
    assert len(await store.write(lambda tx: Records(tx, TICKETS, HERE).drop([]))) == 5
    assert await store.write(lambda tx: Records(tx, TICKETS, HERE).drop([])) == []


async def test_no_row_is_inserted_beyond_the_limit(store: Store) -> None:
    await insert(store, *({"number": number} for number in range(5)))
    with pytest.raises(LimitReached) as refusal:
        await insert(store, {"number": 5})
    assert refusal.value.limit == 5
    assert len(await found(store)) == 5
    await insert(store, {"number": 5}, scope=ELSEWHERE)


async def test_what_has_to_be_unique_is(store: Store) -> None:
    await insert(store, {"number": 1, "owner": "20", "subject": "a"})
    await insert(store, {"number": 2, "owner": "20", "subject": "b"})
    with pytest.raises(UniqueViolated) as refusal:
        await insert(store, {"number": 3, "owner": "20", "subject": "a"})
    assert refusal.value.fields == ("owner", "subject")
    with pytest.raises(UniqueViolated) as refusal:
        await insert(store, {"number": 1.0, "owner": "30", "subject": "a"})
    assert refusal.value.fields == ("number",)
    with pytest.raises(UniqueViolated):
        await store.write(lambda tx: Records(tx, TICKETS, HERE).change([Where("number", "=", 2)], {"number": 1}))
    assert numbers(await found(store)) == [1, 2]


async def test_a_row_may_keep_or_give_up_what_is_unique_of_it(store: Store) -> None:
    await insert(store, {"number": 1}, {"number": 2})
    await store.write(lambda tx: Records(tx, TICKETS, HERE).change([Where("number", "=", 1)], {"number": 1}))
    await store.write(lambda tx: Records(tx, TICKETS, HERE).drop([Where("number", "=", 2)]))
    await insert(store, {"number": 2})
    await store.write(lambda tx: Records(tx, TICKETS, HERE).change([Where("number", "=", 2)], {"number": 3}))
    await insert(store, {"number": 2})
    assert numbers(await found(store)) == [1, 3, 2]


async def test_rows_without_a_value_are_not_alike(store: Store) -> None:
    await insert(store, {"owner": "20"}, {"owner": "20"}, {"number": None})
    assert len(await found(store)) == 3


async def test_the_same_in_another_scope_is_another(store: Store) -> None:
    await insert(store, {"number": 1})
    await insert(store, {"number": 1}, scope=ELSEWHERE)


async def test_of_many_who_insert_the_same_at_once_one_succeeds(store: Store) -> None:
    outcomes = await asyncio.gather(*(insert(store, {"number": 1}) for _ in range(50)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["UniqueViolated"] * 49 + ["list"]
    assert numbers(await found(store)) == [1]


async def test_two_processes_share_one_limit(store: Store) -> None:
    if str(store.place) == "memory":
        pytest.skip("memory belongs to one process")
    one, other = store.database, await store.open()
    outcomes = await asyncio.gather(
        *(
            database.write(lambda tx: Records(tx, TICKETS, HERE).insert({}))
            for _ in range(10)
            for database in (one, other)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, LimitReached) for outcome in outcomes) == 5
    assert [row["id"] for row in await found(store)] == [1, 2, 3, 4, 5]


async def test_a_row_takes_so_many_bytes_and_no_more(store: Store) -> None:
    (row,) = await insert(store, {})
    room = RECORD_BYTES_MAX - len('{"number":null,"owner":null,"subject":"","is_open":null,"notes":null}')
    await insert(store, {"subject": "x" * room})
    with pytest.raises(TooLarge):
        await insert(store, {"subject": "x" * (room + 1)})
    where = [Where("id", "=", row["id"])]
    with pytest.raises(TooLarge):
        await store.write(lambda tx: Records(tx, TICKETS, HERE).change(where, {"subject": "x" * (room + 1)}))


async def test_a_table_that_is_declared_anew_is_found_by_its_new_fields(store: Store) -> None:
    narrow = Table("tickets", {"subject": "text"})
    wide = Table("tickets", {"subject": "text", "priority": "number"}, unique=(("subject",),))
    assert not await store.write(lambda tx: define(tx, narrow))
    await insert(store, {"subject": "a"}, table=narrow)
    assert await store.write(lambda tx: define(tx, wide))
    assert not await store.write(lambda tx: define(tx, wide))
    assert await found(store, Where("priority", "=", None), table=wide) == [{"id": 1, "subject": "a", "priority": None}]
    with pytest.raises(UniqueViolated):
        await insert(store, {"subject": "a"}, table=wide)
    assert await store.write(lambda tx: define(tx, narrow))
    await insert(store, {"subject": "a"}, table=narrow)


async def test_a_field_of_another_kind_than_before_is_empty_where_it_does_not_fit(store: Store) -> None:
    before, after = Table("tickets", {"number": "text"}), Table("tickets", {"number": "number"})
    await store.write(lambda tx: define(tx, before))
    await insert(store, {"number": "7"}, table=before)
    await store.write(lambda tx: define(tx, after))
    assert await found(store, table=after) == [{"id": 1, "number": None}]
    assert await found(store, Where("number", "=", None), table=after) == [{"id": 1, "number": None}]


async def test_a_table_is_not_declared_anew_when_its_rows_are_not_unique(store: Store) -> None:
    before, after = Table("t", {"a": "text"}), Table("t", {"a": "text"}, unique=(("a",),))
    await store.write(lambda tx: define(tx, before))
    await insert(store, {"a": "x"}, {"a": "x"}, table=before)
    with pytest.raises(UniqueViolated):
        await store.write(lambda tx: define(tx, after))
    await insert(store, {"a": "x"}, table=before)
