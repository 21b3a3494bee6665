"""Turns request bodies into messages: what Discord fills in, normalises and recomputes.

Source: Discord docs, Resources: Message, and Components: Component Reference.
"""

import mimetypes
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.emulator.clock import Clock
from runner.emulator.shapes.values import timestamp
from runner.emulator.snowflake import Snowflakes, created_at
from runner.emulator.world import Channel, JsonObject, Message, World, listed
from runner.lifecycle import limits
from runner.lifecycle.bits import MessageFlags, Permissions

FILES_MAX = 200
"""Uploaded files that can be fetched again; the oldest go first."""

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")
_CHILD_KEYS = ("components", "component", "accessory")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request: the number in `files[n]`, its name and its bytes."""

    index: int
    filename: str
    content_type: str
    data: bytes


class MessageMaker:
    """Builds and edits messages. `cdn()` is the base of the addresses under which uploads can be fetched."""

    def __init__(self, *, clock: Clock, world: World, ids: Snowflakes, cdn: Callable[[], str]) -> None:
        self.files: OrderedDict[int, Upload] = OrderedDict()
        self._clock = clock
        self._world = world
        self._ids = ids
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
    ) -> Message:
        """Return a new message from a checked body, kept in its channel.

        Only `settable` flags are taken over. Without `allowed_mentions` an interaction's message mentions users only;
        `parses_all_mentions` is for ordinary messages, which mention everything.
        """
        message = Message(id=self._ids.next(), channel_id=channel.id, author_id=author_id)
        message.flags = int(body.get("flags") or 0) & settable
        message.tts = bool(body.get("tts"))
        message.nonce = body.get("nonce")
        if body.get("poll"):
            message.poll = self._poll(body["poll"], message)
        self._fill(message, body, uploads)
        self._mention(message, body, "all" if parses_all_mentions else "users")
        channel.add(message)
        return message

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
            message.poll = self._poll(body["poll"], message) if body.get("poll") else None
        self._fill(message, body, uploads)
        self._mention(message, body, "users" if message.application_id else "all")

    def _fill(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> None:
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "embeds" in body:
            message.embeds = [_embed(embed) for embed in listed(body["embeds"])]
        if "components" in body:
            message.components = numbered(listed(body["components"]))
        if "attachments" in body or uploads:
            message.attachments = self._attachments(message, body, uploads)

    def _attachments(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> list[JsonObject]:
        """Return the attachments to keep and the new ones; without a list every old one stays."""
        keep = body.get("attachments")
        described = {str(entry.get("id")): entry for entry in listed(keep)}
        kept = [old for old in message.attachments if keep is None or old["id"] in described]
        return kept + [self._store(message, upload, described.get(str(upload.index), {})) for upload in uploads]

    def _store(self, message: Message, upload: Upload, described: Mapping[str, Any]) -> JsonObject:
        attachment_id = self._ids.next()
        self.files[attachment_id] = upload
        while len(self.files) > FILES_MAX:
            self.files.popitem(last=False)
        filename = str(described.get("filename") or upload.filename)
        url = f"{self._cdn()}/{message.channel_id}/{attachment_id}/{filename}"
        shape: JsonObject = {
            "id": str(attachment_id),
            "filename": filename,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": mimetypes.guess_type(filename)[0] or upload.content_type,
            "flags": 0,
        }
        if described.get("description"):
            shape["description"] = described["description"]
        if message.flags & MessageFlags.EPHEMERAL:
            shape["ephemeral"] = True
        return shape

    def _poll(self, asked: Mapping[str, Any], message: Message) -> JsonObject:
        hours = asked.get("duration") or limits.POLL_DURATION_DEFAULT_HOURS
        return {
            "question": asked["question"],
            "answers": [
                {"answer_id": number, "poll_media": answer["poll_media"]}
                for number, answer in enumerate(asked["answers"], start=1)
            ],
            "expiry": timestamp(created_at(message.id) + hours * 3600),
            "allow_multiselect": bool(asked.get("allow_multiselect")),
            "layout_type": asked.get("layout_type") or 1,
            "results": {"is_finalized": False, "answer_counts": []},
        }

    def _mention(self, message: Message, body: Mapping[str, Any], default: str) -> None:
        """Work out whom the message pings. Source: Discord docs, Resources: Message, Allowed Mentions Object."""
        channel = self._world.channels[message.channel_id]
        allowed = _allowed(body.get("allowed_mentions"), default)
        text = "\n".join([message.content, *_displayed_texts(message.components)])
        users = [int(user) for user in _USER_MENTION.findall(text)]
        message.mention_ids = _unique(user for user in users if allowed.user(user))
        guild = self._world.guild_of(channel)
        if guild is None:
            return
        may = self._world.permissions_in(message.author_id, channel, self._clock.now())
        may_all = bool(may & Permissions.MENTION_EVERYONE)
        roles = [guild.roles[int(role)] for role in _ROLE_MENTION.findall(text) if int(role) in guild.roles]
        message.mention_role_ids = _unique(r.id for r in roles if allowed.role(r.id) and (r.mentionable or may_all))
        message.mention_everyone = allowed.everyone and may_all and ("@everyone" in text or "@here" in text)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Whom a message may ping. None is everyone of that kind."""

    users: frozenset[int] | None
    roles: frozenset[int] | None
    everyone: bool

    def user(self, user_id: int) -> bool:
        return self.users is None or user_id in self.users

    def role(self, role_id: int) -> bool:
        return self.roles is None or role_id in self.roles


def _allowed(given: Mapping[str, Any] | None, default: str) -> _Allowed:
    if given is None:
        nothing: frozenset[int] = frozenset()
        return _Allowed(None, None, True) if default == "all" else _Allowed(None, nothing, False)
    parse = listed(given.get("parse"))
    return _Allowed(
        users=None if "users" in parse else frozenset(int(user) for user in listed(given.get("users"))),
        roles=None if "roles" in parse else frozenset(int(role) for role in listed(given.get("roles"))),
        everyone="everyone" in parse,
    )


def _edited_flags(flags: int, asked: int, settable: MessageFlags) -> int:
    """Return the flags after an edit: SUPPRESS_EMBEDS follows, IS_COMPONENTS_V2 can only be added."""
    sticky = flags & MessageFlags.IS_COMPONENTS_V2
    return flags & ~settable | asked & settable | sticky


def _embed(embed: Mapping[str, Any]) -> JsonObject:
    kept = {key: value for key, value in embed.items() if value is not None}
    return {**kept, "type": "rich"}


def _displayed_texts(components: Iterable[JsonObject]) -> list[str]:
    return [
        str(component["content"])
        for component in walk(components)
        if component.get("type") == limits.ComponentType.TEXT_DISPLAY
    ]


def _unique(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))


def walk(components: Iterable[JsonObject]) -> Iterable[JsonObject]:
    """Yield every component of a message or a form, containers before what is in them."""
    for component in components:
        yield component
        for key in _CHILD_KEYS:
            inner = component.get(key)
            if inner:
                yield from walk(listed(inner) if isinstance(inner, list) else [inner])


def numbered(components: Sequence[Mapping[str, Any]]) -> list[JsonObject]:
    """Return components with an `id` each: those given are kept, the others get the next free number.

    Source: Discord docs, Components: Component Reference, Anatomy of a Component.
    """
    copied = [_copied(component) for component in components]
    taken = {component["id"] for component in walk(copied) if component.get("id")}
    number = 0
    for component in walk(copied):
        if not component.get("id"):
            number = next(free for free in range(number + 1, len(taken) + number + 2) if free not in taken)
            component["id"] = number
    return copied


def _copied(component: Mapping[str, Any]) -> JsonObject:
    copy = {key: value for key, value in component.items() if value is not None}
    for key in _CHILD_KEYS:
        inner = copy.get(key)
        if isinstance(inner, list):
            copy[key] = [_copied(child) for child in listed(inner)]
        elif inner is not None:
            copy[key] = _copied(inner)
    return copy
