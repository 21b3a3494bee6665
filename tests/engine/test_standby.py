"""What another thread does for interactions when the event loop stands still: alone, and beside a real bot."""

import asyncio
import json
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.engine.claim import Claim
from runner.engine.responses import First, deferral
from runner.engine.standby import LOOK_EVERY_S, SIGN_OF_LIFE_S, Standby
from runner.lifecycle.machine import Event, Origin, State
from tests.openapi import faults_of

DEFERRAL = deferral(Origin.COMMAND, Event.DEFER, False)
HELLO = First(b'{"type":4}', State.REPLIED, False)
SOON_S = 5.0
"""How long is waited for what happens at once, on a busy machine."""


# --- who may send what


def claim(due_s: float = 0.0, end_s: float = 3.0) -> Claim:
    now = time.monotonic()
    return Claim("/interactions/1/t/callback", DEFERRAL, now + due_s, now + end_s)


def test_what_the_loop_has_offered_is_what_the_thread_sends() -> None:
    shared = claim()
    assert shared.offer(HELLO) is HELLO
    assert shared.take() is HELLO


def test_what_the_thread_has_sent_is_all_that_the_loop_may_send() -> None:
    shared = claim()
    assert shared.take() is DEFERRAL
    assert shared.offer(HELLO) is DEFERRAL
    assert shared.take() is DEFERRAL


def test_what_the_loop_has_taken_back_is_not_sent() -> None:
    shared = claim()
    shared.offer(HELLO)
    shared.withdraw(is_refused=False)
    assert shared.take() is DEFERRAL


def test_what_discord_refuses_binds_nobody_whoever_has_sent_it() -> None:
    shared = claim()
    shared.offer(HELLO)
    shared.take()
    shared.withdraw(is_refused=True)
    assert shared.sent is None
    assert shared.offer(DEFERRAL) is DEFERRAL


def test_an_outcome_that_is_known_leaves_the_thread_nothing_to_send() -> None:
    shared = claim()
    shared.close()
    assert shared.take() is None


# --- the thread


class Recorder(BaseHTTPRequestHandler):
    """A Discord that takes every first response, but for the first few."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[list[bytes]] = []
    statuses: ClassVar[list[int]] = []
    has_come: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.statuses.pop(0) if self.statuses else 204
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if status == 204:
            self.has_come.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Stay silent."""


@contextmanager
def discord(*statuses: int) -> Generator[str]:
    """Give the address of a Discord that answers with these statuses first."""
    Recorder.bodies, Recorder.statuses, Recorder.has_come = [], list(statuses), threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def standing_by(url: str, ask: Callable[[Callable[[], None]], object]) -> Generator[Standby]:
    standby = Standby(url, "test", ask)
    try:
        yield standby
    finally:
        standby.close()


def dead(_: Callable[[], None]) -> None:
    """Stand still."""


def alive(told: Callable[[], None]) -> None:
    """Turn."""
    told()


@pytest.mark.parametrize("statuses", [(), (502,), (502, 503)], ids=["at once", "at the second try", "at the third"])
def test_a_loop_that_stands_still_is_stood_in_for(statuses: tuple[int, ...]) -> None:
    shared = claim()
    with discord(*statuses) as url, standing_by(url, dead) as standby:
        standby.watch(shared)
        assert Recorder.has_come.wait(SOON_S)
    assert set(Recorder.bodies) == {b'{"type":5}'}
    assert shared.sent is DEFERRAL


def test_a_loop_that_turns_is_left_to_itself() -> None:
    shared = claim()
    asked = threading.Semaphore(0)

    def turn(told: Callable[[], None]) -> None:
        told()
        asked.release()

    with discord() as url, standing_by(url, turn) as standby:
        standby.watch(shared)
        assert all(asked.acquire(timeout=SOON_S) for _ in range(3))  # it is asked again and again
        shared.close()
    assert Recorder.bodies == []
    assert shared.sent is None


def test_what_is_answered_or_not_due_is_not_touched() -> None:
    answered, later, now = claim(), claim(due_s=60.0, end_s=90.0), claim()
    answered.close()
    with discord() as url, standing_by(url, dead) as standby:
        for each in (answered, later, now):
            standby.watch(each)
        assert Recorder.has_come.wait(SOON_S)
    assert (answered.sent, later.sent, now.sent) == (None, None, DEFERRAL)


def test_a_loop_that_has_ended_needs_no_help() -> None:
    def closed(_: Callable[[], None]) -> None:
        asked.set()
        raise RuntimeError("Event loop is closed")

    asked = threading.Event()
    shared = claim()
    with discord() as url, standing_by(url, closed) as standby:
        standby.watch(shared)
        assert asked.wait(SOON_S)
    assert shared.sent is None


def test_a_discord_that_is_not_there_is_given_up_in_time() -> None:
    shared = claim()
    with standing_by("http://127.0.0.1:1", dead) as standby:
        standby.watch(shared)
        threading.Event().wait(LOOK_EVERY_S + SIGN_OF_LIFE_S + 0.2)
    assert not shared.is_taken


# --- a bot whose steps burn the processor

BOT = """
version: 1
commands:
  fast: {description: d, reply: Hello}
  second: {description: d, steps: [{burn: 1s}, {reply: Done}]}
  late: {description: d, steps: [{burn: {duration: 1s, after: 1400ms}}, {reply: Done}]}
  long: {description: d, steps: [{burn: {duration: 4s, after: 500ms}}, {reply: Done}]}
  idle: {description: d, steps: [{burn: {duration: 1ms, after: 1s}}, {reply: Done}]}
  private: {description: d, response: ephemeral, steps: [{burn: {duration: 1ms, after: 1s}}, {reply: Done}]}
  chain: {description: d, steps: [CHAIN, {reply: Done}]}
  mute: {description: d, steps: [{burn: {duration: 1ms, after: 1s}}, {log: a}]}
  ask: {description: d, reply: {content: Who?, components: [press]}}
  form: {description: d, response: modal, steps: [{burn: 4s}, {modal: it}]}
components:
  press: {button: {label: I}, steps: [{burn: 4s}, {update: Pressed}]}
modals:
  it: {title: It, fields: {a: A}, reply: Thanks}
""".replace("CHAIN", ", ".join(["{burn: 40ms}"] * 50))


@dataclass
class Burning:
    """A bot in a process of its own, and the Discord that it runs on."""

    local: LocalDiscord
    process: asyncio.subprocess.Process
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])  # Any: JSON

    def command(self, name: str) -> Trace:
        return self.local.command(user="Robin", channel="general", name=name)

    async def stop(self) -> list[dict[str, Any]]:
        """End it, and return its log."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(self.process.communicate(), 30)
        return [json.loads(line) for line in err.splitlines() if line.startswith(b"{")]


StartBurning = Callable[[], Awaitable[Burning]]


@pytest.fixture
async def burning(tmp_path: Path) -> AsyncIterator[StartBurning]:
    """Start the bot."""
    local = LocalDiscord(clock=RealClock())
    await local.start()
    started: list[Burning] = []

    async def start() -> Burning:
        (tmp_path / "bot.yaml").write_text(BOT)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.engine.burning",
            str(tmp_path / "bot.yaml"),
            cwd=Path(__file__).parents[2],
            env={"DISCORD_TOKEN": local.token, "DISCORD_API_URL": local.base_url},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), 30)
        started.append(Burning(local, process))
        return started[-1]

    yield start
    for each in started:
        if each.process.returncode is None:
            each.process.kill()
            await each.process.communicate()
    await local.stop()
    assert [str(fault) for fault in faults_of(local.wire)] == []


def contents(trace: Trace) -> list[str]:
    """Return what the user of an interaction sees in the end."""
    return [message.content for message in trace.messages if not message.deleted]


def took_s(trace: Trace) -> float:
    """Return how long the interaction waited for its first response."""
    assert trace.acknowledged_at is not None
    return trace.acknowledged_at - trace.dispatched_at


async def test_a_step_that_computes_for_a_second_delays_nobody_too_long(burning: StartBurning) -> None:
    bot = await burning()
    traces = [bot.command(name) for name in ("fast", "late", "second", "fast", "late")]
    assert all([await trace.finished(15) for trace in traces])
    assert max(took_s(trace) for trace in traces) < 3.0
    assert {trace.acknowledgements for trace in traces} == {1}
    assert [contents(trace) for trace in traces] == [["Hello"], ["Done"], ["Done"], ["Hello"], ["Done"]]


async def test_many_short_steps_in_a_row_let_others_have_the_loop_in_between(burning: StartBurning) -> None:
    bot = await burning()
    chain, fast = bot.command("chain"), bot.command("fast")
    assert await fast.finished(10)
    assert not chain.messages or chain.messages[0].loading
    assert took_s(fast) < 1.0
    assert await chain.finished(20)
    assert took_s(chain) < 3.0


async def test_a_step_that_computes_for_longer_than_discord_waits_is_answered_for(burning: StartBurning) -> None:
    bot = await burning()
    traces = [bot.command(name) for name in ("long", "private")]
    assert all([await trace.finished(20) for trace in traces])
    for trace in traces:
        assert trace.acknowledgements == 1
        assert took_s(trace) < 3.0
    assert [contents(trace) for trace in traces] == [["Done"], ["Done"]]
    assert [message.ephemeral for trace in traces for message in trace.messages] == [False, True]
    log = await bot.stop()
    (held_up,) = [line for line in log if line["event"] == "event loop held up"]
    assert (held_up["step"], held_up["ms"] > 3000) == ("burn", True)
    assert {line["outcome"] for line in log if line["event"] == "interaction"} == {"ok"}


async def test_twenty_that_wait_in_one_blocked_loop_are_all_answered_for(burning: StartBurning) -> None:
    bot = await burning()
    traces = [bot.command(name) for name in ("long", *["idle"] * 10, *["mute"] * 3, *["private"] * 6)]
    assert all([await trace.finished(60) for trace in traces])
    assert {trace.acknowledgements for trace in traces} == {1}
    assert max(took_s(trace) for trace in traces) < 3.0
    await bot.stop()
    assert {tuple(contents(trace)) for trace in traces} == {("Done",), ("Done.",)}


async def test_a_button_is_acknowledged_silently_and_its_message_updated_after_all(burning: StartBurning) -> None:
    bot = await burning()
    asked = bot.command("ask")
    assert await asked.finished(10)
    click = bot.local.click(user="Robin", message=asked.messages[0].id, custom_id="lr:press")
    assert await click.acknowledged(10)
    assert took_s(click) < 3.0
    await bot.stop()
    assert contents(asked) == ["Pressed"]


async def test_a_form_that_comes_too_late_is_said_in_the_spinners_place(burning: StartBurning) -> None:
    bot = await burning()
    trace = bot.command("form")
    assert await trace.finished(20)
    assert took_s(trace) < 3.0
    (said,) = contents(trace)
    assert "try again" in said
    assert [message.ephemeral for message in trace.messages] == [True]


async def test_a_step_that_fails_while_the_watchdog_speaks_says_nothing_beside_it(burning: StartBurning) -> None:
    bot = await burning()
    bot.local.faults.next("PATCH /webhooks", delay_s=0.3)
    trace = bot.command("form")
    assert await trace.finished(20)
    await bot.stop()
    (said,) = contents(trace)
    assert "try again" in said
