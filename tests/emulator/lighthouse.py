"""Short ways to what is in the guild that the local Discord begins with."""

from collections.abc import Awaitable, Callable
from typing import Any

from runner.emulator.people.directory import find_channel, find_role, find_user
from runner.emulator.server import LocalDiscord
from runner.emulator.world import Channel, Guild, Member
from runner.lifecycle.bits import Permissions

Json = Any  # JSON of any shape, as it came back

Call = Callable[..., Awaitable[tuple[int, Json]]]
"""Makes a REST call with the bot's token: method, path, body, `reason=`. Returns the status and the JSON."""

PIXEL = "data:image/png;base64,iVBORw0KGgo="
"""An image, as far as anybody looks."""


def guild_of(local: LocalDiscord) -> Guild:
    """Return the guild."""
    return next(iter(local.world.guilds.values()))


def channel_of(local: LocalDiscord, name: str = "general") -> Channel:
    """Return a channel by its name."""
    return find_channel(local.world, name, local.world.bot)


def user_id(local: LocalDiscord, name: str) -> int:
    """Return somebody's id."""
    return find_user(local.world, name).id


def role_id(local: LocalDiscord, name: str) -> int:
    """Return a role's id."""
    return find_role(guild_of(local), name).id


def bot_of(local: LocalDiscord) -> Member:
    """Return the bot as a member."""
    return guild_of(local).members[local.application_id]


def take_permission(local: LocalDiscord, permission: Permissions) -> None:
    """Take a permission from the bot, from its own role and from `@everyone`."""
    guild = guild_of(local)
    for role in (find_role(guild, "Keeper"), guild.roles[guild.id]):
        role.permissions &= ~permission


def give_permission(local: LocalDiscord, permission: Permissions) -> None:
    """Give the bot a permission, by its own role."""
    find_role(guild_of(local), "Keeper").permissions |= permission
