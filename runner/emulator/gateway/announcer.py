"""Tells the world what changed: the bot by the gateway, the windows by the journal.

Source of who hears what: Discord docs, Events: Gateway and Gateway Events, and Topics: Permissions.
"""

from runner.emulator.clock import Clock
from runner.emulator.gateway.socket import Gateway
from runner.emulator.journal import Journal, LocalEvent, LocalEventKind
from runner.emulator.shapes.channels import channel_json, thread_json, thread_member_json
from runner.emulator.shapes.guilds import author_member_json, member_json, role_json, voice_state_json
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import presence_json, user_json
from runner.emulator.shapes.values import timestamp
from runner.emulator.world import Channel, Guild, JsonObject, Member, Message, Role, User, World
from runner.lifecycle.bits import Intents, MessageFlags, Permissions

_NOTHING = Permissions(0)
_NO_INTENT = Intents(0)
_NO_CONTENT: JsonObject = {"content": "", "embeds": [], "attachments": [], "components": []}


class Announcer:
    """Sends each change to everyone who may know of it."""

    def __init__(self, *, clock: Clock, world: World, gateway: Gateway, journal: Journal) -> None:
        self._clock = clock
        self._world = world
        self._gateway = gateway
        self._journal = journal

    # --- the two ways to the bot

    def in_guild(
        self,
        guild: Guild,
        event: str,
        data: JsonObject,
        intent: Intents,
        *,
        needs: Permissions = _NOTHING,
        is_shown: bool = True,
    ) -> None:
        """Send an event of a guild to the bot, if it is a member and holds one of `needs` there (0: needs none).

        Windows hear of it too if it `is_shown`.
        """
        bot = self._world.bot_id
        if bot in guild.members:
            held = self._world.guild_permissions(bot, guild, self._clock.now())
            if not needs or held & needs:
                self._gateway.dispatch(event, data, guild_id=guild.id, intent=intent)
        if is_shown:
            self._world_changed(event, data)

    def in_channel(
        self,
        channel: Channel,
        event: str,
        data: JsonObject,
        *,
        guild: Intents,
        direct: Intents = _NO_INTENT,
        needs: Permissions = Permissions.VIEW_CHANNEL,
    ) -> None:
        """Send an event about a channel to the bot, if it holds `needs` there."""
        held = self._world.permissions_in(self._world.bot_id, channel, self._clock.now())
        if held & needs != needs:
            return
        if channel.guild_id is None:
            self._gateway.dispatch(event, data, guild_id=None, intent=direct)
        else:
            data = {**data, "guild_id": str(channel.guild_id)}
            self._gateway.dispatch(event, data, guild_id=channel.guild_id, intent=guild)

    # --- messages

    def message_created(self, message: Message) -> None:
        """Announce a new message."""
        self._message(message, "MESSAGE_CREATE", LocalEventKind.MESSAGE_CREATED)

    def message_edited(self, message: Message) -> None:
        """Announce an edit, with the whole message."""
        self._message(message, "MESSAGE_UPDATE", LocalEventKind.MESSAGE_EDITED)

    def message_deleted(self, message: Message) -> None:
        """Announce a deletion."""
        data: JsonObject = {"id": str(message.id), "channel_id": str(message.channel_id)}
        self._dispatch_about(message, "MESSAGE_DELETE", self._scoped(data, message))
        self._publish(LocalEventKind.MESSAGE_DELETED, message)

    def messages_deleted(self, channel: Channel, messages: list[Message]) -> None:
        """Announce that several messages went at once."""
        data: JsonObject = {"ids": [str(message.id) for message in messages], "channel_id": str(channel.id)}
        self.in_channel(channel, "MESSAGE_DELETE_BULK", data, guild=Intents.GUILD_MESSAGES)
        for message in messages:
            self._publish(LocalEventKind.MESSAGE_DELETED, message)

    def reaction(self, message: Message, event: str, data: JsonObject) -> None:
        """Announce that reactions were added or removed."""
        about: JsonObject = {"channel_id": str(message.channel_id), "message_id": str(message.id), **data}
        self.in_channel(
            self._world.channels[message.channel_id],
            event,
            about,
            guild=Intents.GUILD_MESSAGE_REACTIONS,
            direct=Intents.DIRECT_MESSAGE_REACTIONS,
        )
        self._publish(LocalEventKind.MESSAGE_EDITED, message)

    def vote(self, message: Message, event: str, user_id: int, answer_id: int) -> None:
        """Announce that somebody chose an answer of a poll, or took it back."""
        data: JsonObject = {
            "user_id": str(user_id),
            "channel_id": str(message.channel_id),
            "message_id": str(message.id),
            "answer_id": answer_id,
        }
        channel = self._world.channels[message.channel_id]
        guild, direct = Intents.GUILD_MESSAGE_POLLS, Intents.DIRECT_MESSAGE_POLLS
        self.in_channel(channel, event, data, guild=guild, direct=direct)
        self._publish(LocalEventKind.MESSAGE_EDITED, message)

    def pins(self, channel: Channel) -> None:
        """Announce that a channel's pins changed."""
        data: JsonObject = {"channel_id": str(channel.id), "last_pin_timestamp": timestamp(channel.last_pin_at)}
        self.in_channel(channel, "CHANNEL_PINS_UPDATE", data, guild=Intents.GUILDS, direct=Intents.DIRECT_MESSAGES)

    # --- channels and threads

    def channel(self, channel: Channel, event: str) -> None:
        """Announce that a channel was created, changed or deleted. Bots hear of guilds' channels only, since API v8."""
        data = channel_json(self._world, channel)
        if channel.guild_id is not None:
            self._gateway.dispatch(event, data, guild_id=channel.guild_id, intent=Intents.GUILDS)
        self._world_changed(event, data)

    def thread(self, thread: Channel, event: str, **more: object) -> None:
        """Announce that a thread was created or changed, to a bot that sees it; `more` keys go with it."""
        data = {**thread_json(self._world, thread), **more}
        self.in_channel(thread, event, data, guild=Intents.GUILDS)
        self._world_changed(event, data)

    def thread_deleted(self, thread: Channel) -> None:
        """Announce that a thread is gone, with the little that Discord says of it."""
        data: JsonObject = {
            "id": str(thread.id),
            "guild_id": str(thread.guild_id),
            "parent_id": str(thread.parent_id),
            "type": int(thread.type),
        }
        self.in_channel(thread, "THREAD_DELETE", data, guild=Intents.GUILDS)
        self._world_changed("THREAD_DELETE", data)

    def thread_members(self, thread: Channel, *, added: int | None = None, removed: int | None = None) -> None:
        """Announce who joined or left a thread; of others than itself the bot hears with GUILD_MEMBERS only."""
        assert thread.thread is not None, "only threads have members of their own"
        data: JsonObject = {"id": str(thread.id), "member_count": min(len(thread.thread.members), 50)}
        if added is not None:
            data["added_members"] = [self._joined(thread, added)]
        if removed is not None:
            data["removed_member_ids"] = [str(removed)]
        is_own = self._world.bot_id in {added, removed}
        # The bot hears that it was removed although it may no longer see the thread.
        needs = _NOTHING if is_own else Permissions.VIEW_CHANNEL
        intent = Intents.GUILDS if is_own else Intents.GUILD_MEMBERS
        self.in_channel(thread, "THREAD_MEMBERS_UPDATE", data, guild=intent, needs=needs)

    def _joined(self, thread: Channel, user_id: int) -> JsonObject:
        guild = self._world.guild_of(thread)
        assert guild is not None, "threads are in guilds"
        member = member_json(self._world, guild.members[user_id])
        return {**thread_member_json(thread, user_id), "member": member, "presence": None}

    # --- guilds

    def role(self, guild: Guild, role: Role, event: str) -> None:
        """Announce that a role was created or changed."""
        self.in_guild(guild, event, {"guild_id": str(guild.id), "role": role_json(role)}, Intents.GUILDS)

    def member_added(self, guild: Guild, member: Member) -> None:
        """Announce that somebody joined."""
        data = {**member_json(self._world, member), "guild_id": str(guild.id)}
        self.in_guild(guild, "GUILD_MEMBER_ADD", data, Intents.GUILD_MEMBERS)

    def member_updated(self, guild: Guild, member: Member) -> None:
        """Announce that a member changed; about itself the bot hears without the intent."""
        intent = Intents(0) if member.user_id == self._world.bot_id else Intents.GUILD_MEMBERS
        data = {**member_json(self._world, member), "guild_id": str(guild.id)}
        self.in_guild(guild, "GUILD_MEMBER_UPDATE", data, intent)

    def member_removed(self, guild: Guild, user_id: int) -> None:
        """Announce that a member left, or was made to."""
        data: JsonObject = {"guild_id": str(guild.id), "user": user_json(self._world.users[user_id])}
        self.in_guild(guild, "GUILD_MEMBER_REMOVE", data, Intents.GUILD_MEMBERS)

    def ban(self, guild: Guild, user_id: int, event: str) -> None:
        """Announce a ban or its end."""
        data: JsonObject = {"guild_id": str(guild.id), "user": user_json(self._world.users[user_id])}
        needs = Permissions.BAN_MEMBERS | Permissions.VIEW_AUDIT_LOG
        self.in_guild(guild, event, data, Intents.GUILD_MODERATION, needs=needs)

    def voice(self, guild: Guild, member: Member) -> None:
        """Announce where a member speaks now."""
        data = voice_state_json(self._world, guild, member)
        self.in_guild(guild, "VOICE_STATE_UPDATE", data, Intents.GUILD_VOICE_STATES)

    def presence(self, user: User) -> None:
        """Announce how somebody shows themselves, in each guild that they are in."""
        for guild in self._world.guilds.values():
            if user.id in guild.members:
                data = presence_json(user, guild.id)
                self.in_guild(guild, "PRESENCE_UPDATE", data, Intents.GUILD_PRESENCES, is_shown=False)

    # --- interactions

    def interaction(self, payload: JsonObject) -> None:
        """Deliver an interaction; it needs no intent."""
        guild_id = int(payload["guild_id"]) if "guild_id" in payload else None
        self._gateway.dispatch("INTERACTION_CREATE", payload, guild_id=guild_id, intent=Intents(0))

    def interaction_noted(self, interaction_id: int, what: str, detail: str, status: int | None) -> None:
        """Tell the windows that something happened to an interaction."""
        data = {"interaction_id": str(interaction_id), "what": what, "detail": detail, "status": status}
        self._journal.publish(LocalEvent(self._clock.now(), LocalEventKind.INTERACTION, data))

    # --- how messages are told

    def _message(self, message: Message, event: str, kind: LocalEventKind) -> None:
        data = self._scoped(message_json(self._world, message), message)
        self._dispatch_about(message, event, data)
        self._publish(kind, message)

    def _scoped(self, data: JsonObject, message: Message) -> JsonObject:
        """Add the guild and the members of those named, which ephemeral messages lack even in a guild."""
        channel = self._world.channels[message.channel_id]
        guild = self._world.guild_of(channel)
        if guild is None or message.flags & MessageFlags.EPHEMERAL:
            return data
        about: JsonObject = {"guild_id": str(guild.id)}
        if "author" in data:
            about["mentions"] = [_with_member(user, guild) for user in data["mentions"]]
            if message.author_id in guild.members:
                about["member"] = author_member_json(guild.members[message.author_id])
        return data | about

    def _dispatch_about(self, message: Message, event: str, data: JsonObject) -> None:
        channel = self._world.channels[message.channel_id]
        is_private = channel.guild_id is None or bool(message.flags & MessageFlags.EPHEMERAL)
        if is_private:
            self._gateway.dispatch(event, data, guild_id=None, intent=Intents.DIRECT_MESSAGES)
            return
        seen = self._world.permissions_in(self._world.bot_id, channel, self._clock.now())
        if seen & Permissions.VIEW_CHANNEL:
            self._gateway.dispatch(
                event,
                data,
                guild_id=channel.guild_id,
                intent=Intents.GUILD_MESSAGES,
                without_content=self.without_content(data) if "author" in data else data,
            )

    def without_content(self, data: JsonObject) -> JsonObject:
        """Return a message as a bot without MESSAGE_CONTENT gets it: its own, and those that name it, stay whole.

        Source: Discord docs, Events: Gateway, Message Content Intent.
        """
        bot = str(self._world.bot_id)
        shape = dict(data)
        if data["author"]["id"] != bot and bot not in [user["id"] for user in data["mentions"]]:
            shape |= _NO_CONTENT
            shape.pop("poll", None)
            shape.pop("message_snapshots", None)
        if shape.get("referenced_message") is not None:
            shape["referenced_message"] = self.without_content(shape["referenced_message"])
        return shape

    def _publish(self, kind: LocalEventKind, message: Message) -> None:
        visible_to = None if message.visible_to is None else str(message.visible_to)
        data = {**message_json(self._world, message), "visible_to": visible_to}
        self._journal.publish(LocalEvent(self._clock.now(), kind, data))

    def _world_changed(self, event: str, data: JsonObject) -> None:
        self._journal.publish(LocalEvent(self._clock.now(), LocalEventKind.WORLD_CHANGED, {"event": event, **data}))


def _with_member(user: JsonObject, guild: Guild) -> JsonObject:
    """Return a mentioned user with their place in the guild, as events carry it."""
    member = guild.members.get(int(user["id"]))
    return user if member is None else {**user, "member": author_member_json(member)}
