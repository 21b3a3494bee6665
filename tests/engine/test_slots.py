"""How many runs are under way at once: turns by themselves, and on the wire of a local Discord."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.emulator.clock import elapse
from runner.emulator.trace import Trace
from runner.engine.slots import WAITING_MAX, Busy, Slots
from tests.conftest import StartBot
from tests.engine.acting import ACTING


@dataclass(eq=False)
class Run:
    """A run that knows whether it is to end."""

    is_replaced: bool = False

    def replace(self) -> None:
        """Note that another one takes its place."""
        self.is_replaced = True


# --- turns


async def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    slots, runs = Slots[Run](), [Run() for _ in range(4)]
    turns = [slots.enter(run, "a", 2, "wait") for run in runs]
    assert [turn is None for turn in turns] == [True, True, False, False]
    slots.leave(runs[1])
    assert [turn is None or turn.done() for turn in turns] == [True, True, True, False]
    slots.leave(runs[0])
    assert turns[3] is not None
    assert turns[3].done()
    for run in runs:
        slots.leave(run)
    assert len(slots) == 0


async def test_who_comes_while_others_wait_does_not_overtake_them() -> None:
    slots, first, waiting, late = Slots[Run](), Run(), Run(), Run()
    slots.enter(first, "a", 1, "wait")
    turn = slots.enter(waiting, "a", 1, "wait")
    slots.leave(first)
    assert turn is not None
    assert turn.done()
    with pytest.raises(Busy):
        slots.enter(late, "a", 1, "refuse")


async def test_who_gives_up_waiting_leaves_its_turn_to_the_next() -> None:
    slots, runs = Slots[Run](), [Run() for _ in range(3)]
    turns = [slots.enter(run, "a", 1, "wait") for run in runs]
    slots.leave(runs[1])
    slots.leave(runs[0])
    assert turns[2] is not None
    assert turns[2].done()


async def test_the_number_of_those_who_wait_is_bounded() -> None:
    slots = Slots[Run]()
    runs = [Run() for _ in range(1 + WAITING_MAX)]
    for run in runs:
        slots.enter(run, "a", 1, "wait")
    with pytest.raises(Busy):
        slots.enter(Run(), "a", 1, "wait")
    assert slots.enter(Run(), "b", 1, "wait") is None
    slots.leave(runs[0])
    assert slots.enter(Run(), "a", 1, "wait") is not None


async def test_a_restart_ends_the_oldest_and_those_that_wait() -> None:
    slots, runs = Slots[Run](), [Run() for _ in range(5)]
    for run in runs[:2]:
        slots.enter(run, "a", 2, "restart")
    third = slots.enter(runs[2], "a", 2, "restart")
    assert [run.is_replaced for run in runs] == [True, False, False, False, False]
    fourth = slots.enter(runs[3], "a", 2, "restart")
    assert [run.is_replaced for run in runs] == [True, False, True, False, False]
    slots.leave(runs[2])
    slots.leave(runs[0])
    assert third is not None
    assert fourth is not None
    assert (third.done(), fourth.done()) == (False, True)


Act = tuple[Literal["enter", "leave"], int, str]


@given(
    st.integers(1, 3),
    st.sampled_from(["refuse", "wait", "restart"]),
    st.lists(st.tuples(st.sampled_from(["enter", "leave"]), st.integers(0, 30), st.sampled_from("ab")), max_size=80),
)
async def test_never_are_more_under_way_than_may_be_and_nothing_stays(
    limit: int, when_busy: Literal["refuse", "wait", "restart"], acts: Sequence[Act]
) -> None:
    slots = Slots[Run](waiting_max=4)
    turns: dict[Run, tuple[str, asyncio.Future[None] | None]] = {}
    for act, which, key in acts:
        if act == "enter":
            run = Run()
            try:
                turns[run] = (key, slots.enter(run, key, limit, when_busy))
            except Busy:
                assert when_busy != "restart"
        elif turns:
            run = list(turns)[which % len(turns)]
            slots.leave(run)
            del turns[run]
        for each in "ab":
            at = [turn for its, turn in turns.values() if its == each]
            running = [turn for turn in at if turn is None or turn.done()]
            assert len(running) <= limit
            assert len(running) == limit or len(running) == len(at)  # nobody waits beside an empty place
    for run in turns:
        slots.leave(run)
    assert len(slots) == 0


# --- on the wire

BUSY = [("This is still running. Please try again when it is done.", True)]
REPLACED = [("This has been started anew, so I stopped the earlier run.", False)]
DONE = [("a", False)]


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def it(concurrency: str, steps: str = "[{wait: 5s}, {reply: a}]", more: str = "") -> str:
    """Return a bot with one command that takes a while."""
    return f"commands: {{it: {{description: d, {more}concurrency: {concurrency}, steps: {steps}}}}}"


async def test_one_more_than_may_be_is_refused_and_the_next_one_is_not(bot: StartBot) -> None:
    made = await bot(it("{limit: 2, denied: 'Not now, {{ user.name }}.'}"))
    traces = [made.command("it") for _ in range(3)]
    await made.idle()
    assert [said(trace) for trace in traces] == [DONE, DONE, [("Not now, robin.", True)]]
    assert said(await made.ran("it")) == DONE


SCOPES = {
    "user, another": ("user", "Kim", "general", True),
    "user, elsewhere": ("user", "Robin", "dm", False),
    "member, outside of the server": ("member", "Robin", "dm", True),
    "channel, another user": ("channel", "Kim", "general", False),
    "channel, another one": ("channel", "Robin", "support", True),
    "guild": ("guild", "Kim", "support", False),
    "global": ("global", "Kim", "dm", False),
}


@pytest.mark.parametrize(("scope", "user", "channel", "is_let_in"), SCOPES.values(), ids=SCOPES)
async def test_runs_are_counted_together_by_scope(
    bot: StartBot, scope: str, user: str, channel: str, is_let_in: bool
) -> None:
    made = await bot(it(f"{{scope: {scope}}}"))
    made.command("it")
    await elapse(0.1)
    assert said(await made.ran("it", user=user, channel=channel)) == (DONE if is_let_in else BUSY)


ENDS = {
    "an answer": "[{wait: 2s}, {reply: a}]",
    "a failure": "[{wait: 2s}, {fail: Broken.}]",
    "a timeout": "[{wait: '{{ 600 }}'}]",
    "a refusal": "[{wait: 2s}, {require: {if: user.name == 'mo'}}]",
    "a form": "[{modal: form}]",
    "nothing": "[{log: a}]",
}


@pytest.mark.parametrize("steps", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("when_busy", ["refuse", "wait", "restart"])
async def test_a_place_is_free_again_however_a_run_has_ended(bot: StartBot, steps: str, when_busy: str) -> None:
    forms = "\nmodals: {form: {title: F, fields: {a: A}, reply: Thanks}}"
    made = await bot(it(f"{{limit: 1, when_busy: {when_busy}}}", steps, "timeout: 10s, ") + forms)
    first = said(await made.ran("it"))
    again = await made.ran("it")
    assert said(again) != BUSY
    assert [line["outcome"] for line in made.log.of("interaction")] == [made.line()["outcome"]] * 2
    assert len(said(again)) == len(first)


async def test_a_place_is_free_again_behind_a_run_whose_task_is_cancelled(bot: StartBot) -> None:
    made = await bot(it("{scope: global}"))
    made.command("it")
    await elapse(0.1)
    (task,) = (task for task in asyncio.all_tasks() if "Engine._run" in repr(task))
    task.cancel()
    await elapse(0.1)
    assert said(await made.ran("it")) == DONE


async def test_those_who_wait_come_in_their_order_and_are_deferred_meanwhile(bot: StartBot) -> None:
    made = await bot(
        it("{limit: 1, scope: global, when_busy: wait}", "[{send: '{{ user.name }}'}, {wait: 5s}, {reply: a}]")
    )
    traces = [made.command("it", user=user) for user in ("Robin", "Kim", "Mo")]
    await made.idle()
    assert [said(trace) for trace in traces] == [DONE] * 3
    assert [
        trace.acknowledged_at is not None and trace.acknowledged_at - trace.dispatched_at < 1.6 for trace in traces
    ] == [True] * 3
    sent = [entry for entry in made.local.wire if entry.kind == "http" and entry.route.endswith("/messages")]
    begun = [entry.at - traces[0].dispatched_at for entry in sent]
    assert begun == pytest.approx([0, 5, 10], abs=0.5)


async def test_the_time_of_the_wait_is_the_handlers_own(bot: StartBot) -> None:
    made = await bot(it("{when_busy: wait, denied: 'Too busy, {{ user.name }}.'}", more="timeout: 8s, "))
    traces = [made.command("it") for _ in range(3)]
    await made.idle()
    assert said(traces[0]) == DONE
    assert said(traces[1])[0][0].startswith("This took too long")  # its turn came after 5 s, and 3 s were left
    assert said(traces[2]) == [("Too busy, robin.", True)]
    outcomes = [line["outcome"] for line in made.log.of("interaction")]
    assert sorted(outcomes) == ["ok", "refused", "timeout"]


async def test_a_bounded_number_waits_and_the_others_are_refused_at_once(bot: StartBot) -> None:
    made = await bot(it("{when_busy: wait, scope: global}", "[{wait: 100ms}, {reply: a}]"))
    traces = [made.command("it") for _ in range(WAITING_MAX + 3)]
    await made.idle()
    assert sum(said(trace) == DONE for trace in traces) == WAITING_MAX + 1
    assert [said(trace) for trace in traces[-2:]] == [BUSY, BUSY]


async def test_a_form_that_would_have_to_wait_too_long_is_said_in_time(bot: StartBot) -> None:
    made = await bot(
        it("{when_busy: wait, scope: global}", "[{hang: 1900ms}, {modal: form}]")
        + "\nmodals: {form: {title: F, fields: {a: A}, reply: Thanks}}",
        more=ACTING,
    )
    opened, late = made.command("it"), made.command("it")
    await made.idle()
    assert opened.modal is not None
    assert said(late)[0][0].startswith("I was too slow to open the form.")
    assert late.acknowledged_at is not None
    assert late.acknowledged_at - late.dispatched_at < 2.1


async def test_a_new_run_takes_the_place_of_the_oldest_whose_user_is_told(bot: StartBot) -> None:
    made = await bot(it("{when_busy: restart}", "[{wait: 5s}, {send: Effect}, {reply: a}]"))
    first = made.command("it")
    await elapse(2)
    second = made.command("it")
    await made.idle()
    assert [said(first), said(second)] == [REPLACED, DONE]
    assert [line["outcome"] for line in made.log.of("interaction")] == ["replaced", "ok"]
    effects = [entry for entry in made.local.wire if entry.kind == "http" and entry.route.endswith("/messages")]
    assert len(effects) == 1


async def test_of_many_new_runs_the_newest_is_left(bot: StartBot) -> None:
    made = await bot(it("{when_busy: restart}", "[{wait: 5s}, {send: Effect}, {reply: a}]"))
    traces = [made.command("it") for _ in range(5)]
    await made.idle()
    assert [said(trace)[0][0] == "a" for trace in traces] == [False, False, False, False, True]
    effects = [entry for entry in made.local.wire if entry.kind == "http" and entry.route.endswith("/messages")]
    assert len(effects) == 1


async def test_a_cooldown_that_is_not_over_restarts_nothing(bot: StartBot) -> None:
    made = await bot(it("{when_busy: restart}", more="cooldown: 30s, "))
    first, second = made.command("it"), made.command("it")
    await made.idle()
    assert said(first) == DONE
    assert "Slow down" in said(second)[0][0]


async def test_draining_ends_those_who_wait_as_well(bot: StartBot) -> None:
    made = await bot(it("{when_busy: wait}", "[{wait: 9m}, {reply: a}]", "timeout: 10m, "))
    traces = made.command("it"), made.command("it")
    await elapse(1)
    await made.stop()
    assert [said(trace)[0][0] for trace in traces] == ["I am being restarted. Please try again in a moment."] * 2


async def test_two_clicks_at_once_do_the_thing_once(bot: StartBot) -> None:
    made = await bot("""
        commands: {ask: {description: d, reply: {content: Claim, components: [claim]}}}
        components:
          claim:
            button: {label: Claim}
            concurrency: {limit: 1, scope: global, denied: Too late.}
            steps: [{send: Claimed}, {update: {content: Taken, components: []}}]
        """)
    shown = (await made.ran("ask")).messages[0].id
    clicks = made.click(shown, "claim"), made.click(shown, "claim", user="Kim")
    await made.idle()
    assert [("Too late.", True) in said(click) for click in clicks] == [False, True]
