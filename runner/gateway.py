"""discord.py's side of the runner: the gateway, the cache of servers, and REST. Nothing else imports `discord`.

Interactions are taken from the gateway as the dicts that arrive, before discord.py makes objects of them: its objects
cost more than the answer does, and its dispatch sends nothing at all for what it doesn't know. For that, and to reach
another address than Discord's own, five private names are used; `tests/test_gateway.py` pins them.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from json import dumps
from typing import Any, Final

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from runner.config.document import Presence
from runner.data import dataclass
from runner.engine.context import Role
from runner.events import GATEWAY_NAMES, INTENT_NAMES
from runner.lifecycle.bits import Intents
from runner.messages import FileContent, WithContents
from runner.rest import RestRefused

SILENCE_S: Final = 60.0
"""How long (s) nothing may come from Discord before it is connected to anew: discord.py's own figure."""

RATE_LIMIT_WAIT_MAX_S: Final = 60.0
"""The longest wait for a rate limit: for a longer one (ten minutes, for a channel's name) a call fails instead."""

_CDN: Final = ("cdn.discordapp.com", "media.discordapp.net")
"""Where Discord keeps files (Discord docs, Reference: Image Formatting, and the `proxy_url` of attachments)."""

DISCORD_API_URL: Final = "https://discord.com/api/v10"

_ACTIVITIES: Final = {
    "playing": discord.ActivityType.playing,
    "listening": discord.ActivityType.listening,
    "watching": discord.ActivityType.watching,
    "competing": discord.ActivityType.competing,
}


class TokenRefused(Exception):
    """Discord does not know the bot's token."""


class Unreachable(Exception):
    """Discord can't be reached; the message names the address and the cause, and no secret."""


class IntentsRefused(Exception):
    """The bot needs an intent that isn't switched on for it; the message names those that it asks for, and where."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What the bot hears of besides interactions.

    `intents` are those it asks for, `places` says where the config needs each privileged one. `receive` is called with
    the gateway's name of an event and its payload.
    """

    intents: Intents
    places: Mapping[Intents, str]
    receive: Callable[[str, Mapping[str, Any]], None]


class Gateway:
    """The bot's connection to Discord: events in, and REST calls that are not answers out."""

    def __init__(
        self,
        api_url: str,
        presence: Presence | None,
        receive: Callable[[Mapping[str, Any]], None],
        listening: Listening | None = None,
        slack: float = 1.0,
    ) -> None:
        """`receive` is called with every interaction's payload. `slack` is how many times longer Discord may be silent.

        Sets discord.py's addresses, and what it logs, for the whole process.
        """
        Route.BASE = api_url
        _quieten()
        self._api_url = api_url
        self._places: Mapping[Intents, str] = listening.places if listening else {}
        self._client = _Client(_status(presence), _activity(presence), receive, listening, SILENCE_S * slack)

    @property
    def client(self) -> discord.Client:
        """discord.py's own client, for whoever brings it to a Discord by another way than `login` and `serve`."""
        return self._client

    async def login(self, token: str) -> None:
        """Identify the bot. Raises `TokenRefused` or `Unreachable`."""
        try:
            await self._client.login(token)
            shards, gateway, _ = await self._client.http.get_bot_gateway()
        except discord.LoginFailure:
            raise TokenRefused from None
        except (OSError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError) as error:
            raise Unreachable(f"{self._api_url} ({_cause(error)})") from None
        except (TypeError, KeyError, ValueError):  # how discord.py takes an answer that is not JSON, or not Discord's
            raise Unreachable(f"{self._api_url} (what answers there is not Discord)") from None
        if shards > 1:
            raise Unreachable(f"{self._api_url} (this bot needs {shards} shards, and one process holds one)")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

    async def serve(self) -> None:
        """Stay connected until `close`.

        Raises `TokenRefused`, `IntentsRefused` or `Unreachable` when Discord ends it for good.
        """
        try:
            while not self._client.is_closed():
                await self._connect()
        except discord.ConnectionClosed as error:
            if error.code == 4004:
                raise TokenRefused from None
            raise Unreachable(f"the gateway ({_cause(error)})") from None
        except discord.PrivilegedIntentsRequired:
            if not self._places:
                raise Unreachable("the gateway (it refuses intents that nobody has to be granted)") from None
            raise IntentsRefused(_switches(self._places)) from None
        finally:
            self._end_heartbeats()

    async def _connect(self) -> None:
        try:
            await self._client.connect()
        except AttributeError:
            # Where the very first connection fails, discord.py 2.7.1 waits as it should, and then stumbles over the
            # connection that it has never had.
            if getattr(self._client, "ws", None) is not None:
                raise

    async def asked(self) -> None:
        """Wait until Discord has been asked for a session."""
        await self._client.has_asked.wait()

    async def ready(self) -> None:
        """Wait until Discord delivers interactions."""
        await self._client.is_identified.wait()

    def tell_of_connection(self, tell: Callable[[bool], None]) -> None:
        """Have `tell` called when Discord begins to deliver what happens, and when it doesn't any more."""
        self._client.tell_of_connection = tell

    async def close(self) -> None:
        """Disconnect."""
        await self._client.close()
        self._end_heartbeats()

    def _end_heartbeats(self) -> None:
        """End what beats for a connection that was just being made: discord.py 2.7.1 ends only that of a whole one."""
        ours = vars(self._client)["_connection"]
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and vars(thread.ws).get("_connection") is ours:
                thread.stop()

    @property
    def application_id(self) -> str:
        """The application's id, known after `login`."""
        return str(self._client.application_id)

    @property
    def endpoint_url(self) -> str | None:
        """Where Discord sends interactions instead, known after `login`; None if they come by the gateway.

        Source: Discord docs, Interactions: Receiving and Responding, Receiving an Interaction.
        """
        application = self._client.application
        return application.interactions_endpoint_url if application else None

    @property
    def bot(self) -> dict[str, Any]:
        """The bot as templates see it."""
        user = self._client.user
        assert user is not None, "known after login"
        latency_s = self._client.latency
        latency_ms = round(latency_s * 1000) if latency_s == latency_s and latency_s != float("inf") else 0
        return {"id": str(user.id), "name": user.name, "mention": user.mention, "latency_ms": latency_ms}

    @property
    def bot_owners(self) -> frozenset[str]:
        """The ids of the users who own the bot: its owner, or its team's admins and developers.

        Known after `login`, as of then. Source: Discord docs, Topics: Teams, Team Member Roles.
        """
        return self._client.owners

    def guild_ids(self) -> list[int]:
        """Return the servers that the bot is in."""
        return [guild.id for guild in self._client.guilds]

    def guild_name(self, guild_id: str) -> str:
        """Return a server's name; an empty text when it is not known."""
        guild = self._client.get_guild(int(guild_id))
        return guild.name if guild else ""

    def guild_owner(self, guild_id: str) -> str | None:
        """Return the id of a server's owner; None when it is not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        return str(guild.owner_id) if guild and guild.owner_id else None

    def channel(self, guild_id: str, channel_id: str) -> dict[str, Any] | None:
        """Return what is known of a channel or a thread, in Discord's words."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = guild.get_channel_or_thread(int(channel_id)) if guild else None
        if found is None:
            return None
        parent = found.parent_id if isinstance(found, discord.Thread) else found.category_id
        parent_id = str(parent) if parent else None
        return {"id": channel_id, "name": found.name, "type": found.type.value, "parent_id": parent_id}

    def role_name(self, guild_id: str, role_id: str) -> str:
        """Return a role's name; an empty text when it is not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = guild.get_role(int(role_id)) if guild else None
        return found.name if found else ""

    def system_channel(self, guild_id: str) -> str:
        """Return the id of the channel in which a server greets its members, or else its first one; empty if none."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        if guild is None:
            return ""
        found = guild.system_channel or next(iter(guild.text_channels), None)
        return str(found.id) if found else ""

    def channel_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of the first channel with this name in a server."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = discord.utils.get(guild.channels, name=name) if guild else None
        return str(found.id) if found else None

    def sticker_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of a server's sticker with this name, upper and lower case alike."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        known = {each.name.casefold(): each.id for each in reversed(guild.stickers)} if guild else {}
        found = known.get(name.casefold())
        return None if found is None else str(found)

    def category_of(self, guild_id: str, channel_id: str) -> str | None:
        """Return the id of a channel's category: empty if it has none; None when the channel is not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = guild.get_channel(int(channel_id)) if guild else None
        return str(found.category_id or "") if found else None

    def role_named(self, guild_id: str, name: str) -> str | None:
        """Return the id of the role with this name in a server."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = discord.utils.get(guild.roles, name=name) if guild else None
        return str(found.id) if found else None

    def role(self, guild_id: str, role_id: str) -> Role | None:
        """Return a role of a server; None when either is not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        found = guild.get_role(int(role_id)) if guild and role_id.isdecimal() else None
        return Role(role_id, found.name, found.position, found.managed) if found else None

    def bot_roles(self, guild_id: str) -> tuple[str, ...] | None:
        """Return the ids of the bot's own roles in a server; None when they are not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        return tuple(str(role.id) for role in guild.me.roles) if guild and guild.me else None

    def bot_permissions(self, guild_id: str, channel_id: str = "") -> int | None:
        """Return what the bot holds in a channel, or in the server as a whole; None when that is not known."""
        guild = self._client.get_guild(int(guild_id)) if guild_id else None
        if guild is None or not guild.me:
            return None
        if not channel_id:
            return guild.me.guild_permissions.value
        channel = guild.get_channel_or_thread(int(channel_id)) if channel_id.isdecimal() else None
        return channel.permissions_for(guild.me).value if channel else None

    async def request(
        self, method: str, route: str, json: object | None = None, *, reason: str | None = None, **parts: str
    ) -> Any:
        """Call Discord's REST as the bot, within its rate limits. Any: Discord's JSON."""
        given: dict[str, Any] = {} if json is None else {"json": json}
        if isinstance(json, WithContents):
            given = {"form": _form(json.said, json.files)}
        with _refusing():
            return await self._client.http.request(Route(method, route, **parts), reason=reason, **given)

    async def download(self, url: str) -> bytes:
        """Return a file that Discord keeps, and nothing from elsewhere: part of an address may come from a template."""
        if yarl.URL(url).authority not in (*_CDN, yarl.URL(Route.BASE).authority):
            raise RestRefused(0, 0, "that is no address at which Discord keeps files")
        with _refusing():
            return await self._client.http.get_from_cdn(url)


@contextmanager
def _refusing() -> Generator[None]:
    """Raise what Discord, or the way to it, says no with as `RestRefused`."""
    try:
        yield
    except discord.HTTPException as error:
        errors: Mapping[str, object] = getattr(error, "_errors", None) or {}
        message = str(error.text).partition("\n")[0]  # behind it discord.py says the errors once more
        retry_after_s = _retry_after_s(error) if error.status == 429 else None
        raise RestRefused(error.status, error.code, message, errors, retry_after_s=retry_after_s) from None
    except discord.RateLimited as error:
        raise RestRefused(429, 0, "rate limited", retry_after_s=error.retry_after) from None
    except (OSError, aiohttp.ClientError) as error:
        raise RestRefused(0, 0, _cause(error)) from None


def _form(json: object, files: Sequence[FileContent]) -> list[dict[str, Any]]:
    """Return the parts of a body that brings files along. Source: Discord docs, Reference: Uploading Files."""
    parts: list[dict[str, Any]] = [
        {"name": "payload_json", "value": dumps(json), "content_type": "application/json"},
    ]
    for number, file in enumerate(files):
        about = {"name": f"files[{number}]", "filename": file.name, "content_type": "application/octet-stream"}
        parts.append({**about, "value": file.content})
    return parts


class _Client(discord.Client):
    """A client that keeps servers, channels and roles, and hands interactions on as they arrive."""

    def __init__(
        self,
        status: discord.Status | None,
        activity: discord.Activity | None,
        receive: Callable[[Mapping[str, Any]], None],
        listening: Listening | None,
        silence_s: float,
    ) -> None:
        super().__init__(
            heartbeat_timeout=silence_s,
            intents=_intents(listening.intents if listening else Intents.GUILDS),
            status=status,
            activity=activity,
            max_messages=None,
            max_ratelimit_timeout=RATE_LIMIT_WAIT_MAX_S,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.has_asked = asyncio.Event()
        self.is_identified = asyncio.Event()
        self.tell_of_connection: Callable[[bool], None] = lambda _is_connected: None
        parsers = self._connection.parsers
        parsers["INTERACTION_CREATE"] = receive
        if listening is not None:
            for name in (*GATEWAY_NAMES, "READY"):
                parsers[name] = _heard(listening.receive, name, parsers[name] if _is_remembered(name) else None)

    @cached_property
    def owners(self) -> frozenset[str]:
        """The ids of the users who own the application; asked for after `login` only."""
        application = self.application
        assert application is not None, "known after login"
        team = application.team
        if team is None:
            return frozenset({str(application.owner.id)})
        trusted = (discord.TeamMemberRole.admin, discord.TeamMemberRole.developer)
        members = [member for member in team.members if member.membership_state is discord.TeamMembershipState.accepted]
        return frozenset({str(team.owner_id), *(str(member.id) for member in members if member.role in trusted)})

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord is just being asked for a session."""
        self.has_asked.set()
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_connect(self) -> None:
        """Discord has accepted the session: interactions come from now on."""
        self.is_identified.set()
        self.tell_of_connection(True)

    async def on_resumed(self) -> None:
        """Discord has taken the session up again, and has delivered what was missed."""
        self.tell_of_connection(True)

    async def on_disconnect(self) -> None:
        """The connection is gone, or could not be made."""
        self.tell_of_connection(False)


def _intents(wanted: Intents) -> discord.Intents:
    intents = discord.Intents.none()
    intents.value = wanted.value
    return intents


def _is_remembered(name: str) -> bool:
    """Tell whether discord.py needs an event, too: for what it knows of servers, channels and roles."""
    return name.startswith(
        ("READY", "GUILD_CREATE", "GUILD_DELETE", "GUILD_ROLE", "GUILD_MEMBER", "GUILD_STICKERS", "CHANNEL", "THREAD")
    )


def _heard(
    receive: Callable[[str, Mapping[str, Any]], None], name: str, parse: Callable[[Any], None] | None
) -> Callable[[Any], None]:
    """Return what takes an event.

    The bot hears of something new when discord.py knows it, and of anything else while discord.py still knows what the
    event will make it forget.
    """

    def heard(data: Any) -> None:  # Any: Discord's JSON
        receive(name, data)
        if parse is not None:
            parse(data)

    def heard_afterwards(data: Any) -> None:  # Any: Discord's JSON
        if parse is not None:
            parse(data)
        receive(name, data)

    return heard_afterwards if name.endswith("_CREATE") else heard


def _switches(places: Mapping[Intents, str]) -> str:
    """Say which intents have to be switched on, and where they are needed."""
    return ", ".join(f"{INTENT_NAMES[intent]} (needed at {place})" for intent, place in places.items())


def _status(presence: Presence | None) -> discord.Status | None:
    return discord.Status(presence.status) if presence else None


def _activity(presence: Presence | None) -> discord.Activity | None:
    if presence is None or presence.activity is None:
        return None
    return discord.Activity(type=_ACTIVITIES[presence.activity.type], name=presence.activity.name)


def _quieten() -> None:
    """Let through only what discord.py warns of, unless the operator debugs; and voice is not used, so not missed."""
    level = logging.getLogger().level
    logging.getLogger("discord").setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.getLogger("discord.client").addFilter(_reconnect_in_one_line)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def _reconnect_in_one_line(record: logging.LogRecord) -> bool:
    """Say of a lost connection what happened, without the traceback: a reconnect is everyday business."""
    if record.exc_info and record.exc_info[1] and str(record.msg).startswith("Attempting a reconnect"):
        cause = _cause(record.exc_info[1]).replace("%", "%%")
        record.msg = f"the connection to Discord was lost ({cause}); reconnecting in %.2f s"
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True


def _retry_after_s(error: discord.HTTPException) -> float | None:
    """Return how long Discord, or what stands before it, asks to wait."""
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return None


def _cause(error: BaseException) -> str:
    """Return what happened in a few words that hold no secret: library messages may quote whole URLs."""
    if isinstance(error, discord.HTTPException):
        return f"it answered {error.status}"
    if isinstance(error, discord.ConnectionClosed):
        return f"it closed the connection with {error.code}"
    if isinstance(error, discord.GatewayNotFound):
        return "it does not say where the gateway is"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        os_error: OSError | None = getattr(error, "os_error", None)  # a refused certificate has none
        return (os_error and os_error.strerror) or "no connection"
    return type(error).__name__
