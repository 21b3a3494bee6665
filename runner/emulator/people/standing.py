"""Who somebody is and where they stand: the doors through which everything has to pass that a person does."""

from runner.emulator.core import Core
from runner.emulator.interactions.payloads import TEXT_CHANNELS
from runner.emulator.people.directory import find_channel, find_user, is_direct
from runner.emulator.permissions import effective
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.rest.application import dm_channel
from runner.emulator.world import Channel, Message, User
from runner.lifecycle.bits import Permissions


class Standing:
    """Finds people, the channels that they see and the messages that they see. Raises `LocalDiscordError`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world

    def in_channel(self, user: str, channel: str) -> tuple[User, Channel]:
        """Return a user and a channel that they see; direct messages are opened when first used."""
        person = find_user(self._world, user)
        if is_direct(channel):
            return person, dm_channel(self._core, person.id)
        place = find_channel(self._world, channel, person)
        if not self.sees(person, place) or place.type not in TEXT_CHANNELS:
            raise LocalDiscordError(f"{person.display_name} cannot open {channel!r}")
        return person, place

    def held(self, person: User, channel: Channel) -> Permissions:
        """Return what somebody may do in a channel, as far as it counts."""
        return effective(self._world.permissions_in(person.id, channel, self._core.clock.now()), channel.type)

    def sees(self, person: User, channel: Channel) -> bool:
        """Return whether somebody sees a channel."""
        return bool(self.held(person, channel) & Permissions.VIEW_CHANNEL)

    def require(self, person: User, channel: Channel, needed: Permissions) -> None:
        """Refuse what somebody lacks the permission for."""
        if self.held(person, channel) & needed != needed:
            raise LocalDiscordError(f"{person.display_name} may not do that in {channel.name or 'direct messages'}")

    def seen(self, person: User, message_id: int | str) -> Message:
        """Return a message that somebody sees."""
        message = self.seen_or_none(person, message_id)
        if message is None:
            raise LocalDiscordError(f"{person.display_name} sees no message {message_id}")
        return message

    def seen_or_none(self, person: User, message_id: int | str) -> Message | None:
        """Return a message that somebody sees, None if there is none by this id."""
        text = str(message_id)
        message = self._world.message(int(text)) if text.isdecimal() else None
        if message is None or message.visible_to not in {None, person.id}:
            return None
        return message if self.sees(person, self._world.channels[message.channel_id]) else None
