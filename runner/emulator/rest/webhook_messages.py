"""Messages that come through a webhook, into its channel, into a thread there, or as a post of its forum.

Source: Discord docs, Resources: Webhook.
"""

from runner.emulator.core import Core
from runner.emulator.forms.messages import MessageCall, check_message
from runner.emulator.forms.webhooks import check_execution
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.calls import Answer, Call
from runner.emulator.shapes.messages import message_json
from runner.emulator.threads import begin, note_message
from runner.emulator.world import FORUMS, Channel, JsonObject, Message, Webhook
from runner.lifecycle.bits import SETTABLE_BY_EDIT, SETTABLE_BY_WEBHOOK
from runner.lifecycle.limits import ChannelType, ErrorCode


def execute(core: Core, webhook: Webhook, call: Call) -> Answer:
    """Send a message; it is answered only if the caller waits for it."""
    body = call.json
    require(check_execution(body))
    require(check_message(body, where=MessageCall.WEBHOOK, files=len(call.uploads)))
    channel, number = _place(core, webhook, call, body)
    note_message(core, channel, webhook.id)
    message = core.messages.create(
        channel,
        body,
        author_id=webhook.id,
        settable=SETTABLE_BY_WEBHOOK,
        uploads=call.uploads,
        message_id=number,
        webhook=webhook,
    )
    core.announcer.message_created(message)
    return Answer(200, message_json(core.world, message)) if call.is_set("wait") else Answer(204)


def get(core: Core, webhook: Webhook, call: Call) -> Answer:
    """Return a message of the webhook's."""
    return Answer(200, message_json(core.world, _own(core, webhook, call)[1]))


def edit(core: Core, webhook: Webhook, call: Call) -> Answer:
    """Change a message of the webhook's."""
    _, message = _own(core, webhook, call)
    existing = message_json(core.world, message)
    require(check_message(call.json, where=MessageCall.EDIT, files=len(call.uploads), existing=existing))
    core.messages.edit(message, call.json, uploads=call.uploads, settable=SETTABLE_BY_EDIT)
    core.announcer.message_edited(message)
    return Answer(200, message_json(core.world, message))


def delete(core: Core, webhook: Webhook, call: Call) -> Answer:
    """Delete a message of the webhook's."""
    channel, message = _own(core, webhook, call)
    channel.remove(message)
    core.announcer.message_deleted(message)
    return Answer(204)


def _place(core: Core, webhook: Webhook, call: Call, body: JsonObject) -> tuple[Channel, int | None]:
    """Return where a message goes, and its id if it is the first of a forum's post.

    In a forum the caller names a thread (220001) or a new one, not both (220002); elsewhere no new one (220003).
    """
    channel, name = core.world.channels[webhook.channel_id], body.get("thread_name")
    if name is not None and channel.type not in FORUMS:
        raise refusal(ErrorCode.WEBHOOK_THREAD_OUTSIDE_FORUM)
    if name is not None and "thread_id" in call.query:
        raise refusal(ErrorCode.FORUM_WEBHOOK_HAS_TWO_THREADS)
    if name is not None:
        return _begun(core, channel, webhook, {**body, "name": name})
    if channel.type in FORUMS and "thread_id" not in call.query:
        raise refusal(ErrorCode.FORUM_WEBHOOK_NEEDS_THREAD)
    return _target(core, webhook, call), None


def _begun(core: Core, channel: Channel, webhook: Webhook, body: JsonObject) -> tuple[Channel, int]:
    number = core.ids.next()
    thread = begin(core, channel, ChannelType.PUBLIC_THREAD, body, owner_id=webhook.id, thread_id=number)
    channel.last_message_id = thread.id
    core.announcer.thread(thread, "THREAD_CREATE", newly_created=True)
    return thread, number


def _target(core: Core, webhook: Webhook, call: Call) -> Channel:
    """Return the webhook's channel, or the thread in it that the query names."""
    thread_id = call.asked_id("thread_id")
    if thread_id is None:
        return core.world.channels[webhook.channel_id]
    thread = core.world.channels.get(thread_id)
    if thread is None or thread.parent_id != webhook.channel_id:
        raise refusal(ErrorCode.UNKNOWN_CHANNEL)
    return thread


def _own(core: Core, webhook: Webhook, call: Call) -> tuple[Channel, Message]:
    channel = _target(core, webhook, call)
    message = channel.messages.get(call.id(2))
    if message is None or message.webhook_id != webhook.id:
        raise refusal(ErrorCode.UNKNOWN_MESSAGE)
    return channel, message
