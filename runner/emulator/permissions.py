"""What a member may do in a guild or a channel, computed as Discord does. Source: Discord docs, Topics: Permissions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from typing import Final, NamedTuple

from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

ALL: Final = reduce(Permissions.__or__, Permissions)
"""Every permission that there is."""

NONE: Final = Permissions(0)
"""No permission at all."""

ROLE: Final = 0
"""The type of an overwrite that is for a role; the one for @everyone too."""

MEMBER: Final = 1
"""The type of an overwrite that is for one member."""

_TIMED_OUT: Final = Permissions.VIEW_CHANNEL | Permissions.READ_MESSAGE_HISTORY

_NEED_SEND_MESSAGES: Final = (
    Permissions.MENTION_EVERYONE | Permissions.SEND_TTS_MESSAGES | Permissions.ATTACH_FILES | Permissions.EMBED_LINKS
)

_VOICE: Final = (ChannelType.GUILD_VOICE, ChannelType.GUILD_STAGE_VOICE)


class Overwrite(NamedTuple):
    """What a channel allows and denies to one role or member; plain tuples in this order do as well."""

    id: int
    type: int
    allow: int
    deny: int


def compute(
    *,
    owner_id: int,
    everyone_role_id: int,
    roles: Mapping[int, int],
    member_role_ids: Collection[int],
    member_id: int,
    overwrites: Sequence[tuple[int, int, int, int]] = (),
    timed_out: bool = False,
    is_thread: bool = False,
    may_see_thread: bool = True,
) -> Permissions:
    """Return a member's permissions, in a channel if its `overwrites` are given and in the guild otherwise.

    `roles` maps each role's id to its bits, @everyone's included; `member_role_ids` may name roles that are gone. For a
    thread (`is_thread`) the overwrites are its parent's, and SEND_MESSAGES says whether one may send in it. Whoever is
    no member of a private thread (`may_see_thread` false) has nothing there without MANAGE_THREADS.

    What a missing permission takes along is not subtracted, as in Discord's own strings: that is `effective`.
    """
    if member_id == owner_id:
        return ALL
    base = _union(roles.get(role_id, 0) for role_id in (everyone_role_id, *member_role_ids))
    if Permissions.ADMINISTRATOR in base:
        return ALL
    entries = [Overwrite(*entry) for entry in overwrites]
    allowed = _in_channel(base, entries, everyone_role_id, member_role_ids, member_id)
    if is_thread:
        allowed = _in_thread(allowed, may_see_thread=may_see_thread)
    return allowed & _TIMED_OUT if timed_out else allowed


def effective(permissions: Permissions, channel_type: ChannelType) -> Permissions:
    """Return what counts of `permissions` in a channel of that type.

    Without VIEW_CHANNEL nothing does, nor in a voice or stage channel without CONNECT. Without SEND_MESSAGES mentions
    of everyone, TTS, files and embeds don't. Source: Discord docs, Topics: Permissions, Implicit Permissions.
    """
    if Permissions.VIEW_CHANNEL not in permissions:
        return NONE
    if channel_type in _VOICE and Permissions.CONNECT not in permissions:
        return Permissions.VIEW_CHANNEL
    if Permissions.SEND_MESSAGES not in permissions:
        return permissions & ~_NEED_SEND_MESSAGES
    return permissions


def outranks(
    *,
    owner_id: int,
    actor_id: int,
    actor_roles: Mapping[int, int],
    target_id: int,
    target_roles: Mapping[int, int],
) -> bool:
    """Return whether the actor stands above the target, as kicks, bans, timeouts and nicknames ask.

    The mappings are role id to position, without @everyone. The owner is above all, and nobody is above the owner.
    Source: Discord docs, Topics: Permissions, Permission Hierarchy.
    """
    if owner_id in (actor_id, target_id):
        return actor_id == owner_id != target_id
    return _rank(actor_roles) > _rank(target_roles)


def outranks_role(*, owner_id: int, actor_id: int, actor_roles: Mapping[int, int], role_id: int, position: int) -> bool:
    """Return whether the actor's highest role is above a role, as giving, taking and editing it ask."""
    return actor_id == owner_id or _rank(actor_roles) > (position, -role_id)


def _rank(roles: Mapping[int, int]) -> tuple[int, int]:
    """Return the place of the highest role; of two at one position the older is higher. No role is below @everyone."""
    return max(((position, -role_id) for role_id, position in roles.items()), default=(-1, 0))


def _in_channel(
    base: Permissions,
    overwrites: Sequence[Overwrite],
    everyone_role_id: int,
    member_role_ids: Collection[int],
    member_id: int,
) -> Permissions:
    """Apply the three layers of overwrites. In each, what is allowed wins over what is denied."""
    for_roles = [entry for entry in overwrites if entry.type == ROLE]
    layers = (
        [entry for entry in for_roles if entry.id == everyone_role_id],
        [entry for entry in for_roles if entry.id in member_role_ids and entry.id != everyone_role_id],
        [entry for entry in overwrites if entry.type == MEMBER and entry.id == member_id],
    )
    for layer in layers:
        base &= ~_union(entry.deny for entry in layer)
        base |= _union(entry.allow for entry in layer)
    return base


def _in_thread(allowed: Permissions, *, may_see_thread: bool) -> Permissions:
    if not may_see_thread and Permissions.MANAGE_THREADS not in allowed:
        return NONE
    if Permissions.SEND_MESSAGES_IN_THREADS in allowed:
        return allowed | Permissions.SEND_MESSAGES
    return allowed & ~Permissions.SEND_MESSAGES


def _union(bits: Iterable[int]) -> Permissions:
    return reduce(Permissions.__or__, map(Permissions, bits), NONE)
