"""Webhooks as Discord's JSON. Source: Discord docs, Resources: Webhook."""

from runner.emulator.shapes.users import user_json
from runner.emulator.world import JsonObject, User, Webhook, World

_INCOMING = 1
_CHANNEL_FOLLOWER = 2


def webhook_json(world: World, webhook: Webhook, base_url: str) -> JsonObject:
    """Return a webhook object with its maker: the application's own with its token, one that follows without any."""
    shape: JsonObject = {
        "id": str(webhook.id),
        "type": _INCOMING,
        "guild_id": str(webhook.guild_id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "user": user_json(world.users[webhook.user_id]),
    }
    if webhook.source_id is not None:
        return shape | {"type": _CHANNEL_FOLLOWER, "application_id": None, **_source(world, webhook.source_id)}
    return shape | {
        "token": webhook.token,
        "application_id": str(world.bot_id),
        "url": f"{base_url}/webhooks/{webhook.id}/{webhook.token}",
    }


def _source(world: World, channel_id: int) -> JsonObject:
    """Return what is told of the channel that is followed; nothing once it is gone."""
    channel = world.channels.get(channel_id)
    guild = None if channel is None else world.guild_of(channel)
    if channel is None or guild is None:
        return {}
    return {
        "source_guild": {"id": str(guild.id), "name": guild.name, "icon": None},
        "source_channel": {"id": str(channel.id), "name": channel.name},
    }


def webhook_author_json(webhook_id: int, shown_as: tuple[str, str | None]) -> JsonObject:
    """Return what stands as the author of a webhook's message."""
    name, avatar = shown_as
    shape = user_json(User(id=webhook_id, username=name, bot=True))
    return shape | {"avatar": avatar, "discriminator": "0000"}
