"""A bot that dies and comes back: its engine and its store, killed at the n-th thing that they do outside.

The local Discord and the connection to it stay; what dies is everything that a process holds in memory. From the
moment of the kill on nothing that the dead process still does is heard: its writes, its calls and its answers hang.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from runner.actions.action import Action
from runner.compile import Program
from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from runner.emulator.world import JsonObject
from runner.engine.answers import Answer, AnswerPool, Method
from runner.engine.interaction import Engine
from runner.engine.keeper import TimeKeeper
from runner.engine.memory import Memory
from runner.gateway import Gateway, Listening
from runner.logs import Log
from runner.store.database import Database
from runner.store.errors import StoreFull
from runner.store.transaction import Unit
from tests.conftest import Lines, compiled

T = TypeVar("T")


class Dead(Exception):
    """What is left of a dead process wants to do something, while it is put away."""


@dataclass
class Death:
    """Counts what a process does outside, and kills it `before` or behind the `at`-th of it.

    With a `call` it is the first that begins so, whichever it is. With `only_the_store` it lives on: the store fails
    then, once, if it is a write.
    """

    at: int | None = None
    before: bool = True
    call: str | None = None
    only_the_store: bool = False
    count: int = 0
    is_dead: bool = False
    is_over: bool = False
    last: str = ""
    kill: Callable[[], None] = lambda: None

    async def around(self, what: str, do: Callable[[], Any]) -> Any:
        """Do something outside, unless death comes first; if it comes right behind, nobody learns what came of it."""
        await self.hang_if_dead()
        self.count += 1
        is_now = self.count == self.at or (self.call is not None and what.startswith(self.call))
        if is_now and self.only_the_store:
            self.last = what
            if what == "write":
                raise StoreFull("the store of a test", "database or disk is full")
            return await do()
        if is_now and self.before:
            self._die(what)
        await self.hang_if_dead()
        done = await do()
        if is_now:
            self._die(what)
        await self.hang_if_dead()
        return done

    def _die(self, what: str) -> None:
        self.is_dead, self.last = True, what
        self.kill()

    async def hang_if_dead(self) -> None:
        """Never return, if it is dead."""
        if self.is_over:
            raise Dead
        if self.is_dead:
            await asyncio.get_running_loop().create_future()


@dataclass(frozen=True)
class _Store:
    """A database whose units count, except those that renew a lease: there is one every few seconds, of no flow."""

    database: Database
    death: Death

    @property
    def place(self) -> object:
        return self.database.place

    async def write(self, unit: Unit[T]) -> T:
        if getattr(unit, "__qualname__", "").startswith("TimeKeeper."):
            await self.death.hang_if_dead()
            return await self.database.write(unit)
        return cast(T, await self.death.around("write", lambda: self.database.write(unit)))

    async def read(self, unit: Unit[T]) -> T:
        return await self.database.read(unit)

    def tell_of_timers(self, tell: Callable[[float], None]) -> None:
        self.database.tell_of_timers(tell)


class _Memory(Memory):
    """The memory of a bot that may die."""

    def __init__(self, directory: Path, death: Death, *, now: Callable[[], float]) -> None:
        super().__init__(directory, now=now)
        self._death = death

    async def prepare(self, program: Program) -> Database:
        return cast(Database, _Store(await super().prepare(program), self._death))  # it has the methods that are used


@dataclass(frozen=True)
class _Answers:
    """Answers to interactions that count."""

    pool: AnswerPool
    death: Death

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        what = f"{method} {path.rpartition('/')[2].partition('?')[0]}"
        done = await self.death.around(
            what, lambda: self.pool.request(method, path, body, deadline=deadline, fresh=fresh)
        )
        return cast(Answer, done)


@dataclass(frozen=True)
class _Rest:
    """Calls of the bot's own that count."""

    gateway: Gateway
    death: Death

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        return await self.death.around(
            f"{method} {route}", lambda: self.gateway.request(method, route, json, reason=reason, **parts)
        )

    async def download(self, url: str) -> bytes:
        return cast(bytes, await self.death.around("GET file", lambda: self.gateway.download(url)))


@dataclass
class Lives:
    """A bot with a store in `directory`, on a local Discord, and the people who use it."""

    program: Program
    local: LocalDiscord
    directory: Path
    rebuild: Callable[[Mapping[str, str], int], Program | None]
    gateway: Gateway = field(init=False)
    pool: AnswerPool = field(init=False)
    death: Death = field(default_factory=Death)
    log: Lines = field(default_factory=Lines)
    lives: int = 0
    _engine: Engine | None = None
    _task: "asyncio.Task[None] | None" = None
    _serving: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        """Connect to Discord; nothing answers yet."""
        self.pool = AnswerPool(self.local.base_url, user_agent="test")
        listening = Listening(self.program.intents, self.program.intent_places, self._happened)
        self.gateway = Gateway(self.local.base_url, None, self._receive, listening)
        await self.gateway.login(self.local.token)
        self._serving = asyncio.create_task(self.gateway.serve())
        await self.gateway.ready()
        commands = [dict(command.payload) for command in self.program.registered]
        route = f"/applications/{self.gateway.application_id}/commands"
        await self.gateway.request("PUT", route, commands)

    def _receive(self, interaction: Mapping[str, Any]) -> None:
        if self._engine is not None and not self.death.is_dead:
            self._engine.receive(interaction)

    def _happened(self, name: str, data: Mapping[str, Any]) -> None:
        if self._engine is not None and not self.death.is_dead:
            self._engine.events.receive(name, data)

    async def live(self, death: Death | None = None) -> None:
        """Begin a life."""
        self.death = death or Death()
        self.lives += 1
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(started))
        self.death.kill = partial(_cancel, self._task)
        await started

    async def _run(self, started: "asyncio.Future[None]") -> None:
        death = self.death
        name = f"life.{id(self)}.{self.lives}"
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(self.log)
        clock = self.local.clock
        async with _Memory(self.directory, death, now=clock.now) as memory:
            engine = Engine(
                self.program,
                application_id=self.gateway.application_id,
                answers=_Answers(self.pool, death),
                rest=_Rest(self.gateway, death),
                directory=self.gateway,
                memory=memory,
                now=clock.now,
                log=Log(name),
                rebuild=self.rebuild,
            )
            keeper = TimeKeeper("bot:lives", engine.takers, clock.now, Log(name), engine.recover)
            async with engine:
                self._engine = engine
                started.set_result(None)
                await engine.prepare(self.program)
                await keeper.keep(await memory.prepare(self.program))

    async def end(self) -> None:
        """End a life, as by SIGKILL, unless it has ended."""
        self.death.is_dead = self.death.is_over = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._engine = self._task = None

    async def close(self) -> None:
        """End it for good."""
        await self.end()
        await self.gateway.close()
        if self._serving is not None:
            await asyncio.gather(self._serving, return_exceptions=True)
        await self.pool.close()

    async def settle(self) -> None:
        """Wait until nothing is under way, or the life is over; then begin another one."""
        await elapse(0.01)
        while self._engine is not None and self._engine.live and not self.death.is_dead:
            await elapse(0.05)
        if self.death.is_dead:
            await self.end()
            await self.live()
            await elapse(0.5)

    # --- people

    def shown(self, user: str = "Robin") -> list[JsonObject]:
        """Return the messages that somebody sees in #general."""
        return self.local.messages_for(user=user, channel="general", limit=100)

    def texts(self, user: str = "Robin") -> list[str]:
        """Return what those messages say."""
        return [str(message["content"]) for message in self.shown(user)]

    def button(self, label: str, user: str = "Robin") -> tuple[int, str] | None:
        """Return the newest message with a usable button of that label, and the button's custom_id."""
        for message in reversed(self.shown(user)):
            for row in message["components"]:
                for each in row["components"]:
                    if each.get("label") == label and not each.get("disabled"):
                        return int(message["id"]), str(each["custom_id"])
        return None


def lives(text: str, directory: Path, local: LocalDiscord, more: Mapping[str, type[Action]] | None = None) -> Lives:
    """Return a bot that has not been born yet."""

    def rebuild(files: Mapping[str, str], generation: int) -> Program | None:
        del generation
        return compiled(next(iter(files.values())), more=more)

    return Lives(compiled(text, more=more), local, directory, rebuild)


def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()


def new_discord() -> LocalDiscord:
    """Return a local Discord on the loop's own time."""
    return LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
