"""The server of the default world, for tests of steps on its members."""

from runner.emulator.trace import Trace
from runner.emulator.world import Guild, Member, Role
from tests.conftest import Bot

WHO = "options: {who: {type: user, description: Whom, required: true}}"


def guild_of(bot: Bot) -> Guild:
    """Return the one server."""
    (guild,) = bot.local.world.guilds.values()
    return guild


def user_id(bot: Bot, name: str) -> int:
    """Return the id of somebody who is, or was, a member."""
    return next(user.id for user in bot.local.world.users.values() if user.username == name.lower())


def member(bot: Bot, name: str) -> Member:
    """Return a member."""
    return guild_of(bot).members[user_id(bot, name)]


def is_member(bot: Bot, name: str) -> bool:
    """Tell whether somebody is in the server."""
    return user_id(bot, name) in guild_of(bot).members


def role(bot: Bot, name: str) -> Role:
    """Return a role."""
    return next(role for role in guild_of(bot).roles.values() if role.name == name)


def roles_of(bot: Bot, name: str) -> list[str]:
    """Return the names of somebody's roles, in the order in which they were given."""
    return [guild_of(bot).roles[each].name for each in member(bot, name).role_ids]


def give(bot: Bot, name: str, *roles: str) -> None:
    """Give somebody these roles alone, behind the bot's back."""
    member(bot, name).role_ids = [role(bot, each).id for each in roles]


def reasons(bot: Bot) -> list[str | None]:
    """Return the reasons in the audit log, the newest last."""
    return [entry.reason for entry in guild_of(bot).audit_log]


def said(trace: Trace) -> list[tuple[str, bool]]:
    """Return what the user reads, and whether nobody else does."""
    return [(message.content, message.ephemeral) for message in trace.messages if not message.deleted]


def calls(bot: Bot, method: str = "") -> list[str]:
    """Return the calls about servers and direct messages, without ids; those of a method, if it is given."""
    wire = [entry for entry in bot.local.wire if entry.kind == "http" and entry.method.startswith(method)]
    routes = [
        (entry.method, [part for part in entry.route.split("/") if part and not part.isdigit()])
        for entry in wire
        if entry.route.startswith(("/guilds/", "/users/@me/channels", "/channels/"))
    ]
    return [f"{verb} {'/'.join(parts)}" for verb, parts in routes]


def direct_messages(bot: Bot, name: str) -> list[str]:
    """Return what somebody has read from the bot in direct messages."""
    return [str(message["content"]) for message in bot.local.messages_for(user=name, channel="dm")]
