"""The server on which the bots of cases run: the default one, and more of what keys are about."""

from typing import Final

from runner.emulator.default_world import Fixed, default_world
from runner.emulator.world import Channel, Emoji, Forum, ScheduledEvent, Sticker, Tag, Webhook, World
from runner.lifecycle.limits import ChannelType, EventEntityType

MADE_S: Final = 1_800_000_000.0
"""When every world of a case was made (Unix s), so that all have the same ids."""

NEWS: Final = 700000000000000001
FORUM: Final = 700000000000000002
BUG: Final = 700000000000000003
IDEA: Final = 700000000000000004
HOOK: Final = 700000000000000005
PARROT: Final = 700000000000000006
WAVES: Final = 700000000000000009
SHELLS: Final = 700000000000000010
CABIN: Final = 700000000000000008
MEETING: Final = 700000000000000011
NOBODY: Final = 700000000000000007


def world() -> World:
    """Return a server of its own for one bot, with the ids that all others have.

    Besides the default one: #news (announcements), the forum #questions with the tags Bug and Idea, the voice
    channel Cabin, the event Meeting in it, the webhook HOOK in #general, the emoji `:parrot:`, the stickers waves and
    shells.
    """
    made = default_world(Fixed(MADE_S))
    ((guild_id, guild),) = made.guilds.items()
    general = next(each for each in made.channels.values() if each.name == "general")
    tags = [Tag(id=BUG, name="Bug"), Tag(id=IDEA, name="Idea")]
    made.channels[NEWS] = Channel(id=NEWS, type=ChannelType.GUILD_ANNOUNCEMENT, name="news", guild_id=guild_id)
    made.channels[FORUM] = Channel(
        id=FORUM, type=ChannelType.GUILD_FORUM, name="questions", guild_id=guild_id, forum=Forum(tags=tags)
    )
    made.channels[CABIN] = Channel(id=CABIN, type=ChannelType.GUILD_VOICE, name="Cabin", guild_id=guild_id)
    made.webhooks[HOOK] = Webhook(
        id=HOOK, name="Hook", guild_id=guild_id, channel_id=general.id, user_id=made.bot_id, token="a" * 60
    )
    guild.emojis[PARROT] = Emoji(id=PARROT, name="parrot", user_id=made.bot_id)
    guild.events[MEETING] = ScheduledEvent(
        id=MEETING,
        guild_id=guild_id,
        creator_id=made.bot_id,
        name="Meeting",
        entity_type=EventEntityType.VOICE,
        starts_at=MADE_S + 86_400,
        channel_id=CABIN,
    )
    for number, name in ((WAVES, "waves"), (SHELLS, "shells")):
        guild.stickers[number] = Sticker(id=number, name=name)
    return made


def _ids(made: World) -> dict[str, str]:
    found = {user.username: user.id for user in made.users.values()}
    found |= {str(each.name): each.id for each in made.channels.values()}
    found |= {role.name: role.id for guild in made.guilds.values() for role in guild.roles.values()}
    found |= {guild.name: guild.id for guild in made.guilds.values()}
    return {name: str(number) for name, number in found.items()}


IDS: Final = _ids(world())
"""The ids of people, channels, roles and the server, by their names."""
