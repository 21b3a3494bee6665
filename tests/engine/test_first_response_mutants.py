"""What breaking the acknowledger and its surroundings on purpose has shown to be untested; see `tests.mutation`.

The acknowledger is driven without a network here: what Discord says, and when, is a list.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from runner.actions.action import Action, Step, StepFailed
from runner.emulator.clock import VirtualLoop
from runner.emulator.trace import Trace
from runner.engine.acknowledger import Acknowledger, AnsweredElsewhere, Rejected
from runner.engine.answers import Answer, Method, NotSent, OutcomeUnknown
from runner.engine.interaction import SEEN_MAX
from runner.fields import Duration, option
from runner.lifecycle.machine import Event, Origin, State
from runner.messages import Message
from tests.conftest import Bot, StartBot

HELLO = Message(content="Hello")
DONE = Answer(204, b"")
BROKEN = Answer(502, b"")
ACK_BY_S = 3.0
TOKEN_BY_S = 885.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request as it was made: instants are of the loop's clock."""

    method: str
    at: float
    deadline: float
    is_fresh: bool


@dataclass(slots=True)
class Hang:
    """Let an attempt hang for so long: then it is done, unless its deadline comes first."""

    seconds: float


@dataclass
class Scripted:
    """The way to Discord, by a script: what becomes of each attempt, and of all after the last one `then`."""

    script: list[Answer | Exception | Hang]
    then: Answer | Exception | Hang = DONE
    attempts: list[Attempt] = field(default_factory=list[Attempt])

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        loop = asyncio.get_running_loop()
        self.attempts.append(Attempt(method, loop.time(), deadline, fresh))
        outcome = self.script.pop(0) if self.script else self.then
        match outcome:
            case Answer():
                return outcome
            case Exception():
                raise outcome
            case Hang(seconds):
                await asyncio.sleep(min(seconds, deadline - loop.time()))
                if seconds <= deadline - self.attempts[-1].at:
                    return DONE
                raise OutcomeUnknown


def refused(status: int, code: int) -> Answer:
    """Return an answer of Discord's that says no."""
    return Answer(status, json.dumps({"code": code, "message": "no"}).encode())


ALREADY_ACKNOWLEDGED = refused(400, 40060)

Talk = Callable[[Acknowledger], Awaitable[None]]


def spoken(answers: Scripted, talk: Talk, *, token_by: float = TOKEN_BY_S) -> Acknowledger:
    """Return the acknowledger of a new command once `talk` is over, on a loop whose time starts at 0 and jumps."""

    async def job() -> Acknowledger:
        payload = {"id": "1", "token": "t"}
        acknowledger = Acknowledger(answers, "2", payload, Origin.COMMAND, ACK_BY_S, token_by)
        await talk(acknowledger)
        return acknowledger

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(job())


async def reply(acknowledger: Acknowledger) -> None:
    """Say hello to everybody."""
    await acknowledger.respond(Event.REPLY, HELLO, is_ephemeral=False)


async def defer_and_reply(acknowledger: Acknowledger) -> None:
    """Show "thinking" first."""
    await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)
    await reply(acknowledger)


@pytest.mark.parametrize("first", [BROKEN, OutcomeUnknown()], ids=["answered by a server error", "not answered"])
def test_an_attempt_that_may_have_arrived_makes_a_40060_our_own(first: Answer | Exception) -> None:
    answers = Scripted([first, ALREADY_ACKNOWLEDGED])
    assert spoken(answers, reply).state is State.REPLIED


@pytest.mark.parametrize(
    "script",
    [[ALREADY_ACKNOWLEDGED], [NotSent(), ALREADY_ACKNOWLEDGED]],
    ids=["at the first attempt", "after an attempt that was never sent"],
)
def test_a_40060_without_an_attempt_that_may_have_arrived_is_anothers(script: list[Answer | Exception | Hang]) -> None:
    with pytest.raises(AnsweredElsewhere):
        spoken(Scripted(script), reply)


def test_no_attempt_at_the_first_response_outlasts_its_deadline() -> None:
    answers = Scripted([], then=Hang(60))
    spoken(answers, reply)
    assert [attempt.deadline for attempt in answers.attempts] == pytest.approx([0.9, 1.8, 2.75, 3.0])


def test_a_repeated_attempt_never_uses_the_connection_that_failed() -> None:
    answers = Scripted([OutcomeUnknown(), NotSent(), BROKEN])
    spoken(answers, reply)
    assert [attempt.is_fresh for attempt in answers.attempts] == [False, True, True, True]


def test_whoever_gives_up_waiting_leaves_the_first_response_on_its_way() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        first = asyncio.create_task(reply(acknowledger))
        await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reply(acknowledger)
        await first

    answers = Scripted([Hang(0.8)])
    assert spoken(answers, talk).state is State.REPLIED
    assert len(answers.attempts) == 1


def test_two_who_answer_at_once_make_one_first_response_and_one_follow_up() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        await asyncio.gather(reply(acknowledger), reply(acknowledger))

    answers = Scripted([Hang(0.5)])
    spoken(answers, talk)
    assert [attempt.at for attempt in answers.attempts] == pytest.approx([0.0, 0.5])


def test_an_acknowledgement_that_comes_second_is_none_and_says_so() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        first = asyncio.create_task(reply(acknowledger))
        await asyncio.sleep(0)
        assert not await acknowledger.acknowledge(Event.DEFER, is_ephemeral=False)
        await first

    answers = Scripted([Hang(0.5)])
    assert spoken(answers, talk).state is State.REPLIED
    assert len(answers.attempts) == 1


def test_an_answer_is_repeated_up_to_the_end_of_the_token_and_not_beyond() -> None:
    answers = Scripted([DONE], then=Hang(60))
    with pytest.raises(StepFailed, match="could not be reached"):
        spoken(answers, defer_and_reply, token_by=5.0)
    assert [attempt.deadline for attempt in answers.attempts[1:]] == pytest.approx([4.0, 5.0])


def test_an_edit_that_discord_refuses_leaves_the_spinner_to_the_next_one() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        with pytest.raises(Rejected):
            await defer_and_reply(acknowledger)
        await reply(acknowledger)

    answers = Scripted([DONE, refused(400, 50035)])
    spoken(answers, talk)
    assert [attempt.method for attempt in answers.attempts] == ["POST", "PATCH", "PATCH"]


# --- with a whole bot


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Action):
    """Claim to be fast, and take its time.

    Example:
        - stall: 5s
    """

    whole: ClassVar[str | None] = "duration"

    duration: Duration = option("How long.", minimum=0.001, maximum=900)

    async def run(self, step: Step) -> Mapping[str, object] | None:
        await step.sleep(self.duration)
        return None


STALLING = "commands: {stall: {description: d, steps: [{stall: 5s}, {reply: Hello}]}}"
TRANSIT_S = 1.2


async def received_late(bot: StartBot, *, callbacks_fail: bool = False) -> tuple[Bot, Trace]:
    """Return a bot and an interaction that it received `TRANSIT_S` after its creation: nobody was there before."""
    before = await bot(STALLING, more={"stall": Stall})
    await before.stop()
    trace = before.command("stall")
    made = await bot(STALLING, more={"stall": Stall}, local=before.local)
    if callbacks_fail:
        made.local.faults.next("callback", status=502, times=20)
    await asyncio.sleep(trace.dispatched_at + TRANSIT_S - made.local.clock.now())
    made.engine.receive(trace.payload)
    await made.idle()
    return made, trace


async def test_the_watchdog_counts_the_time_that_an_interaction_was_under_way_to_us(bot: StartBot) -> None:
    _, trace = await received_late(bot)
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at == pytest.approx(1.5, abs=0.02)


async def test_no_attempt_is_made_after_three_seconds_even_if_the_interaction_arrived_late(bot: StartBot) -> None:
    made, trace = await received_late(bot, callbacks_fail=True)
    attempts = [entry.at for entry in made.local.wire if entry.route.endswith("/callback")]
    assert 2.5 < max(attempts) - trace.dispatched_at <= 3.0


async def test_an_error_behind_a_public_spinner_takes_its_place(bot: StartBot) -> None:
    made = await bot("commands: {fail: {description: d, steps: [{wait: 5s}, {fail: The queue is closed.}]}}")
    trace = await made.ran("fail")
    seen = [(message.content, message.ephemeral, message.deleted) for message in trace.messages]
    assert seen == [("The queue is closed.", False, False)]


@pytest.mark.parametrize(("others", "duplicates"), [(SEEN_MAX - 1, 1), (SEEN_MAX, 0)], ids=["at", "beyond"])
async def test_ids_are_remembered_up_to_a_bound(bot: StartBot, others: int, duplicates: int) -> None:
    made = await bot(STALLING, more={"stall": Stall})
    unknown = 99  # a type that has no handler, so that nothing is begun
    for number in (*range(others + 1), 0):
        made.engine.receive({"id": str(number), "type": unknown})
    assert made.engine.counts.duplicates == duplicates
