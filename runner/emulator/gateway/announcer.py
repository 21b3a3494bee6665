"""Tells the world what changed: the bot by the gateway, the windows by the journal.

Source of who hears what: Discord docs, Events: Gateway Events, and Topics: Permissions.
"""

from runner.emulator.clock import Clock
from runner.emulator.gateway.socket import Gateway
from runner.emulator.journal import Journal, LocalEvent, LocalEventKind
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.guilds import member_json, partial_member_json
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import user_json
from runner.emulator.world import Channel, Guild, JsonObject, Member, Message, World
from runner.lifecycle.bits import Intents, MessageFlags, Permissions

_CONTENT_FIELDS: JsonObject = {"content": "", "embeds": [], "attachments": [], "components": []}


class Announcer:
    """Sends each change to everyone who may know of it."""

    def __init__(self, *, clock: Clock, world: World, gateway: Gateway, journal: Journal) -> None:
        self._clock = clock
        self._world = world
        self._gateway = gateway
        self._journal = journal

    def message_created(self, message: Message) -> None:
        """Announce a new message."""
        self._message(message, "MESSAGE_CREATE", LocalEventKind.MESSAGE_CREATED)

    def message_edited(self, message: Message) -> None:
        """Announce an edit, with the whole message."""
        self._message(message, "MESSAGE_UPDATE", LocalEventKind.MESSAGE_EDITED)

    def message_deleted(self, message: Message) -> None:
        """Announce a deletion."""
        data = self._scoped({"id": str(message.id), "channel_id": str(message.channel_id)}, message)
        self._dispatch_about(message, "MESSAGE_DELETE", data)
        self._publish(LocalEventKind.MESSAGE_DELETED, message)

    def messages_deleted(self, channel: Channel, messages: list[Message]) -> None:
        """Announce that several messages went at once."""
        data: JsonObject = {"ids": [str(message.id) for message in messages], "channel_id": str(channel.id)}
        self.in_channel(channel, "MESSAGE_DELETE_BULK", data, guild=Intents.GUILD_MESSAGES, direct=Intents(0))
        for message in messages:
            self._publish(LocalEventKind.MESSAGE_DELETED, message)

    def reaction(self, message: Message, event: str, data: JsonObject) -> None:
        """Announce that reactions were added or removed."""
        about: JsonObject = {"channel_id": str(message.channel_id), "message_id": str(message.id), **data}
        channel = self._world.channels[message.channel_id]
        self.in_channel(
            channel,
            event,
            about,
            guild=Intents.GUILD_MESSAGE_REACTIONS,
            direct=Intents.DIRECT_MESSAGE_REACTIONS,
        )
        self._publish(LocalEventKind.MESSAGE_EDITED, message)

    def channel(self, channel: Channel, event: str) -> None:
        """Announce that a channel was created, changed or deleted."""
        data = channel_json(self._world, channel)
        self._gateway.dispatch(event, data, guild_id=channel.guild_id, intent=Intents.GUILDS)
        self._world_changed(event, data)

    def pins(self, channel: Channel) -> None:
        """Announce that a channel's pins changed."""
        data: JsonObject = {"channel_id": str(channel.id), "last_pin_timestamp": None}
        self.in_channel(channel, "CHANNEL_PINS_UPDATE", data, guild=Intents.GUILDS, direct=Intents.DIRECT_MESSAGES)

    def member_updated(self, guild: Guild, member: Member) -> None:
        """Announce that a member changed; about itself the bot hears without the intent."""
        intent = Intents(0) if member.user_id == self._world.bot_id else Intents.GUILD_MEMBERS
        data = {**member_json(self._world, member), "guild_id": str(guild.id)}
        self._gateway.dispatch("GUILD_MEMBER_UPDATE", data, guild_id=guild.id, intent=intent)
        self._world_changed("GUILD_MEMBER_UPDATE", data)

    def member_removed(self, guild: Guild, user_id: int) -> None:
        """Announce that a member left, or was made to."""
        data: JsonObject = {"guild_id": str(guild.id), "user": user_json(self._world.users[user_id])}
        self._gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild_id=guild.id, intent=Intents.GUILD_MEMBERS)
        self._world_changed("GUILD_MEMBER_REMOVE", data)

    def ban(self, guild: Guild, user_id: int, event: str) -> None:
        """Announce a ban or its end."""
        data: JsonObject = {"guild_id": str(guild.id), "user": user_json(self._world.users[user_id])}
        self._gateway.dispatch(event, data, guild_id=guild.id, intent=Intents.GUILD_MODERATION)

    def in_channel(self, channel: Channel, event: str, data: JsonObject, *, guild: Intents, direct: Intents) -> None:
        """Send an event about a channel to the bot, if it can see the channel."""
        seen = self._world.permissions_in(self._world.bot_id, channel, self._clock.now())
        if not seen & Permissions.VIEW_CHANNEL:
            return
        if channel.guild_id is None:
            self._gateway.dispatch(event, data, guild_id=None, intent=direct)
        else:
            data = {**data, "guild_id": str(channel.guild_id)}
            self._gateway.dispatch(event, data, guild_id=channel.guild_id, intent=guild)

    def interaction(self, payload: JsonObject) -> None:
        """Deliver an interaction; it needs no intent."""
        guild_id = int(payload["guild_id"]) if "guild_id" in payload else None
        self._gateway.dispatch("INTERACTION_CREATE", payload, guild_id=guild_id, intent=Intents(0))

    def interaction_noted(self, interaction_id: int, what: str, detail: str, status: int | None) -> None:
        """Tell the windows that something happened to an interaction."""
        data = {"interaction_id": str(interaction_id), "what": what, "detail": detail, "status": status}
        self._journal.publish(LocalEvent(self._clock.now(), LocalEventKind.INTERACTION, data))

    def _message(self, message: Message, event: str, kind: LocalEventKind) -> None:
        data = self._scoped(message_json(self._world, message), message)
        self._dispatch_about(message, event, data)
        self._publish(kind, message)

    def _scoped(self, data: JsonObject, message: Message) -> JsonObject:
        """Add the guild and the author's member, which ephemeral messages lack even in a guild."""
        channel = self._world.channels[message.channel_id]
        guild = self._world.guild_of(channel)
        if guild is None or message.flags & MessageFlags.EPHEMERAL:
            return data
        member = guild.members.get(message.author_id)
        about: JsonObject = {"guild_id": str(guild.id)}
        if member is not None and "author" in data:
            about["member"] = {**partial_member_json(member), "mute": member.mute, "deaf": member.deaf}
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
                without_content=self._hidden(message),
            )

    def _hidden(self, message: Message) -> JsonObject | None:
        """Return what replaces the content for a bot without MESSAGE_CONTENT, None where the bot may read it anyway."""
        bot = self._world.bot_id
        return None if message.author_id == bot or bot in message.mention_ids else _CONTENT_FIELDS

    def _publish(self, kind: LocalEventKind, message: Message) -> None:
        visible_to = None if message.visible_to is None else str(message.visible_to)
        data = {**message_json(self._world, message), "visible_to": visible_to}
        self._journal.publish(LocalEvent(self._clock.now(), kind, data))

    def _world_changed(self, event: str, data: JsonObject) -> None:
        self._journal.publish(LocalEvent(self._clock.now(), LocalEventKind.WORLD_CHANGED, {"event": event, **data}))
