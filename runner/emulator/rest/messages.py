"""Messages in channels, their reactions and pins, with the permissions that each call needs.

Source: Discord docs, Resources: Message, and Topics: Permissions.
"""

from operator import itemgetter

from runner.emulator.core import Core
from runner.emulator.forms.messages import MessageCall, check_message
from runner.emulator.refusals import invalid_field, refusal, require
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.channels import allowed_channel
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import emoji_json, timestamp
from runner.emulator.snowflake import created_at
from runner.emulator.world import Channel, JsonObject, Message
from runner.lifecycle import limits
from runner.lifecycle.bits import SETTABLE_BY_CREATE, SETTABLE_BY_EDIT, MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_NO_TEXT = frozenset({ChannelType.GUILD_CATEGORY, ChannelType.GUILD_FORUM, ChannelType.GUILD_MEDIA})
_REPLY_TYPE = 19


def create_message(core: Core, call: Call) -> Answer:
    """POST a message. A nonce that must be unique returns the earlier message with it."""
    channel = allowed_channel(core, call.id(0), _sending(call))
    if channel.type in _NO_TEXT:
        raise refusal(ErrorCode.NOT_A_TEXT_CHANNEL)
    _check_dm_open(core, channel)
    body = call.json
    require(check_message(body, where=MessageCall.CREATE, files=len(call.uploads)))
    earlier = _with_nonce(channel, body)
    if earlier is not None:
        return Answer(200, message_json(core.world, earlier))
    message = core.messages.create(
        channel,
        body,
        author_id=core.world.bot_id,
        settable=SETTABLE_BY_CREATE,
        uploads=call.uploads,
        parses_all_mentions=True,
    )
    _refer(channel, message, body.get("message_reference"))
    core.announcer.message_created(message)
    return Answer(200, message_json(core.world, message))


def get_message(core: Core, call: Call) -> Answer:
    """GET a message."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    return Answer(200, message_json(core.world, public_message(channel, call.id(1))))


def list_messages(core: Core, call: Call) -> Answer:
    """GET messages, newest first: the last ones, or those before, after or around an id."""
    channel = allowed_channel(core, call.id(0))
    held = core.world.permissions_in(core.world.bot_id, channel, core.clock.now())
    if not held & _P.READ_MESSAGE_HISTORY:
        return Answer(200, [])
    limit = call.number("limit", limits.MESSAGES_FETCH_DEFAULT, limits.MESSAGES_FETCH_MAX)
    messages = [message for message in channel.messages.values() if message.visible_to is None]
    return Answer(200, [message_json(core.world, message) for message in reversed(_page(messages, call, limit))])


def edit_message(core: Core, call: Call) -> Answer:
    """PATCH one of the bot's own messages. Of another's only the suppression of embeds may change."""
    channel = allowed_channel(core, call.id(0))
    message = public_message(channel, call.id(1))
    if message.author_id != core.world.bot_id:
        raise refusal(ErrorCode.NOT_THE_AUTHOR)
    existing = message_json(core.world, message)
    require(check_message(call.json, where=MessageCall.EDIT, files=len(call.uploads), existing=existing))
    core.messages.edit(message, call.json, uploads=call.uploads, settable=SETTABLE_BY_EDIT)
    core.announcer.message_edited(message)
    return Answer(200, message_json(core.world, message))


def delete_message(core: Core, call: Call) -> Answer:
    """DELETE a message; another's needs MANAGE_MESSAGES."""
    channel = allowed_channel(core, call.id(0))
    message = public_message(channel, call.id(1))
    if message.author_id != core.world.bot_id:
        allowed_channel(core, channel.id, _P.MANAGE_MESSAGES)
    _remove(channel, message)
    core.announcer.message_deleted(message)
    return Answer(204)


def bulk_delete(core: Core, call: Call) -> Answer:
    """POST /messages/bulk-delete: 2 to 100 messages, none older than two weeks; unknown ids are passed over."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_MESSAGES)
    if channel.guild_id is None:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    ids = call.numbers("messages")
    if not limits.BULK_DELETE_MIN <= len(ids) <= limits.BULK_DELETE_MAX or len(set(ids)) != len(ids):
        raise refusal(ErrorCode.BULK_DELETE_COUNT)
    oldest = core.clock.now() - limits.BULK_DELETE_MAX_AGE_S
    if any(created_at(number) < oldest for number in ids):
        raise refusal(ErrorCode.MESSAGE_TOO_OLD_TO_BULK_DELETE)
    found = [channel.messages[number] for number in ids if number in channel.messages]
    for message in found:
        _remove(channel, message)
    core.announcer.messages_deleted(channel, found)
    return Answer(204)


def public_message(channel: Channel, message_id: int) -> Message:
    """Return a message that anyone may see; ephemeral ones are unknown outside their token. Refused with 10008."""
    message = channel.messages.get(message_id)
    if message is None or message.flags & MessageFlags.EPHEMERAL:
        raise refusal(ErrorCode.UNKNOWN_MESSAGE)
    return message


# --- reactions


def add_reaction(core: Core, call: Call) -> Answer:
    """PUT the bot's own reaction."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    message, emoji = public_message(channel, call.id(1)), call.values[2]
    if emoji not in message.reactions:
        allowed_channel(core, channel.id, _P.ADD_REACTIONS)
        _check_reaction(message, emoji)
    users = message.reactions.setdefault(emoji, [])
    if core.world.bot_id not in users:
        users.append(core.world.bot_id)
        core.announcer.reaction(message, "MESSAGE_REACTION_ADD", reaction_json(message, emoji, core.world.bot_id))
    return Answer(204)


def remove_own_reaction(core: Core, call: Call) -> Answer:
    """DELETE the bot's own reaction."""
    channel = allowed_channel(core, call.id(0))
    return _remove_reaction(core, public_message(channel, call.id(1)), call.values[2], core.world.bot_id)


def remove_reaction(core: Core, call: Call) -> Answer:
    """DELETE another user's reaction."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_MESSAGES)
    return _remove_reaction(core, public_message(channel, call.id(1)), call.values[2], call.id(3))


def clear_reactions(core: Core, call: Call) -> Answer:
    """DELETE every reaction of a message."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_MESSAGES)
    message = public_message(channel, call.id(1))
    message.reactions.clear()
    core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE_ALL", {})
    return Answer(204)


def clear_reaction(core: Core, call: Call) -> Answer:
    """DELETE every reaction with one emoji."""
    channel = allowed_channel(core, call.id(0), _P.MANAGE_MESSAGES)
    message, emoji = public_message(channel, call.id(1)), call.values[2]
    if message.reactions.pop(emoji, None) is None:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE_EMOJI", {"emoji": emoji_json(emoji)})
    return Answer(204)


def list_reactions(core: Core, call: Call) -> Answer:
    """GET who reacted with an emoji."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    users = public_message(channel, call.id(1)).reactions.get(call.values[2], [])
    return Answer(200, [user_json(core.world.users[user]) for user in users])


def reaction_json(message: Message, emoji: str, user_id: int) -> JsonObject:
    """Return the data of a reaction event."""
    return {
        "user_id": str(user_id),
        "emoji": emoji_json(emoji),
        "message_author_id": str(message.author_id),
        "burst": False,
        "type": 0,
    }


# --- pins


def list_pins(core: Core, call: Call) -> Answer:
    """GET the pinned messages with the times of pinning, newest first."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    items = [
        {"pinned_at": timestamp(message.pinned_at), "message": message_json(core.world, message)}
        for message in _pinned(channel)
    ]
    return Answer(200, {"items": items, "has_more": False})


def list_pins_plainly(core: Core, call: Call) -> Answer:
    """GET the pinned messages by the older path."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    return Answer(200, [message_json(core.world, message) for message in _pinned(channel)])


def pin(core: Core, call: Call) -> Answer:
    """PUT a pin."""
    channel = allowed_channel(core, call.id(0), _P.PIN_MESSAGES)
    message = public_message(channel, call.id(1))
    if message.pinned_at is None and len(_pinned(channel)) >= limits.PINS_PER_CHANNEL_MAX:
        raise refusal(ErrorCode.MAXIMUM_PINS)
    return _set_pin(core, channel, message, core.clock.now())


def unpin(core: Core, call: Call) -> Answer:
    """DELETE a pin."""
    channel = allowed_channel(core, call.id(0), _P.PIN_MESSAGES)
    return _set_pin(core, channel, public_message(channel, call.id(1)), None)


def _set_pin(core: Core, channel: Channel, message: Message, at: float | None) -> Answer:
    message.pinned_at = at
    core.announcer.pins(channel)
    core.announcer.message_edited(message)
    return Answer(204)


def _pinned(channel: Channel) -> list[Message]:
    dated = [(message.pinned_at, message) for message in channel.messages.values() if message.pinned_at is not None]
    return [message for _, message in sorted(dated, key=itemgetter(0), reverse=True)]


def _sending(call: Call) -> Permissions:
    """Return what sending this body takes."""
    needed = _P.SEND_MESSAGES
    if call.uploads:
        needed |= _P.ATTACH_FILES
    return needed | _P.SEND_TTS_MESSAGES if call.json.get("tts") else needed


def _check_dm_open(core: Core, channel: Channel) -> None:
    for user_id in channel.recipient_ids:
        shares_guild = any(user_id in guild.members for guild in core.world.guilds.values())
        if not core.world.users[user_id].dms_open or not shares_guild:
            raise refusal(ErrorCode.CANNOT_MESSAGE_USER)


def _with_nonce(channel: Channel, body: JsonObject) -> Message | None:
    nonce = body.get("nonce") if body.get("enforce_nonce") else None
    if nonce is None:
        return None
    return next((message for message in channel.messages.values() if message.nonce == nonce), None)


def _refer(channel: Channel, message: Message, reference: JsonObject | None) -> None:
    """Make a message the reply it says it is."""
    if not reference or not reference.get("message_id"):
        return
    if int(reference["message_id"]) not in channel.messages:
        if reference.get("fail_if_not_exists", True):
            _remove(channel, message)
            raise invalid_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    message.type = _REPLY_TYPE
    message.reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(reference["message_id"])}
    if channel.guild_id is not None:
        message.reference["guild_id"] = str(channel.guild_id)


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


def _remove(channel: Channel, message: Message) -> None:
    message.deleted = True
    channel.messages.pop(message.id, None)


def _remove_reaction(core: Core, message: Message, emoji: str, user_id: int) -> Answer:
    users = message.reactions.get(emoji, [])
    if user_id not in users:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    users.remove(user_id)
    if not users:
        del message.reactions[emoji]
    core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE", reaction_json(message, emoji, user_id))
    return Answer(204)


def _check_reaction(message: Message, emoji: str) -> None:
    """Refuse plain text as an emoji (10014), and the 21st emoji (30010)."""
    if emoji.isascii() and ":" not in emoji and not emoji[:1].isdigit():
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    if len(message.reactions) >= limits.REACTIONS_PER_MESSAGE_MAX:
        raise refusal(ErrorCode.MAXIMUM_REACTIONS)


_CHANNEL = "/channels/*"
_MESSAGES = f"{_CHANNEL}/messages"
_REACTIONS = f"{_MESSAGES}/*/reactions"

ROUTES = (
    Route("GET", f"{_MESSAGES}/pins", list_pins),
    Route("PUT", f"{_MESSAGES}/pins/*", pin),
    Route("DELETE", f"{_MESSAGES}/pins/*", unpin),
    Route("GET", f"{_CHANNEL}/pins", list_pins_plainly),
    Route("PUT", f"{_CHANNEL}/pins/*", pin),
    Route("DELETE", f"{_CHANNEL}/pins/*", unpin),
    Route("POST", f"{_MESSAGES}/bulk-delete", bulk_delete),
    Route("GET", _MESSAGES, list_messages),
    Route("POST", _MESSAGES, create_message),
    Route("GET", f"{_MESSAGES}/*", get_message),
    Route("PATCH", f"{_MESSAGES}/*", edit_message),
    Route("DELETE", f"{_MESSAGES}/*", delete_message),
    Route("PUT", f"{_REACTIONS}/*/@me", add_reaction),
    Route("DELETE", f"{_REACTIONS}/*/@me", remove_own_reaction),
    Route("DELETE", f"{_REACTIONS}/*/*", remove_reaction),
    Route("GET", f"{_REACTIONS}/*", list_reactions),
    Route("DELETE", f"{_REACTIONS}/*", clear_reaction),
    Route("DELETE", _REACTIONS, clear_reactions),
)
"""The endpoints in this file. Literal paths stand before the patterns that would swallow them."""
