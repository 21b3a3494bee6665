"""What one member may see of the local Discord, as the JSON that the page in the browser draws.

Everything the page gets passes through here, so this is where ephemeral messages stay with the one they are for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from runner.emulator.interactions.payloads import TEXT_CHANNELS
from runner.emulator.journal import LocalEvent, LocalEventKind
from runner.emulator.server import LocalDiscord
from runner.emulator.trace import Trace, TraceEvent
from runner.emulator.world import Channel, Guild, JsonObject, Role, User
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import InteractionType

MESSAGES_SHOWN_MAX: Final = 50
"""Messages per channel that a snapshot carries, the newest ones."""

INTERACTIONS_SHOWN_MAX: Final = 100
"""Interactions of the member that a snapshot carries, the newest ones."""

STEPS_SHOWN_MAX: Final = 30
"""Steps of one interaction's timeline that the page gets, the first ones: the lifecycle is decided there."""

_SHOWN_TYPES: Final = {
    InteractionType.APPLICATION_COMMAND,
    InteractionType.MESSAGE_COMPONENT,
    InteractionType.MODAL_SUBMIT,
}

# A reply can be public while the message that it answers is ephemeral, so the page must look that one up by its id.
_NEVER_SENT: Final = {"referenced_message", "visible_to"}

# The two entries of a timeline that don't follow from a status: a deferral is accepted and leaves the user waiting,
# a failure is the end although no call was accepted.
_DEFERRAL: Final = "deferred reply"
_FAILURE: Final = "failed"


class UnknownMember(Exception):
    """Nobody to look through the eyes of: no such person, or a bot."""


class Event(NamedTuple):
    """One event of the stream: `snapshot`, `message`, `message_deleted` or `interaction`, and its JSON."""

    name: str
    data: JsonObject


class View:
    """The local Discord through the eyes of one member.

    `user` is an id, None for the first person of the guild. Raises `UnknownMember`.
    """

    def __init__(self, local: LocalDiscord, user: str | None) -> None:
        self._local = local
        self._guild = next(iter(local.world.guilds.values()))
        self._user = _chosen(self._people(), user)

    def snapshot(self) -> JsonObject:
        """Return everything that the page needs to draw itself. Instants are Unix seconds, durations seconds.

        `channels` are all that the member sees; those in which one can write are the keys of `offered`.
        """
        channels = self._local.channels_for(user=self._me)
        open_ids = [channel["id"] for channel in channels if channel["type"] in TEXT_CHANNELS]
        offered = {channel: self._local.commands_for(user=self._me, channel=channel) for channel in open_ids}
        return {
            "now": self._local.clock.now(),
            "limits": {"acknowledge_s": limits.INITIAL_RESPONSE_S, "finish_s": limits.TOKEN_LIFETIME_S},
            "me": self._me,
            "is_connected": self._local.is_connected,
            "guild": {"id": str(self._guild.id), "name": self._guild.name},
            "people": [_person(user, self._guild) for user in self._people()],
            "roles": [_role(role) for role in sorted(self._guild.roles.values(), key=lambda role: -role.position)],
            "channels": channels,
            "emojis": [{"id": str(emoji.id), "name": emoji.name} for emoji in self._guild.emojis.values()],
            "commands": {command["id"]: command for commands in offered.values() for command in commands},
            "offered": {channel: [command["id"] for command in commands] for channel, commands in offered.items()},
            "messages": [message for channel in open_ids for message in self._messages(channel)],
            "interactions": [timeline_json(trace) for trace in self._traces()],
        }

    def event(self, event: object) -> Event | None:
        """Return what the page learns from something that happened, None if it is not for this member's eyes."""
        assert isinstance(event, LocalEvent), "nothing else is told to members"
        match event.kind:
            case LocalEventKind.MESSAGE_CREATED | LocalEventKind.MESSAGE_EDITED:
                return Event("message", self._message(event.data)) if self._sees(event.data) else None
            case LocalEventKind.MESSAGE_DELETED:
                gone = {"id": event.data["id"], "channel_id": event.data["channel_id"]}
                return Event("message_deleted", gone) if self._sees(event.data) else None
            case LocalEventKind.INTERACTION:
                trace = self._own_trace(int(event.data["interaction_id"]))
                return None if trace is None else Event("interaction", timeline_json(trace))
            case _:
                return Event("snapshot", self.snapshot())

    @property
    def _me(self) -> str:
        return str(self._user.id)

    def _people(self) -> Sequence[User]:
        return [self._local.world.users[user_id] for user_id in self._guild.members]

    def _messages(self, channel_id: str) -> list[JsonObject]:
        shown = self._local.messages_for(user=self._me, channel=channel_id, limit=MESSAGES_SHOWN_MAX)
        return [self._message(message) for message in shown]

    def _message(self, message: Mapping[str, Any]) -> JsonObject:
        """Return a message with what the member has added to it: `mine`, their reactions and their votes."""
        shape = {key: value for key, value in message.items() if key not in _NEVER_SENT}
        found = self._local.world.message(int(message["id"]))
        reactions = {} if found is None else found.reactions
        votes = {} if found is None or found.poll is None else found.poll.votes
        return shape | {
            "mine": {
                "reactions": [emoji for emoji, users in reactions.items() if self._user.id in users],
                "votes": [answer for answer, users in votes.items() if self._user.id in users],
            }
        }

    def _sees(self, message: Mapping[str, Any]) -> bool:
        channel = self._local.world.channels.get(int(message["channel_id"]))
        return channel is not None and message["visible_to"] in {None, self._me} and self._may_read(channel)

    def _may_read(self, channel: Channel) -> bool:
        held = self._local.world.permissions_in(self._user.id, channel, self._local.clock.now())
        return Permissions.VIEW_CHANNEL in held

    def _traces(self) -> Sequence[Trace]:
        return [trace for trace in self._local.traces if self._is_own(trace)][-INTERACTIONS_SHOWN_MAX:]

    def _own_trace(self, interaction_id: int) -> Trace | None:
        newest_first = reversed(self._local.traces)
        return next((trace for trace in newest_first if trace.id == interaction_id and self._is_own(trace)), None)

    def _is_own(self, trace: Trace) -> bool:
        return trace.user_id == self._user.id and trace.type in _SHOWN_TYPES


def _chosen(people: Sequence[User], user: str | None) -> User:
    for person in people:
        if not person.bot and user in {None, str(person.id)}:
            return person
    raise UnknownMember("no member has this id")


def _person(user: User, guild: Guild) -> JsonObject:
    roles = guild.members[user.id].role_ids
    return {"id": str(user.id), "name": user.display_name, "bot": user.bot, "roles": [str(role) for role in roles]}


def _role(role: Role) -> JsonObject:
    return {"id": str(role.id), "name": role.name, "color": role.color}


def timeline_json(trace: Trace) -> JsonObject:
    """Return an interaction's timeline. Its durations count from the dispatch, as Discord's deadlines do."""
    source = trace.payload.get("message")
    return {
        "id": str(trace.id),
        "type": int(trace.type),
        "channel_id": str(trace.channel_id),
        "command": trace.command,
        "source_id": None if source is None else source["id"],
        "message_ids": [str(message.id) for message in trace.messages],
        "dispatched_at": trace.dispatched_at,
        "acknowledged_after_s": _since(trace, trace.acknowledged_at),
        "ended_after_s": _since(trace, _ended_at(trace)),
        "outcome": trace.outcome,
        "state": trace.state.value,
        "modal": trace.modal,
        "steps": [_step(trace, event) for event in trace.events[:STEPS_SHOWN_MAX]],
    }


def _step(trace: Trace, event: TraceEvent) -> JsonObject:
    after_s = _since(trace, event.at)
    return {"after_s": after_s, "what": event.what, "detail": event.detail, "status": event.status}


def _since(trace: Trace, at: float | None) -> float | None:
    return None if at is None else max(at - trace.dispatched_at, 0.0)


def _ended_at(trace: Trace) -> float | None:
    """Return when the user saw an end: the first accepted call that shows something, or the failure."""
    return next((event.at for event in trace.events if _is_end(event)), None)


def _is_end(event: TraceEvent) -> bool:
    return event.what == _FAILURE or (event.status in {200, 204} and event.what != _DEFERRAL)
