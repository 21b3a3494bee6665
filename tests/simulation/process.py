"""One life of the bot: an engine with its log, its clock and its way to Discord, until it ends or is killed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runner.compile import Program
from runner.engine.answers import Answer, Method
from runner.engine.context import Role
from runner.engine.interaction import Engine
from runner.engine.memory import Memory
from runner.logs import Log

from .bots import USER_TEXT, Json
from .discord import APPLICATION_ID, EPOCH_S
from .wire import Wire

DATE_EVERY_S: Final = 30.0
"""How often a process asks for Discord's date, as the runner's own warm-up does."""

SECRETS: Final = ("tok-", USER_TEXT)
"""What no log line may hold: interaction tokens, and what users wrote."""


class Killed(BaseException):
    """The process is no more. Not an `Exception`: nothing in the engine may live to handle it."""


class WallClock:
    """The machine's clock, which may be wrong and may be set. `offset_s` is how far it is ahead of Discord's."""

    def __init__(self, offset_s: float, drift: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.offset_s = offset_s
        self._drift = drift

    def now(self) -> float:
        """Return what the machine takes for the Unix time."""
        elapsed = self._loop.time()
        return EPOCH_S + elapsed * (1 + self._drift) + self.offset_s


class Recorder(Log):
    """A log that keeps what the rules ask about: how each interaction ended, how many lines of a kind, and leaks."""

    def __init__(self) -> None:
        super().__init__("simulation")
        self._loop = asyncio.get_running_loop()
        self.is_silent = False
        self.lines: list[tuple[float, str, Mapping[str, object]]] = []
        self.events: Counter[str] = Counter()
        self.ended: dict[str, Mapping[str, object]] = {}
        self.ended_twice: list[str] = []
        self.leaks: list[str] = []
        self.defects: list[str] = []

    def debug(self, event: str, /, **fields: object) -> None:
        """Keep a line."""
        self._keep(event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        """Keep a line, and how an interaction ended."""
        self._keep(event, fields)
        if event == "interaction" and not self.is_silent:
            identity = str(fields["id"])
            if identity in self.ended:
                self.ended_twice.append(identity)
            self.ended[identity] = fields

    def warning(self, event: str, /, *, exception: BaseException | None = None, **fields: object) -> None:
        """Keep a line."""
        self._keep(event, {**fields, "exception": exception})
        self._defect(event, exception)

    def error(self, event: str, /, *, exception: BaseException | None = None, **fields: object) -> None:
        """Keep a line."""
        self._keep(event, {**fields, "exception": exception})
        self._defect(event, exception)

    def about(self, identity: str) -> list[tuple[float, str]]:
        """Return the lines about an interaction, those that name only its reference included, each with its instant."""
        reference = self.ended.get(identity, {}).get("reference") or identity
        return [
            (at, f"log: {event} {_told(fields)}")
            for at, event, fields in self.lines
            if fields.get("id") == identity or fields.get("reference") == reference
        ]

    def _defect(self, event: str, exception: BaseException | None) -> None:
        """Note exceptions that are nobody's doing but the engine's own."""
        if isinstance(exception, (AssertionError, AttributeError, KeyError, IndexError, TypeError, ValueError)):
            self.defects.append(f"{event}: {type(exception).__name__}: {exception}")

    def _keep(self, event: str, fields: Mapping[str, object]) -> None:
        self.events[event] += 1
        if not self.is_silent:
            self.lines.append((self._loop.time(), event, fields))
        for name, value in fields.items():
            if isinstance(value, (str, BaseException)):
                text = str(value)
                self.leaks += [f"{event}.{name}: {text[:80]}" for secret in SECRETS if secret in text]


def _told(fields: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in fields.items() if value is not None and name != "id")


@dataclass(frozen=True, slots=True)
class _Directory:
    """What the gateway would know."""

    bot: Mapping[str, Any]
    bot_owners: frozenset[str] = frozenset({"8"})

    def guild_owner(self, guild_id: str) -> str | None:
        return "7" if guild_id else None

    def guild_name(self, guild_id: str) -> str:
        return "Lighthouse" if guild_id else ""

    def channel_named(self, guild_id: str, name: str) -> str | None:
        return "500000000000000002" if guild_id and name == "general" else None

    def channel(self, guild_id: str, channel_id: str) -> Mapping[str, Any] | None:
        return {"id": channel_id, "name": "general", "type": 0, "parent_id": None} if guild_id else None

    def role_name(self, guild_id: str, role_id: str) -> str:
        return "Support" if guild_id and role_id else ""

    def system_channel(self, guild_id: str) -> str:
        return "500000000000000002" if guild_id else ""

    def role_named(self, guild_id: str, name: str) -> str | None:
        return "500000000000000003" if guild_id and name == "Support" else None

    def role(self, guild_id: str, role_id: str) -> Role | None:
        return Role(role_id, "Support", 1, False) if role_id == self.role_named(guild_id, "Support") else None

    def sticker_named(self, guild_id: str, name: str) -> str | None:
        return None

    def category_of(self, guild_id: str, channel_id: str) -> str | None:
        return None

    def bot_roles(self, guild_id: str) -> tuple[str, ...] | None:
        return () if guild_id else None

    def bot_permissions(self, guild_id: str, channel_id: str = "") -> int | None:
        return None if channel_id else 0


_BOT: Final = {"id": APPLICATION_ID, "name": "Keeper", "mention": f"<@{APPLICATION_ID}>", "latency_ms": 42}


class Process:
    """A running engine. It is the engine's way to Discord as well, so that a dead process says nothing more."""

    def __init__(
        self, program: Program, wire: Wire, clock: WallClock, new_reference: Callable[[], str], live_max: int
    ) -> None:
        self.log = Recorder()
        self.is_alive = True
        self.received: set[str] = set()
        self._wire = wire
        self._clock = clock
        self._stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.engine = Engine(
            program,
            application_id=APPLICATION_ID,
            answers=self,
            rest=_Rest(self),
            directory=_Directory(_BOT),
            memory=Memory(Path(), now=clock.now),
            now=clock.now,
            log=self.log,
            new_reference=new_reference,
            live_max=live_max,
        )
        self._host: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; returns when the engine takes interactions."""
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._host = asyncio.create_task(self._serve(started))
        await started

    async def _serve(self, started: asyncio.Future[None]) -> None:
        async with self.engine:
            dates = asyncio.create_task(self._watch_the_date(started))
            try:
                await self._stopping
            finally:
                dates.cancel()

    async def _watch_the_date(self, started: asyncio.Future[None]) -> None:
        while True:
            sent_at = self._clock.now()
            await asyncio.sleep(0.05)
            date_s = float(int(EPOCH_S + asyncio.get_running_loop().time()))
            self.engine.observe_date(date_s, sent_at, self._clock.now())
            if not started.done():
                started.set_result(None)
            await asyncio.sleep(DATE_EVERY_S)

    def receive(self, payload: Json) -> None:
        """Take an event of the gateway's."""
        self.received.add(payload["id"])
        self.engine.receive(payload)

    async def stop(self) -> None:
        """End in peace: wait until the engine has let go of everything."""
        assert self._host is not None, "stopped before it was started"
        self._stopping.set_result(None)
        await self._host

    async def kill(self) -> None:
        """End as by SIGKILL: nothing that the process would still say is heard."""
        assert self._host is not None, "killed before it was started"
        self.is_alive = False
        self.log.is_silent = True
        self._host.cancel()
        await asyncio.gather(self._host, return_exceptions=True)

    @property
    def unfinished(self) -> set[str]:
        """The interactions that it has taken and not ended."""
        return {live.id for live in self.engine.live}

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        """Make one attempt, as `Answers.request` promises it. Raises `Killed` in a dead process."""
        self.ensure_alive()
        answer = await self._wire.request(method, path, body, deadline)
        self.ensure_alive()
        return answer

    def ensure_alive(self) -> None:
        """Raise `Killed` in a dead process."""
        if not self.is_alive:
            raise Killed

    async def rest(self, path: str) -> Any:  # Any: Discord's JSON
        """Make a call with the bot's own token. Raises `Killed` in a dead process."""
        self.ensure_alive()
        return await self._wire.rest(path)


@dataclass(frozen=True, slots=True)
class _Rest:
    """The process as `Rest`; `Answers.request` has the same name and other parameters."""

    process: Process

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Call Discord's API as the bot."""
        return await self.process.rest(f"{method} {route}")

    async def download(self, url: str) -> bytes:
        """Return a file: none of these bots sends one."""
        raise AssertionError(url)
