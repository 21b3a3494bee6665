"""Permissions as Discord computes them. Source: Discord docs, Topics: Permissions."""

from typing import TypeAlias

import pytest

from runner.emulator.permissions import ALL, MEMBER, NONE, ROLE, compute, effective, outranks, outranks_role
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType

P: TypeAlias = Permissions

GUILD, OWNER, ROBIN = 100, 1, 2
SUPPORT, MUTED, ADMIN = 201, 202, 203
GONE = 299

VIEW, SEND, HISTORY = P.VIEW_CHANNEL, P.SEND_MESSAGES, P.READ_MESSAGE_HISTORY
BASE = VIEW | SEND

Overwrites = tuple[tuple[int, int, int, int], ...]


def robins(
    *roles: int, overwrites: Overwrites = (), base: P = BASE, member_id: int = ROBIN, timed_out: bool = False
) -> P:
    return compute(
        owner_id=OWNER,
        everyone_role_id=GUILD,
        roles={GUILD: base, SUPPORT: P.MANAGE_MESSAGES, MUTED: 0, ADMIN: P.ADMINISTRATOR},
        member_role_ids=roles,
        member_id=member_id,
        overwrites=overwrites,
        timed_out=timed_out,
    )


@pytest.mark.parametrize(
    ("roles", "overwrites", "expected"),
    [
        ((), (), BASE),
        ((SUPPORT,), (), BASE | P.MANAGE_MESSAGES),
        ((SUPPORT, GONE), (), BASE | P.MANAGE_MESSAGES),
        ((), ((GUILD, ROLE, 0, SEND),), VIEW),
        ((), ((GUILD, ROLE, P.ADD_REACTIONS, SEND),), VIEW | P.ADD_REACTIONS),
        ((), ((GUILD, ROLE, SEND, SEND),), BASE),
        ((SUPPORT,), ((GUILD, ROLE, 0, SEND), (SUPPORT, ROLE, SEND, 0)), BASE | P.MANAGE_MESSAGES),
        ((SUPPORT,), ((SUPPORT, ROLE, SEND, 0), (GUILD, ROLE, 0, SEND)), BASE | P.MANAGE_MESSAGES),
        ((), ((SUPPORT, ROLE, P.PIN_MESSAGES, SEND),), BASE),
        ((MUTED, SUPPORT), ((MUTED, ROLE, 0, SEND), (SUPPORT, ROLE, SEND, 0)), BASE | P.MANAGE_MESSAGES),
        ((MUTED,), ((MUTED, ROLE, 0, SEND), (ROBIN, MEMBER, SEND, 0)), BASE),
        ((SUPPORT,), ((SUPPORT, ROLE, SEND, 0), (ROBIN, MEMBER, 0, SEND)), VIEW | P.MANAGE_MESSAGES),
        ((), ((OWNER, MEMBER, 0, SEND),), BASE),
        ((), ((ROBIN, ROLE, 0, SEND),), BASE),
        ((), ((GUILD, ROLE, 0, VIEW),), SEND),
    ],
    ids=[
        "everyone", "role-adds", "deleted-role", "everyone-denied", "everyone-denied-and-allowed", "allow-beats-deny",
        "role-beats-everyone", "order-does-not-matter", "foreign-role", "roles-are-combined", "member-beats-roles",
        "member-denied", "foreign-member", "role-overwrite-of-a-member-id", "implicit-losses-are-not-subtracted",
    ],
)  # fmt: skip
def test_overwrites_apply_from_everyone_over_roles_to_the_member(
    roles: tuple[int, ...], overwrites: Overwrites, expected: P
) -> None:
    assert robins(*roles, overwrites=overwrites) == expected


def test_all_permissions_are_the_bits_that_discord_has_given_out() -> None:
    assert ALL == 8866461766385663


@pytest.mark.parametrize(("roles", "member_id"), [((), OWNER), ((ADMIN,), ROBIN)], ids=["owner", "administrator"])
@pytest.mark.parametrize("timed_out", [False, True])
def test_owner_and_administrators_may_do_everything_whatever_a_channel_denies(
    roles: tuple[int, ...], member_id: int, timed_out: bool
) -> None:
    denied = ((GUILD, ROLE, 0, int(ALL)), (member_id, MEMBER, 0, int(ALL)))
    assert robins(*roles, overwrites=denied, member_id=member_id, timed_out=timed_out) == ALL


@pytest.mark.parametrize(
    ("base", "expected"),
    [(BASE | HISTORY | P.ADD_REACTIONS, VIEW | HISTORY), (SEND, NONE), (VIEW | SEND, VIEW)],
    ids=["reads-on", "nothing-to-read", "no-history"],
)
def test_a_timeout_leaves_looking_and_reading(base: P, expected: P) -> None:
    assert robins(base=base, timed_out=True) == expected


@pytest.mark.parametrize(
    ("base", "may_see_thread", "expected"),
    [
        (BASE, True, VIEW),
        (VIEW | P.SEND_MESSAGES_IN_THREADS, True, BASE | P.SEND_MESSAGES_IN_THREADS),
        (BASE | P.SEND_MESSAGES_IN_THREADS, False, NONE),
        (VIEW | P.MANAGE_THREADS, False, VIEW | P.MANAGE_THREADS),
    ],
    ids=["no-sending", "sending", "private", "private-managed"],
)
def test_a_thread_has_a_permission_of_its_own_for_sending(base: P, may_see_thread: bool, expected: P) -> None:
    allowed = compute(
        owner_id=OWNER,
        everyone_role_id=GUILD,
        roles={GUILD: base},
        member_role_ids=(),
        member_id=ROBIN,
        is_thread=True,
        may_see_thread=may_see_thread,
    )
    assert allowed == expected


LOUD = P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS


@pytest.mark.parametrize(
    ("permissions", "channel_type", "expected"),
    [
        (ALL, ChannelType.GUILD_TEXT, ALL),
        (ALL & ~VIEW, ChannelType.GUILD_TEXT, NONE),
        (VIEW | LOUD | P.ADD_REACTIONS, ChannelType.GUILD_TEXT, VIEW | P.ADD_REACTIONS),
        (BASE | LOUD, ChannelType.GUILD_TEXT, BASE | LOUD),
        (BASE | P.MANAGE_CHANNELS, ChannelType.GUILD_VOICE, VIEW),
        (BASE | P.SPEAK, ChannelType.GUILD_STAGE_VOICE, VIEW),
        (BASE | P.SPEAK | P.CONNECT, ChannelType.GUILD_VOICE, BASE | P.SPEAK | P.CONNECT),
        (BASE | P.SPEAK, ChannelType.GUILD_TEXT, BASE | P.SPEAK),
    ],
    ids=["all", "blind", "mute", "loud", "voice-outside", "stage-outside", "voice-inside", "text-needs-no-connect"],
)
def test_a_missing_permission_takes_others_along(permissions: P, channel_type: ChannelType, expected: P) -> None:
    assert effective(permissions, channel_type) == expected


HIGH, LOW, TWIN = {301: 5}, {302: 2}, {303: 5}


@pytest.mark.parametrize(
    ("actor_id", "actor_roles", "target_id", "target_roles", "expected"),
    [
        (ROBIN, HIGH, 3, LOW, True),
        (ROBIN, LOW, 3, HIGH, False),
        (ROBIN, LOW | HIGH, 3, LOW, True),
        (ROBIN, HIGH, 3, HIGH, False),
        (ROBIN, HIGH, 3, TWIN, True),
        (ROBIN, TWIN, 3, HIGH, False),
        (ROBIN, LOW, 3, {}, True),
        (ROBIN, {}, 3, {}, False),
        (OWNER, {}, 3, HIGH, True),
        (ROBIN, HIGH, OWNER, {}, False),
        (OWNER, HIGH, OWNER, {}, False),
    ],
    ids=[
        "higher", "lower", "highest-counts", "same-role", "older-of-equals", "younger-of-equals", "over-nobody",
        "both-without", "owner", "over-the-owner", "owner-over-oneself",
    ],
)  # fmt: skip
def test_who_outranks_whom(
    actor_id: int, actor_roles: dict[int, int], target_id: int, target_roles: dict[int, int], expected: bool
) -> None:
    outcome = outranks(
        owner_id=OWNER, actor_id=actor_id, actor_roles=actor_roles, target_id=target_id, target_roles=target_roles
    )
    assert outcome == expected


@pytest.mark.parametrize(
    ("actor_id", "actor_roles", "role_id", "position", "expected"),
    [
        (ROBIN, HIGH, 302, 2, True),
        (ROBIN, HIGH, 301, 5, False),
        (ROBIN, HIGH, 303, 5, True),
        (ROBIN, LOW, 301, 5, False),
        (ROBIN, {}, GUILD, 0, False),
        (OWNER, {}, 301, 5, True),
    ],
    ids=["below", "own-top-role", "younger-of-equals", "above", "everyone-without-roles", "owner"],
)
def test_a_role_is_managed_from_above_only(
    actor_id: int, actor_roles: dict[int, int], role_id: int, position: int, expected: bool
) -> None:
    outcome = outranks_role(
        owner_id=OWNER, actor_id=actor_id, actor_roles=actor_roles, role_id=role_id, position=position
    )
    assert outcome == expected
