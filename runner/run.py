"""A running bot: the engine between discord.py and the answer pool, from start to the last drained interaction."""

import asyncio
import importlib
import os
import signal
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from runner import __version__
from runner.build import Built
from runner.compile import Program
from runner.data import dataclass
from runner.engine.answers import AnswerPool, NotSent, OutcomeUnknown
from runner.engine.memory import Memory
from runner.gateway import Gateway, IntentsRefused, Listening, TokenRefused, Unreachable
from runner.lifecycle import budget
from runner.logs import Log
from runner.readiness import Configured, Readiness

if TYPE_CHECKING:
    from runner.build import Build
    from runner.engine.interaction import Engine
    from runner.engine.keeper import TimeKeeper
    from runner.engine.observer import Observer
    from runner.outside import Outside
    from runner.registration.register import Outcome
    from runner.reload import Reloader

REGISTRATION_S = 20.0
"""How long the start waits for the registration of commands; it goes on behind a bot that already serves."""

WARM_EVERY_S = 30.0
"""How often a connection for answers is used, so that it stays open and no first answer pays for connecting."""

FOLLOW_AFTER_S = 1.0
"""How long after it began to serve a bot begins to follow its files."""

COMPILE_TURN_S = 0.001
"""How long the loop is held up at a time by the compiling of handlers that nobody has used yet, in seconds."""

WARM_S = 5.0
"""How long such a use may take."""

USER_AGENT = f"DiscordBot (https://pypi.org/project/lifecycle-runner, {__version__})"
"""Who we are, in the form that Discord asks for (Discord docs, Reference: User Agent)."""


class BadAddress(Exception):
    """The address of Discord's API is none; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Discord:
    """Which Discord to run on: the base of its REST API and the bot's token."""

    api_url: str
    token: str

    def __repr__(self) -> str:
        return f"Discord(api_url={self.api_url!r})"


@dataclass(frozen=True, slots=True)
class Files:
    """What the program was built from, and how it is built anew when that changes.

    `report` shows the faults of a new build. `is_polled` looks at the file all the time, where no notices are sent.
    """

    path: Path
    built: Built
    build: "Build"
    report: Callable[[Built], None]
    is_polled: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that serves."""

    engine: "Engine"
    gateway: Gateway
    memory: Memory


@dataclass(frozen=True, slots=True)
class _Start:
    """What the engine is to be made with; see `run`."""

    program: Program
    log: Log
    memory: Memory
    files: Files | None
    now: Callable[[], float]
    live_max: int | None
    is_real_time: bool
    observer: "Observer | None"
    slack: float
    chance: Random | None
    outside: "Outside | None"
    readiness: Readiness


class Door:
    """Hands on what Discord sends: the engine is loaded while Discord makes the session ready, and what comes waits."""

    def __init__(self) -> None:
        self._interaction: Receive | None = None
        self._event: ReceiveEvent | None = None
        self._early: list[tuple[str | None, Mapping[str, Any]]] = []

    def interaction(self, payload: Mapping[str, Any]) -> None:
        """Hand on an interaction."""
        if self._interaction is None:
            self._early.append((None, payload))
        else:
            self._interaction(payload)

    def event(self, name: str, data: Mapping[str, Any]) -> None:
        """Hand on another event of the gateway."""
        if self._event is None:
            self._early.append((name, data))
        else:
            self._event(name, data)

    def open(self, interaction: "Receive", event: "ReceiveEvent") -> None:
        """From now on hand on at once; first what has waited, in its order."""
        self._interaction, self._event = interaction, event
        for name, data in self._early:
            if name is None:
                interaction(data)
            else:
                event(name, data)
        self._early.clear()


Receive = Callable[[Mapping[str, Any]], None]
ReceiveEvent = Callable[[str, Mapping[str, Any]], None]


async def run(
    program: Program,
    discord: Discord,
    log: Log,
    serving: Callable[[Running], None],
    stopping: "asyncio.Future[None]",
    *,
    files: Files | None = None,
    now: Callable[[], float] = time.time,
    live_max: int | None = None,
    directory: Path | None = None,
    is_real_time: bool = True,
    observer: "Observer | None" = None,
    slack: float = 1.0,
    chance: Random | None = None,
    outside: "Outside | None" = None,
    readiness: Readiness | None = None,
) -> None:
    """Serve until `stopping` is done, then drain. Calls `serving` once it serves. `now` gives Unix seconds.

    With `files` the program is swapped whenever they change, and on SIGHUP. Relative paths of what is kept begin in
    `directory`; left out: where the file is. `live_max` interactions may be under way; left out: the engine's bound.
    With `is_real_time` a thread stands by for when the event loop stands still: it goes by the machine's own clock.
    `observer` is told what the engine does; `chance` decides what is left to chance; `outside` calls other servers,
    and left out they are called. `readiness` is told of all that it depends on. What is done again and again while
    nothing happens, such as renewing a lease, is done rarer by the factor `slack`: where time jumps it alone takes
    time, and nothing else ends meanwhile.
    Raises `TokenRefused`, `IntentsRefused` or `Unreachable` when Discord won't have the bot, `BadAddress` when there is
    no such place, `StoreFailed` when the bot can't keep what it has to.
    """
    home = directory or (files.path.parent if files else Path())
    async with Memory(home, now=now, slack=slack) as memory:
        opening = asyncio.create_task(_open(memory, program))  # while the login waits for the network
        told = readiness or Readiness()
        told.begin(program.generation, needs_store=program.needs_store)
        start = _Start(program, log, memory, files, now, live_max, is_real_time, observer, slack, chance, outside, told)
        try:
            await _run(start, discord, opening, serving, stopping)
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)


async def _open(memory: Memory, program: Program) -> None:
    """Open the store where the program needs one, or where something may wait that an earlier one has begun."""
    if program.needs_store or await memory.has_store(program):
        await memory.prepare(program)


async def _run(
    start: _Start,
    discord: Discord,
    opening: "asyncio.Task[None]",
    serving: Callable[[Running], None],
    stopping: "asyncio.Future[None]",
) -> None:
    program, door, answers = start.program, Door(), _answer_pool(discord.api_url)
    listening = Listening(program.intents, program.intent_places, door.event)
    gateway = Gateway(discord.api_url, program.presence, door.interaction, listening, start.slack)
    gateway.tell_of_connection(start.readiness.gateway)
    fault: Exception | None = None
    try:
        if await _logged_in(gateway, discord.token, stopping):
            _warn_of_endpoint(gateway, start.log)
            await opening
            connection = asyncio.create_task(_connect(gateway))
            asked = asyncio.create_task(gateway.asked())
            try:
                await asyncio.wait((stopping, connection, asked), return_when=asyncio.FIRST_COMPLETED)
                fault = await _serve(start, discord, gateway, answers, door, connection, serving, stopping)
            finally:
                await gateway.close()
                for task in (connection, asked):
                    task.cancel()
                await asyncio.gather(connection, asked, return_exceptions=True)
    finally:
        await gateway.close()
        await answers.close()
    if fault is not None:
        raise fault


async def _connect(gateway: Gateway) -> Exception | None:
    """Stay connected; return why Discord ended it, if that is how it came."""
    try:
        await gateway.serve()
    except (TokenRefused, IntentsRefused, Unreachable) as fault:
        return fault
    return None


def _warn_of_endpoint(gateway: Gateway, log: Log) -> None:
    if gateway.endpoint_url:
        log.warning(
            "no interaction will come",
            reason="the developer portal names an Interactions Endpoint URL, and Discord sends them there",
            fix="clear it on the page General Information",
        )


async def _serve(
    start: _Start,
    discord: Discord,
    gateway: Gateway,
    answers: AnswerPool,
    door: Door,
    connection: "asyncio.Task[Exception | None]",
    serving: Callable[[Running], None],
    stopping: "asyncio.Future[None]",
) -> Exception | None:
    """Make the engine, and serve until the end; return why Discord ended it, if that is how it came."""
    if connection.done() or stopping.done():
        return connection.result() if connection.done() else None
    # Discord takes longer to make a session ready than these take to be loaded.
    from runner.engine.interaction import LIVE_MAX, Engine
    from runner.engine.keeper import TimeKeeper
    from runner.engine.standby import Standby
    from runner.web import Web

    loop, memory, now, log = asyncio.get_running_loop(), start.memory, start.now, start.log
    standby = Standby(discord.api_url, USER_AGENT, loop.call_soon_threadsafe) if start.is_real_time else None
    web = Web()
    try:
        async with Engine(
            start.program,
            application_id=gateway.application_id,
            answers=answers,
            rest=gateway,
            directory=gateway,
            memory=memory,
            now=now,
            log=log,
            live_max=start.live_max or LIVE_MAX,
            secret=discord.token,
            standby=standby,
            observer=start.observer,
            outside=start.outside or web,
            chance=start.chance,
            rebuild=_rebuilt,
        ) as engine:
            door.open(engine.receive, engine.events.receive)
            keeper = TimeKeeper(
                f"bot:{gateway.application_id}", engine.takers, now, log, engine.recover, slack=start.slack
            )
            bot = _Bot(engine, gateway, answers, memory, keeper, log, now, start.files, start.slack, start.readiness)
            return await bot.serve(connection, serving, stopping)
    finally:
        await web.close()
        if standby is not None:
            await asyncio.to_thread(standby.close)


def _rebuilt(files: Mapping[str, str], generation: int) -> Program | None:
    """Build the program of an earlier generation, for the runs that began on it."""
    from runner.actions.action import load_actions
    from runner.build import rebuild  # hardly ever needed

    return rebuild(files, os.environ, load_actions(), generation, Path.read_bytes)


def _answer_pool(api_url: str) -> AnswerPool:
    try:
        return AnswerPool(api_url, user_agent=USER_AGENT)
    except ValueError as fault:
        raise BadAddress(str(fault)) from None


async def _logged_in(gateway: Gateway, token: str, stopping: "asyncio.Future[None]") -> bool:
    """Log in, and tell whether that came before the end."""
    login = asyncio.create_task(gateway.login(token))
    try:
        await asyncio.wait((stopping, login), return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            await login
        return not stopping.done()
    finally:
        login.cancel()
        await asyncio.gather(login, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Bot:
    engine: "Engine"
    gateway: Gateway
    answers: AnswerPool
    memory: Memory
    keeper: "TimeKeeper"
    log: Log
    now: Callable[[], float]
    files: Files | None
    slack: float
    readiness: Readiness
    wanted: "asyncio.Queue[Program]" = field(default_factory=asyncio.Queue[Program])
    registered: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(
        self,
        connection: "asyncio.Task[Exception | None]",
        serving: Callable[[Running], None],
        stopping: "asyncio.Future[None]",
    ) -> Exception | None:
        """Serve until the end, and drain; return why Discord ended it, if that is how it came."""
        async with asyncio.TaskGroup() as tasks:
            others = [
                tasks.create_task(self._keep_registered()),
                tasks.create_task(self._keep_warm()),
                tasks.create_task(self._keep_time()),
                tasks.create_task(self._look_out()),
                tasks.create_task(self._announce(serving)),
            ]
            if self.readiness.is_told:
                others.append(tasks.create_task(self._watch_store()))
            await asyncio.wait((stopping, connection), return_when=asyncio.FIRST_COMPLETED)
            self.readiness.stop()
            lag_max_ms = round(self.engine.counts.lag_max_s * 1000)
            self.log.info("stopping", live=len(self.engine.live), lag_max_ms=lag_max_ms)
            await asyncio.gather(self.engine.drain(budget.DRAIN_S), self.keeper.drain(budget.DRAIN_S))
            await self.gateway.close()
            for task in others:
                task.cancel()
        return await connection

    async def _announce(self, serving: Callable[[Running], None]) -> None:
        """Say that it serves: Discord delivers interactions, and has the commands or has been asked long enough.

        From then on it follows its files.
        """
        await self.gateway.ready()
        with suppress(TimeoutError):
            async with asyncio.timeout(REGISTRATION_S):
                await self.registered.wait()
        serving(Running(self.engine, self.gateway, self.memory))
        await self._compile_rest()
        if self.files is not None:
            await self._follow(self.files)

    async def _compile_rest(self) -> None:
        """Compile the handlers that nobody has used yet, between other things, so that no first use pays for it."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        for _ in self.engine.program.rest():
            if loop.time() - since > COMPILE_TURN_S:
                await asyncio.sleep(0)
                since = loop.time()

    async def _follow(self, files: Files) -> None:
        """Swap the program whenever its files change."""
        # Importing it holds the loop up by tens of milliseconds, which the first interactions should not pay for.
        # A save in the meantime is not missed: the first look compares contents.
        await asyncio.sleep(FOLLOW_AFTER_S)
        reload = await asyncio.to_thread(importlib.import_module, "runner.reload")
        reloader: Reloader = reload.Reloader(
            files.path,
            files.built,
            build=files.build,
            swap=self.engine.swap,
            commands_changed=self.wanted.put_nowait,
            report=files.report,
            log=self.log,
            notify=reload.polled_notices if files.is_polled else None,
        )
        self.readiness.configured(lambda: Configured(self.engine.program.generation, reloader.is_refused))
        with _on_hangup(reloader.request_reload):
            await reloader.watch()

    async def _keep_warm(self) -> None:
        """Keep a connection for answers open, and learn from what comes back how far apart the clocks are."""
        await self.gateway.ready()
        loop = asyncio.get_running_loop()
        while True:
            sent_at = self.now()
            try:
                answer = await self.answers.request("GET", "/gateway", None, deadline=loop.time() + WARM_S)
            except (NotSent, OutcomeUnknown):
                pass  # an answer that is needed will try for itself, and the gateway logs that the network is gone
            else:
                if (date_s := answer.date_s) is not None:
                    self.engine.observe_date(date_s, sent_at, self.now())
            await asyncio.sleep(WARM_EVERY_S * self.slack)

    async def _keep_time(self) -> None:
        """Do what is due by the clock, once Discord is there and there is a store that keeps what is."""
        await self.gateway.ready()
        database = await self.memory.opened()
        await self.engine.prepare(self.engine.program)
        if not await self.keeper.has_timers(database):  # of a program before this one
            await self.engine.timers_wanted.wait()
        await self.keeper.keep(database)

    async def _look_out(self) -> None:
        """Look out for another process with this bot's token, where there is a store in which it would show."""
        await self.gateway.ready()
        database = await self.memory.opened()
        from runner.engine.rivals import look_out  # the engine has imported it by now

        await look_out(database, f"bot:{self.gateway.application_id}", self.log, self.slack)

    async def _watch_store(self) -> None:
        """Keep whoever asks whether the bot is ready informed of the store."""
        from runner.engine.probing import watch_store  # hardly anybody asks

        await watch_store(self.memory, lambda: self.engine.program, self.readiness.store, self.slack)

    async def _keep_registered(self) -> None:
        """Register the commands of the program, and of every later one that has others, one after the other.

        Not before Discord delivers interactions: those are for commands that it knows already.
        """
        await self.gateway.ready()
        from runner.engine.creations import Creations  # the bot serves already: nobody waits for these imports
        from runner.registration.registrar import Registrar

        created = Creations(self.memory, lambda: self.engine.program, self.now, self.log)
        application_id = int(self.gateway.application_id)
        registrar = Registrar(self.gateway, application_id, created, self.gateway.guild_ids, self.log)
        await registrar.keep(self.engine.program, self.wanted, self._told_of_commands)

    def _told_of_commands(self, outcome: "Outcome") -> None:
        failures = {str(scope.scope): scope.failure for scope in outcome.scopes if scope.failure is not None}
        self.readiness.commands(failures, sum(len(scope.refused) for scope in outcome.scopes))
        self.registered.set()


@contextmanager
def stop_signals() -> "Generator[asyncio.Future[None]]":
    """Give what is done at the first SIGINT or SIGTERM. A second one ends the process as it always would."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def tell() -> None:
        if not told.done():
            told.set_result(None)

    def interrupted(_number: int, _frame: object) -> None:
        restore()
        loop.call_soon_threadsafe(tell)

    for number in before:
        signal.signal(number, interrupted)  # the loop's own add_signal_handler is not there on Windows
    try:
        yield told
    finally:
        restore()


@contextmanager
def _on_hangup(act: Callable[[], None]) -> Generator[None]:
    """Call `act` on each SIGHUP, where the system has that signal."""
    hangup = getattr(signal, "SIGHUP", None)
    loop = asyncio.get_running_loop()
    if hangup is None:
        yield
        return
    before = signal.signal(hangup, lambda _number, _frame: loop.call_soon_threadsafe(act))
    try:
        yield
    finally:
        signal.signal(hangup, before)
