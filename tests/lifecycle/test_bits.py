"""The bit sets against discord.py's, and against the sums that Discord's docs give."""

import discord
import pytest

from runner.lifecycle import bits
from runner.lifecycle.bits import ALL_INTENTS, ALL_PERMISSIONS, PRIVILEGED_INTENTS, MessageFlags, Permissions


def test_the_permissions_are_all_those_of_discord_py() -> None:
    assert len(Permissions) == 52
    assert discord.Permissions.all().value == ALL_PERMISSIONS == 8866461766385663


def test_each_permission_has_the_bit_that_discord_py_gives_it() -> None:
    theirs = discord.Permissions.VALID_FLAGS
    renamed = {
        "use_vad": "use_voice_activation",
        "manage_guild_expressions": "manage_expressions",
        "create_guild_expressions": "create_expressions",
    }
    for permission in Permissions:
        name = str(permission.name).lower()
        assert theirs[renamed.get(name, name)] == permission.value


def test_the_intents_are_all_those_of_discord_py() -> None:
    assert discord.Intents.all().value == ALL_INTENTS == 53608447


def test_the_privileged_intents_are_those_that_discord_py_leaves_out_by_default() -> None:
    assert discord.Intents.default().value == ALL_INTENTS & ~PRIVILEGED_INTENTS


@pytest.mark.parametrize(
    ("settable", "expected"),
    [
        (bits.SETTABLE_BY_CREATE, 45060),
        (bits.SETTABLE_BY_REPLY, 45124),
        (bits.SETTABLE_BY_DEFER, 64),
        (bits.SETTABLE_BY_FOLLOW_UP, 36932),
        (bits.SETTABLE_BY_EDIT, 32772),
    ],
    ids=["create", "reply", "defer", "follow-up", "edit"],
)
def test_a_call_may_set_only_its_flags(settable: MessageFlags, expected: int) -> None:
    assert settable == expected


def test_only_a_call_that_answers_an_interaction_may_set_ephemeral() -> None:
    assert MessageFlags.EPHEMERAL not in bits.SETTABLE_BY_CREATE
    assert MessageFlags.EPHEMERAL not in bits.SETTABLE_BY_EDIT
