"""How people come and go: into a guild and out of it, into a voice channel and out of it, to an event."""

from runner.emulator.commands.access import CommandOverwrite, permissions_json
from runner.emulator.core import Core
from runner.emulator.gateway.requests import STATUSES
from runner.emulator.people.directory import find_channel, find_role, find_user
from runner.emulator.people.standing import Standing
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.voices import move_to
from runner.emulator.world import VOICE, Guild, JsonObject, Member, ScheduledEvent, User
from runner.lifecycle.bits import Intents, Permissions

USER_JOIN = 7
"""The type of the message that welcomes a new member."""


class Membership:
    """Lets people join and leave. Raises `LocalDiscordError` for what they cannot do."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world
        self._standing = Standing(core)

    def join(self, *, user: str, guild: Guild) -> int:
        """Let somebody join a guild, a new person if nobody is called so; returns their id."""
        person = self._known_or_new(user)
        if person.id == self._world.bot_id:
            self.add_bot(guild=guild)
            return person.id
        if person.id in guild.members:
            raise LocalDiscordError(f"{person.display_name} is in {guild.name} already")
        if person.id in guild.bans:
            raise LocalDiscordError(f"{person.display_name} is banned from {guild.name}")
        member = guild.members[person.id] = Member(user_id=person.id, joined_at=self._core.clock.now())
        self._core.announcer.member_added(guild, member)
        self._welcome(guild, person)
        return person.id

    def leave(self, *, user: str, guild: Guild) -> None:
        """Let somebody leave a guild; the bot, too, whom somebody takes out who manages it."""
        member = self._member(user, guild)
        if member.user_id == self._world.bot_id:
            self._core.remove_bot(guild)
        else:
            self._core.remove_member(guild, member)

    def add_bot(self, *, guild: Guild) -> None:
        """Add the bot to a guild, as somebody does who manages it. The bot hears of the whole guild at once."""
        if self._world.bot_id in guild.members:
            raise LocalDiscordError(f"the bot is in {guild.name} already")
        own = [role.id for role in guild.roles.values() if role.managed_by == self._world.bot_id]
        member = Member(user_id=self._world.bot_id, joined_at=self._core.clock.now(), role_ids=own)
        guild.members[member.user_id] = member
        self._core.gateway.show(guild)
        self._core.announcer.member_added(guild, member)

    def delete_role(self, *, role: str, guild: Guild) -> None:
        """Delete a role, as somebody does who manages the guild."""
        found = find_role(guild, role)
        if found.id == guild.id or found.managed_by is not None:
            raise LocalDiscordError(f"nobody can delete the role {found.name}")
        self._core.remove_role(guild, found)

    def delete_channel(self, *, channel: str, guild: Guild) -> None:
        """Delete a channel, as somebody does who manages the guild."""
        found = find_channel(self._world, channel, self._world.users[guild.owner_id])
        if found.guild_id != guild.id or found.thread is not None:
            raise LocalDiscordError(f"{channel!r} is no channel of {guild.name}")
        self._core.remove_channel(guild, found)

    def delete_scheduled_event(self, *, event: int, guild: Guild) -> None:
        """Delete a scheduled event, as somebody does who manages them."""
        self._core.remove_event(guild, _planned(guild, event))

    def enter_voice(self, *, user: str, channel: str) -> None:
        """Let somebody enter a voice channel, from another one if they are in it."""
        person = find_user(self._world, user)
        place = find_channel(self._world, channel, person)
        guild = self._world.guild_of(place)
        if place.type not in VOICE or guild is None:
            raise LocalDiscordError(f"{channel!r} is no voice channel")
        self._standing.require(person, place, Permissions.VIEW_CHANNEL | Permissions.CONNECT)
        session_id = self._core.randomness(16)
        move_to(self._core.announcer, guild, guild.members[person.id], place.id, session_id=session_id)

    def leave_voice(self, *, user: str, guild: Guild) -> None:
        """Let somebody leave the voice channel that they are in."""
        member = self._member(user, guild)
        if member.voice is None:
            raise LocalDiscordError(f"{self._world.users[member.user_id].display_name} is in no voice channel")
        move_to(self._core.announcer, guild, member, None, session_id="")

    def follow(self, *, user: str, event: int, guild: Guild, is_interested: bool) -> None:
        """Let somebody be interested in an event, or no more."""
        member, planned = self._member(user, guild), _planned(guild, event)
        if (member.user_id in planned.user_ids) is is_interested:
            return
        change, name = (planned.user_ids.append, "ADD") if is_interested else (planned.user_ids.remove, "REMOVE")
        change(member.user_id)
        about = {"guild_scheduled_event_id": planned.id, "user_id": member.user_id, "guild_id": guild.id}
        data: JsonObject = {key: str(number) for key, number in about.items()}
        name = f"GUILD_SCHEDULED_EVENT_USER_{name}"
        self._core.announcer.in_guild(guild, name, data, Intents.GUILD_SCHEDULED_EVENTS, is_shown=False)

    def show(self, *, user: str, status: str) -> None:
        """Let somebody appear online, idle, dnd or offline."""
        person = find_user(self._world, user)
        if status not in STATUSES:
            raise LocalDiscordError(f"there is no status {status!r}")
        person.status = status
        self._core.announcer.presence(person)

    def set_command_permissions(self, *, guild: Guild, command_id: int, overwrites: list[CommandOverwrite]) -> None:
        """Set who may use a command in a guild, as its administrators do in the settings; nothing takes all back."""
        self._core.commands.set_overwrites(guild.id, command_id, overwrites)
        data = permissions_json(self._core.application_id, guild.id, command_id, overwrites)
        self._core.announcer.in_guild(guild, "APPLICATION_COMMAND_PERMISSIONS_UPDATE", data, Intents(0))

    def _member(self, user: str, guild: Guild) -> Member:
        person = find_user(self._world, user)
        if person.id not in guild.members:
            raise LocalDiscordError(f"{person.display_name} is not in {guild.name}")
        return guild.members[person.id]

    def _known_or_new(self, user: str) -> User:
        try:
            return find_user(self._world, user)
        except LocalDiscordError:
            made = User(id=self._core.ids.next(), username=user.lower(), global_name=user)
            self._world.users[made.id] = made
            return made

    def _welcome(self, guild: Guild, person: User) -> None:
        """Let Discord's own message greet a new member in the system channel, if the guild has one."""
        channel = self._world.channels.get(guild.system_channel_id or 0)
        if channel is not None:
            greeting = self._core.messages.system(channel, USER_JOIN, author_id=person.id)
            self._core.announcer.message_created(greeting)


def _planned(guild: Guild, event: int) -> ScheduledEvent:
    found = guild.events.get(event)
    if found is None:
        raise LocalDiscordError(f"there is no event {event}")
    return found
