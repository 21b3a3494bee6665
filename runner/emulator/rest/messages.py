"""Messages in channels, with the permissions that each call needs.

Source: Discord docs, Resources: Message, and Topics: Permissions.
"""

from itertools import takewhile

from runner.emulator.audit_log import AuditEvent
from runner.emulator.core import Core
from runner.emulator.forms.messages import MessageCall, check_message
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_channel, allowed_guild_channel, held_in, require_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.sending import reference_of, require_sendable, require_stickers, send
from runner.emulator.shapes.messages import message_json
from runner.emulator.snowflake import created_at
from runner.emulator.threads import CHANNEL_NAME_CHANGE, RECIPIENT_ADD, RECIPIENT_REMOVE
from runner.emulator.world import THREAD_STARTER_MESSAGE, Channel, JsonObject, Message
from runner.lifecycle import limits
from runner.lifecycle.bits import SETTABLE_BY_EDIT, Intents, MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_UNDELETABLE = frozenset({RECIPIENT_ADD, RECIPIENT_REMOVE, CHANNEL_NAME_CHANGE, THREAD_STARTER_MESSAGE})


def create_message(core: Core, call: Call) -> Answer:
    """POST a message. A nonce that must be unique returns the earlier message with it."""
    channel, body = allowed_channel(core, call.id(0)), call.json
    require_sendable(core, channel, body, call.uploads)
    require(check_message(body, where=MessageCall.CREATE, files=len(call.uploads)))
    require_stickers(core, channel, body)
    earlier = _with_nonce(core, channel, body)
    if earlier is not None:
        return Answer(200, message_json(core.world, earlier))
    reference = reference_of(core, channel, body)
    message = send(core, channel, body, call.uploads, reference=reference)
    return Answer(200, message_json(core.world, message))


def get_message(core: Core, call: Call) -> Answer:
    """GET a message."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    return Answer(200, _as_read(core, channel, public_message(channel, call.id(1))))


def list_messages(core: Core, call: Call) -> Answer:
    """GET messages, newest first: the last ones, or those before, after or around an id."""
    channel = allowed_channel(core, call.id(0))
    if not held_in(core, channel) & _P.READ_MESSAGE_HISTORY:
        return Answer(200, [])
    limit = call.number("limit", limits.MESSAGES_FETCH_DEFAULT, limits.MESSAGES_FETCH_MAX)
    messages = [message for message in channel.messages.values() if message.visible_to is None]
    return Answer(200, [_as_read(core, channel, message) for message in reversed(_page(messages, call, limit))])


def edit_message(core: Core, call: Call) -> Answer:
    """PATCH one of the bot's own messages. Of another's only the suppression of embeds may change."""
    channel, body = allowed_channel(core, call.id(0)), call.json
    message = public_message(channel, call.id(1))
    _require_changeable(core, channel)
    if message.author_id != core.world.bot_id:
        return _suppress(core, channel, message, body)
    if message.type in _UNDELETABLE:
        raise refusal(ErrorCode.SYSTEM_MESSAGE)
    existing = message_json(core.world, message)
    require(check_message(body, where=MessageCall.EDIT, files=len(call.uploads), existing=existing))
    core.messages.edit(message, body, uploads=call.uploads, settable=SETTABLE_BY_EDIT)
    core.announcer.message_edited(message)
    return Answer(200, message_json(core.world, message))


def delete_message(core: Core, call: Call) -> Answer:
    """DELETE a message; another's needs MANAGE_MESSAGES."""
    channel = allowed_channel(core, call.id(0))
    message = public_message(channel, call.id(1))
    if message.type in _UNDELETABLE:
        raise refusal(ErrorCode.SYSTEM_MESSAGE)
    if message.author_id != core.world.bot_id:
        if channel.guild_id is None:
            raise refusal(ErrorCode.NOT_IN_A_DM_CHANNEL)
        require_in(core, channel, _P.MANAGE_MESSAGES)
        _note(core, channel, AuditEvent.MESSAGE_DELETE, call, target=message.author_id, count=1)
    channel.remove(message)
    core.announcer.message_deleted(message)
    return Answer(204)


def bulk_delete(core: Core, call: Call) -> Answer:
    """POST /messages/bulk-delete: 2 to 100 messages, none older than two weeks; unknown ids are passed over."""
    _, channel = allowed_guild_channel(core, call.id(0), _P.MANAGE_MESSAGES)
    ids = call.numbers("messages")
    if not limits.BULK_DELETE_MIN <= len(ids) <= limits.BULK_DELETE_MAX or len(set(ids)) != len(ids):
        raise refusal(ErrorCode.BULK_DELETE_COUNT)
    oldest = core.clock.now() - limits.BULK_DELETE_MAX_AGE_S
    if any(created_at(number) < oldest for number in ids):
        raise refusal(ErrorCode.MESSAGE_TOO_OLD_TO_BULK_DELETE)
    found = [channel.messages[number] for number in ids if number in channel.messages]
    for message in found:
        channel.remove(message)
    if found:
        core.announcer.messages_deleted(channel, found)
        _note(core, channel, AuditEvent.MESSAGE_BULK_DELETE, call, target=channel.id, count=len(found))
    return Answer(204)


def crosspost(core: Core, call: Call) -> Answer:
    """POST /messages/{message}/crosspost: publish a message of an announcement channel to those who follow it."""
    channel = allowed_channel(core, call.id(0), _P.SEND_MESSAGES)
    message = public_message(channel, call.id(1))
    if channel.type is not ChannelType.GUILD_ANNOUNCEMENT:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    if message.author_id != core.world.bot_id:
        require_in(core, channel, _P.MANAGE_MESSAGES)
    if message.flags & MessageFlags.CROSSPOSTED:
        raise refusal(ErrorCode.ALREADY_CROSSPOSTED)
    message.flags |= MessageFlags.CROSSPOSTED
    core.announcer.message_edited(message)
    for webhook in [each for each in core.world.webhooks.values() if each.source_id == channel.id]:
        core.announcer.message_created(core.messages.crossposted(message, webhook))
    return Answer(200, message_json(core.world, message))


def public_message(channel: Channel, message_id: int) -> Message:
    """Return a message that anyone may see; ephemeral ones are unknown outside their token. Refused with 10008."""
    message = channel.messages.get(message_id)
    if message is None or message.flags & MessageFlags.EPHEMERAL:
        raise refusal(ErrorCode.UNKNOWN_MESSAGE)
    return message


def _as_read(core: Core, channel: Channel, message: Message) -> JsonObject:
    """Return a message as the bot reads it: in servers without what others have written, unless the switch is on.

    Source: Discord docs, Events: Gateway, Message Content Intent.
    """
    shape = message_json(core.world, message)
    is_readable = channel.guild_id is None or Intents.MESSAGE_CONTENT in core.privileged_intents
    return shape if is_readable else core.announcer.without_content(shape)


def _with_nonce(core: Core, channel: Channel, body: JsonObject) -> Message | None:
    """Return the bot's own message of the past minutes that has the nonce of this one, if it must be unique."""
    nonce = body.get("nonce") if body.get("enforce_nonce") else None
    if nonce is None:
        return None
    since = core.clock.now() - limits.MESSAGE_NONCE_MEMORY_S
    own = (message for message in reversed(channel.messages.values()) if message.author_id == core.world.bot_id)
    recent = takewhile(lambda message: created_at(message.id) >= since, own)
    return next((message for message in recent if message.nonce == nonce), None)


def _page(messages: list[Message], call: Call, limit: int) -> list[Message]:
    """Return the asked-for stretch of messages, oldest first."""
    messages = sorted(messages, key=lambda message: message.id)
    if "around" in call.query:
        middle = int(call.query["around"])
        older = [message for message in messages if message.id <= middle][-(limit // 2 + 1) :]
        newer = [message for message in messages if message.id > middle][: limit // 2]
        return (older + newer)[-limit:]
    if "after" in call.query:
        return [message for message in messages if message.id > int(call.query["after"])][:limit]
    if "before" in call.query:
        messages = [message for message in messages if message.id < int(call.query["before"])]
    return messages[-limit:]


def _require_changeable(core: Core, channel: Channel) -> None:
    """Refuse to change anything in an archived thread, and in a locked one without MANAGE_THREADS."""
    if channel.thread is None:
        return
    if channel.thread.archived:
        raise refusal(ErrorCode.THREAD_ARCHIVED)
    if channel.thread.locked and not held_in(core, channel) & _P.MANAGE_THREADS:
        raise refusal(ErrorCode.THREAD_LOCKED)


def _suppress(core: Core, channel: Channel, message: Message, body: JsonObject) -> Answer:
    """Edit another's message, of which only the suppression of embeds may change."""
    if body.keys() - {"flags"}:
        raise refusal(ErrorCode.NOT_THE_AUTHOR)
    require_in(core, channel, _P.MANAGE_MESSAGES)
    wanted = int(body.get("flags") or 0) & MessageFlags.SUPPRESS_EMBEDS
    message.flags = message.flags & ~MessageFlags.SUPPRESS_EMBEDS | wanted
    core.announcer.message_edited(message)
    return Answer(200, message_json(core.world, message))


def _note(core: Core, channel: Channel, event: AuditEvent, call: Call, *, target: int, count: int) -> None:
    """Set down that messages of others were deleted."""
    guild = core.world.guild_of(channel)
    if guild is not None:
        options: JsonObject = {"channel_id": str(channel.id), "count": str(count)}
        bot = core.world.bot_id
        core.audit_log.write(guild, event, by=bot, target=target, reason=call.reason, options=options)


_MESSAGES = "/channels/*/messages"

ROUTES = (
    Route("POST", f"{_MESSAGES}/bulk-delete", bulk_delete),
    Route("GET", _MESSAGES, list_messages),
    Route("POST", _MESSAGES, create_message),
    Route("GET", f"{_MESSAGES}/*", get_message),
    Route("PATCH", f"{_MESSAGES}/*", edit_message),
    Route("DELETE", f"{_MESSAGES}/*", delete_message),
    Route("POST", f"{_MESSAGES}/*/crosspost", crosspost),
)
"""The endpoints in this file."""
