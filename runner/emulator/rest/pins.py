"""Pinned messages. Source: Discord docs, Resources: Message."""

from operator import itemgetter

from runner.emulator.audit_log import AuditEvent
from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_channel
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.messages import public_message
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.values import timestamp
from runner.emulator.world import Channel, JsonObject, Message
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions
_CHANNEL_PINNED_MESSAGE = 6


def list_pins(core: Core, call: Call) -> Answer:
    """GET the pinned messages with the times of pinning, the latest first."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    limit = call.number("limit", limits.PINS_FETCH_MAX, limits.PINS_FETCH_MAX)
    before = call.asked_instant("before")
    found = [(at, message) for at, message in _pinned(channel) if before is None or at < before]
    items = [{"pinned_at": timestamp(at), "message": message_json(core.world, each)} for at, each in found[:limit]]
    return Answer(200, {"items": items, "has_more": len(found) > limit})


def list_pins_plainly(core: Core, call: Call) -> Answer:
    """GET the latest pinned messages by the older path."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    newest = _pinned(channel)[: limits.PINS_FETCH_MAX]
    return Answer(200, [message_json(core.world, message) for _, message in newest])


def pin(core: Core, call: Call) -> Answer:
    """PUT a pin, which a message in the channel tells of. A message that is pinned stays so."""
    channel, message = _message(core, call)
    if message.pinned_at is not None:
        return Answer(204)
    if len(_pinned(channel)) >= limits.PINS_PER_CHANNEL_MAX:
        raise refusal(ErrorCode.MAXIMUM_PINS)
    message.pinned_at = channel.last_pin_at = core.clock.now()
    _announce(core, channel, message, AuditEvent.MESSAGE_PIN, call)
    reference = core.messages.reference_to(message)
    bot = core.world.bot_id
    told = core.messages.system(channel, _CHANNEL_PINNED_MESSAGE, author_id=bot, reference=reference)
    core.announcer.message_created(told)
    return Answer(204)


def unpin(core: Core, call: Call) -> Answer:
    """DELETE a pin, if there is one."""
    channel, message = _message(core, call)
    if message.pinned_at is not None:
        message.pinned_at = None
        _announce(core, channel, message, AuditEvent.MESSAGE_UNPIN, call)
    return Answer(204)


def _message(core: Core, call: Call) -> tuple[Channel, Message]:
    channel = allowed_channel(core, call.id(0), _P.PIN_MESSAGES)
    message = public_message(channel, call.id(1))
    if channel.thread is not None and channel.thread.archived:
        raise refusal(ErrorCode.THREAD_ARCHIVED)
    return channel, message


def _announce(core: Core, channel: Channel, message: Message, event: AuditEvent, call: Call) -> None:
    core.announcer.pins(channel)
    core.announcer.message_edited(message)
    guild = core.world.guild_of(channel)
    if guild is not None:
        options: JsonObject = {"channel_id": str(channel.id), "message_id": str(message.id)}
        bot, author = core.world.bot_id, message.author_id
        core.audit_log.write(guild, event, by=bot, target=author, reason=call.reason, options=options)


def _pinned(channel: Channel) -> list[tuple[float, Message]]:
    dated = [(message.pinned_at, message) for message in channel.messages.values() if message.pinned_at is not None]
    return sorted(dated, key=itemgetter(0), reverse=True)


_CHANNEL = "/channels/*"

ROUTES = (
    Route("GET", f"{_CHANNEL}/messages/pins", list_pins),
    Route("PUT", f"{_CHANNEL}/messages/pins/*", pin),
    Route("DELETE", f"{_CHANNEL}/messages/pins/*", unpin),
    Route("GET", f"{_CHANNEL}/pins", list_pins_plainly),
    Route("PUT", f"{_CHANNEL}/pins/*", pin),
    Route("DELETE", f"{_CHANNEL}/pins/*", unpin),
)
"""The endpoints in this file."""
