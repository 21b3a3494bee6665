"""How threads begin, are joined, go to the archive and come back: by a bot's call, by a person, or by themselves.

Source: Discord docs, Topics: Threads, and Resources: Channel.
"""

from runner.emulator.core import Core
from runner.emulator.shapes.channels import thread_member_json
from runner.emulator.world import Channel, JsonObject, Thread
from runner.lifecycle import limits
from runner.lifecycle.bits import Intents
from runner.lifecycle.limits import ChannelType

PINNED = 1 << 1
"""The flag of a forum's post that is pinned to its top; it does not go to the archive by itself."""

REQUIRE_TAG = 1 << 4
"""The flag of a forum whose posts must have a tag."""

RECIPIENT_ADD = 1
RECIPIENT_REMOVE = 2
CHANNEL_NAME_CHANGE = 4
THREAD_CREATED = 18
"""Types of the messages that Discord writes about threads."""


def begin(
    core: Core, parent: Channel, kind: ChannelType, body: JsonObject, *, owner_id: int, thread_id: int
) -> Channel:
    """Return a new thread with its owner in it, unless that is a webhook; kept in the world and not announced yet."""
    now = core.clock.now()
    guild = core.world.guild_of(parent)
    minutes = body.get("auto_archive_duration") or parent.default_auto_archive_minutes
    channel = Channel(
        id=thread_id,
        type=kind,
        name=body["name"],
        guild_id=parent.guild_id,
        parent_id=parent.id,
        rate_limit_per_user=int(body.get("rate_limit_per_user") or parent.default_thread_rate_limit_per_user),
    )
    channel.thread = Thread(
        owner_id=owner_id,
        created_at=now,
        archived_at=now,
        auto_archive_minutes=minutes or limits.THREAD_AUTO_ARCHIVE_DEFAULT_MINUTES,
        invitable=bool(body.get("invitable", True)),
        members={owner_id: now} if guild is not None and owner_id in guild.members else {},
        tag_ids=[int(tag) for tag in body.get("applied_tags") or ()],
    )
    core.world.channels[channel.id] = channel
    keep_active(core, channel)
    return channel


def join(core: Core, channel: Channel, user_id: int) -> None:
    """Add somebody to a thread, unless they are in it. The bot then gets to know the thread."""
    assert channel.thread is not None, "only threads are joined"
    if user_id in channel.thread.members:
        return
    channel.thread.members[user_id] = core.clock.now()
    if user_id == core.world.bot_id:
        core.announcer.thread(channel, "THREAD_CREATE")
    core.announcer.thread_members(channel, added=user_id)


def leave(core: Core, channel: Channel, user_id: int) -> None:
    """Take somebody out of a thread, if they are in it."""
    assert channel.thread is not None, "only threads are left"
    if channel.thread.members.pop(user_id, None) is not None:
        core.announcer.thread_members(channel, removed=user_id)


def note_message(core: Core, channel: Channel, author_id: int) -> None:
    """Do what a message in a thread brings about: it comes back from the archive, and its author joins it."""
    if channel.thread is None:
        return
    if channel.thread.archived:
        set_archived(core, channel, archived=False)
        announce_unarchived(core, channel)
    guild = core.world.guild_of(channel)
    if guild is not None and author_id in guild.members:
        join(core, channel, author_id)
    keep_active(core, channel)


def set_archived(core: Core, channel: Channel, *, archived: bool) -> None:
    """Move a thread to the archive or out of it, without a word. A pinned post that is archived is pinned no more."""
    assert channel.thread is not None, "only threads are archived"
    channel.thread.archived = archived
    channel.thread.archived_at = core.clock.now()
    if archived:
        channel.flags &= ~PINNED
        core.timers.cancel(channel.id)
    else:
        keep_active(core, channel)


def announce_unarchived(core: Core, channel: Channel) -> None:
    """Announce that a thread is active again: first the thread, then the bot's membership in it."""
    core.announcer.thread(channel, "THREAD_UPDATE")
    bot = core.world.bot_id
    if channel.thread is not None and bot in channel.thread.members:
        data: JsonObject = {**thread_member_json(channel, bot), "guild_id": str(channel.guild_id)}
        core.announcer.in_channel(channel, "THREAD_MEMBER_UPDATE", data, guild=Intents.GUILDS)


def keep_active(core: Core, channel: Channel) -> None:
    """Let a thread go to the archive by itself after its time without activity, counted from now."""
    assert channel.thread is not None, "only threads are archived"

    def archive() -> None:
        set_archived(core, channel, archived=True)
        core.announcer.thread(channel, "THREAD_UPDATE")

    if channel.flags & PINNED or channel.thread.archived:
        core.timers.cancel(channel.id)
    else:
        core.timers.at(core.clock.now() + channel.thread.auto_archive_minutes * 60, channel.id, archive)
