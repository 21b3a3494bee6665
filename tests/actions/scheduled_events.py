"""The scheduled events and the emojis of the default world, for tests of steps on them."""

from runner.emulator.default_world import BOT_PERMISSIONS
from runner.emulator.world import Emoji, ScheduledEvent
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import EventEntityType
from tests.actions.channels import channel
from tests.actions.members import guild_of, role
from tests.conftest import Bot, StartBot

NUMBER = 700000000000000100
"""The first id of what is planned here."""


def event(bot: Bot) -> ScheduledEvent:
    """Return the one event of the server."""
    (found,) = guild_of(bot).events.values()
    return found


def planned(bot: Bot, *, by: int | None = None, number: int = NUMBER) -> ScheduledEvent:
    """Have the bot, or somebody else, plan an event in the Lounge, an hour from now."""
    guild, world = guild_of(bot), bot.local.world
    made = ScheduledEvent(
        id=number,
        guild_id=guild.id,
        creator_id=by or world.bot_id,
        name="Game night",
        entity_type=EventEntityType.VOICE,
        starts_at=bot.local.clock.now() + 3600,
        channel_id=channel(bot, "Lounge").id,
    )
    guild.events[made.id] = made
    return made


def emoji(bot: Bot) -> Emoji:
    """Return the one emoji of the server."""
    (found,) = guild_of(bot).emojis.values()
    return found


def drawn(bot: Bot, *, by: int | None = None, number: int = NUMBER) -> Emoji:
    """Have the bot, or somebody else, add an emoji."""
    made = Emoji(id=number, name="party", user_id=by or bot.local.world.bot_id)
    guild_of(bot).emojis[made.id] = made
    return made


async def without(bot: StartBot, permissions: Permissions, text: str) -> Bot:
    """Start a bot that lacks permissions which it has otherwise."""
    before = await bot("")
    await before.stop()
    role(before, "Keeper").permissions = BOT_PERMISSIONS & ~permissions
    return await bot(text, local=before.local)
