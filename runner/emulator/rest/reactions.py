"""Reactions to messages. Source: Discord docs, Resources: Message."""

from runner.emulator.core import Core
from runner.emulator.reactions import add, clear, emoji_of, remove
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import NOTHING, allowed_channel, require_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.messages import public_message
from runner.emulator.shapes.users import user_json
from runner.emulator.world import Channel, Message
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode

_P = Permissions


def add_reaction(core: Core, call: Call) -> Answer:
    """PUT the bot's own reaction. An emoji that nobody has used yet needs ADD_REACTIONS."""
    channel, message = _message(core, call, _P.READ_MESSAGE_HISTORY)
    emoji = _known_emoji(core, channel, message, call.values[2])
    if emoji not in message.reactions:
        require_in(core, channel, _P.ADD_REACTIONS)
        if len(message.reactions) >= limits.REACTIONS_PER_MESSAGE_MAX:
            raise refusal(ErrorCode.MAXIMUM_REACTIONS)
    add(core, message, emoji, core.world.bot_id)
    return Answer(204)


def remove_own_reaction(core: Core, call: Call) -> Answer:
    """DELETE the bot's own reaction."""
    _, message = _message(core, call)
    return _removed(core, message, call, core.world.bot_id)


def remove_reaction(core: Core, call: Call) -> Answer:
    """DELETE another user's reaction."""
    _, message = _message(core, call, _P.MANAGE_MESSAGES)
    return _removed(core, message, call, call.id(3))


def clear_reactions(core: Core, call: Call) -> Answer:
    """DELETE every reaction of a message."""
    _, message = _message(core, call, _P.MANAGE_MESSAGES)
    clear(core, message, None)
    return Answer(204)


def clear_reaction(core: Core, call: Call) -> Answer:
    """DELETE every reaction with one emoji."""
    _, message = _message(core, call, _P.MANAGE_MESSAGES)
    clear(core, message, _used_emoji(core, message, call.values[2]))
    return Answer(204)


def list_reactions(core: Core, call: Call) -> Answer:
    """GET who reacted with an emoji, in the order of their ids; nobody has reacted with a burst."""
    _, message = _message(core, call, _P.READ_MESSAGE_HISTORY)
    limit = call.number("limit", limits.REACTIONS_FETCH_DEFAULT, limits.REACTIONS_FETCH_MAX)
    emoji, after = emoji_of(core.world, call.values[2]), call.asked_id("after") or 0
    users = [] if emoji is None or call.query.get("type") == "1" else message.reactions.get(emoji, [])
    found = sorted(user for user in users if user > after)[:limit]
    return Answer(200, [user_json(core.world.users[user]) for user in found])


def _message(core: Core, call: Call, needed: Permissions = NOTHING) -> tuple[Channel, Message]:
    """Return the message of a call. In an archived thread nobody reacts (50083)."""
    channel = allowed_channel(core, call.id(0), needed)
    message = public_message(channel, call.id(1))
    if channel.thread is not None and channel.thread.archived:
        raise refusal(ErrorCode.THREAD_ARCHIVED)
    return channel, message


def _known_emoji(core: Core, channel: Channel, message: Message, given: str) -> str:
    """Return an emoji that the bot may use there; another guild's needs USE_EXTERNAL_EMOJIS if nobody has used it."""
    emoji = emoji_of(core.world, given)
    if emoji is None:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    guild = core.world.guild_of(channel)
    number = int(emoji.partition(":")[2] or 0)
    is_own = guild is None or number in guild.emojis or number in core.world.emojis
    if number and not is_own and emoji not in message.reactions:
        require_in(core, channel, _P.USE_EXTERNAL_EMOJIS)
    return emoji


def _used_emoji(core: Core, message: Message, given: str) -> str:
    emoji = emoji_of(core.world, given)
    if emoji is None or emoji not in message.reactions:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    return emoji


def _removed(core: Core, message: Message, call: Call, user_id: int) -> Answer:
    emoji = _used_emoji(core, message, call.values[2])
    if user_id not in message.reactions[emoji]:
        raise refusal(ErrorCode.UNKNOWN_EMOJI)
    remove(core, message, emoji, user_id)
    return Answer(204)


_REACTIONS = "/channels/*/messages/*/reactions"

ROUTES = (
    Route("PUT", f"{_REACTIONS}/*/@me", add_reaction),
    Route("DELETE", f"{_REACTIONS}/*/@me", remove_own_reaction),
    Route("DELETE", f"{_REACTIONS}/*/*", remove_reaction),
    Route("GET", f"{_REACTIONS}/*", list_reactions),
    Route("DELETE", f"{_REACTIONS}/*", clear_reaction),
    Route("DELETE", _REACTIONS, clear_reactions),
)
"""The endpoints in this file."""
