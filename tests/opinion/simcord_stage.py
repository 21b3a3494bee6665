"""A bot on SimCord, an imitation of Discord by other people: in-process, with a client that never connects.

SimCord judges discord.py's own calls. The bot's answers go their own way to Discord, so here they are handed to the
same judge by another door: what an answer pool would send.

SimCord waits, after each event, for all work that it takes for the bot's: what runs in the context in which it delivers
events. A store, a timer and a step that waits would never come to rest for it. So the bot works in a context of its
own, on a loop whose time jumps, and SimCord's clock follows that loop.
"""

import asyncio
import contextvars
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from json import dumps, loads
from pathlib import Path
from random import Random
from typing import Any

import discord
import simcord
from discord.http import Route
from discord.webhook.async_ import async_context
from simcord import ChannelHandle, Env, GuildHandle, MemberActor
from simcord.backend.models import Channel, Guild, Message
from simcord.backend.serializers import guild_create_payload

from runner.compile import Program
from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.world import Guild as LocalGuild
from runner.emulator.world import World
from runner.engine.answers import Answer, Method
from runner.engine.interaction import Engine
from runner.engine.keeper import TimeKeeper
from runner.engine.memory import Memory
from runner.gateway import DISCORD_API_URL, Gateway, Listening
from runner.lifecycle import budget
from runner.lifecycle.limits import ChannelType
from runner.logs import Log
from runner.messages import WithContents
from runner.registration import Wanted, register
from runner.rest import RestRefused
from runner.run import Door
from runner.scenarios.stage import DELIVERY_S, SLACK
from runner.scenarios.web import ScriptedWeb
from tests.opinion.simcord_world import copied

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json"
LOGGER = "tests.simcord"
SEED = 7
"""What chance begins with, on both sides alike."""


@dataclass(frozen=True, slots=True)
class LoopClock:
    """SimCord's clock, which goes by the loop's time instead of being moved by hand."""

    clock: VirtualClock
    began: float

    @property
    def elapsed(self) -> float:
        """The seconds since it began."""
        return self.clock.now() - self.began

    def now(self) -> datetime:
        """Return the instant."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Do nothing: the loop does."""


@dataclass(frozen=True, slots=True)
class AnswerRoute:
    """As much of discord.py's route as SimCord reads."""

    method: str
    url: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Hands each answer to SimCord, as discord.py's webhooks would. `lacking` is what SimCord has no idea of."""

    lacking: list[str]

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        """Make one call, whose outcome is always known."""
        del deadline, fresh
        bare, params = without_query(path)
        judge: Any = async_context.get()  # SimCord's, of no declared type
        payload = loads(body) if body else None
        try:
            said = await judge.request(
                AnswerRoute(method, DISCORD_API_URL + bare), None, payload=payload, params=params
            )
        except discord.HTTPException as refusal:
            return answer(refusal.status, {"code": refusal.code, "message": refusal.text})
        except (simcord.RouteNotImplemented, simcord.UnsupportedField) as lack:
            self.lacking.append(str(lack))
            raise
        return answer(204 if said is None else 200, said)


@dataclass(frozen=True, slots=True)
class Rest:
    """Calls of steps, with bodies as they are when they have gone over a wire. `lacking` as of `Answers`."""

    gateway: Gateway
    lacking: list[str]

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Make the call. Any: Discord's JSON."""
        bare, params = without_query(route.format_map(parts))
        files = json.files if isinstance(json, WithContents) else ()
        said = json.said if isinstance(json, WithContents) else json
        given: dict[str, Any] = {} if said is None else {"json": loads(dumps(said))}
        given |= {"files": [discord.File(BytesIO(file.content), file.name) for file in files]} if files else {}
        try:
            return await self.gateway.client.http.request(Route(method, bare), params=params, reason=reason, **given)
        except discord.HTTPException as refusal:
            raise RestRefused(refusal.status, refusal.code, refusal.text.partition("\n")[0]) from None
        except (simcord.RouteNotImplemented, simcord.UnsupportedField) as lack:
            self.lacking.append(str(lack))
            raise

    async def download(self, url: str) -> bytes:
        """Return a file."""
        return await self.gateway.download(url)


def without_query(path: str) -> tuple[str, dict[str, str] | None]:
    """Return a path and what stands behind its question mark, by name: SimCord wants them apart."""
    bare, _, query = path.partition("?")
    return bare, dict(part.split("=", 1) for part in query.split("&")) if query else None


def answer(status: int, body: object) -> Answer:
    """Return an answer as it would come over the wire."""
    return Answer(status, b"" if body is None else dumps(body).encode(), JSON_HEAD)


class Ends(logging.Handler):
    """Tells when something that the bot does has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.has_come = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg in ("interaction", "flow"):
            self.has_come.set()


@dataclass(slots=True)
class Stage:
    """A bot on SimCord, and the same server as a local Discord begins with: its people by their names.

    `lacking` is what the bot has asked for and SimCord does not know.
    """

    program: Program
    env: Env
    gateway: Gateway
    clock: VirtualClock
    folder: Path
    guild: GuildHandle
    people: dict[str, MemberActor]
    lacking: list[str] = field(default_factory=list[str])
    web: ScriptedWeb = field(default_factory=ScriptedWeb)
    door: Door = field(default_factory=Door)
    ends: Ends = field(default_factory=Ends)
    engine: Engine | None = None
    bot: AsyncExitStack = field(default_factory=AsyncExitStack)
    chance: Random = field(default_factory=lambda: Random(SEED))
    left: tuple[Guild, dict[int, Channel], dict[int, dict[int, Message]]] | None = None

    async def start_bot(self) -> None:
        """Start the bot, with what an earlier one has kept."""
        memory = await self.bot.enter_async_context(Memory(self.folder, now=self.clock.now))
        log = Log(LOGGER)
        engine = Engine(
            self.program,
            application_id=self.gateway.application_id,
            answers=Answers(self.lacking),
            rest=Rest(self.gateway, self.lacking),
            directory=self.gateway,
            memory=memory,
            now=self.clock.now,
            log=log,
            secret="of this bot",
            outside=self.web,
            chance=self.chance,
        )
        self.engine = await self.bot.enter_async_context(engine)
        if self.program.needs_store:
            database = await memory.prepare(self.program)
            await engine.prepare(self.program)
            keeper = TimeKeeper("bot", engine.takers, self.clock.now, log, engine.recover, slack=SLACK)
            self.bot.push_async_callback(ended, keeper, asyncio.create_task(keeper.keep(database)))
        self.door.open(elsewhere(engine.receive), elsewhere(engine.events.receive))

    async def stop_bot(self) -> None:
        """Stop the bot as a signal would."""
        if self.engine is not None:
            await self.engine.drain(budget.DRAIN_S)
        await self.bot.aclose()

    async def idle(self) -> None:
        """Wait until neither an interaction nor an event is under way."""
        assert self.engine is not None
        await elapse(DELIVERY_S)
        while self.engine.live:
            self.ends.has_come.clear()
            await self.ends.has_come.wait()
        await self.engine.events.idle()
        await self.env.settle()

    def take_out(self) -> None:
        """Take the bot out of the server."""
        backend = self.env.backend
        self.left = backend.get_guild(self.guild.id), dict(backend.channels), dict(backend.messages)
        backend.remove_guild(self.guild.id)

    def bring_back(self) -> None:
        """Bring the bot back into the server that it was taken out of: SimCord forgets one, and Discord does not."""
        assert self.left is not None, "it was taken out"
        backend, (guild, channels, messages) = self.env.backend, self.left
        backend.guilds[guild.id] = guild
        backend.channels.update(channels)
        backend.messages.update(messages)
        backend.emit("GUILD_CREATE", guild_create_payload(backend, guild))

    def channel(self, name: str, by: MemberActor) -> ChannelHandle:
        """Return a channel by its name; `dm` is somebody's with the bot. Raises LookupError."""
        if name == "dm":
            return by.user.dm_channel
        channels = self.env.backend.channels.values()
        named = [each for each in channels if (each.name or "").casefold() == name.casefold()]
        found = [each for each in named if each.type != ChannelType.GUILD_CATEGORY]
        if not found:
            raise LookupError(name)
        return ChannelHandle(self.env, self.guild, found[0])


async def ended(keeper: TimeKeeper, keeping: "asyncio.Task[None]") -> None:
    """Let a bot's timers come to an end."""
    await keeper.drain(budget.DRAIN_S)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


def elsewhere(receive: Callable[..., None]) -> Callable[..., None]:
    """Return what receives in the context of now, in which SimCord takes no work for its own."""
    here = contextvars.copy_context()
    return lambda *given: here.run(receive, *given)


@asynccontextmanager
async def on_simcord(program: Program, world: World, folder: Path) -> AsyncGenerator[Stage]:
    """Have SimCord run a bot, with a copy of the only guild of `world`; it keeps things in `folder`."""
    clock, door = VirtualClock(asyncio.get_running_loop()), Door()
    listening = Listening(program.intents, program.intent_places, door.event)
    gateway = Gateway(DISCORD_API_URL, program.presence, door.interaction, listening)
    env = Env(gateway.client, strict_sync=False)
    env.backend.clock = LoopClock(clock, clock.now())  # type: ignore[assignment]  # as much of a clock as is used
    guild, people = copied(env, only_guild(world), world)
    await env.start()
    try:
        with env.time_context():
            stage = Stage(program, env, gateway, clock, folder, guild, people, door=door)
            logger = logging.getLogger(LOGGER)
            logger.setLevel(logging.INFO)
            logger.propagate = False
            logger.addHandler(stage.ends)
            wanted = [Wanted(command.payload, command.place) for command in program.registered]
            await register(gateway, int(gateway.application_id), {"global": wanted})
            await stage.start_bot()
            try:
                yield stage
            finally:
                await stage.stop_bot()
                logger.removeHandler(stage.ends)
    finally:
        await env.shutdown()
    env.raise_errors()


def only_guild(world: World) -> LocalGuild:
    """Return the guild of a world that has one."""
    (guild,) = world.guilds.values()
    return guild
