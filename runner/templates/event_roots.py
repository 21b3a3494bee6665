"""What templates read of each event: the attributes are those that `engine.events.subject` makes.

Where Discord tells only the id of somebody or something, there is no more than that to read.
"""

from collections.abc import Mapping
from typing import Final

from runner.events import kind_name
from runner.templates.people import KNOWN_USER, MEMBER, USER
from runner.templates.places import CHANNEL, ROLE
from runner.templates.types import BOOLEAN, INSTANT, INTEGER, SNOWFLAKE, STRING, ListOf, Object, Type, optional

Scope = Mapping[str, Type]

EVENT: Final = Object("the event", {"name": STRING})
EVENT_GUILD: Final = Object("the server", {"id": SNOWFLAKE, "name": STRING, "system_channel_id": SNOWFLAKE})
EVENT_MEMBER: Final = Object(
    "a member", {name: type_ for name, type_ in MEMBER.attributes.items() if name != "permissions"}
)
MESSAGE: Final = Object("a message", {"id": SNOWFLAKE, "content": STRING, "url": STRING})
KNOWN_MESSAGE: Final = Object("a message of which the id is known", {"id": SNOWFLAKE, "url": STRING})
THREAD: Final = Object("a thread", {**CHANNEL.attributes, "parent_id": optional(SNOWFLAKE)})
REACTION: Final = Object("a reaction", {"emoji": STRING, "name": STRING, "id": optional(SNOWFLAKE)})
VOTE: Final = Object("a vote", {"answer": INTEGER})
SCHEDULED: Final = Object(
    "a scheduled event",
    {
        "id": SNOWFLAKE,
        "name": STRING,
        "description": STRING,
        "starts_at": INSTANT,
        "ends_at": optional(INSTANT),
        "channel_id": optional(SNOWFLAKE),
        "location": STRING,
        "status": STRING,
        "url": STRING,
    },
)
EMOJI: Final = Object(
    "an emoji",
    {"id": SNOWFLAKE, "name": STRING, "mention": STRING, "is_animated": BOOLEAN, "roles": ListOf(SNOWFLAKE)},
)
KNOWN_SCHEDULED: Final = Object("a scheduled event of which the id is known", {"id": SNOWFLAKE})

MESSAGE_PARTS: Final[Mapping[str, str]] = {"id": "message_id", "content": "content", "url": "url"}
"""What steps call the parts of a message."""

_MEMBER: Final[Scope] = {"user": USER, "member": EVENT_MEMBER}
_WRITTEN: Final[Scope] = {**_MEMBER, "channel": CHANNEL, "message": MESSAGE}
_ON_MESSAGE: Final[Scope] = {"user": KNOWN_USER, "channel": CHANNEL, "message": KNOWN_MESSAGE}
_COMMON: Final[Scope] = {"event": EVENT, "guild": EVENT_GUILD}

_OWN_ROOTS: Final[Mapping[str, Scope]] = {
    "member_join": _MEMBER,
    "member_leave": {"user": USER},
    "member_update": _MEMBER,
    "member_ban": {"user": USER},
    "member_unban": {"user": USER},
    "message": _WRITTEN,
    "message_edit": _WRITTEN,
    "message_delete": {"channel": CHANNEL, "message": KNOWN_MESSAGE},
    "reaction_add": {**_MEMBER, "channel": CHANNEL, "message": KNOWN_MESSAGE, "reaction": REACTION},
    "reaction_remove": {**_ON_MESSAGE, "reaction": REACTION},
    "reaction_clear": {"channel": CHANNEL, "message": KNOWN_MESSAGE, "reaction": optional(REACTION)},
    "poll_vote_add": {**_ON_MESSAGE, "vote": VOTE},
    "poll_vote_remove": {**_ON_MESSAGE, "vote": VOTE},
    "voice_join": {**_MEMBER, "channel": CHANNEL},
    "voice_leave": {**_MEMBER, "channel": CHANNEL},
    "voice_move": {**_MEMBER, "channel": CHANNEL, "before": CHANNEL},
    "thread_create": {"channel": THREAD},
    "thread_update": {"channel": THREAD},
    "thread_delete": {"channel": THREAD},
    "channel_create": {"channel": CHANNEL},
    "channel_update": {"channel": CHANNEL},
    "channel_delete": {"channel": CHANNEL},
    "role_create": {"role": ROLE},
    "role_update": {"role": ROLE},
    "role_delete": {"role": ROLE},
    "guild_join": {},
    "guild_leave": {},
    "emojis_update": {"emojis": ListOf(EMOJI)},
    "scheduled_event_create": {"scheduled": SCHEDULED},
    "scheduled_event_update": {"scheduled": SCHEDULED},
    "scheduled_event_delete": {"scheduled": SCHEDULED},
    "scheduled_event_join": {"user": KNOWN_USER, "scheduled": KNOWN_SCHEDULED},
    "scheduled_event_leave": {"user": KNOWN_USER, "scheduled": KNOWN_SCHEDULED},
}


def event_reads(name: str) -> Scope:
    """Return what a step that waits for an event reads of it, and gives: a message by its parts, as other steps do."""
    own = dict(_OWN_ROOTS[name])
    message = own.pop("message", None)
    if not isinstance(message, Object):
        return own
    return {**own, **{MESSAGE_PARTS[part]: type_ for part, type_ in message.attributes.items()}}


def event_roots(name: str) -> Scope:
    """Return what templates of an event read of it, besides what every template reads."""
    return {**_COMMON, **_OWN_ROOTS[kind_name(name)]}
