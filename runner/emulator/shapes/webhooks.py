"""Webhooks as Discord's JSON. Source: Discord docs, Resources: Webhook."""

from runner.emulator.shapes.users import user_json
from runner.emulator.world import JsonObject, User, Webhook, World

_INCOMING = 1


def webhook_json(world: World, webhook: Webhook, base_url: str) -> JsonObject:
    """Return a webhook object with its token and its maker; all webhooks here are the application's own."""
    return {
        "id": str(webhook.id),
        "type": _INCOMING,
        "guild_id": str(webhook.guild_id),
        "channel_id": str(webhook.channel_id),
        "name": webhook.name,
        "avatar": webhook.avatar,
        "token": webhook.token,
        "application_id": str(world.bot_id),
        "url": f"{base_url}/webhooks/{webhook.id}/{webhook.token}",
        "user": user_json(world.users[webhook.user_id]),
    }


def webhook_author_json(webhook_id: int, shown_as: tuple[str, str | None]) -> JsonObject:
    """Return what stands as the author of a webhook's message."""
    name, avatar = shown_as
    shape = user_json(User(id=webhook_id, username=name, bot=True))
    return shape | {"avatar": avatar, "discriminator": "0000"}
