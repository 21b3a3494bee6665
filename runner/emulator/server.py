"""The local Discord: a gateway and a REST API on loopback that enforce Discord's rules, and the people who use them.

Any unchanged library connects to it. Beside the two servers stands the client side: what Discord's own app would do
when a member types a command, clicks, or submits a form.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from runner.emulator.clock import Clock
from runner.emulator.commands.access import CommandOverwrite
from runner.emulator.core import API_PATH, Core, mint_token
from runner.emulator.default_world import default_world
from runner.emulator.faults import Faults
from runner.emulator.gateway.starts import Starts
from runner.emulator.journal import LocalEvent, WireEntry
from runner.emulator.people.client import Client
from runner.emulator.people.directory import find_guild
from runner.emulator.people.membership import Membership
from runner.emulator.people.talk import Talk
from runner.emulator.rate_limits import RateLimits
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.rest import scheduled_events
from runner.emulator.rest.api import build_api
from runner.emulator.trace import Trace
from runner.emulator.world import JsonObject, World
from runner.lifecycle import limits
from runner.lifecycle.bits import PRIVILEGED_INTENTS, Intents

__all__ = ["LocalDiscord", "LocalDiscordError"]

HOST = "127.0.0.1"
"""The only address it listens on: nothing outside this machine may reach it."""

GATEWAY_PATH = "/gateway"
"""Where the gateway's WebSocket is."""

SHUTDOWN_S = 1.0
"""Seconds that open requests get when the server stops."""

KEEPALIVE_S = 75.0
"""Seconds after which a connection is closed that nobody uses, as what stands before Discord does too. A client that
keeps some looks after them every few seconds, each of which virtual time has to stop at."""


class LocalDiscord:
    """A Discord of one's own, with one application in it.

    `clock` stamps ids and decides deadlines; it must agree with the running loop's time (`RealClock` on an ordinary
    loop, `VirtualClock` on a `VirtualLoop`). `world` is `default_world` unless given. `port` 0 takes a free one.
    `token` is minted in Discord's shape unless given. `randomness(n)` returns URL-safe text from n random bytes.
    `heartbeat_ms` is how often a client is to show that it lives.
    `privileged_intents` are those switched on in the developer portal; asking for another one is refused with 4014.
    `max_concurrency` sessions may begin in 5 seconds; one more is told that it is invalid (op 9).
    """

    def __init__(
        self,
        *,
        clock: Clock,
        world: World | None = None,
        port: int = 0,
        token: str | None = None,
        randomness: Callable[[int], str] = secrets.token_urlsafe,
        privileged_intents: Intents = PRIVILEGED_INTENTS,
        max_concurrency: int = limits.GATEWAY_MAX_CONCURRENCY_DEFAULT,
        heartbeat_ms: int = limits.GATEWAY_HEARTBEAT_INTERVAL_MS,
    ) -> None:
        world = world or default_world(clock)
        token = token or mint_token(world.bot_id, randomness)
        self._core = Core(
            clock=clock,
            world=world,
            token=token,
            randomness=randomness,
            privileged_intents=privileged_intents,
            gateway_path=GATEWAY_PATH,
            max_concurrency=max_concurrency,
        )
        self._core.gateway.heartbeat_ms = heartbeat_ms
        self._client = Client(self._core)
        self._talk = Talk(self._core)
        self._membership = Membership(self._core)
        self._port = port
        self._mounts: list[tuple[str, web.Application]] = []
        self._runner: web.AppRunner | None = None

    # --- the servers

    async def start(self) -> None:
        """Listen on loopback. Raises OSError if the port is taken."""
        app = build_api(self._core, api_path=API_PATH, gateway_path=GATEWAY_PATH)
        for prefix, mounted in self._mounts:
            app.add_subapp(prefix, mounted)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S, keepalive_timeout=KEEPALIVE_S)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port)
        await site.start()
        self._runner = runner
        self._port = runner.addresses[0][1]
        self._core.address = f"{HOST}:{self._port}"
        scheduled_events.begin(self._core)

    async def stop(self) -> None:
        """Close every connection and stop listening. Stopping twice is harmless."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self._core.close()
            await runner.cleanup()

    def mount(self, prefix: str, app: web.Application) -> None:
        """Serve `app` under `prefix` on the same port; only before `start`. The page in the browser lives so."""
        self._mounts.append((prefix, app))

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._port

    @property
    def base_url(self) -> str:
        """The REST API's base, as `http://127.0.0.1:PORT/api/v10`."""
        return self._core.base_url

    @property
    def gateway_url(self) -> str:
        """The gateway's address, as `ws://127.0.0.1:PORT/gateway`."""
        return self._core.gateway_url

    @property
    def token(self) -> str:
        """The application's bot token."""
        return self._core.token

    @property
    def application_id(self) -> int:
        """The application's id, which is also its bot user's."""
        return self._core.application_id

    @property
    def world(self) -> World:
        """The guilds, channels, members and messages. Changes made to it directly are not announced on the gateway."""
        return self._core.world

    @property
    def clock(self) -> Clock:
        """The clock that decides deadlines."""
        return self._core.clock

    @property
    def faults(self) -> Faults:
        """The faults to come: `faults.next("callback", status=502)`."""
        return self._core.faults

    @property
    def rate_limits(self) -> RateLimits:
        """How often the bot may call: `rate_limits.is_strict = True` enforces what people observe of single routes."""
        return self._core.rate_limits

    @property
    def starts(self) -> Starts:
        """How many sessions may still begin, and how soon after each other."""
        return self._core.gateway.starts

    @property
    def wire(self) -> Sequence[WireEntry]:
        """What went over the wire, oldest first, bounded."""
        return self._core.journal.wire

    @property
    def traces(self) -> Sequence[Trace]:
        """The interactions so far, oldest first, bounded."""
        return self._core.desk.traces

    @property
    def is_connected(self) -> bool:
        """Whether a bot has a gateway session with an open connection."""
        return self._core.gateway.is_connected

    async def connected(self, timeout: float = 10.0) -> None:
        """Wait until a bot is connected and identified. Raises TimeoutError."""
        await self._core.gateway.connected(timeout)

    async def commands_registered(self, timeout: float = 10.0) -> None:
        """Wait until the bot has registered commands at least once. Raises TimeoutError."""
        await self._core.commands_registered(timeout)

    def subscribe(self, listener: Callable[[LocalEvent], None]) -> Callable[[], None]:
        """Tell `listener` about everything a window should show; returns the function that ends it."""
        return self._core.journal.subscribe(listener)

    # --- the people. A user is an id, a username or a display name; a channel an id or a name, with or without `#`;
    # --- `@NAME` or `dm` as a channel is the bot's direct messages with that user.

    def command(self, *, user: str, channel: str, name: str, options: Mapping[str, object] | None = None) -> Trace:
        """Type a slash command, as `"purge"` or `"ticket open"`.

        Users, roles and channels in `options` are given by name or id, files as `Upload`. Raises `LocalDiscordError`
        for what Discord's client would not let the user send: an unknown or invisible command, an unfit option.
        """
        return self._client.command(user=user, channel=channel, name=name, options=options or {})

    def context_menu(self, *, user: str, channel: str, name: str, target: int | str) -> Trace:
        """Choose a command from the menu of a user (by name or id) or of a message (by id).

        Raises `LocalDiscordError` for what Discord's client would not offer.
        """
        return self._client.context_menu(user=user, channel=channel, name=name, target=target)

    def autocomplete(
        self, *, user: str, channel: str, name: str, options: Mapping[str, object] | None = None, focused: str
    ) -> Trace:
        """Type into the option `focused`, whose text so far is in `options`; `Trace.choices` are the suggestions.

        Raises `LocalDiscordError` if the option has no autocomplete.
        """
        return self._client.autocomplete(user=user, channel=channel, name=name, options=options or {}, focused=focused)

    def click(self, *, user: str, message: int | str, custom_id: str, values: Sequence[str] = ()) -> Trace:
        """Press a button, or choose `values` in a select (users, roles and channels by name or id).

        Raises `LocalDiscordError` if the user cannot see the message, or the component is absent or disabled.
        """
        return self._client.click(user=user, message=message, custom_id=custom_id, values=values)

    def submit(self, *, modal: Trace, user: str | None = None, values: Mapping[str, object] | None = None) -> Trace:
        """Submit the form that `modal` opened, with a value for each custom id; the default user is the one who has it.

        Raises `LocalDiscordError` if no form is open, or a value is missing or unfit.
        """
        return self._client.submit(modal=modal, user=user, values=values or {})

    # --- what people write

    def say(self, *, user: str, channel: str, content: str, reply_to: int | str | None = None) -> int:
        """Write an ordinary message, perhaps as a reply; returns its id. Raises `LocalDiscordError` if not allowed."""
        return self._talk.say(user=user, channel=channel, content=content, reply_to=reply_to)

    def edit(self, *, user: str, message: int | str, content: str) -> None:
        """Change a message that the user wrote. Raises `LocalDiscordError` if it is another's."""
        self._talk.edit(user=user, message=message, content=content)

    def delete(self, *, user: str, message: int | str) -> None:
        """Delete a message. Raises `LocalDiscordError` if it is another's and the user is no moderator."""
        self._talk.delete(user=user, message=message)

    def type_in(self, *, user: str, channel: str) -> None:
        """Show that the user is writing. Raises `LocalDiscordError` without the permission to write."""
        self._talk.type_in(user=user, channel=channel)

    def react(self, *, user: str, message: int | str, emoji: str) -> None:
        """Add a reaction. Raises `LocalDiscordError` if the user cannot see the message, or there is no such emoji."""
        self._talk.react(user=user, message=message, emoji=emoji)

    def unreact(self, *, user: str, message: int | str, emoji: str) -> None:
        """Take a reaction of the user's back. Raises `LocalDiscordError` if there is none."""
        self._talk.unreact(user=user, message=message, emoji=emoji)

    def vote(self, *, user: str, message: int | str, answer: int) -> None:
        """Choose an answer of a poll by its number, from 1. Raises `LocalDiscordError` if the poll is over."""
        self._talk.vote(user=user, message=message, answer=answer)

    def unvote(self, *, user: str, message: int | str, answer: int) -> None:
        """Take a vote back. Raises `LocalDiscordError` if the poll is over."""
        self._talk.unvote(user=user, message=message, answer=answer)

    # --- how people come and go; `guild` is a guild's id or name, by default the first one

    def join(self, *, user: str, guild: str | int | None = None) -> int:
        """Let somebody join a guild, a new person if nobody is called so; returns their id.

        Raises `LocalDiscordError` if they are a member, or banned.
        """
        return self._membership.join(user=user, guild=find_guild(self.world, guild))

    def leave(self, *, user: str, guild: str | int | None = None) -> None:
        """Let somebody leave a guild, or take the bot out of it. Raises `LocalDiscordError` if they are no member."""
        self._membership.leave(user=user, guild=find_guild(self.world, guild))

    def add_bot(self, *, guild: str | int | None = None) -> None:
        """Add the bot to a guild that it has left. Raises `LocalDiscordError` if it is there."""
        self._membership.add_bot(guild=find_guild(self.world, guild))

    def delete_role(self, *, role: str, guild: str | int | None = None) -> None:
        """Delete a role, as somebody does who manages the guild. Raises `LocalDiscordError` if nobody can."""
        self._membership.delete_role(role=role, guild=find_guild(self.world, guild))

    def delete_channel(self, *, channel: str, guild: str | int | None = None) -> None:
        """Delete a channel, as somebody does who manages the guild. Raises `LocalDiscordError` if there is none."""
        self._membership.delete_channel(channel=channel, guild=find_guild(self.world, guild))

    def delete_scheduled_event(self, *, event: int, guild: str | int | None = None) -> None:
        """Delete a scheduled event, as somebody does who manages them. Raises `LocalDiscordError` if there is none."""
        self._membership.delete_scheduled_event(event=event, guild=find_guild(self.world, guild))

    def enter_voice(self, *, user: str, channel: str) -> None:
        """Let somebody enter a voice channel. Raises `LocalDiscordError` if they may not connect to it."""
        self._membership.enter_voice(user=user, channel=channel)

    def leave_voice(self, *, user: str, guild: str | int | None = None) -> None:
        """Let somebody leave the voice channel that they are in. Raises `LocalDiscordError` if there is none."""
        self._membership.leave_voice(user=user, guild=find_guild(self.world, guild))

    def follow(self, *, user: str, event: int, guild: str | int | None = None, is_interested: bool = True) -> None:
        """Let somebody be interested in a scheduled event, or no more. Raises `LocalDiscordError` without one."""
        where = find_guild(self.world, guild)
        self._membership.follow(user=user, event=event, guild=where, is_interested=is_interested)

    def show(self, *, user: str, status: str) -> None:
        """Let somebody appear `online`, `idle`, `dnd` or `offline`. Raises `LocalDiscordError` for anything else."""
        self._membership.show(user=user, status=status)

    def set_command_permissions(
        self, *, command: int, overwrites: Sequence[CommandOverwrite], guild: str | int | None = None
    ) -> None:
        """Set who may use a command in a guild, as its administrators do; an empty list takes it back."""
        where = find_guild(self.world, guild)
        self._membership.set_command_permissions(guild=where, command_id=command, overwrites=list(overwrites))

    def upload(self, *, filename: str, content_type: str, data: bytes) -> str:
        """Keep a file that somebody has chosen; returns the id that stands for it in an option or in a form."""
        return self._core.messages.keep(filename, content_type, data)

    # --- what a client shows

    def commands_for(self, *, user: str, channel: str) -> list[JsonObject]:
        """Return the commands, in Discord's shape, that this user is offered in this channel."""
        return self._client.commands_for(user=user, channel=channel)

    def messages_for(self, *, user: str, channel: str, limit: int = 50) -> list[JsonObject]:
        """Return the newest messages of a channel, oldest first, that this user sees, as Discord's JSON."""
        return self._talk.messages_for(user=user, channel=channel, limit=limit)

    def channels_for(self, *, user: str) -> list[JsonObject]:
        """Return the channels that this user sees, the direct messages with the bot last, as Discord's JSON."""
        return self._talk.channels_for(user=user)

    # --- what goes wrong

    def dispatch_again(self, trace: Trace) -> None:
        """Deliver the same interaction once more, as the gateway may."""
        self._core.desk.dispatch_again(trace)

    def expire_token(self, trace: Trace) -> None:
        """Let an interaction's token die now instead of after 15 minutes."""
        self._core.desk.expire_token(trace)

    def expire_files(self) -> None:
        """Let the address of every file that was sent so far die, as Discord does some time later."""
        self._core.messages.files.clear()

    def reconnect(self) -> None:
        """Ask every connected session to reconnect (op 7)."""
        self._core.gateway.reconnect()

    def drop_gateway(self) -> None:
        """Cut every gateway connection without a close frame. The sessions can be resumed."""
        self._core.gateway.drop()

    def withhold_acks(self, heartbeats: int) -> None:
        """Leave the next so many heartbeats of every gateway connection unanswered, as half-open connections do."""
        self._core.gateway.withhold_acks(heartbeats)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every connected session that it is invalid (op 9)."""
        self._core.gateway.invalidate(resumable=resumable)

    def close_gateway(self, code: int) -> None:
        """Close every gateway connection with a close code. Codes that end a session end it."""
        self._core.gateway.close_all(code)
