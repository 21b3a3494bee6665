"""A bot on SimCord, an imitation of Discord by other people: in-process, with a client that never connects.

SimCord judges discord.py's own calls. The bot's answers go their own way to Discord, so here they are handed to the
same judge by another door: what an answer pool would send.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from json import dumps, loads
from pathlib import Path
from typing import Any

import discord
import simcord
from discord.webhook.async_ import async_context
from simcord import ChannelHandle, Env, GuildHandle, MemberActor, RoleHandle

from runner.compile import Program
from runner.emulator.permissions import ROLE
from runner.emulator.world import Channel, Guild, World
from runner.engine.answers import Answer, Method
from runner.engine.interaction import Engine
from runner.engine.memory import Memory
from runner.gateway import DISCORD_API_URL, Gateway
from runner.lifecycle.limits import ChannelType
from runner.logs import Log
from runner.registration import Wanted, register

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json"


@dataclass(frozen=True, slots=True)
class Route:
    """As much of discord.py's route as SimCord reads."""

    method: str
    url: str


class Answers:
    """Hands each answer to SimCord, as discord.py's webhooks would."""

    async def request(
        self, method: Method, path: str, body: bytes | None, *, deadline: float, fresh: bool = False
    ) -> Answer:
        """Make one call, whose outcome is always known."""
        del deadline, fresh
        bare, _, query = path.partition("?")
        params = dict(part.split("=") for part in query.split("&")) if query else None
        judge: Any = async_context.get()  # SimCord's, of no declared type
        try:
            said = await judge.request(
                Route(method, DISCORD_API_URL + bare), None, payload=loads(body) if body else None, params=params
            )
        except discord.HTTPException as refusal:
            return answer(refusal.status, {"code": refusal.code, "message": refusal.text})
        return answer(204 if said is None else 200, said)


@dataclass(frozen=True, slots=True)
class Rest:
    """Calls of steps, with bodies as they are when they have gone over a wire."""

    gateway: Gateway

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Make the call. Any: Discord's JSON."""
        body = None if json is None else loads(dumps(json))
        return await self.gateway.request(method, route, body, reason=reason, **parts)

    async def download(self, url: str) -> bytes:
        """Return a file."""
        return await self.gateway.download(url)


def answer(status: int, body: object) -> Answer:
    """Return an answer as it would come over the wire."""
    return Answer(status, b"" if body is None else dumps(body).encode(), JSON_HEAD)


@dataclass(frozen=True, slots=True)
class Stage:
    """A bot on SimCord, and the same people and channels as a local Discord begins with, by their names."""

    env: Env
    engine: Engine
    people: Mapping[str, MemberActor]
    channels: Mapping[str, ChannelHandle]


@asynccontextmanager
async def on_simcord(program: Program, world: World, folder: Path) -> AsyncGenerator[Stage]:
    """Have SimCord run a bot, with a copy of the only guild of `world`."""
    engines: list[Engine] = []
    gateway = Gateway(DISCORD_API_URL, None, lambda interaction: engines[0].receive(interaction))
    async with simcord.run(gateway.client, strict_sync=False) as env, Memory(folder, now=time.time) as memory:
        people, channels = copied(env, next(iter(world.guilds.values())), world)
        await env.settle()
        async with Engine(
            program,
            application_id=gateway.application_id,
            answers=Answers(),
            rest=Rest(gateway),
            directory=gateway,
            memory=memory,
            now=time.time,
            log=Log("tests.simcord"),
        ) as engine:
            engines.append(engine)
            wanted = [Wanted(command.payload, command.place) for command in program.registered]
            await register(gateway, int(gateway.application_id), {"global": wanted})
            yield Stage(env, engine, people, channels)


def copied(env: Env, guild: Guild, world: World) -> tuple[dict[str, MemberActor], dict[str, ChannelHandle]]:
    """Make the same guild on SimCord; returns its people and channels."""
    users = {
        member: env.create_user(world.users[member].username, global_name=world.users[member].global_name)
        for member in guild.members
        if not world.users[member].bot
    }
    made = env.create_guild(guild.name, owner=users[guild.owner_id])
    roles: dict[int, RoleHandle] = {guild.id: made.default_role}
    own = max((role.position for role in guild.roles.values() if role.managed_by == world.bot_id), default=0)
    for role in sorted(guild.roles.values(), key=lambda role: role.position):
        if role.managed_by == world.bot_id:
            roles[role.id] = made.roles[bot_name(env)]
        elif role.id != guild.id:
            permissions = discord.Permissions(int(role.permissions))
            # SimCord gives the bot the lowest role but one, and it can't be moved: what is below it goes to the bottom.
            position = role.position if role.position > own else 0
            roles[role.id] = made.create_role(role.name, permissions=permissions, position=position)
    people = {
        world.users[number].display_name: made.add_member(
            user, roles=[roles[role] for role in guild.members[number].role_ids if role in roles]
        )
        for number, user in users.items()
        if number != guild.owner_id
    }
    people[world.users[guild.owner_id].display_name] = MemberActor(env, made, users[guild.owner_id])
    texts = [channel for channel in world.channels.values() if channel.type is ChannelType.GUILD_TEXT]
    return people, {str(channel.name): channel_copied(made, channel, roles) for channel in texts}


def bot_name(env: Env) -> str:
    """Return what SimCord calls the bot, and the role that it gives it in every guild."""
    assert env.bot.user is not None, "it has logged in"
    return env.bot.user.name


def channel_copied(guild: GuildHandle, channel: Channel, roles: Mapping[int, RoleHandle]) -> ChannelHandle:
    """Make the same channel, with what it allows and denies to roles."""
    overwrites: dict[Any, discord.PermissionOverwrite] = {  # Any: whatever SimCord takes for a target
        roles[each.id]: discord.PermissionOverwrite.from_pair(
            discord.Permissions(int(each.allow)), discord.Permissions(int(each.deny))
        )
        for each in channel.overwrites
        if each.type == ROLE and each.id in roles
    }
    return guild.create_text_channel(str(channel.name), topic=channel.topic, overwrites=overwrites)
