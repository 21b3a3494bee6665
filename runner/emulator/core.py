"""What the parts of the local Discord share: one clock, world, journal, gateway and book of interactions."""

import asyncio
import base64
from collections.abc import Callable, Mapping

from runner.emulator.audit_log import AuditLog
from runner.emulator.clock import Clock
from runner.emulator.commands.store import CommandStore
from runner.emulator.faults import Faults
from runner.emulator.gateway.announcer import Announcer
from runner.emulator.gateway.requests import Requests
from runner.emulator.gateway.session import Op, Session
from runner.emulator.gateway.socket import Gateway
from runner.emulator.interactions.desk import Desk
from runner.emulator.journal import Journal, LocalEvent, LocalEventKind
from runner.emulator.messages import MessageMaker
from runner.emulator.polls import Polls
from runner.emulator.rate_limits import RateLimits
from runner.emulator.shapes.scheduled_events import event_json
from runner.emulator.snowflake import Snowflakes
from runner.emulator.timers import Timers
from runner.emulator.world import Channel, Guild, JsonObject, Member, Role, ScheduledEvent, World
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents


class Core:
    """The local Discord without its address: built once, handed to each part that needs it.

    `address` is `host:port` as soon as the server listens.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        world: World,
        token: str,
        randomness: Callable[[int], str],
        privileged_intents: Intents,
        gateway_path: str,
        max_concurrency: int = limits.GATEWAY_MAX_CONCURRENCY_DEFAULT,
    ) -> None:
        self.clock = clock
        self.world = world
        self.token = token
        self.ids = Snowflakes(clock)
        self.journal = Journal()
        self.faults = Faults()
        self.timers = Timers(clock)
        self.randomness = randomness
        self.privileged_intents = privileged_intents
        self.address = ""
        self.commands = CommandStore(self.ids.next, world.bot_id)
        self._gateway_path = gateway_path
        self._registered = asyncio.Event()
        self.gateway = Gateway(
            clock=clock,
            world=world,
            token=lambda: self.token,
            journal=self.journal,
            randomness=randomness,
            privileged_intents=privileged_intents,
            max_concurrency=max_concurrency,
            url=lambda: self.gateway_url,
            answer=self._answer,
            revoke=self._revoke_token,
        )
        self.announcer = Announcer(clock=clock, world=world, gateway=self.gateway, journal=self.journal)
        self.requests = Requests(clock=clock, world=world, announcer=self.announcer, randomness=randomness)
        self.audit_log = AuditLog(self.ids, self.announcer)
        self.polls = Polls(clock=clock, world=world, ids=self.ids, timers=self.timers, announcer=self.announcer)
        self.rate_limits = RateLimits(clock)
        self.messages = MessageMaker(
            clock=clock,
            world=world,
            ids=self.ids,
            polls=self.polls,
            cdn=lambda: f"http://{self.address}{ATTACHMENTS_PATH}",
        )
        self.desk = Desk(
            clock=clock,
            world=world,
            ids=self.ids,
            messages=self.messages,
            announcer=self.announcer,
            randomness=randomness,
        )

    @property
    def application_id(self) -> int:
        """The application's id, which is also its bot user's."""
        return self.world.bot_id

    @property
    def gateway_url(self) -> str:
        """The gateway's address, without a query."""
        return f"ws://{self.address}{self._gateway_path}"

    @property
    def base_url(self) -> str:
        """The REST API's base, as `http://127.0.0.1:PORT/api/v10`."""
        return f"http://{self.address}{API_PATH}"

    def _answer(self, session: Session, op: Op, data: JsonObject) -> None:
        self.requests.handle(session, op, data)

    def _revoke_token(self) -> None:
        self.token = mint_token(self.application_id, self.randomness)

    def remove_member(self, guild: Guild, member: Member) -> None:
        """Take somebody out of a guild, and announce it; whoever speaks stops."""
        del guild.members[member.user_id]
        if member.voice is not None:
            member.voice = None
            self.announcer.voice(guild, member)
        self.announcer.member_removed(guild, member.user_id)

    def remove_bot(self, guild: Guild) -> None:
        """Take the bot out of a guild; it hears no more of it than that."""
        self.announcer.member_removed(guild, self.world.bot_id)
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id, intent=Intents.GUILDS)
        del guild.members[self.world.bot_id]

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Take a role out of a guild, and from whoever holds it; those above it move down."""
        del guild.roles[role.id]
        for member in guild.members.values():
            member.role_ids = [held for held in member.role_ids if held != role.id]
        for other in guild.roles.values():
            other.position -= other.position > role.position
        data: JsonObject = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.announcer.in_guild(guild, "GUILD_ROLE_DELETE", data, Intents.GUILDS)

    def remove_event(self, guild: Guild, event: ScheduledEvent) -> None:
        """Take a scheduled event out of a guild; it begins and ends no more."""
        del guild.events[event.id]
        self.timers.cancel(("event", event.id))
        name, data = "GUILD_SCHEDULED_EVENT_DELETE", event_json(self.world, event)
        self.announcer.in_guild(guild, name, data, Intents.GUILD_SCHEDULED_EVENTS, is_shown=False)

    def remove_channel(self, guild: Guild, channel: Channel) -> None:
        """Take a channel out of a guild, with its threads, webhooks and invites; what stood in it stands alone."""
        world = self.world
        for thread in world.threads_of(channel.id):
            self.timers.cancel(thread.id)
            del world.channels[thread.id]
        world.webhooks = {key: each for key, each in world.webhooks.items() if each.channel_id != channel.id}
        world.invites = {key: each for key, each in world.invites.items() if each.channel_id != channel.id}
        del world.channels[channel.id]
        self.announcer.channel(channel, "CHANNEL_DELETE")
        for child in [each for each in world.channels_of(guild.id) if each.parent_id == channel.id]:
            child.parent_id = None
            self.announcer.channel(child, "CHANNEL_UPDATE")

    def note_registered(self, guild_id: int | None) -> None:
        """Tell everyone that the commands of a scope changed."""
        count = len(self.commands.visible(guild_id))
        data: Mapping[str, object] = {"guild_id": None if guild_id is None else str(guild_id), "count": count}
        self.journal.publish(LocalEvent(self.clock.now(), LocalEventKind.COMMANDS_REGISTERED, data))
        self._registered.set()

    async def commands_registered(self, timeout: float) -> None:
        """Wait until commands were registered at least once. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self._registered.wait()

    async def close(self) -> None:
        """End what is still under way."""
        self.desk.close()
        self.timers.close()
        await self.gateway.close()


API_PATH = "/api/v10"
"""Where the REST API begins."""

ATTACHMENTS_PATH = "/attachments"
"""Where uploaded files can be fetched again."""


def mint_token(application_id: int, randomness: Callable[[int], str]) -> str:
    """Return a bot token in Discord's shape, the id in front: some libraries read it from there."""
    owner = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{owner}.{randomness(6)[:6]}.{randomness(32)[:38]}"
