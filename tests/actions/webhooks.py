"""Webhooks in the default world, for tests of steps on them."""

from runner.emulator.world import Webhook
from tests.conftest import Bot


def webhook(bot: Bot) -> Webhook:
    """Return the one webhook that there is."""
    (found,) = bot.local.world.webhooks.values()
    return found


def address(found: Webhook) -> str:
    """Return the address of a webhook, with its token."""
    return f"https://discord.com/api/webhooks/{found.id}/{found.token}"


def is_secret_kept(bot: Bot, token: str) -> bool:
    """Tell whether no line of the log has a webhook's token."""
    return token not in str([record.__dict__ for record in bot.log.records])
