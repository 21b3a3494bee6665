"""Discord's payload of an event, as far as steps need it: who, where, and what templates read of it.

The attributes are those that `templates.event_roots` declares.
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final

from runner import objects
from runner.actions.action import Happened
from runner.data import dataclass
from runner.engine import context
from runner.engine.context import Directory
from runner.events import KINDS
from runner.lifecycle.limits import EventStatus
from runner.templates.event_roots import MESSAGE_PARTS

Json = Mapping[str, Any]  # Any: Discord's JSON


_STATUSES: Final[Mapping[object, str]] = {int(status): status.name.lower() for status in EventStatus}


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about. `origin` is like an interaction's payload: who is the member or the user, and where."""

    name: str
    origin: Json
    roots: Mapping[str, Any]  # Any: what templates read

    @property
    def user_id(self) -> str | None:
        """Who has caused it; None where Discord doesn't say."""
        found: str | None = _user(self.origin).get("id")
        return found

    @property
    def is_bot(self) -> bool:
        """Whether a bot or a webhook is known to have caused it."""
        return bool(_user(self.origin).get("bot") or self.origin.get("webhook_id"))

    @property
    def role_ids(self) -> frozenset[str]:
        """The roles of whoever has caused it."""
        member: Json = self.origin.get("member") or {}
        return frozenset(member.get("roles") or ())

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """The channel where it happened, and the one that this is a thread of."""
        channel: Json = self.origin.get("channel") or {}
        return tuple(found for found in (self.origin.get("channel_id"), channel.get("parent_id")) if found)


def happened(about: Subject, bot_id: object) -> Happened:
    """Return an event as it is for a step that waits for one. `bot_id` is the bot's own."""
    reads = {root: value for root, value in about.roots.items() if root not in ("event", "guild", "message")}
    message: Json = about.roots.get("message") or {}
    told = message.keys() if KINDS[about.name].has_content else message.keys() - {"content"}
    reads |= {MESSAGE_PARTS[part]: message[part] for part in told}
    is_own = about.user_id is not None and about.user_id == bot_id
    origin_id: str = about.origin["id"]
    return Happened(
        origin_id, about.name, reads, about.user_id, about.is_bot, is_own, about.role_ids, about.channel_ids
    )


def subject(name: str, data: Json, left: str | None, directory: Directory, identity: str) -> Subject:
    """Return what an event is about; `left` is the voice channel that somebody has left by it.

    `identity` is what tells it from every other one.
    """
    guild_id = data["id"] if name in ("guild_join", "guild_leave") else data.get("guild_id")
    channel = _channel(name, data, left, guild_id or "", directory)
    origin: dict[str, Any] = {
        "id": identity,
        "guild_id": guild_id,
        "channel_id": channel["id"] if channel else None,
        "channel": channel,
        "webhook_id": data.get("webhook_id"),
        **_who(name, data),
    }
    roots: dict[str, Any] = {"event": {"name": name}}
    if channel:
        roots["channel"] = {**objects.channel(channel), "parent_id": channel.get("parent_id")}
    if guild_id:
        roots["guild"] = _guild(name, data, guild_id, directory)
    if "member" in origin:
        roots["member"] = context.member(origin)
    if who := _user(origin):
        roots["user"] = objects.user(who, origin.get("member"))
    if name == "voice_move":
        roots["before"] = objects.channel(_known_channel(guild_id or "", left or "", directory))
    for prefix, builder in _BUILDERS.items():
        if name.startswith(prefix):
            roots |= builder(data, guild_id or "", directory)
    return Subject(name, origin, roots)


def _user(origin: Json) -> Json:
    member: Json = origin.get("member") or {}
    found: Json = member.get("user") or origin.get("user") or {}
    return found


def _who(name: str, data: Json) -> dict[str, Any]:
    """Return who has caused it: as a member where Discord tells more than who that is."""
    match KINDS[name].who:
        case "nobody":
            return {}
        case "id":
            return {"user": {"id": data["user_id"], "username": ""}}
        case "user":
            return {"user": data["user"]}
        case "member":
            return {"member": _member(data)}


def _member(data: Json) -> Json:
    """Return whoever has caused it as a member: one who isn't has no roles there."""
    if "author" in data:
        return {"roles": (), **(data.get("member") or {}), "user": data["author"]}
    if "user" in data:
        return data
    unknown = {"roles": (), "user": {"id": data["user_id"], "username": ""}}
    return data.get("member") or unknown


def _channel(name: str, data: Json, left: str | None, guild_id: str, directory: Directory) -> Json | None:
    """Return the channel where it happened, or that it happened to."""
    if name.startswith(("channel_", "thread_")):
        return {**_known_channel(guild_id, data["id"], directory), **data}
    named = data.get("channel_id") or (left if name == "voice_leave" else None)
    return _known_channel(guild_id, named, directory) if named else None


def _known_channel(guild_id: str, channel_id: str, directory: Directory) -> Json:
    return directory.channel(guild_id, channel_id) or {"id": channel_id, "type": -1}


def _guild(name: str, data: Json, guild_id: str, directory: Directory) -> dict[str, Any]:
    known = str(data.get("name") or "") if name == "guild_join" else directory.guild_name(guild_id)
    return {"id": guild_id, "name": known, "locale": "", "system_channel_id": directory.system_channel(guild_id)}


def _message(data: Json, guild_id: str, _: Directory) -> dict[str, Any]:
    identity = data.get("message_id") or data["id"]
    url = f"https://discord.com/channels/{guild_id or '@me'}/{data['channel_id']}/{identity}"
    return {"message": {"id": identity, "content": data.get("content") or "", "url": url}}


def _reaction(data: Json, guild_id: str, directory: Directory) -> dict[str, Any]:
    emoji: Json | None = data.get("emoji")
    if emoji is None:  # all of them are gone
        return {**_message(data, guild_id, directory), "reaction": None}
    name, identity = emoji.get("name") or "", emoji.get("id")
    shown = f"<{'a' if emoji.get('animated') else ''}:{name}:{identity}>" if identity else name
    return {**_message(data, guild_id, directory), "reaction": {"emoji": shown, "name": name, "id": identity}}


def _vote(data: Json, guild_id: str, directory: Directory) -> dict[str, Any]:
    return {**_message(data, guild_id, directory), "vote": {"answer": data["answer_id"]}}


def _role(data: Json, guild_id: str, directory: Directory) -> dict[str, Any]:
    found: Json | None = data.get("role")
    known = found or {"id": data["role_id"], "name": directory.role_name(guild_id, data["role_id"])}
    return {"role": objects.role(known)}


def _emojis(data: Json, _: str, __: Directory) -> dict[str, Any]:
    return {"emojis": [objects.emoji(each) for each in data["emojis"]]}


def _scheduled(data: Json, guild_id: str, _: Directory) -> dict[str, Any]:
    if "guild_scheduled_event_id" in data:
        return {"scheduled": {"id": data["guild_scheduled_event_id"]}}
    place: Json = data.get("entity_metadata") or {}
    return {
        "scheduled": {
            "id": data["id"],
            "name": data.get("name") or "",
            "description": data.get("description") or "",
            "starts_at": _instant(data.get("scheduled_start_time")),
            "ends_at": _instant(data.get("scheduled_end_time")),
            "channel_id": data.get("channel_id"),
            "location": place.get("location") or "",
            "status": _STATUSES.get(data.get("status"), ""),
            "url": f"https://discord.com/events/{guild_id}/{data['id']}",
        }
    }


def _instant(text: str | None) -> float | None:
    """Return the Unix seconds of a time as Discord writes it."""
    return datetime.datetime.fromisoformat(text).timestamp() if text else None


_BUILDERS: Final[Mapping[str, Callable[[Json, str, Directory], dict[str, Any]]]] = {
    "message": _message,
    "reaction": _reaction,
    "poll_vote": _vote,
    "role": _role,
    "scheduled_event": _scheduled,
    "emojis": _emojis,
}
