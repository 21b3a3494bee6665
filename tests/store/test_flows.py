"""Flows in flight: saved by one of two who try, found by what they wait for, and gone with all that is theirs."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from runner.store.effects import RESULT_BYTES_MAX, Effect, EffectKey, Effects
from runner.store.errors import LimitReached, Outdated, TooLarge
from runner.store.flows import (
    FLOWS_OF_NOBODY_MAX,
    FLOWS_PER_OWNER_MAX,
    MACHINE_BYTES_MAX,
    NOBODY,
    PROGRAM_BYTES_MAX,
    Flow,
    Flows,
    Programs,
    Waits,
)
from runner.store.timers import Timer, Timers
from runner.store.transaction import Transaction
from tests.store.conftest import Store

FLOW = Flow(
    id="f1",
    name="open_ticket",
    program="abc",
    generation=3,
    at="bot.yaml:10:3",
    machine='{"stack":[]}',
    owner_id="20",
    expires_at=1_800_000_900.0,
    guild_id="1",
    channel_id="2",
    message_id="3",
    waits=Waits(kind="component", guild_id="1", channel_id="2", user_id="20"),
    deadline=1_800_000_120.5,
)


def begin(tx: Transaction, flow: Flow = FLOW) -> Flow:
    """Save a new flow and its program."""
    Programs(tx).put(flow.program, {"bot.yaml": "version: 1"})
    return Flows(tx).create(flow)


def save(tx: Transaction, flow: Flow) -> Flow:
    """Save a flow."""
    return Flows(tx).save(flow)


async def test_a_flow_comes_back_as_it_was_saved(store: Store) -> None:
    made = await store.write(begin)
    assert made == replace(FLOW, revision=1, created_at=store.clock.at)
    assert await store.read(lambda tx: Flows(tx).load("f1")) == made
    bare = replace(FLOW, id="f2", guild_id=None, channel_id=None, message_id=None, waits=None, deadline=None)
    assert await store.write(lambda tx: begin(tx, bare)) == await store.read(lambda tx: Flows(tx).load("f2"))
    assert await store.read(lambda tx: Flows(tx).load("f3")) is None


async def test_a_save_counts_the_revision_and_keeps_the_rest(store: Store) -> None:
    made = await store.write(begin)
    store.clock.at += 60
    moved = await store.write(lambda tx: Flows(tx).save(replace(made, machine="{}", waits=None)))
    assert moved == replace(made, machine="{}", waits=None, revision=2)
    assert await store.read(lambda tx: Flows(tx).load("f1")) == moved


async def test_of_two_who_save_at_once_one_wins(store: Store) -> None:
    made = await store.write(begin)
    outcomes = await asyncio.gather(
        *(store.write(partial(save, flow=replace(made, machine=str(number)))) for number in range(20)),
        return_exceptions=True,
    )
    (winner,) = (outcome for outcome in outcomes if isinstance(outcome, Flow))
    assert sum(isinstance(outcome, Outdated) for outcome in outcomes) == 19
    assert await store.read(lambda tx: Flows(tx).load("f1")) == winner


async def test_a_flow_that_has_ended_is_not_saved(store: Store) -> None:
    made = await store.write(begin)
    assert await store.write(lambda tx: Flows(tx).end("f1"))
    with pytest.raises(Outdated):
        await store.write(lambda tx: Flows(tx).save(made))
    assert not await store.write(lambda tx: Flows(tx).end("f1"))


async def test_a_save_that_is_lost_undoes_the_rest_of_its_unit(store: Store) -> None:
    made = await store.write(begin)
    await store.write(lambda tx: Flows(tx).save(made))

    def late(tx: Transaction) -> None:
        Timers(tx).put(Timer(due_at=1.0, kind="flow", key="f1", flow_id="f1"))
        Flows(tx).save(made)

    with pytest.raises(Outdated):
        await store.write(late)
    assert await store.read(lambda tx: Timers(tx).list("flow")) == []


async def test_a_flow_takes_its_timers_its_effects_and_its_program_along(store: Store) -> None:
    other = replace(FLOW, id="f2", program="def")

    def fill(tx: Transaction) -> None:
        for flow in (begin(tx), begin(tx, replace(FLOW, id="f1b")), begin(tx, other)):
            Timers(tx).put(Timer(due_at=1.0, kind="flow", key=flow.id, flow_id=flow.id))
            Effects(tx).intend(EffectKey(flow.id, "0", 1))

    await store.write(fill)
    await store.write(lambda tx: Flows(tx).end("f1"))
    assert [timer.key for timer in await store.read(lambda tx: Timers(tx).list("flow"))] == ["f1b", "f2"]
    assert await store.read(lambda tx: Effects(tx).load("f1")) == {}
    assert len(await store.read(lambda tx: Effects(tx).load("f1b"))) == 1
    assert await store.read(lambda tx: Programs(tx).digests()) == ["abc", "def"]
    assert await store.read(lambda tx: Flows(tx).count_by_program()) == {"abc": 1, "def": 1}
    await store.write(lambda tx: Flows(tx).end("f1b"))
    assert await store.read(lambda tx: Programs(tx).digests()) == ["def"]
    assert await store.read(lambda tx: Programs(tx).load("abc")) is None
    assert await store.read(lambda tx: Programs(tx).load("def")) == {"bot.yaml": "version: 1"}


@pytest.mark.parametrize(
    ("waits", "is_found"),
    [
        (Waits(kind="message", guild_id="1", channel_id="2", user_id="20"), True),
        (Waits(kind="message"), True),
        (Waits(kind="message", channel_id="2"), True),
        (Waits(kind="message", guild_id="9"), False),
        (Waits(kind="message", channel_id="9"), False),
        (Waits(kind="message", user_id="9"), False),
        (Waits(kind="reaction", channel_id="2"), False),
        (None, False),
    ],
    ids=str,
)
async def test_a_flow_is_found_by_what_it_waits_for(store: Store, waits: Waits | None, is_found: bool) -> None:
    made = await store.write(lambda tx: begin(tx, replace(FLOW, waits=waits)))
    found = await store.read(lambda tx: Flows(tx).waiting("message", guild_id="1", channel_id="2", user_id="20"))
    assert found == ([made] if is_found else [])


async def test_a_direct_message_finds_no_flow_that_waits_in_a_server(store: Store) -> None:
    await store.write(lambda tx: begin(tx, replace(FLOW, waits=Waits(kind="message", guild_id="1"))))
    assert await store.read(lambda tx: Flows(tx).waiting("message", guild_id=None, channel_id="2", user_id="20")) == []


async def test_flows_are_listed_the_oldest_first(store: Store) -> None:
    for name in ("f3", "f1", "f2"):
        await store.write(partial(begin, flow=replace(FLOW, id=name)))
        store.clock.at += 1
    assert [flow.id for flow in await store.read(lambda tx: Flows(tx).list())] == ["f3", "f1", "f2"]
    assert [flow.id for flow in await store.read(lambda tx: Flows(tx).list(limit=1, offset=1))] == ["f1"]


async def test_one_user_has_so_many_flows_in_flight_and_no_more(store: Store) -> None:
    await store.write(lambda tx: [begin(tx, replace(FLOW, id=str(n))) for n in range(FLOWS_PER_OWNER_MAX)])
    with pytest.raises(LimitReached):
        await store.write(begin)
    await store.write(lambda tx: begin(tx, replace(FLOW, owner_id="30")))
    await store.write(lambda tx: Flows(tx).end("0"))
    await store.write(lambda tx: begin(tx, replace(FLOW, id="f2")))


async def test_in_a_server_are_so_many_flows_that_no_user_has_begun_and_no_more(store: Store) -> None:
    nobodys = replace(FLOW, owner_id=NOBODY)
    await store.write(lambda tx: [begin(tx, replace(nobodys, id=str(n))) for n in range(FLOWS_OF_NOBODY_MAX)])
    with pytest.raises(LimitReached):
        await store.write(lambda tx: begin(tx, nobodys))
    await store.write(begin)
    await store.write(lambda tx: begin(tx, replace(nobodys, id="f2", guild_id="2")))
    await store.write(lambda tx: begin(tx, replace(nobodys, id="f3", guild_id=None)))


async def test_what_is_saved_of_a_flow_has_a_bound(store: Store) -> None:
    made = await store.write(lambda tx: begin(tx, replace(FLOW, machine="x" * MACHINE_BYTES_MAX)))
    with pytest.raises(TooLarge):
        await store.write(lambda tx: Flows(tx).save(replace(made, machine="x" * (MACHINE_BYTES_MAX + 1))))
    with pytest.raises(TooLarge):
        await store.write(lambda tx: begin(tx, replace(FLOW, id="f2", machine="x" * (MACHINE_BYTES_MAX + 1))))
    with pytest.raises(TooLarge):
        await store.write(lambda tx: Programs(tx).put("x", {"bot.yaml": "x" * PROGRAM_BYTES_MAX}))
    with pytest.raises(TooLarge):
        await store.write(lambda tx: Effects(tx).finish(EffectKey("f1", "0", 1), "x" * (RESULT_BYTES_MAX + 1)))


async def test_an_effect_is_intended_once_and_then_known(store: Store) -> None:
    key = EffectKey("f1", "2.then.0", 1)
    assert await store.write(lambda tx: Effects(tx).intend(key)) is None
    at = store.clock.at
    store.clock.at += 5
    assert await store.write(lambda tx: Effects(tx).intend(key)) == Effect("intended", None, at)
    await store.write(lambda tx: Effects(tx).finish(key, '{"message_id":"1"}'))
    done = Effect("done", '{"message_id":"1"}', at + 5)
    assert await store.write(lambda tx: Effects(tx).intend(key)) == done
    assert await store.write(lambda tx: Effects(tx).intend(replace(key, attempt=2))) is None
    assert (await store.read(lambda tx: Effects(tx).load("f1")))[key] == done
