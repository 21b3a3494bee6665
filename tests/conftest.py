"""A whole bot for a test: the YAML of the test, run as `lifecycle-runner` runs it, against a local Discord.

Both sides live on one event loop whose time jumps, so that three seconds and fifteen minutes take milliseconds. Every
bot must leave nothing behind: no interaction under way, no task.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from runner.actions.action import Action, load_actions
from runner.build import build
from runner.compile import Program
from runner.diagnostics.text import render_text
from runner.emulator.clock import VirtualClock, VirtualLoop, elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace
from runner.emulator.world import JsonObject
from runner.engine.interaction import LIVE_MAX, Engine
from runner.engine.observer import Observer
from runner.gateway import Gateway
from runner.lifecycle.limits import GATEWAY_HEARTBEAT_INTERVAL_MS
from runner.logs import LineFormatter, Log
from runner.readiness import Readiness
from runner.run import Discord, Running, run
from tests.openapi import faults_of

Fields = Mapping[str, Any]  # what a log line says, of whatever type

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # how long anything takes on a busy machine is no test's business


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give a test that asks for a bot or a virtual clock a loop whose time jumps, any other one an ordinary loop."""
    del config  # pytest names the parameter
    is_virtual = not {"bot", "virtual_clock"}.isdisjoint(getattr(item, "fixturenames", ()))
    return {"virtual": VirtualLoop} if is_virtual else {"ordinary": asyncio.new_event_loop}


@cache
def actions() -> Mapping[str, type[Action]]:
    """Return the actions, read once for all tests."""
    return load_actions()


def compiled(
    text: str, environment: Mapping[str, str] | None = None, more: Mapping[str, type[Action]] | None = None
) -> Program:
    """Compile a `bot.yaml`, with `more` actions than there are files of.

    A config that is refused fails the test with what the operator would read.
    """
    written = "version: 1\n" + dedent(text).removeprefix("version: 1\n")
    bot_yaml = Path("bot.yaml")

    def read(path: Path) -> bytes:
        return written.encode() if path == bot_yaml else path.read_bytes()

    built = build(bot_yaml, read, environment or {}, {**actions(), **(more or {})})
    assert built.program is not None, render_text(built.diagnostics, built.sources, color=False)
    return built.program


class Lines(logging.Handler):
    """The log of one bot: its records in order, as fields or as lines."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.has_ended = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if record.msg in ("interaction", "flow"):
            self.has_ended.set()

    def of(self, event: str) -> list[Fields]:
        """Return the fields of every line of this event."""
        return [getattr(record, "fields", {}) for record in self.records if record.msg == event]

    @property
    def warnings(self) -> list[str]:
        """The events of warning or above, in order."""
        return [str(record.msg) for record in self.records if record.levelno >= logging.WARNING]

    def text(self, formatter: LineFormatter) -> list[str]:
        """Return the lines as `formatter` writes them."""
        return [formatter.format(record) for record in self.records]


@dataclass
class Clock:
    """The bot's own clock, which may be `ahead_s` seconds ahead of Discord's."""

    local: LocalDiscord
    ahead_s: float

    def now(self) -> float:
        """Return what the bot takes for the Unix time."""
        return self.local.clock.now() + self.ahead_s


@dataclass
class Bot:
    """A running bot, the Discord that it runs on, and its log."""

    local: LocalDiscord
    running: Running
    log: Lines
    clock: Clock
    stopping: "asyncio.Future[None]"
    task: "asyncio.Task[None]"
    directory: Path

    @property
    def engine(self) -> Engine:
        return self.running.engine

    @property
    def gateway(self) -> Gateway:
        return self.running.gateway

    def command(self, name: str, *, user: str = "Robin", channel: str = "general", **options: object) -> Trace:
        """Have a member type a command."""
        return self.local.command(user=user, channel=channel, name=name, options=options)

    async def ran(self, name: str, *, user: str = "Robin", channel: str = "general", **options: object) -> Trace:
        """Have a member type a command, and wait until the bot has done with it."""
        trace = self.command(name, user=user, channel=channel, **options)
        await self.idle()
        return trace

    def click(self, message: int, name: str, *, user: str = "Robin") -> Trace:
        """Have a member press the button of a component."""
        return self.local.click(user=user, message=message, custom_id=f"lr:{name}")

    async def pressed(self, message: int, label: str, *, user: str = "Robin") -> Trace:
        """Have a member press the button of that label, and wait until the bot has done with it."""
        trace = self.press(message, label, user=user)
        await self.idle()
        return trace

    def press(self, message: int, label: str, *, user: str = "Robin") -> Trace:
        """Have a member press the button of that label, whoever it belongs to."""
        (button,) = (each for each in self.usable(message) if each.get("label") == label)
        return self.local.click(user=user, message=message, custom_id=button["custom_id"])

    async def chose(self, message: int, *values: str, user: str = "Robin") -> Trace:
        """Have a member choose in the one select of a message, and wait until the bot has done with it."""
        (menu,) = (each for each in self.components(message) if each["type"] == 3)
        trace = self.local.click(user=user, message=message, custom_id=menu["custom_id"], values=values)
        await self.idle()
        return trace

    def components(self, message: int) -> list[JsonObject]:
        """Return the buttons and selects of a message as it is now."""
        found = self.local.world.message(message)
        return [] if found is None else [each for row in found.components for each in row["components"]]

    def usable(self, message: int) -> list[JsonObject]:
        """Return the buttons and selects of a message that can be used."""
        return [each for each in self.components(message) if not each.get("disabled")]

    def text(self, message: int) -> str:
        """Return what a message says now."""
        found = self.local.world.message(message)
        assert found is not None
        return found.content

    async def submitted(self, opened: Trace, **values: object) -> Trace:
        """Have whoever opened a form send it, and wait until the bot has done with it."""
        trace = self.local.submit(modal=opened, values=values)
        await self.idle()
        return trace

    async def idle(self) -> None:
        """Wait until what has been sent has arrived and nothing is under way."""
        await elapse(0.001)
        while self.engine.live:
            self.log.has_ended.clear()
            await self.log.has_ended.wait()

    def line(self) -> Fields:
        """Return the fields of the one line that an interaction ends in, of the latest one."""
        return self.log.of("interaction")[-1]

    async def stop(self) -> None:
        """Stop it as a signal would, and wait for its end."""
        if not self.stopping.done():
            self.stopping.set_result(None)
        await self.task


@pytest.fixture
async def virtual_clock() -> VirtualClock:
    """Give a test the time of its loop, which jumps: no test waits for it."""
    return VirtualClock(asyncio.get_running_loop())


StartBot = Callable[..., Awaitable[Bot]]


@dataclass
class _Started:
    bots: list[Bot] = field(default_factory=list[Bot])
    servers: list[LocalDiscord] = field(default_factory=list[LocalDiscord])


@pytest.fixture
def slack() -> float:
    """How many times rarer heartbeats come, and what else is done again and again while nothing happens.

    Tests in which hours pass take more: these are what hours cost.
    """
    return 1.0


@pytest.fixture
async def bot(tmp_path: Path, slack: float) -> AsyncIterator[StartBot]:
    """Start bots: `await bot(yaml)`. Each has a local Discord of its own, unless it is given one.

    What they keep is in the test's `tmp_path`, so a bot that is started again finds it.
    """
    started = _Started()

    async def start(
        text: str,
        *,
        local: LocalDiscord | None = None,
        ahead_s: float = 0.0,
        live_max: int = LIVE_MAX,
        environment: Mapping[str, str] | None = None,
        more: Mapping[str, type[Action]] | None = None,
        observer: Observer | None = None,
        chance: Random | None = None,
        readiness: Readiness | None = None,
    ) -> Bot:
        """`ahead_s` is how many seconds the bot's clock is ahead of Discord's; `observer` looks on.

        `chance` decides what is left to chance; `readiness` is told of all that it depends on.
        """
        if local is None:
            heartbeat_ms = int(GATEWAY_HEARTBEAT_INTERVAL_MS * slack)
            local = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()), heartbeat_ms=heartbeat_ms)
            await local.start()
            started.servers.append(local)
        log = Lines()
        made = await _serve(
            compiled(text, environment, more),
            local,
            log,
            ahead_s,
            live_max,
            tmp_path,
            observer,
            chance,
            readiness,
            slack,
        )
        started.bots.append(made)
        return made

    yield start
    for made in started.bots:
        if not made.task.done():  # a test may have seen it end, and why
            await made.stop()
        assert made.engine.live == ()
    for server in started.servers:
        await server.stop()
    for server in {made.local for made in started.bots}:
        assert [str(fault) for fault in faults_of(server.wire)] == []
    await elapse(90)  # what the libraries and the faults have begun ends a little later
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def _serve(
    program: Program,
    local: LocalDiscord,
    log: Lines,
    ahead_s: float,
    live_max: int,
    directory: Path,
    observer: Observer | None,
    chance: Random | None,
    readiness: Readiness | None,
    slack: float,
) -> Bot:
    loop = asyncio.get_running_loop()
    serving: asyncio.Future[Running] = loop.create_future()
    stopping: asyncio.Future[None] = loop.create_future()
    name = f"bot.{id(log)}"
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(log)
    clock = Clock(local, ahead_s)
    task = asyncio.create_task(
        run(
            program,
            Discord(local.base_url, local.token),
            Log(name),
            serving.set_result,
            stopping,
            now=clock.now,
            live_max=live_max,
            directory=directory,
            is_real_time=False,
            observer=observer,
            chance=chance,
            readiness=readiness,
            slack=slack,
        )
    )
    await asyncio.wait((serving, task), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        with suppress(asyncio.CancelledError):
            task.result()
        raise AssertionError("the bot ended before it served")
    return Bot(local, serving.result(), log, clock, stopping, task, directory)
