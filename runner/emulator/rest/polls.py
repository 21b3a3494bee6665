"""Polls: who voted for what, and the end before its time. Source: Discord docs, Resources: Poll."""

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_channel
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.messages import public_message
from runner.emulator.shapes.messages import message_json
from runner.emulator.shapes.users import user_json
from runner.emulator.world import Message, Poll
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ErrorCode


def list_voters(core: Core, call: Call) -> Answer:
    """GET who chose an answer, in the order of their ids."""
    _, poll = _poll(core, call)
    limit = call.number("limit", limits.POLL_VOTERS_FETCH_DEFAULT, limits.POLL_VOTERS_FETCH_MAX)
    after = call.asked_id("after") or 0
    users = sorted(user for user in poll.votes.get(call.id(2), []) if user > after)[:limit]
    return Answer(200, {"users": [user_json(core.world.users[user]) for user in users]})


def expire(core: Core, call: Call) -> Answer:
    """POST the end of a poll of the bot's own."""
    message, poll = _poll(core, call)
    if message.author_id != core.world.bot_id:
        raise refusal(ErrorCode.NOT_THE_AUTHOR)
    if poll.is_finalized:
        raise refusal(ErrorCode.POLL_EXPIRED)
    core.polls.end(message)
    return Answer(200, message_json(core.world, message))


def _poll(core: Core, call: Call) -> tuple[Message, Poll]:
    channel = allowed_channel(core, call.id(0), Permissions.READ_MESSAGE_HISTORY)
    message = public_message(channel, call.id(1))
    if message.poll is None:
        raise refusal(ErrorCode.NOT_A_POLL)
    return message, message.poll


ROUTES = (
    Route("GET", "/channels/*/polls/*/answers/*", list_voters),
    Route("POST", "/channels/*/polls/*/expire", expire),
)
"""The endpoints in this file."""
