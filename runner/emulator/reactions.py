"""How reactions come and go, by a bot's call or by a person. Source: Discord docs, Events: Gateway Events."""

from runner.emulator.core import Core
from runner.emulator.shapes.guilds import member_json
from runner.emulator.shapes.values import emoji_json
from runner.emulator.world import JsonObject, Message, World


def emoji_of(world: World, given: str) -> str | None:
    """Return an emoji as reactions are kept by: a character, or `name:id` with the true name; None for no emoji.

    The name before the id is not looked at. Plain text is no emoji, and an unknown id is none either.
    """
    name, _, number = given.rpartition(":")
    if name and number.isdecimal():
        emoji = world.emoji(int(number))
        return None if emoji is None else f"{emoji.name}:{emoji.id}"
    return None if given.isascii() else given


def add(core: Core, message: Message, emoji: str, user_id: int) -> None:
    """Add a reaction, unless it is there."""
    users = message.reactions.setdefault(emoji, [])
    if user_id in users:
        return
    users.append(user_id)
    data = _reaction_json(emoji, user_id) | _member(core, message, user_id)
    if message.webhook_id is None:
        data["message_author_id"] = str(message.author_id)
    core.announcer.reaction(message, "MESSAGE_REACTION_ADD", data)


def remove(core: Core, message: Message, emoji: str, user_id: int) -> None:
    """Take a reaction away that is there."""
    message.reactions[emoji].remove(user_id)
    if not message.reactions[emoji]:
        del message.reactions[emoji]
    core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE", _reaction_json(emoji, user_id))


def clear(core: Core, message: Message, emoji: str | None) -> None:
    """Take every reaction with an emoji away that is there; None: every reaction."""
    if emoji is None:
        message.reactions.clear()
        core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE_ALL", {})
    else:
        del message.reactions[emoji]
        core.announcer.reaction(message, "MESSAGE_REACTION_REMOVE_EMOJI", {"emoji": emoji_json(emoji)})


def _reaction_json(emoji: str, user_id: int) -> JsonObject:
    return {"user_id": str(user_id), "emoji": emoji_json(emoji), "burst": False, "type": 0}


def _member(core: Core, message: Message, user_id: int) -> JsonObject:
    guild = core.world.guild_of(core.world.channels[message.channel_id])
    if guild is None or user_id not in guild.members:
        return {}
    return {"member": member_json(core.world, guild.members[user_id])}
