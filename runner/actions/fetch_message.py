"""`fetch_message`: read a message."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from runner.actions._on_message import MESSAGE, OnMessage, message_url
from runner.actions.action import Step
from runner.data import dataclass
from runner.lifecycle.bits import Permissions
from runner.objects import user
from runner.templates.people import USER
from runner.templates.types import BOOLEAN, INSTANT, INTEGER, SNOWFLAKE, STRING, ListOf, Object, Type, optional

_REACTIONS: Final = Object("reactions with one emoji", {"emoji": STRING, "count": INTEGER, "is_own": BOOLEAN})

_Json = Mapping[str, Any]  # Any: Discord's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchMessage(OnMessage):
    """Read a message as it is now: what it says, who wrote it, and how often people have reacted to it.

    Example:
        - fetch_message: "{{ message.id }}"
    """

    short: ClassVar[str | None] = "message"
    needs: ClassVar[Permissions] = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY
    outputs: ClassVar[Mapping[str, Type]] = {
        "message_id": SNOWFLAKE,
        "channel_id": SNOWFLAKE,
        "content": STRING,
        "author": USER,
        "url": STRING,
        "created_at": INSTANT,
        "edited_at": optional(INSTANT),
        "is_pinned": BOOLEAN,
        "reactions": ListOf(_REACTIONS),
    }
    written_by_others: ClassVar[frozenset[str]] = frozenset({"content"})

    async def run(self, step: Step) -> Mapping[str, object] | None:
        """Read it."""
        channel_id = self.channel_id(step)
        found: _Json = await step.rest("GET", MESSAGE, channel_id=channel_id, message_id=self.message)
        return {
            "message_id": found["id"],
            "channel_id": channel_id,
            "content": found["content"],
            "author": user(found["author"]),
            "url": message_url(step.guild_id, channel_id, found["id"]),
            "created_at": _instant(found["timestamp"]),
            "edited_at": _instant(found.get("edited_timestamp")),
            "is_pinned": bool(found.get("pinned")),
            "reactions": list(_reactions(found)),
        }


def _reactions(message: _Json) -> Iterator[_Json]:
    for each in message.get("reactions") or ():
        name, identity = each["emoji"].get("name") or "", each["emoji"].get("id")
        animated = "a" if each["emoji"].get("animated") else ""
        emoji = f"<{animated}:{name}:{identity}>" if identity else name
        yield {"emoji": emoji, "count": each["count"], "is_own": bool(each.get("me"))}


def _instant(text: str | None) -> float | None:
    """Return the Unix seconds of a time as Discord writes it."""
    return datetime.datetime.fromisoformat(text).timestamp() if text else None
