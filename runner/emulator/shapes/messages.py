"""Messages as Discord's JSON. Source: Discord docs, Resources: Message and Poll."""

from dataclasses import replace

from runner.emulator.shapes.channels import channel_json
from runner.emulator.shapes.expressions import sticker_item_json
from runner.emulator.shapes.users import user_json
from runner.emulator.shapes.values import emoji_json, text_of, timestamp
from runner.emulator.shapes.webhooks import webhook_author_json
from runner.emulator.snowflake import created_at
from runner.emulator.world import JsonObject, Message, Poll, World
from runner.lifecycle.bits import MessageFlags

_IN_A_SNAPSHOT = frozenset(
    {
        "type",
        "content",
        "mentions",
        "mention_roles",
        "attachments",
        "embeds",
        "timestamp",
        "edited_timestamp",
        "flags",
        "components",
        "sticker_items",
    }
)


def message_json(world: World, message: Message) -> JsonObject:
    """Return a message object, as REST answers and as a component's interaction carries it."""
    shape: JsonObject = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": _author(world, message),
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


def snapshot_json(world: World, message: Message) -> JsonObject:
    """Return what a forward carries along of a message: no author, and nothing that could change."""
    whole = message_json(world, message)
    return {"message": {key: value for key, value in whole.items() if key in _IN_A_SNAPSHOT}}


def poll_json(poll: Poll, bot_id: int) -> JsonObject:
    """Return a poll object with its results so far."""
    counts: list[JsonObject] = [
        {"id": answer["answer_id"], "count": len(users), "me_voted": bot_id in users}
        for answer in poll.answers
        if (users := poll.votes.get(answer["answer_id"]))
    ]
    return {
        "question": poll.question,
        "answers": poll.answers,
        "expiry": timestamp(poll.ends_at),
        "allow_multiselect": poll.allow_multiselect,
        "layout_type": poll.layout_type,
        "results": {"is_finalized": poll.is_finalized, "answer_counts": counts},
    }


def _author(world: World, message: Message) -> JsonObject:
    if message.webhook_id is not None and message.shown_as is not None:
        return webhook_author_json(message.webhook_id, message.shown_as)
    return user_json(world.users[message.author_id])


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
    stickers = [world.sticker(number) for number in message.sticker_ids]
    optional: JsonObject = {
        "nonce": message.nonce,
        "poll": None if message.poll is None else poll_json(message.poll, world.bot_id),
        "sticker_items": [sticker_item_json(sticker) for sticker in stickers if sticker is not None] or None,
        "message_reference": message.reference,
        "message_snapshots": message.snapshots or None,
        "interaction_metadata": message.interaction_metadata,
        "interaction": message.interaction,
        "application_id": text_of(message.application_id),
        "webhook_id": text_of(message.webhook_id or message.application_id),
        "position": message.position,
        "thread": _thread(world, message),
    }
    shape = {key: value for key, value in optional.items() if value is not None}
    is_elsewhere = bool(message.snapshots) or bool(message.flags & MessageFlags.IS_CROSSPOST)
    if message.reference is not None and message.reference.get("message_id") and not is_elsewhere:
        referenced = world.message(int(message.reference["message_id"]))
        plain = None if referenced is None else message_json(world, _without_reference(referenced))
        shape["referenced_message"] = plain
    return shape


def _thread(world: World, message: Message) -> JsonObject | None:
    """Return the thread that was started from a message: it has the message's id."""
    started = world.channels.get(message.id) if message.flags & MessageFlags.HAS_THREAD else None
    return None if started is None else channel_json(world, started)


def _without_reference(message: Message) -> Message:
    """Return the message as a referenced one shows: Discord nests one level only."""
    return replace(message, reference=None)
