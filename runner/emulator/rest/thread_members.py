"""Who is in a thread. Source: Discord docs, Resources: Channel."""

from runner.emulator.core import Core
from runner.emulator.refusals import refusal
from runner.emulator.rest.access import allowed_channel, held_in, known_member, require_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import thread_member_json
from runner.emulator.shapes.guilds import member_json
from runner.emulator.threads import RECIPIENT_ADD, RECIPIENT_REMOVE, join, leave
from runner.emulator.world import Channel, Guild, JsonObject, Thread
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType, ErrorCode

_P = Permissions


def join_thread(core: Core, call: Call) -> Answer:
    """PUT the bot itself into a thread."""
    _, channel, _ = _active_thread(core, call)
    join(core, channel, core.world.bot_id)
    return Answer(204)


def leave_thread(core: Core, call: Call) -> Answer:
    """DELETE the bot itself from a thread."""
    _, channel, _ = _active_thread(core, call)
    leave(core, channel, core.world.bot_id)
    return Answer(204)


def add_member(core: Core, call: Call) -> Answer:
    """PUT somebody into a thread. Into a private one that is not `invitable` only moderators may."""
    guild, channel, thread = _active_thread(core, call)
    require_in(core, channel, _P.SEND_MESSAGES)
    member = known_member(guild, call.id(1))
    if channel.type is ChannelType.PRIVATE_THREAD and not thread.invitable and not _is_owner(core, thread):
        require_in(core, channel, _P.MANAGE_THREADS)
    if member.user_id not in thread.members:
        join(core, channel, member.user_id)
        _write(core, channel, RECIPIENT_ADD, member.user_id)
    return Answer(204)


def remove_member(core: Core, call: Call) -> Answer:
    """DELETE somebody from a thread: for moderators, and for who started a private one."""
    _, channel, thread = _active_thread(core, call)
    is_private = channel.type is ChannelType.PRIVATE_THREAD
    if not (is_private and _is_owner(core, thread)):
        require_in(core, channel, _P.MANAGE_THREADS)
    if call.id(1) not in thread.members:
        raise refusal(ErrorCode.UNKNOWN_MEMBER)
    leave(core, channel, call.id(1))
    _write(core, channel, RECIPIENT_REMOVE, call.id(1))
    return Answer(204)


def get_member(core: Core, call: Call) -> Answer:
    """GET somebody's place in a thread."""
    guild, channel, thread = _thread(core, call)
    if call.id(1) not in thread.members:
        raise refusal(ErrorCode.UNKNOWN_MEMBER)
    return Answer(200, _json(core, guild, channel, call.id(1), with_member=call.is_set("with_member")))


def list_members(core: Core, call: Call) -> Answer:
    """GET who is in a thread, in the order of their ids; paged only with the members themselves."""
    guild, channel, thread = _thread(core, call)
    with_member = call.is_set("with_member")
    users = sorted(user for user in thread.members if user > (call.asked_id("after") or 0))
    if with_member:
        users = users[: call.number("limit", limits.THREAD_MEMBERS_FETCH_MAX, limits.THREAD_MEMBERS_FETCH_MAX)]
    return Answer(200, [_json(core, guild, channel, user, with_member=with_member) for user in users])


def _thread(core: Core, call: Call) -> tuple[Guild, Channel, Thread]:
    channel = allowed_channel(core, call.id(0))
    guild = core.world.guild_of(channel)
    if channel.thread is None or guild is None:
        raise refusal(ErrorCode.WRONG_CHANNEL_TYPE)
    return guild, channel, channel.thread


def _active_thread(core: Core, call: Call) -> tuple[Guild, Channel, Thread]:
    guild, channel, thread = _thread(core, call)
    if thread.archived:
        raise refusal(ErrorCode.THREAD_ARCHIVED)
    return guild, channel, thread


def _is_owner(core: Core, thread: Thread) -> bool:
    return thread.owner_id == core.world.bot_id


def _json(core: Core, guild: Guild, channel: Channel, user_id: int, *, with_member: bool) -> JsonObject:
    shape = thread_member_json(channel, user_id)
    if with_member and user_id in guild.members:
        shape["member"] = member_json(core.world, guild.members[user_id])
    return shape


def _write(core: Core, channel: Channel, kind: int, user_id: int) -> None:
    """Let Discord's own message tell in the thread who came or went."""
    if held_in(core, channel) & _P.VIEW_CHANNEL:
        noted = core.messages.system(channel, kind, author_id=core.world.bot_id, mention_ids=[user_id])
        core.announcer.message_created(noted)


_MEMBERS = "/channels/*/thread-members"

ROUTES = (
    Route("GET", _MEMBERS, list_members),
    Route("PUT", f"{_MEMBERS}/@me", join_thread),
    Route("DELETE", f"{_MEMBERS}/@me", leave_thread),
    Route("GET", f"{_MEMBERS}/*", get_member),
    Route("PUT", f"{_MEMBERS}/*", add_member),
    Route("DELETE", f"{_MEMBERS}/*", remove_member),
)
"""The endpoints in this file."""
