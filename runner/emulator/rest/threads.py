"""Threads: started, changed, archived, deleted, listed. Source: Discord docs, Resources: Channel, Topics: Threads."""

from runner.emulator.audit_log import AuditEvent, changes
from runner.emulator.core import Core
from runner.emulator.forms.channels import check_thread
from runner.emulator.forms.messages import check_nested_message
from runner.emulator.refusals import refusal, require
from runner.emulator.rest.access import allowed_guild_channel, held_in, require_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.rest.sending import require_sendable, require_stickers, send
from runner.emulator.shapes.channels import channel_json, thread_json
from runner.emulator.shapes.messages import message_json
from runner.emulator.threads import (
    CHANNEL_NAME_CHANGE,
    PINNED,
    REQUIRE_TAG,
    THREAD_CREATED,
    announce_unarchived,
    begin,
    keep_active,
    set_archived,
)
from runner.emulator.world import FORUMS, THREAD_STARTER_MESSAGE, Channel, Forum, JsonObject, Thread, listed
from runner.lifecycle.bits import MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions
_KINDS = {
    ChannelType.GUILD_TEXT: ChannelType.PUBLIC_THREAD,
    ChannelType.GUILD_ANNOUNCEMENT: ChannelType.ANNOUNCEMENT_THREAD,
}
_NEED_MANAGE = frozenset({"locked", "rate_limit_per_user", "flags"})
_OWNERS_TOO = frozenset({"name", "archived", "auto_archive_duration", "invitable", "applied_tags"})


# --- starting


def start_from_message(core: Core, call: Call) -> Answer:
    """POST /channels/{channel}/messages/{message}/threads: a thread with the id of its message."""
    _, channel = allowed_guild_channel(core, call.id(0), _P.CREATE_PUBLIC_THREADS)
    message = channel.messages.get(call.id(1))
    if message is None or message.flags & MessageFlags.EPHEMERAL:
        raise refusal(ErrorCode.UNKNOWN_MESSAGE)
    kind = _KINDS.get(channel.type)
    if kind is None:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    if message.flags & MessageFlags.HAS_THREAD:
        raise refusal(ErrorCode.MESSAGE_HAS_A_THREAD)
    require(check_thread(call.json, is_new=True))
    thread = begin(core, channel, kind, call.json, owner_id=core.world.bot_id, thread_id=message.id)
    message.flags |= MessageFlags.HAS_THREAD
    reference = core.messages.reference_to(message)
    core.messages.system(thread, THREAD_STARTER_MESSAGE, author_id=message.author_id, reference=reference)
    core.announcer.thread(thread, "THREAD_CREATE", newly_created=True)
    core.announcer.message_edited(message)
    return _started(core, thread, call)


def start(core: Core, call: Call) -> Answer:
    """POST /channels/{channel}/threads: a thread without a message, or a post in a forum."""
    _, channel = allowed_guild_channel(core, call.id(0))
    if channel.forum is not None:
        return _start_post(core, channel, channel.forum, call)
    body = call.json
    require(check_thread(body, is_new=True))
    kind = _kind_asked_for(channel, body)
    is_private = kind is ChannelType.PRIVATE_THREAD
    require_in(core, channel, _P.CREATE_PRIVATE_THREADS if is_private else _P.CREATE_PUBLIC_THREADS)
    thread = begin(core, channel, kind, body, owner_id=core.world.bot_id, thread_id=core.ids.next())
    core.announcer.thread(thread, "THREAD_CREATE", newly_created=True)
    if not is_private:
        about: JsonObject = {"type": 0, "channel_id": str(thread.id), "guild_id": str(thread.guild_id)}
        noted = core.messages.system(
            channel, THREAD_CREATED, author_id=core.world.bot_id, content=thread.name or "", reference=about
        )
        core.announcer.message_created(noted)
    return _started(core, thread, call)


def _kind_asked_for(channel: Channel, body: JsonObject) -> ChannelType:
    """Return the type of a new thread, private unless said. Announcements have their own, and text channels two."""
    asked = int(body.get("type") or ChannelType.PRIVATE_THREAD)
    own = _KINDS.get(channel.type)
    allowed = {own, ChannelType.PRIVATE_THREAD} if channel.type is ChannelType.GUILD_TEXT else {own}
    if asked not in allowed:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    return ChannelType(asked)


def _start_post(core: Core, channel: Channel, forum: Forum, call: Call) -> Answer:
    require_in(core, channel, _P.SEND_MESSAGES)
    body = call.json
    require(check_thread(body, is_new=True))
    require(check_nested_message(body, "message", files=len(call.uploads)))
    _require_tags(core, channel, forum, body, before=[])
    message_body: JsonObject = body["message"]
    require_sendable(core, channel, message_body, call.uploads, begins_post=True)
    require_stickers(core, channel, message_body)
    number = core.ids.next()
    thread = begin(core, channel, ChannelType.PUBLIC_THREAD, body, owner_id=core.world.bot_id, thread_id=number)
    channel.last_message_id = thread.id
    core.announcer.thread(thread, "THREAD_CREATE", newly_created=True)
    message = send(core, thread, message_body, call.uploads, message_id=number)
    answer = _started(core, thread, call)
    return Answer(answer.status, {**thread_json(core.world, thread), "message": message_json(core.world, message)})


def _started(core: Core, thread: Channel, call: Call) -> Answer:
    shape = thread_json(core.world, thread)
    _note(core, AuditEvent.THREAD_CREATE, thread, call, {}, channel_json(core.world, thread))
    return Answer(201, shape)


# --- changing


def edit_thread(core: Core, channel: Channel, call: Call) -> Answer:
    """PATCH a thread that the bot sees."""
    thread, body = channel.thread, call.json
    assert thread is not None, "looked up before"
    require(check_thread(body, is_new=False))
    _require_editable(core, channel, thread, body)
    parent = core.world.channels[channel.parent_id or 0]
    if "applied_tags" in body:
        _require_tags(core, parent, parent.forum or Forum(), body, before=thread.tag_ids)
    core.rate_limits.note_rename(channel, body)
    before, was_archived = channel_json(core.world, channel), thread.archived
    _fill(core, channel, thread, body)
    if body.get("name") is not None:
        _note_name(core, channel)
    if was_archived and not thread.archived:
        announce_unarchived(core, channel)
    else:
        core.announcer.thread(channel, "THREAD_UPDATE")
    shape = thread_json(core.world, channel)
    _note(core, AuditEvent.THREAD_UPDATE, channel, call, before, channel_json(core.world, channel))
    return Answer(200, shape)


def delete_thread(core: Core, channel: Channel, call: Call) -> Answer:
    """DELETE a thread that the bot sees."""
    require_in(core, channel, _P.MANAGE_THREADS)
    shape = channel_json(core.world, channel)
    core.announcer.thread_deleted(channel)
    core.timers.cancel(channel.id)
    del core.world.channels[channel.id]
    _note(core, AuditEvent.THREAD_DELETE, channel, call, shape, {})
    return Answer(200, shape)


def _require_editable(core: Core, channel: Channel, thread: Thread, body: JsonObject) -> None:
    """Refuse what this bot may not change of a thread (50013), and any change of an archived one (50083).

    Whoever started a thread may change most of it; anyone who may write there may bring it back from the archive,
    unless it is locked.
    """
    if thread.archived and body.get("archived") is not False:
        raise refusal(ErrorCode.THREAD_ARCHIVED)
    if held_in(core, channel) & _P.MANAGE_THREADS:
        return
    only_unarchives = body.keys() & (_NEED_MANAGE | _OWNERS_TOO) == {"archived"} and body["archived"] is False
    is_owner = thread.owner_id == core.world.bot_id
    if only_unarchives and (is_owner or not thread.locked):
        require_in(core, channel, _P.SEND_MESSAGES)
    elif not is_owner or body.keys() & _NEED_MANAGE or thread.locked:
        raise refusal(ErrorCode.MISSING_PERMISSIONS)


def _require_tags(core: Core, channel: Channel, forum: Forum, body: JsonObject, *, before: list[int]) -> None:
    """Refuse tags that the forum lacks (10087) or reserves for moderators (50013), and none where one is asked for."""
    wanted = [int(tag) for tag in listed(body.get("applied_tags"))]
    known = {tag.id: tag for tag in forum.tags}
    for number in wanted:
        if number not in known:
            raise refusal(ErrorCode.UNKNOWN_TAG)
    touched = [known[number] for number in set(wanted) ^ set(before) if number in known]
    if any(tag.moderated for tag in touched):
        require_in(core, channel, _P.MANAGE_THREADS)
    if channel.flags & REQUIRE_TAG and not wanted:
        raise refusal(ErrorCode.TAG_REQUIRED)


def _fill(core: Core, channel: Channel, thread: Thread, body: JsonObject) -> None:
    """Set what a checked body says about a thread."""
    if body.get("flags") is not None:
        _set_flags(core, channel, int(body["flags"]))
    if "applied_tags" in body:
        thread.tag_ids = [int(tag) for tag in listed(body["applied_tags"])]
    channel.name = body.get("name") or channel.name
    channel.rate_limit_per_user = int(body.get("rate_limit_per_user", channel.rate_limit_per_user) or 0)
    thread.locked = bool(body.get("locked", thread.locked))
    thread.invitable = bool(body.get("invitable", thread.invitable))
    if body.get("archived") is not None and body["archived"] != thread.archived:
        set_archived(core, channel, archived=body["archived"])
    if body.get("auto_archive_duration"):
        thread.auto_archive_minutes = body["auto_archive_duration"]
        thread.archived_at = core.clock.now()
    keep_active(core, channel)


def _set_flags(core: Core, channel: Channel, flags: int) -> None:
    """Pin a forum's post, or unpin it; a forum has one pinned post (30047)."""
    parent = core.world.channels[channel.parent_id or 0]
    others = [each for each in core.world.threads_of(parent.id) if each.flags & PINNED and each is not channel]
    if flags & PINNED and others:
        raise refusal(ErrorCode.MAXIMUM_PINNED_THREADS)
    channel.flags = flags & PINNED if parent.type in FORUMS else 0


def _note_name(core: Core, channel: Channel) -> None:
    name = channel.name or ""
    noted = core.messages.system(channel, CHANNEL_NAME_CHANGE, author_id=core.world.bot_id, content=name)
    core.announcer.message_created(noted)


def _note(core: Core, event: AuditEvent, channel: Channel, call: Call, before: JsonObject, after: JsonObject) -> None:
    guild = core.world.guild_of(channel)
    assert guild is not None, "threads are in guilds"
    core.audit_log.write(
        guild,
        event,
        by=core.world.bot_id,
        target=channel.id,
        reason=call.reason,
        changes=changes(_flat(before), _flat(after)),
    )


def _flat(shape: JsonObject) -> JsonObject:
    """Return a thread's shape with its metadata beside the rest, as the audit log knows it."""
    return {**shape, **shape.get("thread_metadata", {})}


_CHANNEL = "/channels/*"

ROUTES = (
    Route("POST", f"{_CHANNEL}/messages/*/threads", start_from_message),
    Route("POST", f"{_CHANNEL}/threads", start),
)
"""The endpoints in this file."""
