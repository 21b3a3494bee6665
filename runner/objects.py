"""Discord's objects as templates see them: what `templates.people`, `templates.places` and `check.contexts` declare.

Source: Discord docs, Resources: User, Guild (Guild Member), Channel, Permissions (Role), Message (Attachment).
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from runner.lifecycle.limits import ChannelType

Json = Mapping[str, Any]  # Any: Discord's JSON

_CHANNEL_TYPES: Final = {int(kind): kind.name.removeprefix("GUILD_").lower() for kind in ChannelType}


def user(found: Json, member: Json | None = None) -> dict[str, Any]:
    """Return a user; with `member`, under the name that the server knows."""
    name = found.get("username") or ""
    nick = member.get("nick") if member else None
    return {
        "id": found["id"],
        "name": name,
        "display_name": nick or found.get("global_name") or name,
        "mention": f"<@{found['id']}>",
        "is_bot": bool(found.get("bot")),
    }


def person(found: Json, member: Json | None) -> dict[str, Any]:
    """Return a user with what the server knows of them: little of one who has left, or outside a server."""
    there: Json = member or {}
    return {
        **user(found, member),
        "is_member": member is not None,
        "nick": there.get("nick"),
        "roles": list(there.get("roles") or ()),
    }


def channel(found: Json) -> dict[str, Any]:
    """Return a channel."""
    return {
        "id": found["id"],
        "name": found.get("name") or "",
        "mention": f"<#{found['id']}>",
        "type": _CHANNEL_TYPES.get(found.get("type", 0), "unknown"),
    }


def role(found: Json) -> dict[str, Any]:
    """Return a role."""
    return {"id": found["id"], "name": found.get("name") or "", "mention": f"<@&{found['id']}>"}


def emoji(found: Json) -> dict[str, Any]:
    """Return an emoji of a server's own."""
    name, identity, is_animated = found.get("name") or "", found["id"], bool(found.get("animated"))
    return {
        "id": identity,
        "name": name,
        "mention": f"<{'a' if is_animated else ''}:{name}:{identity}>",
        "is_animated": is_animated,
        "roles": list(found.get("roles") or ()),
    }


def attachment(found: Json) -> dict[str, Any]:
    """Return a file that somebody has sent. Discord says how large a picture is, and of most files what they are."""
    return {
        "id": found["id"],
        "filename": found.get("filename") or "",
        "size": found.get("size") or 0,
        "content_type": found.get("content_type"),
        "url": found.get("url") or "",
        "width": found.get("width"),
        "height": found.get("height"),
    }


def message(found: Json, guild_id: str | None) -> dict[str, Any]:
    """Return a message that stands in a server, or in direct messages."""
    channel_id = found.get("channel_id") or ""
    return {
        "id": found["id"],
        "content": found.get("content") or "",
        "author": user(found.get("author") or {"id": ""}),
        "attachments": [attachment(each) for each in found.get("attachments") or ()],
        "channel_id": channel_id,
        "url": f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{found['id']}",
    }


def resolved(objects: Json, kind: str, identity: str) -> Json | None:
    """Return the object of an id from an interaction's `resolved`; None where Discord sent none of that kind."""
    found = _mapping(_mapping(objects.get(kind)).get(identity))
    return found if "id" in found else None


def resolved_member(objects: Json, identity: str) -> Json | None:
    """Return a user's place in the server; None for who is no member. It has no id of its own."""
    return _mapping(_mapping(objects.get("members")).get(identity)) or None


def _mapping(value: object) -> Json:
    """Return a JSON object, whose keys are texts; an empty one for anything else."""
    return cast(Json, value) if isinstance(value, Mapping) else {}
