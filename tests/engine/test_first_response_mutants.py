"""What breaking the acknowledger and its surroundings on purpose has shown to be untested; see `tests.mutation`.

The acknowledger is driven without a network here: what Discord says, and when, is a list.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any, ClassVar

import pytest

from runner.actions.action import Action, Step, StepFailed
from runner.data import dataclass
from runner.emulator.clock import VirtualLoop, elapse
from runner.emulator.trace import Trace
from runner.engine.acknowledger import (
    DOUBTS_MAX,
    LATER_PAUSE_MAX_S,
    LOOKS_MAX,
    UNSEEN_MAX_S,
    Acknowledger,
    AnsweredElsewhere,
    MaybeSaid,
    Rejected,
    TokenExpired,
    TooLate,
)
from runner.engine.answers import Answer, Method, NotSent, OutcomeUnknown
from runner.engine.claim import Claim
from runner.engine.interaction import SEEN_MAX
from runner.engine.live import Counts, Live
from runner.engine.responses import deferral
from runner.engine.stragglers import Stragglers
from runner.fields import Duration, option
from runner.lifecycle import limits
from runner.lifecycle.machine import Event, Origin, State
from runner.logs import Log
from runner.messages import Message
from tests.conftest import Bot, StartBot, compiled

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
    body: Any  # JSON

    @property
    def said(self) -> str | None:
        """The text that it carries."""
        return (self.body.get("data") or self.body).get("content") if self.body else None


@dataclass(slots=True)
class Hang:
    """Let an attempt hang for so long: then it is done, unless its deadline comes first."""

    seconds: float


@dataclass(slots=True)
class Scripted:
    """The way to Discord, by a script: what becomes of each attempt, and of all after the last one `then`."""

    script: list[Answer | Exception | Hang]
    then: Answer | Exception | Hang = DONE
    attempts: list[Attempt] = field(default_factory=list[Attempt])

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        loop = asyncio.get_running_loop()
        self.attempts.append(Attempt(method, loop.time(), deadline, fresh, json.loads(body) if body else None))
        outcome = self.script.pop(0) if self.script else self.then
        match outcome:
            case Answer():
                return outcome
            case Exception():
                raise outcome
            case Hang(seconds):
                await elapse(min(seconds, deadline - loop.time()))
                if seconds <= deadline - self.attempts[-1].at:
                    return DONE
                raise OutcomeUnknown


def refused(status: int, code: int) -> Answer:
    """Return an answer of Discord's that says no."""
    return Answer(status, json.dumps({"code": code, "message": "no"}).encode())


ALREADY_ACKNOWLEDGED = refused(400, 40060)

Talk = Callable[[Acknowledger], Awaitable[None]]


def spoken(
    answers: Scripted,
    talk: Talk,
    *,
    token_by: float = TOKEN_BY_S,
    origin: Origin = Origin.COMMAND,
    claim: Claim | None = None,
) -> Acknowledger:
    """Return the acknowledger of a new interaction once `talk` is over, on a loop whose time starts at 0 and jumps."""

    async def job() -> Acknowledger:
        payload = {"id": "1", "token": "t", "message": {"id": "3"}}
        acknowledger = Acknowledger(answers, "2", payload, origin, ACK_BY_S, token_by, claim=claim)
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


@dataclass(slots=True)
class StoodIn(Scripted):
    """The way to Discord, on which another thread sends what the loop has offered before the loop's own attempt."""

    claim: Claim = field(kw_only=True)

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        self.claim.take()
        return await Scripted.request(self, method, path, body, deadline=deadline, fresh=fresh)


def test_what_another_thread_has_sent_meanwhile_makes_a_40060_our_own() -> None:
    claim = Claim("/interactions/1/t/callback", deferral(Origin.COMMAND, Event.DEFER, False), due=0.0, end=ACK_BY_S)
    answers = StoodIn([ALREADY_ACKNOWLEDGED, original("Hello")], claim=claim)
    assert spoken(answers, reply, claim=claim).state is State.REPLIED
    assert [(attempt.method, attempt.said) for attempt in answers.attempts] == [("POST", "Hello"), ("GET", None)]


def test_no_attempt_at_the_first_response_outlasts_its_deadline() -> None:
    answers = Scripted([], then=Hang(60))
    spoken(answers, reply)
    made = [attempt.deadline for attempt in answers.attempts if attempt.method == "POST"]
    assert made == pytest.approx([0.9, 1.8, 2.75, 3.0])


def test_a_repeated_attempt_never_uses_the_connection_that_failed() -> None:
    answers = Scripted([OutcomeUnknown(), NotSent(), BROKEN])
    spoken(answers, reply)
    assert [attempt.is_fresh for attempt in answers.attempts] == [False, True, True, True]


def test_whoever_gives_up_waiting_leaves_the_first_response_on_its_way() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        first = asyncio.create_task(reply(acknowledger))
        await elapse(0.1)
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


def test_an_expired_token_is_not_used() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        await reply(acknowledger)
        await elapse(5)
        with pytest.raises(TokenExpired):
            await reply(acknowledger)

    answers = Scripted([])
    assert spoken(answers, talk, token_by=5.0).state is State.TOKEN_EXPIRED
    assert len(answers.attempts) == 1


# --- a first response that was given up


def original(content: str, flags: int = 0, message_id: str = "4") -> Answer:
    """Return what Discord says that `@original` is."""
    return Answer(200, json.dumps({"id": message_id, "content": content, "flags": flags}).encode())


@pytest.mark.parametrize(
    ("then", "said", "calls"),
    [
        pytest.param([DONE], ["Secret", "Secret", "Hello"], "POST POST POST", id="it was not there"),
        pytest.param(
            [ALREADY_ACKNOWLEDGED, original("Secret", 64)],
            ["Secret", "Secret", None, "Hello"],
            "POST POST GET POST",
            id="it was there",
        ),
        pytest.param([refused(400, 50035)], ["Secret", "Secret", "Hello"], "POST POST POST", id="it can't be there"),
    ],
)
def test_one_that_was_given_up_is_seen_through_before_another_is_offered(
    then: list[Answer | Exception | Hang], said: list[str | None], calls: str
) -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await acknowledger.respond(Event.REPLY, Message(content="Secret"), is_ephemeral=True)
        await reply(acknowledger)

    answers = Scripted([Hang(0.5), *then])
    assert spoken(answers, talk).state is State.REPLIED
    assert [attempt.said for attempt in answers.attempts] == said
    assert " ".join(attempt.method for attempt in answers.attempts) == calls
    is_private = [(attempt.body.get("data") or attempt.body).get("flags") for attempt in answers.attempts[:2]]
    assert is_private == [64, 64]
    assert "flags" not in (answers.attempts[-1].body.get("data") or answers.attempts[-1].body)


def test_a_deferral_that_finds_an_answer_given_up_asks_for_nothing_more() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reply(acknowledger)
        await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)

    answers = Scripted([Hang(0.5)])
    assert spoken(answers, talk).state is State.REPLIED
    assert [attempt.said for attempt in answers.attempts] == ["Hello", "Hello"]


# --- who has answered

LOADING = 128
ANOTHERS = None  # instead of the state that our own answer leads to


@pytest.mark.parametrize(
    ("event", "shown", "expected"),
    [
        pytest.param(Event.REPLY, original("Hello"), State.REPLIED, id="our reply"),
        pytest.param(Event.REPLY, original(" Hello\n"), State.REPLIED, id="our reply, with other white space"),
        pytest.param(Event.REPLY, original(""), State.REPLIED, id="a reply of which no text is told"),
        pytest.param(Event.REPLY, Answer(200, b'{"id": "4"}'), State.REPLIED, id="a reply of which nothing is told"),
        pytest.param(Event.DEFER, Answer(200, b'{"id": "4"}'), State.DEFERRED_SOURCE, id="a spinner, without flags"),
        pytest.param(Event.REPLY, original("Hi"), ANOTHERS, id="another reply"),
        pytest.param(Event.REPLY, original("Hello", 64), ANOTHERS, id="another visibility"),
        pytest.param(Event.REPLY, original("", LOADING), ANOTHERS, id="a spinner for our reply"),
        pytest.param(Event.REPLY, refused(404, 10008), State.REPLIED, id="our reply, deleted since"),
        pytest.param(Event.REPLY, OutcomeUnknown(), State.REPLIED, id="our reply, as far as can be known"),
        pytest.param(Event.DEFER, original("", LOADING), State.DEFERRED_SOURCE, id="our spinner"),
        pytest.param(Event.DEFER, original("", LOADING + 64), ANOTHERS, id="a private spinner for our public one"),
        pytest.param(Event.DEFER, original("Hi"), ANOTHERS, id="a reply for our spinner"),
        pytest.param(Event.DEFER, original(""), ANOTHERS, id="a reply without a text for our spinner"),
        pytest.param(Event.UPDATE, original("Hello", 0, "3"), State.UPDATED, id="our update"),
        pytest.param(Event.UPDATE, original("Hello"), ANOTHERS, id="a reply for our update"),
        pytest.param(Event.DEFER_UPDATE, original("", 0, "3"), State.DEFERRED_UPDATE, id="our silence"),
        pytest.param(Event.DEFER_UPDATE, original("Hi"), ANOTHERS, id="a reply for our silence"),
        pytest.param(Event.MODAL, refused(404, 10008), State.MODAL_SHOWN, id="our form"),
        pytest.param(Event.MODAL, original("", 0, "3"), State.MODAL_SHOWN, id="our form at the button"),
        pytest.param(Event.REPLY, Answer(200, b"<html>"), State.REPLIED, id="a page of something in front of Discord"),
        pytest.param(Event.MODAL, original("Hi"), ANOTHERS, id="a reply for our form"),
    ],
)
@pytest.mark.parametrize("end", [[ALREADY_ACKNOWLEDGED], [BROKEN] * 10], ids=["40060", "no answer until the deadline"])
def test_what_discord_shows_tells_whose_answer_it_has(
    event: Event, shown: Answer | Exception, expected: State | None, end: list[Answer]
) -> None:
    """Our own attempt is in doubt, so either it has arrived or another process was faster."""

    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(event, HELLO, is_ephemeral=False)

    answers = Scripted([OutcomeUnknown(), *end], then=shown)
    if expected is ANOTHERS:
        with pytest.raises(AnsweredElsewhere):
            spoken(answers, talk, origin=Origin.COMPONENT)
    else:
        assert spoken(answers, talk, origin=Origin.COMPONENT).state is expected
    assert answers.attempts[-1].method == "GET"


@pytest.mark.parametrize("has_arrived", [True, False], ids=["it has", "it has not"])
def test_a_10062_after_an_attempt_in_doubt_leaves_it_to_what_discord_shows(has_arrived: bool) -> None:
    answers = Scripted([OutcomeUnknown(), refused(404, 10062)], then=original("Hello"))
    if has_arrived:
        assert spoken(answers, reply).acknowledged_at is not None
    else:
        answers.then = refused(404, 10015)
        with pytest.raises(TooLate):
            spoken(answers, reply)


def test_whose_choices_discord_has_is_not_asked() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(Event.AUTOCOMPLETE, Message(), is_ephemeral=False)

    answers = Scripted([OutcomeUnknown(), ALREADY_ACKNOWLEDGED])
    assert spoken(answers, talk, origin=Origin.AUTOCOMPLETE).state is State.AUTOCOMPLETED
    assert [attempt.method for attempt in answers.attempts] == ["POST", "POST"]


def test_a_first_response_that_discord_does_not_know_long_after_its_time_has_not_arrived() -> None:
    """Its servers may learn of an acknowledgement a little later than we do, and of one that never came not at all."""

    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)
        await elapse(2)
        with pytest.raises(TooLate):
            await reply(acknowledger)
        assert asyncio.get_running_loop().time() == pytest.approx(ACK_BY_S + UNSEEN_MAX_S, abs=LATER_PAUSE_MAX_S)

    hanging = 4 + LOOKS_MAX
    answers = Scripted([Hang(60)] * hanging, then=refused(404, 10015))
    assert spoken(answers, talk).state is State.EXPIRED_UNACKED
    assert {attempt.method for attempt in answers.attempts[hanging:]} == {"PATCH"}


def test_an_only_end_that_is_given_up_on_its_way_counts_as_one_that_may_have_arrived() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)
        for _ in range(DOUBTS_MAX):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await acknowledger.respond(Event.REPLY, HELLO, is_ephemeral=True)
        with pytest.raises(MaybeSaid):
            await acknowledger.respond(Event.REPLY, HELLO, is_ephemeral=True)
        assert not acknowledger.owes_an_end

    answers = Scripted([DONE, DONE], then=Hang(5))
    spoken(answers, talk)
    assert [attempt.method for attempt in answers.attempts] == ["POST", "DELETE", *["POST"] * DOUBTS_MAX]


# --- last words


def straggler(answers: Scripted) -> Live:
    """Return the record of an interaction with a spinner."""
    acknowledger = Acknowledger(answers, "2", {"id": "1", "token": "t"}, Origin.COMMAND, ACK_BY_S, TOKEN_BY_S)
    acknowledger.state = State.DEFERRED_SOURCE
    program = compiled("commands: {it: {description: d, reply: Hello}}")
    return Live("1", 2, {}, Origin.COMMAND, None, "/it", program, acknowledger, 0.0, 0.0, None)


def test_no_more_last_words_are_kept_than_the_bound() -> None:
    async def job() -> tuple[Live, Live, Counts]:
        counts = Counts()
        stragglers = Stragglers(counts, Log("test"), most=1)
        first, second = straggler(Scripted([], then=NotSent())), straggler(Scripted([]))
        waiting = asyncio.create_task(stragglers.see_through(first))
        await elapse(1)
        await stragglers.see_through(second)
        assert counts.waiting == 1
        assert first.acknowledger.spoken_on is not None
        first.acknowledger.spoken_on.token_by = 0.0
        await asyncio.gather(waiting, return_exceptions=True)
        return first, second, counts

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        first, second, counts = runner.run(job())
    assert first.acknowledger.state is State.TOKEN_EXPIRED
    assert second.acknowledger.state is State.DEFERRED_SOURCE
    assert counts.waiting == 0


# --- a deletion that was given up


@pytest.mark.parametrize("then", [DONE, refused(404, 10008)], ids=["it was not done", "it was done"])
def test_a_deletion_that_was_given_up_is_seen_through_before_anything_is_said(then: Answer) -> None:
    """Else it might take away what has been put in the spinner's place."""

    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await acknowledger.respond(Event.REPLY, HELLO, is_ephemeral=True)
        await reply(acknowledger)

    answers = Scripted([DONE, Hang(0.5), then])
    assert spoken(answers, talk).state is State.ORIGINAL_DELETED
    assert [attempt.method for attempt in answers.attempts] == ["POST", "DELETE", "DELETE", "POST"]


def test_a_deletion_that_discord_refuses_leaves_the_spinner_to_what_may_stand_there() -> None:
    async def talk(acknowledger: Acknowledger) -> None:
        await acknowledger.respond(Event.DEFER, Message(), is_ephemeral=False)
        with pytest.raises(Rejected):
            await acknowledger.respond(Event.REPLY, HELLO, is_ephemeral=True)
        await reply(acknowledger)

    answers = Scripted([DONE, refused(403, 50013)])
    assert spoken(answers, talk).state is State.REPLIED
    assert [attempt.method for attempt in answers.attempts] == ["POST", "DELETE", "PATCH"]


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
    await elapse(limits.GATEWAY_IDENTIFY_WINDOW_S)  # so soon Discord lets no other session begin
    trace = before.command("stall")
    made = await bot(STALLING, more={"stall": Stall}, local=before.local)
    if callbacks_fail:
        made.local.faults.next("callback", status=502, times=20)
    await elapse(trace.dispatched_at + TRANSIT_S - made.local.clock.now())
    made.engine.receive(trace.payload)
    await made.idle()
    return made, trace


async def test_the_watchdog_counts_the_time_that_an_interaction_was_under_way_to_us(bot: StartBot) -> None:
    _, trace = await received_late(bot)
    assert trace.acknowledged_at is not None
    assert trace.acknowledged_at - trace.dispatched_at == pytest.approx(1.5, abs=0.02)


async def test_attempts_end_three_seconds_after_the_arrival(bot: StartBot) -> None:
    """Not sooner: how long the interaction was under way is an estimate, and Discord knows it."""
    made, trace = await received_late(bot, callbacks_fail=True)
    attempts = [entry.at for entry in made.local.wire if entry.route.endswith("/callback")]
    assert 2.5 < max(attempts) - trace.dispatched_at - TRANSIT_S <= 3.0


async def test_an_error_behind_a_public_spinner_takes_its_place(bot: StartBot) -> None:
    steps = "[{wait: 5s}, {if: 1 < 2, then: [{fail: The queue is closed.}]}, {reply: Welcome}]"
    made = await bot(f"commands: {{fail: {{description: d, steps: {steps}}}}}")
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
