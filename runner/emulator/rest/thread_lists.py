"""Lists of threads: a guild's active ones, a channel's archived ones. Source: Discord docs, Topics: Threads."""

from runner.emulator.core import Core
from runner.emulator.rest.access import allowed_channel, allowed_guild, held_in
from runner.emulator.rest.calls import Answer, Call, Route
from runner.emulator.shapes.channels import channel_json, thread_member_json
from runner.emulator.world import Channel, Guild, JsonObject
from runner.lifecycle import limits
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

_P = Permissions


def list_active(core: Core, call: Call) -> Answer:
    """GET /guilds/{guild}/threads/active: every active thread that the bot sees, newest first."""
    guild = allowed_guild(core, call.id(0))
    active = [thread for thread in _seen_in(core, guild) if thread.thread is not None and not thread.thread.archived]
    active.sort(key=lambda thread: thread.id, reverse=True)
    return Answer(200, {**_with_memberships(core, active), "has_more": False})


def list_public(core: Core, call: Call) -> Answer:
    """GET a channel's archived public threads, the latest archived first."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    return _archived(core, channel, call, is_private=False)


def list_private(core: Core, call: Call) -> Answer:
    """GET a channel's archived private threads, the latest archived first."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY | _P.MANAGE_THREADS)
    return _archived(core, channel, call, is_private=True)


def list_joined(core: Core, call: Call) -> Answer:
    """GET a channel's archived private threads that the bot is in, the newest first."""
    channel = allowed_channel(core, call.id(0), _P.READ_MESSAGE_HISTORY)
    before = call.asked_id("before")
    found = [
        thread
        for thread in _archived_threads(core, channel, is_private=True)
        if thread.thread is not None
        and core.world.bot_id in thread.thread.members
        and (before is None or thread.id < before)
    ]
    found.sort(key=lambda thread: thread.id, reverse=True)
    return _page(core, found, call)


def _archived(core: Core, channel: Channel, call: Call, *, is_private: bool) -> Answer:
    before = call.asked_instant("before")
    found = [
        (thread.thread.archived_at, thread)
        for thread in _archived_threads(core, channel, is_private=is_private)
        if thread.thread is not None and (before is None or thread.thread.archived_at < before)
    ]
    found.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return _page(core, [thread for _, thread in found], call)


def _archived_threads(core: Core, channel: Channel, *, is_private: bool) -> list[Channel]:
    return [
        thread
        for thread in core.world.threads_of(channel.id)
        if thread.thread is not None
        and thread.thread.archived
        and (thread.type is ChannelType.PRIVATE_THREAD) is is_private
    ]


def _page(core: Core, threads: list[Channel], call: Call) -> Answer:
    most, least = limits.ARCHIVED_THREADS_FETCH_MAX, limits.ARCHIVED_THREADS_FETCH_MIN
    limit = call.number("limit", most, most, least)
    return Answer(200, {**_with_memberships(core, threads[:limit]), "has_more": len(threads) > limit})


def _with_memberships(core: Core, threads: list[Channel]) -> JsonObject:
    bot = core.world.bot_id
    own = [thread for thread in threads if thread.thread is not None and bot in thread.thread.members]
    return {
        "threads": [channel_json(core.world, thread) for thread in threads],
        "members": [thread_member_json(thread, bot) for thread in own],
    }


def _seen_in(core: Core, guild: Guild) -> list[Channel]:
    threads = [channel for channel in core.world.channels_of(guild.id) if channel.thread is not None]
    return [thread for thread in threads if held_in(core, thread) & _P.VIEW_CHANNEL]


_ARCHIVED = "threads/archived"

ROUTES = (
    Route("GET", "/guilds/*/threads/active", list_active),
    Route("GET", f"/channels/*/{_ARCHIVED}/public", list_public),
    Route("GET", f"/channels/*/{_ARCHIVED}/private", list_private),
    Route("GET", f"/channels/*/users/@me/{_ARCHIVED}/private", list_joined),
)
"""The endpoints in this file."""
