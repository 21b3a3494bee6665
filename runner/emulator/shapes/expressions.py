"""Emojis and stickers as Discord's JSON. Source: Discord docs, Resources: Emoji and Sticker."""

from runner.emulator.shapes.users import user_json
from runner.emulator.world import Emoji, Guild, JsonObject, Sticker, World

_GUILD_STICKER = 2


def guild_emoji_json(world: World, emoji: Emoji) -> JsonObject:
    """Return an emoji object with its maker."""
    return {
        "id": str(emoji.id),
        "name": emoji.name,
        "roles": [str(role) for role in emoji.role_ids],
        "user": user_json(world.users[emoji.user_id]),
        "require_colons": True,
        "managed": False,
        "animated": emoji.animated,
        "available": True,
    }


def sticker_json(guild: Guild, sticker: Sticker) -> JsonObject:
    """Return a guild's sticker object."""
    return {
        **sticker_item_json(sticker),
        "description": sticker.description,
        "tags": sticker.tags,
        "type": _GUILD_STICKER,
        "available": True,
        "guild_id": str(guild.id),
    }


def sticker_item_json(sticker: Sticker) -> JsonObject:
    """Return the little of a sticker that a message says."""
    return {"id": str(sticker.id), "name": sticker.name, "format_type": sticker.format_type}
