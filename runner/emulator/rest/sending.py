"""What sending a message to a channel takes, and what it brings about. Source: Discord docs, Resources: Message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.emulator.core import Core
from runner.emulator.messages import Upload
from runner.emulator.refusals import invalid_field, refusal
from runner.emulator.rest.access import allowed_channel, held_in, require_in
from runner.emulator.shapes.messages import snapshot_json
from runner.emulator.threads import note_message
from runner.emulator.world import FORUMS, Channel, JsonObject, Message, listed
from runner.lifecycle.bits import SETTABLE_BY_CREATE, Intents, MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_NO_TEXT = frozenset({ChannelType.GUILD_CATEGORY, *FORUMS})
_DEFAULT, REPLY, _CHAT_INPUT, _CONTEXT_MENU = 0, 19, 20, 23
_FORWARD = 1
_ORDINARY = frozenset({_DEFAULT, REPLY, _CHAT_INPUT, _CONTEXT_MENU})

Body = Mapping[str, Any]  # JSON that a form check has passed


@dataclass(frozen=True, slots=True)
class Reference:
    """The other message that a new one points at: as a reply, or to carry its contents along."""

    message: Message
    is_forward: bool


def require_sendable(
    core: Core, channel: Channel, body: Body, uploads: Sequence[Upload], *, begins_post: bool = False
) -> None:
    """Refuse a message that the bot may not send there, or that nobody can; a forum takes only what `begins_post`."""
    if channel.type in _NO_TEXT and not begins_post:
        raise refusal(ErrorCode.NOT_A_TEXT_CHANNEL)
    require_in(core, channel, _needed(body, uploads))
    _require_unlocked(core, channel)
    _require_open_dm(core, channel)
    is_bare = not (body.get("content") or body.get("components") or body.get("poll") or uploads)
    if body.get("embeds") and is_bare:
        require_in(core, channel, _P.EMBED_LINKS)


def reference_of(core: Core, channel: Channel, body: Body) -> Reference | None:
    """Return what a message refers to, or refuse; None without a reference, or if a missing one does not matter."""
    reference: JsonObject | None = body.get("message_reference")
    if not reference or not reference.get("message_id"):
        return None
    if reference.get("type") == _FORWARD:
        return Reference(_forwarded(core, reference), is_forward=True)
    return _replied(core, channel, reference)


def send(
    core: Core,
    channel: Channel,
    body: Body,
    uploads: Sequence[Upload],
    *,
    reference: Reference | None = None,
    message_id: int | None = None,
) -> Message:
    """Return a message of the bot's, made from a body that has been found fit, announced and counted."""
    note_message(core, channel, core.world.bot_id)
    message = core.messages.create(
        channel,
        _without_forbidden_embeds(core, channel, body),
        author_id=core.world.bot_id,
        settable=SETTABLE_BY_CREATE,
        uploads=uploads,
        parses_all_mentions=True,
        message_id=message_id,
    )
    if reference is not None:
        _refer(core, message, reference, body)
    core.announcer.message_created(message)
    return message


def _needed(body: Body, uploads: Sequence[Upload]) -> Permissions:
    needed = _P.SEND_MESSAGES
    needed |= _P.ATTACH_FILES if uploads else _P(0)
    needed |= _P.SEND_TTS_MESSAGES if body.get("tts") else _P(0)
    needed |= _P.SEND_POLLS if body.get("poll") else _P(0)
    is_voice = int(body.get("flags") or 0) & MessageFlags.IS_VOICE_MESSAGE
    return needed | (_P.SEND_VOICE_MESSAGES if is_voice else _P(0))


def _require_unlocked(core: Core, channel: Channel) -> None:
    if channel.thread is not None and channel.thread.locked and not held_in(core, channel) & _P.MANAGE_THREADS:
        raise refusal(ErrorCode.THREAD_LOCKED)


def _require_open_dm(core: Core, channel: Channel) -> None:
    """Refuse direct messages to who has closed them, or shares no guild with the bot."""
    for user_id in channel.recipient_ids:
        if not core.world.users[user_id].dms_open:
            raise refusal(ErrorCode.CANNOT_MESSAGE_USER)
        if not core.world.shares_guild(user_id):
            raise refusal(ErrorCode.NO_MUTUAL_GUILDS)


def require_stickers(core: Core, channel: Channel, body: Body) -> None:
    """Refuse stickers that don't exist, and those of another guild without USE_EXTERNAL_STICKERS (50081)."""
    guild = core.world.guild_of(channel)
    is_free = bool(held_in(core, channel) & _P.USE_EXTERNAL_STICKERS)
    for number in map(int, listed(body.get("sticker_ids"))):
        is_own = guild is not None and number in guild.stickers
        if core.world.sticker(number) is None or not (is_own or is_free):
            raise refusal(ErrorCode.INVALID_STICKER)


def _without_forbidden_embeds(core: Core, channel: Channel, body: Body) -> Body:
    """Return the body as it is shown: without EMBED_LINKS, embeds beside a text vanish without a word.

    Observed: discord/discord-api-docs #2601. Embeds alone are refused instead.
    """
    return body if held_in(core, channel) & _P.EMBED_LINKS else {**body, "embeds": []}


def _replied(core: Core, channel: Channel, reference: JsonObject) -> Reference | None:
    if not held_in(core, channel) & _P.READ_MESSAGE_HISTORY:
        raise refusal(ErrorCode.REPLY_NEEDS_HISTORY)
    message = channel.messages.get(int(reference["message_id"]))
    if message is None or message.flags & MessageFlags.EPHEMERAL:
        if reference.get("fail_if_not_exists", True):
            raise invalid_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    if message.type not in _ORDINARY:
        text = "Cannot reply to a system message"
        raise invalid_field("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", text)
    return Reference(message, is_forward=False)


def _forwarded(core: Core, reference: JsonObject) -> Message:
    """Return the message to forward: an ordinary one without a poll, whose content the bot can read."""
    if reference.get("channel_id") is None:
        raise invalid_field("message_reference", "BASE_TYPE_REQUIRED", "This field is required")
    source = allowed_channel(core, int(reference["channel_id"]), _P.READ_MESSAGE_HISTORY)
    message = source.messages.get(int(reference["message_id"]))
    if message is None or message.flags & MessageFlags.EPHEMERAL:
        raise refusal(ErrorCode.UNKNOWN_MESSAGE)
    if message.type not in _ORDINARY or message.poll is not None:
        raise refusal(ErrorCode.INVALID_MESSAGE_TYPE)
    bot = core.world.bot_id
    is_readable = source.guild_id is None or message.author_id == bot or bot in message.mention_ids
    if not is_readable and Intents.MESSAGE_CONTENT not in core.privileged_intents:
        raise refusal(ErrorCode.FORWARD_NOT_READABLE)
    return message


def _refer(core: Core, message: Message, reference: Reference, body: Body) -> None:
    """Make a message the reply or the forward that it says it is."""
    other = reference.message
    message.reference = core.messages.reference_to(other)
    if reference.is_forward:
        message.reference["type"] = _FORWARD
        message.snapshots = other.snapshots or [snapshot_json(core.world, other)]
        message.flags |= MessageFlags.HAS_SNAPSHOT
        return
    message.type = REPLY
    allowed: JsonObject | None = body.get("allowed_mentions")
    pings = allowed is None or bool(allowed.get("replied_user"))
    if pings and other.author_id in core.world.users and other.author_id not in message.mention_ids:
        message.mention_ids = [other.author_id, *message.mention_ids]
