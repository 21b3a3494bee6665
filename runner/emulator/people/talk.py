"""What people write to each other, react to and vote for, and what they see of it."""

from runner.emulator import reactions
from runner.emulator.core import Core
from runner.emulator.people.directory import find_user
from runner.emulator.people.standing import Standing
from runner.emulator.refusals import LocalDiscordError
from runner.emulator.rest.sending import REPLY
from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.guilds import member_json
from runner.emulator.shapes.messages import message_json
from runner.emulator.threads import note_message
from runner.emulator.world import JsonObject, Message, Poll, User
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents, MessageFlags, Permissions

_P = Permissions


class Talk:
    """Writes, changes and deletes messages as people do. Raises `LocalDiscordError` for what they may not."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world
        self._standing = Standing(core)

    def say(self, *, user: str, channel: str, content: str, reply_to: int | str | None) -> int:
        """Write a message; returns its id."""
        person, place = self._standing.in_channel(user, channel)
        self._standing.require(person, place, _P.SEND_MESSAGES)
        if (
            place.thread is not None
            and place.thread.locked
            and not self._standing.held(person, place) & _P.MANAGE_THREADS
        ):
            raise LocalDiscordError(f"{place.name} is locked")
        _check_content(content)
        answered = None if reply_to is None else self._standing.seen(person, reply_to)
        note_message(self._core, place, person.id)
        message = self._core.messages.create(
            place, {"content": content}, author_id=person.id, settable=MessageFlags(0), parses_all_mentions=True
        )
        if answered is not None:
            self._answer(message, answered)
        self._core.announcer.message_created(message)
        return message.id

    def edit(self, *, user: str, message: int | str, content: str) -> None:
        """Change one of the user's own messages."""
        person = find_user(self._world, user)
        seen = self._standing.seen(person, message)
        if seen.author_id != person.id:
            raise LocalDiscordError(f"{person.display_name} did not write message {message}")
        _check_content(content)
        self._core.messages.edit(seen, {"content": content}, settable=MessageFlags(0))
        self._core.announcer.message_edited(seen)

    def delete(self, *, user: str, message: int | str) -> None:
        """Delete one of the user's own messages, or another's with the permission to."""
        person = find_user(self._world, user)
        seen = self._standing.seen(person, message)
        channel = self._world.channels[seen.channel_id]
        if seen.author_id != person.id:
            self._standing.require(person, channel, _P.MANAGE_MESSAGES)
        channel.remove(seen)
        self._core.announcer.message_deleted(seen)

    def type_in(self, *, user: str, channel: str) -> None:
        """Show that the user is writing."""
        person, place = self._standing.in_channel(user, channel)
        self._standing.require(person, place, _P.SEND_MESSAGES)
        now = int(self._core.clock.now())
        data: JsonObject = {"channel_id": str(place.id), "user_id": str(person.id), "timestamp": now}
        guild = self._world.guild_of(place)
        if guild is not None:
            data["member"] = member_json(self._world, guild.members[person.id])
        intents = Intents.GUILD_MESSAGE_TYPING, Intents.DIRECT_MESSAGE_TYPING
        self._core.announcer.in_channel(place, "TYPING_START", data, guild=intents[0], direct=intents[1])

    # --- reactions and votes

    def react(self, *, user: str, message: int | str, emoji: str) -> None:
        """Add a reaction. Adding it twice changes nothing; a new emoji needs the permission to add one."""
        person, seen, known = self._reacting(user, message, emoji)
        if known not in seen.reactions:
            self._standing.require(person, self._world.channels[seen.channel_id], _P.ADD_REACTIONS)
        reactions.add(self._core, seen, known, person.id)

    def unreact(self, *, user: str, message: int | str, emoji: str) -> None:
        """Take one of the user's own reactions away."""
        person, seen, known = self._reacting(user, message, emoji)
        if person.id not in seen.reactions.get(known, ()):
            raise LocalDiscordError(f"{person.display_name} has not reacted with {emoji}")
        reactions.remove(self._core, seen, known, person.id)

    def vote(self, *, user: str, message: int | str, answer: int) -> None:
        """Choose an answer of a poll, by its number; where only one can be chosen, instead of an earlier one."""
        person, seen = self._voting(user, message, answer)
        self._core.polls.vote(seen, person.id, answer)

    def unvote(self, *, user: str, message: int | str, answer: int) -> None:
        """Take a vote back."""
        person, seen = self._voting(user, message, answer)
        self._core.polls.take_back(seen, person.id, answer)

    # --- what is seen

    def messages_for(self, *, user: str, channel: str, limit: int) -> list[JsonObject]:
        """Return the newest messages that a user sees."""
        person, place = self._standing.in_channel(user, channel)
        seen = [message for message in place.messages.values() if message.visible_to in {None, person.id}]
        return [self._as_seen(message, person.id) for message in seen[-limit:]]

    def channels_for(self, *, user: str) -> list[JsonObject]:
        """Return the channels that a user sees, direct messages last."""
        person = find_user(self._world, user)
        seen = [channel for channel in self._world.channels.values() if self._standing.sees(person, channel)]
        seen.sort(key=lambda channel: channel.guild_id is None)
        return [channel_json(self._world, channel) for channel in seen]

    def _as_seen(self, message: Message, person_id: int) -> JsonObject:
        """Return a message without the private one that it may answer: only that one's owner sees it quoted."""
        shape = message_json(self._world, message)
        if "referenced_message" not in shape or message.reference is None:
            return shape
        quoted = self._world.message(int(message.reference["message_id"]))
        if quoted is not None and quoted.visible_to not in {None, person_id}:
            shape["referenced_message"] = None
        return shape

    def _answer(self, message: Message, answered: Message) -> None:
        message.type, message.reference = REPLY, self._core.messages.reference_to(answered)
        if answered.author_id in self._world.users and answered.author_id not in message.mention_ids:
            message.mention_ids = [answered.author_id, *message.mention_ids]

    def _reacting(self, user: str, message: int | str, emoji: str) -> tuple[User, Message, str]:
        person = find_user(self._world, user)
        known = reactions.emoji_of(self._world, emoji)
        if known is None:
            raise LocalDiscordError(f"there is no emoji {emoji!r}")
        return person, self._standing.seen(person, message), known

    def _voting(self, user: str, message: int | str, answer: int) -> tuple[User, Message]:
        person = find_user(self._world, user)
        seen = self._standing.seen(person, message)
        if seen.poll is None:
            raise LocalDiscordError(f"message {message} has no poll")
        if seen.poll.is_finalized:
            raise LocalDiscordError("the poll is over")
        if answer not in _numbers(seen.poll):
            raise LocalDiscordError(f"the poll has no answer {answer}")
        return person, seen


def _numbers(poll: Poll) -> list[int]:
    return [answer["answer_id"] for answer in poll.answers]


def _check_content(content: str) -> None:
    if not content.strip() or len(content) > limits.MESSAGE_CONTENT_MAX:
        raise LocalDiscordError(f"a message has 1 to {limits.MESSAGE_CONTENT_MAX} characters")
