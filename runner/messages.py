"""A message as it is to be said, and its body in Discord's JSON.

Nobody is pinged unless the message says whom: every body carries `allowed_mentions`, because Discord's default would
ping whatever the text mentions (Discord docs, Message resource, Allowed Mentions Object).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final, Literal, cast

from runner.data import dataclass
from runner.formats import shortened
from runner.lifecycle import limits
from runner.lifecycle.bits import SETTABLE_BY_EDIT, MessageFlags
from runner.lifecycle.limits import ComponentType

_NOBODY: Final[Mapping[str, object]] = {"parse": []}
_WITHOUT_LEGACY: Final[Mapping[str, object]] = {"content": None, "embeds": None, "poll": None}
"""What an edit must take away that lays a message out. Source: Discord docs, Resources: Message, Edit Message."""

_EPHEMERAL: Final = int(MessageFlags.EPHEMERAL)
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

Json = Mapping[str, Any]  # Any: Discord's JSON
MentionWord = Literal["users", "roles", "everyone", "here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """A file that goes along with a message."""

    name: str
    content: bytes = field(repr=False)
    description: str | None = None
    is_spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that a user has sent with the interaction, by its id, to go along with a message.

    Without a `name` it keeps the one that it has.
    """

    attachment_id: str
    name: str | None = None
    description: str | None = None
    is_spoiler: bool = False


class Multipart(bytes):
    """A body that brings files along: `said` is the JSON in it, `content_type` says how its parts are told apart."""

    said: bytes
    content_type: str


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
    there; no `mentions` (the body's `allowed_mentions`) ping nobody. `files` take the place of those that are there.
    None of the `flags` decides who sees the message. `modal` (Discord's JSON) is a form that opens in place of a
    message, `choices` are what is suggested in place of one. `key` stands for it where the far side drops a second one
    with the same. What `is_unsigned` has a `CustomId` in place of each custom_id that carries parameters. Where the
    message is the same in each run, `encoded` keeps its bodies. `told` is told the id that Discord gives it, where
    Discord says so.
    """

    content: str | None = None
    more: Mapping[str, object] | None = None
    mentions: Mapping[str, object] | None = None
    flags: int | None = None
    files: tuple[FileContent | SentFile, ...] | None = None
    is_ephemeral: bool | None = None
    modal: Mapping[str, object] | None = None
    choices: tuple[Mapping[str, object], ...] = ()
    key: str = ""
    is_unsigned: bool = False
    encoded: Encoded | None = field(default=None, repr=False, compare=False)
    told: Callable[[str], None] | None = field(default=None, repr=False, compare=False)

    @property
    def is_laid_out(self) -> bool:
        """Whether its components lay it out: then it has no text or embeds beside them."""
        return bool((self.flags or 0) & MessageFlags.IS_COMPONENTS_V2)


def with_text(message: Message, text: str) -> Message:
    """Return the message with a text: as its content, or, where it is laid out, as a text below everything else."""
    if not message.is_laid_out:
        return replace(message, content=text, encoded=None)
    more = message.more or {}
    said = {"type": int(ComponentType.TEXT_DISPLAY), "content": text}
    return replace(message, more={**more, "components": [*_listed(more.get("components")), said]}, encoded=None)


def with_rows(message: Message, rows: Sequence[Json]) -> Message:
    """Return the message with rows of components below those that it has."""
    more = message.more or {}
    return replace(message, more={**more, "components": [*_listed(more.get("components")), *rows]}, encoded=None)


def _listed(value: object) -> Sequence[object]:
    return cast(Sequence[object], value) if isinstance(value, (list, tuple)) else ()


def new_body(message: Message, *, is_ephemeral: bool = False) -> dict[str, object]:
    """Return the JSON body of a message that is created; `EmptyMessage` when nothing would show."""
    content, more = message.content, message.more or {}
    if not (content and content.strip()) and not any(more.values()) and not message.files:
        raise EmptyMessage
    made: dict[str, object] = {**more, "allowed_mentions": message.mentions or _NOBODY}
    if content:
        made["content"] = shortened(content, limits.MESSAGE_CONTENT_MAX)
    if flags := (message.flags or 0) | (_EPHEMERAL if is_ephemeral else 0):
        made["flags"] = flags
    if message.files:
        made["attachments"] = _attachments(message.files)
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
    if message.files is not None:
        made["attachments"] = _attachments(message.files)
    return made


def _attachments(files: Sequence[FileContent | SentFile]) -> list[dict[str, object]]:
    """Return what Discord is told of the files, by their numbers; an edit keeps no other than these."""
    return [_attachment(number, each) for number, each in enumerate(files)]


def _attachment(number: int, file: FileContent | SentFile) -> dict[str, object]:
    made: dict[str, object] = {"id": number, "filename": file.name}
    if file.description:
        made["description"] = file.description
    if file.is_spoiler:
        made["is_spoiler"] = True
    return made


@dataclass(frozen=True, slots=True)
class WithContents:
    """A JSON body, and the files that go along with it."""

    said: Mapping[str, object]
    files: Sequence[FileContent]


def with_contents(body: Mapping[str, object], message: Message) -> "Mapping[str, object] | WithContents":
    """Return the body of a message with its files, if it has any; those of users have to be fetched before."""
    contents = [each for each in message.files or () if isinstance(each, FileContent)]
    return WithContents(body, contents) if contents else body


def with_files(said: bytes, files: Sequence[FileContent | SentFile] | None) -> bytes:
    """Return a JSON body with the files that it brings along, or as it is without any.

    What separates the parts is made from them, so that the same body comes out the same each time, and nobody can know
    it who writes what is in one. Source: Discord docs, Reference: Uploading Files.
    """
    contents = [each for each in files or () if isinstance(each, FileContent)]
    if not contents:
        return said
    digest = hashlib.sha256(said)
    for each in contents:
        digest.update(each.content)
    boundary = digest.hexdigest()
    parts = [_part(boundary, 'name="payload_json"', "application/json", said)]
    for number, each in enumerate(contents):
        about = f'name="files[{number}]"; filename="{each.name}"'
        parts.append(_part(boundary, about, "application/octet-stream", each.content))
    made = Multipart(b"".join(parts) + f"--{boundary}--\r\n".encode())
    made.said, made.content_type = said, f"multipart/form-data; boundary={boundary}"
    return made


def _part(boundary: str, about: str, content_type: str, content: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {about}\r\nContent-Type: {content_type}\r\n\r\n"
    return head.encode() + content + b"\r\n"


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
