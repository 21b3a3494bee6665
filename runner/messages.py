"""A message as it is to be said, and its body in Discord's JSON.

Nobody is pinged unless the message says whom: every body carries `allowed_mentions`, because Discord's default would
ping whatever the text mentions (Discord docs, Message resource, Allowed Mentions Object).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal

from runner.data import dataclass
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import SETTABLE_BY_EDIT, MessageFlags

_NOBODY: Final[Mapping[str, object]] = {"parse": []}
_WITHOUT_LEGACY: Final[Mapping[str, object]] = {"content": None, "embeds": None, "poll": None}
"""What an edit must take away that lays a message out. Source: Discord docs, Resources: Message, Edit Message."""

_EPHEMERAL: Final = int(MessageFlags.EPHEMERAL)
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

Json = Mapping[str, Any]  # Any: Discord's JSON
MentionWord = Literal["users", "roles", "everyone", "here"]
Encoded = dict[bool | None, bytes]
"""The bodies of one message as they go over the wire: of a private one, of a public one, of an edit (None)."""


def embed_length(embed: Json) -> int:
    """Return how many characters of an embed Discord counts: those of its texts, blanks at their ends left out.

    Source: Discord docs, Resources: Message, Embed Limits.
    """
    author: Json = embed.get("author") or {}
    footer: Json = embed.get("footer") or {}
    fields: Sequence[Json] = embed.get("fields") or ()
    texts: list[object] = [embed.get("title"), embed.get("description"), author.get("name"), footer.get("text")]
    texts += [field.get(name) for field in fields for name in ("name", "value")]
    return sum(len(text.strip()) for text in texts if isinstance(text, str))


def pings(words: Sequence[MentionWord]) -> Json:
    """Return the `allowed_mentions` of a message that may ping everybody of some kinds whom its text mentions.

    Discord has one word for `@everyone` and `@here`.
    """
    return {"parse": sorted({"everyone" if word == "here" else word for word in words})}


class EmptyMessage(Exception):
    """There is nothing in the message that Discord would show; it refuses such a body with 50006."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be said. `is_ephemeral` None leaves the visibility to the handler's declaration.

    `more` are the other keys of its body in Discord's JSON. What is None, or not in `more`, leaves in an edit what is
    there; no `mentions` (the body's `allowed_mentions`) ping nobody. None of the `flags` decides who sees the message.
    `modal` (Discord's JSON) is a form that opens in place of a message, `choices` are what is suggested in place of
    one. `key` stands for it where the far side drops a second one with the same. What `is_unsigned` has a `CustomId` in
    place of each custom_id that carries parameters. Where the message is the same in each run, `encoded` keeps its
    bodies.
    """

    content: str | None = None
    more: Mapping[str, object] | None = None
    mentions: Mapping[str, object] | None = None
    flags: int | None = None
    is_ephemeral: bool | None = None
    modal: Mapping[str, object] | None = None
    choices: tuple[Mapping[str, object], ...] = ()
    key: str = ""
    is_unsigned: bool = False
    encoded: Encoded | None = field(default=None, repr=False, compare=False)


def new_body(message: Message, *, is_ephemeral: bool = False) -> dict[str, object]:
    """Return the JSON body of a message that is created; `EmptyMessage` when nothing would show."""
    content, more = message.content, message.more or {}
    if not (content and content.strip()) and not any(more.values()):
        raise EmptyMessage
    made: dict[str, object] = {**more, "allowed_mentions": message.mentions or _NOBODY}
    if content:
        made["content"] = shortened(content, limits.MESSAGE_CONTENT_MAX)
    if flags := (message.flags or 0) | (_EPHEMERAL if is_ephemeral else 0):
        made["flags"] = flags
    return made


def edit_body(message: Message) -> dict[str, object]:
    """Return the JSON body of an edit: only what the message says.

    Text beyond Discord's 2000 characters is cut and ends in an ellipsis: an answer that is too long for one message
    is worth more to its reader than none.
    """
    made: dict[str, object] = {**(message.more or {}), "allowed_mentions": message.mentions or _NOBODY}
    if message.content is not None:
        made["content"] = shortened(message.content, limits.MESSAGE_CONTENT_MAX)
    if message.flags is not None:
        made["flags"] = message.flags & SETTABLE_BY_EDIT
        if message.flags & MessageFlags.IS_COMPONENTS_V2:
            made |= _WITHOUT_LEGACY
    return made


def new_json(message: Message, *, is_ephemeral: bool) -> bytes:
    """Return `new_body` as it goes over the wire."""
    if message.encoded is None:
        return _encode(new_body(message, is_ephemeral=is_ephemeral)).encode()
    return _kept(message.encoded, is_ephemeral, lambda: new_body(message, is_ephemeral=is_ephemeral))


def edit_json(message: Message) -> bytes:
    """Return `edit_body` as it goes over the wire."""
    if message.encoded is None:
        return _encode(edit_body(message)).encode()
    return _kept(message.encoded, None, lambda: edit_body(message))


def _kept(kept: Encoded, which: bool | None, body: Callable[[], dict[str, object]]) -> bytes:
    if which not in kept:
        kept[which] = _encode(body()).encode()
    return kept[which]
