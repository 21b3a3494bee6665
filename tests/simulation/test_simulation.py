"""The engine under attack, and the attackers under test: a simulator that can't fail proves nothing."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import pytest

from runner.emulator.clock import VirtualClock
from runner.emulator.core import Core
from runner.emulator.default_world import default_world
from runner.emulator.interactions.records import Origin as DeskOrigin
from runner.emulator.refusals import Refused as DeskRefused
from runner.engine.answers import Answer, Method
from runner.lifecycle.bits import Intents, MessageFlags
from runner.lifecycle.limits import InteractionType

from .__main__ import main
from .bots import FILES, Library
from .discord import OK, Case, Discord, Kind
from .episode import Result, Setting, run
from .loop import NothingLeftToDo, SimulatedLoop
from .process import Process
from .report import told
from .rules import ATTEMPT_S, Evidence, is_answerable
from .wire import CALL_FAULTS, CALL_FAULTS_MAX, Rates, Suffered

SEEDS = (1, 2, 3, 4)
EPISODES = 6
CALM = Rates(**{item.name: 0.0 for item in fields(Rates)})


def unheard(case: Case, at: float, what: str) -> None:
    """Hear a line of a trace, and do nothing about it."""


def runs(library: Library, seed: int, rates: Rates, *, episodes: int = EPISODES, clock: bool = True) -> list[Result]:
    return [run(Setting(seed, n, 200, rates, with_clock_faults=clock), library) for n in range(episodes)]


def broken(results: Sequence[Result]) -> set[str]:
    return {violation.rule for result in results for violation in result.violations}


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_user_is_let_down(seed: int) -> None:
    """A hundred thousand interactions over all seeds: 25 episodes of 200 each."""
    results = runs(Library(seed, 6), seed, Rates(), episodes=25)
    assert not broken(results), f"python -m tests.simulation --seed {seed} --bots 6"


@pytest.mark.parametrize("seed", SEEDS)
def test_without_faults_every_interaction_is_answered_and_every_rule_holds(seed: int) -> None:
    library = Library(seed, 6, with_blank_texts=False, files=[name for name in FILES if "edges" not in name])
    (result,) = runs(library, seed, CALM, episodes=1, clock=False)
    assert not result.violations
    assert result.counts["ended received"] + result.counts["ended missed"] == 0


def test_the_same_seed_gives_the_same_run() -> None:
    digests = [[result.digest for result in runs(Library(5, 4), 5, Rates(), episodes=3)] for _ in range(2)]
    assert digests[0] == digests[1]


def test_another_seed_gives_another_run() -> None:
    library = Library(5, 4)
    assert runs(library, 5, Rates(), episodes=1)[0].digest != runs(library, 6, Rates(), episodes=1)[0].digest


def test_each_kind_of_fault_is_met() -> None:
    met: set[str] = set()
    for result in runs(Library(1, 4), 1, Rates(), episodes=10):
        met |= {fault for suffered in result.evidence.suffered.values() for _, _, fault in suffered.calls}
        met |= {what.split()[0] for _, what in result.evidence.happenings}
    happenings = {"outage", "disconnect", "killed", "drain", "drained", "swap", "stall", "clock", "started"}
    assert met >= {*CALL_FAULTS, *happenings}


def test_the_generator_writes_bots_of_which_a_third_is_accepted() -> None:
    library = Library(1, 20, files=())
    for number in range(len(library)):
        library.bot(number)
    assert library.accepted / library.written > 0.3


# --- the simulator can fail


class SwallowsAcknowledgements(Process):
    """Says that Discord has taken a first response, and doesn't send it."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        if path.endswith("/callback"):
            return OK
        return await super().request(method, path, body, deadline=deadline)


class SwallowsEdits(Process):
    """Says that Discord has taken an edit, and doesn't send it."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        if method == "PATCH":
            return OK
        return await super().request(method, path, body, deadline=deadline)


class SaysEverythingTwice(Process):
    """Sends each follow-up twice."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        if method == "POST" and not path.endswith("/callback"):
            await super().request(method, path, body, deadline=deadline)
        return await super().request(method, path, body, deadline=deadline)


class AcknowledgesTwice(Process):
    """Sends each first response twice."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        answer = await super().request(method, path, body, deadline=deadline)
        if path.endswith("/callback"):
            await super().request(method, path, body, deadline=deadline)
        return answer


class ForgetsWhatIsPrivate(Process):
    """Sends what is meant for one to all."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        said = body.replace(b'"flags":64', b'"flags":0') if body else body
        return await super().request(method, path, said, deadline=deadline)


class ShowsInternals(Process):
    """Tells users which exception it was."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        said = body.replace(b"hello", b"StepFailed") if body else body
        return await super().request(method, path, said, deadline=deadline)


class ClaimsOthersAnswers(Process):
    """Takes every first response that Discord has for its own."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        answer = await super().request(method, path, body, deadline=deadline)
        return OK if path.endswith("/callback") and answer.status == 400 else answer


class SpeaksAfterTheEnd(Process):
    """Goes on calling when the token has died."""

    def receive(self, payload: dict[str, Any]) -> None:  # Any: Discord's JSON
        super().receive(payload)
        asyncio.get_running_loop().call_later(901.0, self._speak, payload["token"])

    def _speak(self, token: str) -> None:
        self.late = asyncio.ensure_future(
            self.request("PATCH", f"/webhooks/1/{token}/messages/@original", b"{}", deadline=10_000.0)
        )


class LeavesTasks(Process):
    """Starts what never ends."""

    def receive(self, payload: dict[str, Any]) -> None:  # Any: Discord's JSON
        super().receive(payload)
        self.forgotten = asyncio.ensure_future(asyncio.sleep(100_000.0))


class LogsTokens(Process):
    """Writes secrets to the log."""

    def receive(self, payload: dict[str, Any]) -> None:  # Any: Discord's JSON
        super().receive(payload)
        self.log.info("received", token=payload["token"])


class CountsWrongly(Process):
    """Keeps wrong books."""

    def receive(self, payload: dict[str, Any]) -> None:  # Any: Discord's JSON
        super().receive(payload)
        self.engine.counts.received += 1


SABOTAGES: dict[str, tuple[type[Process], str]] = {
    "a first response is swallowed": (SwallowsAcknowledgements, "acknowledged"),
    "an edit is swallowed": (SwallowsEdits, "no-spinner"),
    "a follow-up is repeated": (SaysEverythingTwice, "nothing-twice"),
    "a first response is repeated": (AcknowledgesTwice, "lawful"),
    "a private answer is shown to all": (ForgetsWhatIsPrivate, "private-stays-private"),
    "an exception is named": (ShowsInternals, "no-internals"),
    "a dead token is used": (SpeaksAfterTheEnd, "no-call-after-expiry"),
    "a task is left": (LeavesTasks, "nothing-left-behind"),
    "a token is logged": (LogsTokens, "logs-keep-secrets"),
    "the counts are wrong": (CountsWrongly, "counts-agree"),
    "the log claims an acknowledgement": (SwallowsAcknowledgements, "books-agree-with-discord"),
}


@pytest.mark.parametrize(("saboteur", "rule"), SABOTAGES.values(), ids=SABOTAGES.keys())
def test_sabotage_is_noticed(saboteur: Callable[..., Process], rule: str) -> None:
    library = Library(3, 8, with_blank_texts=False)
    setting = Setting(3, 0, 200, CALM, with_clock_faults=False, make_process=saboteur)
    results = [run(replace(setting, index=index), library) for index in range(4)]
    assert rule in broken(results)


def test_speaking_over_another_process_is_noticed() -> None:
    rates = replace(CALM, rival=0.5)
    setting = Setting(2, 0, 200, rates, with_clock_faults=False, make_process=ClaimsOthersAnswers)
    library = Library(2, 8, with_blank_texts=False)
    assert "others-are-left-alone" in broken([run(replace(setting, index=index), library) for index in range(4)])


# --- what excuses a missing first response


@pytest.mark.parametrize(
    ("delivered_at", "spans", "expected"),
    [
        pytest.param(0.1, [], True, id="nothing went wrong"),
        pytest.param(2.9, [], False, id="it came too late"),
        pytest.param(3.0 - ATTEMPT_S, [], True, id="it came just in time"),
        pytest.param(0.1, [(0.1, 3.0)], False, id="one fault takes all the time"),
        pytest.param(0.1, [(0.1, 1.0), (1.0 + ATTEMPT_S, 3.0)], True, id="one attempt fits between two faults"),
        pytest.param(0.1, [(0.1, 1.0), (0.9 + ATTEMPT_S, 3.0)], False, id="no attempt fits between two faults"),
        pytest.param(0.1, [(0.1, 3.0 - ATTEMPT_S)], True, id="one attempt fits behind a fault"),
        pytest.param(0.1, [(1.5, 9.0), (0.1, 1.4)], False, id="faults that overlap with the end"),
        pytest.param(None, [], False, id="it never came"),
    ],
)
def test_an_interaction_is_answerable_if_one_attempt_fits_between_the_faults(
    delivered_at: float | None, spans: list[tuple[float, float]], expected: bool
) -> None:
    discord = Discord(unheard)
    case = discord.open(Kind.COMMAND, 0.0)
    case.created = 0.0
    evidence = Evidence(discord, suffered={case.id: Suffered(spans=spans)})
    if delivered_at is not None:
        evidence.delivered[case.id] = [(delivered_at, 0)]
    assert is_answerable(evidence, case) is expected


def test_no_weather_spoils_more_calls_than_the_bound() -> None:
    worst = Rates().scaled(1_000.0)
    assert sum(getattr(worst, name) for name in CALL_FAULTS) == pytest.approx(CALL_FAULTS_MAX)


# --- the simulated Discord against the local one

REPLY = {"type": 4, "data": {"content": "hi"}}
CALLBACKS: tuple[dict[str, Any], ...] = (  # Any: JSON
    REPLY,
    {"type": 4, "data": {"content": "hi", "flags": 64}},
    {"type": 4, "data": {"content": " "}},
    {"type": 4, "data": {"content": "a" * 2001}},
    {"type": 5},
    {"type": 5, "data": {"flags": 64}},
    {"type": 6},
    {"type": 7, "data": {"content": "new"}},
    {"type": 8, "data": {"choices": []}},
)
BODIES: tuple[dict[str, Any], ...] = (  # Any: JSON
    {"content": "more", "flags": 64},
    {"content": "more", "allowed_mentions": {"parse": []}},
    {"content": ""},
    {"content": "a" * 2001},
)


class BothDiscords:
    """The same interaction in both books; each call is made to both, and both say what they think of it."""

    def __init__(self, kind: Kind, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.ours = Discord(unheard)
        self.case = self.ours.open(kind, loop.time())
        clock = VirtualClock(loop)
        world = default_world(clock)
        self.core = Core(
            clock=clock,
            world=world,
            token="t",
            randomness=lambda n: "r" * n,
            privileged_intents=Intents(0),
            gateway_path="/gateway",
        )
        channel = next(c for c in world.channels.values() if c.name == "general")
        user_id = next(user for user in world.users if user != world.bot_id)
        button = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}
        pressed = {"content": "Press", "components": [{"type": 1, "components": [button]}]}
        source = self.core.messages.create(channel, pressed, author_id=world.bot_id, settable=MessageFlags(0))
        types = {
            Kind.COMMAND: InteractionType.APPLICATION_COMMAND,
            Kind.COMPONENT: InteractionType.MESSAGE_COMPONENT,
            Kind.AUTOCOMPLETE: InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE,
            Kind.FORM: InteractionType.MODAL_SUBMIT,
            Kind.FORM_OF_COMPONENT: InteractionType.MODAL_SUBMIT,
        }
        has_source = kind in {Kind.COMPONENT, Kind.FORM_OF_COMPONENT}
        origin = DeskOrigin(
            type=types[kind], user_id=user_id, channel=channel, owners={"0": "1"}, source=source if has_source else None
        )
        identity, token = self.core.desk.new_identity()
        self.theirs = self.core.desk.open(origin, {"id": str(identity), "token": token})

    def call(self, what: str, body: dict[str, Any]) -> tuple[int, int]:
        """Return the error codes of both, 0 for a call that is taken."""
        return self._asked_ours(what, body), self._asked_theirs(what, body)

    def _asked_ours(self, what: str, body: dict[str, Any]) -> int:
        case, before = self.case, len(self.case.refusals)
        webhook = f"/webhooks/1/{case.token}"
        path = {"callback": f"/interactions/{case.id}/{case.token}/callback", "POST": webhook}
        self.ours.take(
            "POST" if what == "callback" else what,
            path.get(what, webhook + "/messages/@original"),
            json.dumps(body).encode(),
            self.loop.time(),
        )
        return case.refusals[-1] if len(case.refusals) > before else 0

    def _asked_theirs(self, what: str, body: dict[str, Any]) -> int:
        desk, trace, application = self.core.desk, self.theirs, self.core.application_id
        try:
            match what:
                case "callback":
                    desk.callback(trace.id, trace.token, body, ())
                case "POST":
                    desk.follow_up(application, trace.token, body, ())
                case "GET":
                    desk.get(application, trace.token, "@original")
                case "PATCH":
                    desk.edit(application, trace.token, "@original", body, ())
                case _:
                    desk.delete(application, trace.token, "@original")
        except DeskRefused as refused:
            return refused.code
        return 0


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: str(kind.value))
@pytest.mark.parametrize("seed", range(12))
def test_both_discords_take_and_refuse_the_same_calls(kind: Kind, seed: int) -> None:
    draw = random.Random(f"{kind.value}/{seed}")
    loop = SimulatedLoop()

    async def compare() -> None:
        both = BothDiscords(kind, loop)
        for _ in range(12):
            await asyncio.sleep(draw.choice((0.0, 0.0, 0.5, 1.0, 3.1, 500.0)) if draw.random() < 0.3 else 0.0)
            what = draw.choice(("callback", "callback", "POST", "GET", "PATCH", "PATCH", "DELETE"))
            body = draw.choice(CALLBACKS if what == "callback" else BODIES)
            ours, theirs = both.call(what, body)
            assert ours == theirs, f"{what} {str(body)[:60]} in {both.case.stage.value}"
        both.core.desk.close()

    try:
        loop.run_until_complete(compare())
    finally:
        loop.close()


# --- the loop


def on_the_loop(work: Callable[[SimulatedLoop], Any]) -> Any:  # Any: whatever `work` gives
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


def test_fifteen_minutes_take_no_time() -> None:
    async def wait(loop: SimulatedLoop) -> float:
        await asyncio.sleep(900.0)
        return loop.time()

    assert on_the_loop(wait) == pytest.approx(900.0)


def test_a_stall_lets_timers_fire_late_and_in_their_order() -> None:
    async def stall(loop: SimulatedLoop) -> list[float]:
        fired: list[float] = []
        loop.call_later(0.2, lambda: fired.append(2.0))
        loop.call_later(0.1, lambda: fired.append(1.0))
        loop.stall(1.0)
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        return [*fired, loop.time()]

    assert on_the_loop(stall) == [1.0, 2.0, 1.0]


def test_waiting_for_what_can_never_come_is_noticed() -> None:
    loop = SimulatedLoop()
    forever = loop.create_future()
    try:
        with pytest.raises(NothingLeftToDo):
            loop.run_until_complete(forever)
    finally:
        loop.close()


def test_a_job_for_a_thread_is_done_at_once_and_its_failure_passed_on() -> None:
    async def work(loop: SimulatedLoop) -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await loop.run_in_executor(None, len, "four")

    assert on_the_loop(work) == 4


def test_only_timers_that_are_set_are_listed() -> None:
    async def set_two(loop: SimulatedLoop) -> int:
        loop.call_later(5.0, print)
        loop.call_later(5.0, print).cancel()
        return len(loop.timers())

    assert on_the_loop(set_two) == 1


# --- the command line


def test_a_trace_says_what_happened_and_how_to_see_it_again() -> None:
    setting = Setting(2, 0, 200, CALM, with_clock_faults=False, make_process=SwallowsEdits)
    result = run(setting, Library(2, 8, with_blank_texts=False))
    spinner = next(violation for violation in result.violations if violation.rule == "no-spinner")
    lines = told(result, spinner, "the command").splitlines()
    assert lines[:2] == ["no-spinner: a spinner is left", "  again: the command"]
    trace = [line.split(maxsplit=1)[1] for line in lines if line.strip()[0].isdigit()]
    assert trace[0] == "created  [received]"
    assert "callback 5 taken  [thinking]" in trace
    assert any(line.startswith("log: interaction") for line in trace)
    assert lines[-1] == "  shown: public spinner: ''" or lines[-1] == "  shown: private spinner: ''"


def test_one_episode_can_be_replayed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    hashes: list[str] = []
    for _ in range(2):
        main(["--seed", "2", "--episode", "3", "--rate", "not_sent=0.9", "--bots", "2", "--show-bots"])
        printed = capsys.readouterr().out
        assert printed.startswith("# ")
        assert " 200 interactions" in printed
        hashes.append(printed.rpartition("trace hash")[2])
    assert hashes[0] == hashes[1]


def test_more_jobs_give_the_same_results(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--seed", "2", "--interactions", "600", "--bots", "1"]
    hashes: list[str] = []
    for jobs in ("1", "2"):
        main([*arguments, "--jobs", jobs])
        hashes.append(capsys.readouterr().out.rpartition("trace hash")[2])
    assert hashes[0] == hashes[1]


def test_an_unknown_rate_is_a_wrong_call() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--rate", "luck=1"])
    assert ended.value.code == 2
