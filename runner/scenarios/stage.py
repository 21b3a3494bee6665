"""A bot on a local Discord, both on one event loop whose time jumps: what scenarios are played on."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from runner.compile import Program
from runner.data import dataclass
from runner.emulator.clock import Clock, VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.world import World
from runner.engine.observer import Observer, Occurrence, Subject, Watch
from runner.inspector.recorder import Recorder
from runner.lifecycle import limits
from runner.logs import Log
from runner.run import Discord, Running, run
from runner.scenarios.web import ScriptedWeb

DELIVERY_S = 0.001
"""How long what has been sent may be on its way, in virtual seconds."""

LINES_MAX = 200
"""How many of the bot's log lines are kept for the report of a failure."""

SLACK = 100_000.0
"""How many times rarer the bot does what it does while nothing happens: time jumps, and only events are worth any."""

LOGGER = "runner.scenario"

MEMORY = "/dev/shm"
"""Where Linux has files that are on no disk, whose every save a scenario would wait for."""

MakeWorld = Callable[[Clock], World]
"""Makes the servers that a local Discord begins with."""


class BotEnded(Exception):
    """The bot ended while it was to serve; the message says why."""


class _Lines(logging.Handler):
    """Keeps the bot's newest log lines, and tells when an interaction has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []
        self.has_ended = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.kept = [*self.kept[-LINES_MAX + 1 :], record]
        if record.msg in ("interaction", "flow"):
            self.has_ended.set()


@dataclass(frozen=True, slots=True)
class _Audience:
    """Several observers as one."""

    observers: Sequence[Observer]

    def watch(self, subject: Subject, program: Program) -> Watch:
        watches = [observer.watch(subject, program) for observer in self.observers]

        def tell(occurrence: Occurrence) -> None:
            for watch in watches:
                watch(occurrence)

        return tell

    def swapped(self, program: Program) -> None:
        for observer in self.observers:
            observer.swapped(program)


@dataclass(slots=True)
class Stage:
    """One local Discord, and one bot at a time. `program` is what the bot runs, `folder` where it keeps things.

    `recorder` keeps what the bot did last, `audience` is it and whoever else looks on, `web` are all other servers.
    """

    program: Program
    local: LocalDiscord
    clock: VirtualClock
    folder: Path
    recorder: Recorder
    audience: Observer
    lines: _Lines = field(default_factory=_Lines)
    web: ScriptedWeb = field(default_factory=ScriptedWeb)
    chance: Random | None = None
    running: Running | None = None
    stopping: "asyncio.Future[None] | None" = None
    task: "asyncio.Task[None] | None" = None

    async def start_bot(self) -> None:
        """Start the bot and wait until it serves. Raises `BotEnded`."""
        loop = asyncio.get_running_loop()
        serving: asyncio.Future[Running] = loop.create_future()
        self.stopping = loop.create_future()
        logging.getLogger(LOGGER).addHandler(self.lines)
        discord = Discord(self.local.base_url, self.local.token)
        self.task = asyncio.create_task(
            run(
                self.program,
                discord,
                Log(LOGGER),
                serving.set_result,
                self.stopping,
                now=self.clock.now,
                directory=self.folder,
                is_real_time=False,
                observer=self.audience,
                slack=SLACK,
                chance=self.chance,
                outside=self.web,
            )
        )
        await asyncio.wait((serving, self.task), return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            failure = self.task.exception()
            raise BotEnded(str(failure) or type(failure).__name__)
        self.running = serving.result()

    async def stop_bot(self) -> None:
        """Stop the bot as a signal would, and wait for its end."""
        if self.stopping is not None and not self.stopping.done():
            self.stopping.set_result(None)
        if self.task is not None:
            with suppress(asyncio.CancelledError):
                await self.task
        logging.getLogger(LOGGER).removeHandler(self.lines)

    async def idle(self) -> None:
        """Wait until what has been sent has arrived, and neither an interaction nor an event is under way."""
        assert self.running is not None
        await elapse(DELIVERY_S)
        while self.running.engine.live:
            self.lines.has_ended.clear()
            await self.lines.has_ended.wait()
        await self.running.engine.events.idle()

    @property
    def log_lines(self) -> list[logging.LogRecord]:
        """The bot's newest log lines, warnings and worse."""
        return [line for line in self.lines.kept if line.levelno >= logging.WARNING]


async def on_stage(
    program: Program,
    act: Callable[[Stage], Awaitable[None]],
    observers: Sequence[Observer] = (),
    make_world: MakeWorld | None = None,
    chance: Random | None = None,
) -> None:
    """Start a local Discord and the bot, let `act` play on them, and end both; `observers` look on.

    `chance` decides what is left to chance; left out, the system does.
    Raises what `act` raises, and `BotEnded`.
    """
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    clock = VirtualClock(asyncio.get_running_loop())
    local = LocalDiscord(
        clock=clock,
        world=make_world(clock) if make_world is not None else None,
        heartbeat_ms=int(limits.GATEWAY_HEARTBEAT_INTERVAL_MS * SLACK),
    )
    await local.start()
    with TemporaryDirectory(prefix="lifecycle-runner-", dir=without_disk()) as folder:
        # A store of its own, whatever the config says: what is played must not reach what a running bot keeps.
        recorder = Recorder(clock.now)
        audience = _Audience([recorder, *observers])
        alone = replace(program, store="sqlite:state.db")
        stage = Stage(alone, local, clock, Path(folder), recorder, audience, chance=chance)
        try:
            await stage.start_bot()
            await act(stage)
        finally:
            await stage.stop_bot()
            await local.stop()


def without_disk() -> str | None:
    """Return a folder whose files are in memory; None for the usual one: there is no such, or another one is said."""
    is_usable = "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK | os.X_OK)
    return MEMORY if is_usable else None
