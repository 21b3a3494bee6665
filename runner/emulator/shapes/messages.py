"""Messages as Discord's JSON."""

from dataclasses import replace

from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import emoji_json, text_of, timestamp
from runner.emulator.snowflake import created_at
from runner.emulator.world import JsonObject, Message, World


def message_json(world: World, message: Message) -> JsonObject:
    """Return a message object, as REST answers and as a component's interaction carries it."""
    shape: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": user_json(world.users[message.author_id]),
        "timestamp": timestamp(created_at(message.id)),
        "edited_timestamp": timestamp(message.edited_at),
        "tts": message.tts,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(world.users[user]) for user in message.mention_ids if user in world.users],
        "mention_roles": [str(role) for role in message.mention_role_ids],
        "attachments": message.attachments,
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned_at is not None,
        "flags": message.flags,
    }
    return shape | _reactions(world, message) | _origins(world, message)


def _reactions(world: World, message: Message) -> JsonObject:
    if not message.reactions:
        return {}
    shown: list[JsonObject] = [
        {
            "emoji": emoji_json(emoji),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "me": world.bot_id in users,
            "me_burst": False,
            "burst_colors": [],
        }
        for emoji, users in message.reactions.items()
    ]
    return {"reactions": shown}


def _origins(world: World, message: Message) -> JsonObject:
    """Return the keys that are there only if they apply: where a message came from, and what it answers."""
    optional: JsonObject = {
        "nonce": message.nonce,
        "poll": message.poll,
        "message_reference": message.reference,
        "interaction_metadata": message.interaction_metadata,
        "interaction": message.interaction,
        "application_id": text_of(message.application_id),
        "webhook_id": text_of(message.application_id),
    }
    shape = {key: value for key, value in optional.items() if value is not None}
    if message.reference is not None:
        referenced = world.message(int(message.reference["message_id"]))
        plain = None if referenced is None else message_json(world, _without_reference(referenced))
        shape["referenced_message"] = plain
    return shape


def _without_reference(message: Message) -> Message:
    """Return the message as a referenced one shows: Discord nests one level only."""
    return replace(message, reference=None)
