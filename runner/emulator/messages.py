"""Turns request bodies into messages: what Discord fills in, normalises and recomputes.

Source: Discord docs, Resources: Message, and Components: Component Reference.
"""

import mimetypes
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from runner.emulator.clock import Clock
from runner.emulator.components import completed, resolved_url
from runner.emulator.mentions import Default, mention
from runner.emulator.polls import Polls
from runner.emulator.snowflake import Snowflakes
from runner.emulator.world import Channel, JsonObject, Message, Webhook, World, listed
from runner.lifecycle.bits import MessageFlags, Permissions

FILES_MAX = 200
"""Uploaded files that can be fetched again; the oldest go first."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request: the number in `files[n]`, its name and its bytes."""

    index: int
    filename: str
    content_type: str
    data: bytes


class MessageMaker:
    """Builds and edits messages. `cdn()` is the base of the addresses under which uploads can be fetched."""

    def __init__(self, *, clock: Clock, world: World, ids: Snowflakes, polls: Polls, cdn: Callable[[], str]) -> None:
        self.files: OrderedDict[int, Upload] = OrderedDict()
        self._clock = clock
        self._world = world
        self._ids = ids
        self._polls = polls
        self._cdn = cdn

    def create(
        self,
        channel: Channel,
        body: Mapping[str, Any],  # JSON that a form check has passed
        *,
        author_id: int,
        settable: MessageFlags,
        uploads: Sequence[Upload] = (),
        parses_all_mentions: bool = False,
        message_id: int | None = None,
        webhook: Webhook | None = None,
    ) -> Message:
        """Return a new message from a checked body, kept in its channel; a forum's post says which id it must have.

        One that comes through a `webhook` may be shown under a name and an avatar of its own.

        Only `settable` flags are taken over. Without `allowed_mentions` an interaction's message mentions users only;
        `parses_all_mentions` is for ordinary messages, which mention everything.
        """
        message = Message(id=message_id or self._ids.next(), channel_id=channel.id, author_id=author_id)
        message.flags = int(body.get("flags") or 0) & settable
        message.tts = bool(body.get("tts"))
        message.nonce = body.get("nonce")
        if webhook is not None:
            message.webhook_id, message.application_id = webhook.id, self._world.bot_id
            message.shown_as = (body.get("username") or webhook.name, body.get("avatar_url") or webhook.avatar)
        message.sticker_ids = [int(sticker) for sticker in listed(body.get("sticker_ids"))]
        if body.get("poll"):
            self._polls.attach(message, body["poll"])
        self._fill(message, body, uploads)
        self._mention(message, body.get("allowed_mentions"), "all" if parses_all_mentions else "users")
        channel.add(message)
        return message

    def system(
        self,
        channel: Channel,
        kind: int,
        *,
        author_id: int,
        content: str = "",
        mention_ids: Sequence[int] = (),
        reference: JsonObject | None = None,
    ) -> Message:
        """Return a message of Discord's own, as "Robin pinned a message", kept in its channel."""
        message = Message(
            id=self._ids.next(),
            channel_id=channel.id,
            author_id=author_id,
            type=kind,
            content=content,
            mention_ids=list(mention_ids),
            reference=reference,
        )
        channel.add(message)
        return message

    def crossposted(self, published: Message, webhook: Webhook) -> Message:
        """Return what comes of a published message through a webhook that follows its channel, kept where that is.

        It says what the other says, and where that stands. Source: Discord docs, Resources: Message, Crossposting.
        """
        message = Message(
            id=self._ids.next(),
            channel_id=webhook.channel_id,
            author_id=webhook.id,
            content=published.content,
            flags=MessageFlags.IS_CROSSPOST,
            embeds=list(published.embeds),
            components=list(published.components),
            attachments=list(published.attachments),
            reference=self.reference_to(published),
            webhook_id=webhook.id,
            shown_as=(webhook.name, webhook.avatar),
        )
        self._world.channels[webhook.channel_id].add(message)
        return message

    def reference_to(self, message: Message) -> JsonObject:
        """Return what points from one message to another."""
        guild_id = self._world.channels[message.channel_id].guild_id
        shape: JsonObject = {"type": 0, "channel_id": str(message.channel_id), "message_id": str(message.id)}
        return shape if guild_id is None else shape | {"guild_id": str(guild_id)}

    def edit(
        self,
        message: Message,
        body: Mapping[str, Any],  # JSON that a form check has passed
        *,
        uploads: Sequence[Upload] = (),
        settable: MessageFlags,
        resolves: bool = False,
    ) -> None:
        """Change a message by a checked body: what is absent stays, null clears.

        `resolves` is for the edit that ends a deferral: it drops LOADING, may add a poll, and is not shown as an edit.
        """
        if not resolves:
            message.earlier.append(message.content)
            message.edited_at = self._clock.now()
        if "flags" in body:
            message.flags = _edited_flags(message.flags, int(body["flags"] or 0), settable)
        if resolves:
            message.flags &= ~MessageFlags.LOADING
            if body.get("poll"):
                self._polls.attach(message, body["poll"])
        self._fill(message, body, uploads)
        self._mention(message, body.get("allowed_mentions"), "users" if message.application_id else "all")

    def _fill(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> None:
        if "attachments" in body or uploads:
            message.attachments = self._attachments(message, body, uploads)
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "embeds" in body:
            named = {str(attachment["filename"]): attachment for attachment in message.attachments}
            message.embeds = [_embed(embed, named) for embed in listed(body["embeds"])]
        if "components" in body:
            message.components = completed(listed(body["components"]), message.attachments, self._ids.next)

    def _mention(self, message: Message, given: Mapping[str, Any] | None, default: Default) -> None:
        channel = self._world.channels[message.channel_id]
        held = self._world.permissions_in(message.author_id, channel, self._clock.now())
        if message.webhook_id is not None:
            held = Permissions.MENTION_EVERYONE  # a webhook holds no roles, and nothing keeps it from mentioning
        mention(message, self._world.guild_of(channel), held, given, default)

    def _attachments(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> list[JsonObject]:
        """Return the attachments to keep and the new ones; without a list every old one stays."""
        keep = body.get("attachments")
        described = {str(entry.get("id")): entry for entry in listed(keep)}
        kept = [old for old in message.attachments if keep is None or old["id"] in described]
        return kept + [self._store(message, upload, described.get(str(upload.index), {})) for upload in uploads]

    def keep(self, filename: str, content_type: str, data: bytes) -> str:
        """Keep a file that somebody has chosen for an option or a form; returns its id."""
        shape = self._kept(Upload(0, filename, content_type, data), filename, "ephemeral")
        self._world.uploads[int(shape["id"])] = shape | {"ephemeral": True}
        while len(self._world.uploads) > FILES_MAX:
            del self._world.uploads[next(iter(self._world.uploads))]
        return str(shape["id"])

    def _kept(self, upload: Upload, filename: str, folder: int | str) -> JsonObject:
        """Keep a file to be fetched again, and return it as an attachment; a PNG has a width and a height."""
        attachment_id = self._ids.next()
        self.files[attachment_id] = upload
        while len(self.files) > FILES_MAX:
            self.files.popitem(last=False)
        url = f"{self._cdn()}/{folder}/{attachment_id}/{quote(filename)}"
        shape: JsonObject = {
            "id": str(attachment_id),
            "filename": filename,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": mimetypes.guess_type(filename)[0] or upload.content_type,
            "flags": 0,
        }
        if upload.data.startswith(_PNG) and len(upload.data) >= 24:
            shape["width"], shape["height"] = struct.unpack(">II", upload.data[16:24])
        return shape

    def _store(self, message: Message, upload: Upload, described: Mapping[str, Any]) -> JsonObject:
        shape = self._kept(upload, str(described.get("filename") or upload.filename), message.channel_id)
        if described.get("description"):
            shape["description"] = described["description"]
        if message.flags & MessageFlags.EPHEMERAL:
            shape["ephemeral"] = True
        return shape


def _edited_flags(flags: int, asked: int, settable: MessageFlags) -> int:
    """Return the flags after an edit: SUPPRESS_EMBEDS follows, IS_COMPONENTS_V2 can only be added."""
    sticky = flags & MessageFlags.IS_COMPONENTS_V2
    return flags & ~settable | asked & settable | sticky


def _embed(embed: Mapping[str, Any], attachments: Mapping[str, JsonObject]) -> JsonObject:
    """Return an embed as Discord shows it: rich, its fields whole, and its media under their addresses."""
    shape: JsonObject = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
    if "fields" in shape:
        shape["fields"] = [{**field, "inline": bool(field.get("inline"))} for field in shape["fields"]]
    for key in ("image", "thumbnail"):
        if key in shape:
            url = resolved_url(shape[key]["url"], attachments)
            shape[key] = {"url": url, "proxy_url": url}
    return shape
