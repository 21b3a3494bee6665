"""Finds users, roles and channels the way people write them: by id, by mention, by name."""

import re

from runner.emulator.refusals import LocalDiscordError
from runner.emulator.world import Channel, Guild, Role, User, World
from runner.lifecycle.limits import ChannelType

_MENTION = re.compile(r"<(?:@[!&]?|#)(\d+)>")


def find_user(world: World, who: str | int) -> User:
    """Return a user by id, mention, username, display name or nickname. Raises `LocalDiscordError`."""
    text, number = _read(who, "@")
    if number in world.users:
        return world.users[number]
    for user in world.users.values():
        if text.casefold() in {user.username.casefold(), user.display_name.casefold()}:
            return user
    for guild in world.guilds.values():
        for member in guild.members.values():
            if member.nick is not None and member.nick.casefold() == text.casefold():
                return world.users[member.user_id]
    raise LocalDiscordError(f"there is no user {who!r}")


def find_guild(world: World, which: str | int | None) -> Guild:
    """Return a guild by id or name, None for the first one. Raises `LocalDiscordError`."""
    for guild in world.guilds.values():
        if which is None or str(which).casefold() in {str(guild.id), guild.name.casefold()}:
            return guild
    raise LocalDiscordError(f"there is no guild {which!r}")


def find_role(guild: Guild, which: str | int) -> Role:
    """Return a role by id, mention or name. Raises `LocalDiscordError`."""
    text, number = _read(which, "@")
    if number in guild.roles:
        return guild.roles[number]
    for role in guild.roles.values():
        if role.name.removeprefix("@").casefold() == text.casefold():
            return role
    raise LocalDiscordError(f"there is no role {which!r} in {guild.name}")


def find_channel(world: World, where: str | int, user: User) -> Channel:
    """Return a channel by id, mention or name, in a guild of the user's if it can be. Raises `LocalDiscordError`.

    `dm`, or `@` and the bot's or the user's own name, is the direct messages of `user` with the bot, which must have
    been opened.
    """
    text, number = _read(where, "#")
    if number in world.channels:
        return world.channels[number]
    if is_direct(str(where)):
        channel = world.dm_with(user.id)
        if channel is not None:
            return channel
    named = [channel for channel in world.channels.values() if _is_called(channel, text)]
    own = [
        channel for channel in named if channel.guild_id is None or user.id in world.guilds[channel.guild_id].members
    ]
    if own or named:
        return (own or named)[0]
    raise LocalDiscordError(f"there is no channel {where!r}")


def is_direct(where: str) -> bool:
    """Return whether a channel is named as direct messages."""
    return where.casefold() == "dm" or where.startswith("@")


def _is_called(channel: Channel, text: str) -> bool:
    """Return whether a channel is meant by a name. A category isn't: it is often called like a channel in it."""
    return channel.type is not ChannelType.GUILD_CATEGORY and (channel.name or "").casefold() == text.casefold()


def _read(who: str | int, sign: str) -> tuple[str, int]:
    """Return the plain name, and the id if it is one, else -1."""
    text = str(who)
    mention = _MENTION.fullmatch(text)
    if mention is not None:
        text = mention[1]
    return text.removeprefix(sign), int(text) if text.isdecimal() else -1
