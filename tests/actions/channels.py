"""The channels of the default world, for tests of steps on them."""

from runner.emulator.permissions import Overwrite
from runner.emulator.world import Channel, Forum, Tag, Thread
from runner.lifecycle.bits import Permissions
from runner.lifecycle.limits import ChannelType
from tests.actions.members import guild_of
from tests.conftest import Bot, StartBot


def channel(bot: Bot, name: str) -> Channel:
    """Return a channel or a thread by its name."""
    return next(each for each in bot.local.world.channels.values() if each.name == name)


def names(bot: Bot) -> list[str]:
    """Return the names of the server's channels and threads."""
    return [str(each.name) for each in bot.local.world.channels.values() if each.guild_id is not None]


def thread_of(bot: Bot, name: str) -> Thread:
    """Return what is particular to a thread."""
    found = channel(bot, name).thread
    assert found is not None
    return found


def overwrite(bot: Bot, name: str, target_id: int) -> tuple[Permissions, Permissions] | None:
    """Return what is allowed and denied in a channel for a role or a member."""
    found = [Overwrite(*each) for each in channel(bot, name).overwrites if each.id == target_id]
    return (Permissions(found[0].allow), Permissions(found[0].deny)) if found else None


def texts(bot: Bot, name: str) -> list[str]:
    """Return what the bot has written in a channel or a thread, the oldest first."""
    own = bot.local.world.bot_id
    return [each.content for each in channel(bot, name).messages.values() if each.author_id == own and each.content]


async def with_a_forum(bot: StartBot, text: str) -> Bot:
    """Start a bot in whose server there is a forum `questions` with two tags."""
    before = await bot("")
    await before.stop()
    world = before.local.world
    number = max(world.channels) + 1
    forum = Forum(tags=[Tag(id=number + 1, name="Bug"), Tag(id=number + 2, name="Idea")])
    world.channels[number] = Channel(
        id=number, type=ChannelType.GUILD_FORUM, name="questions", guild_id=guild_of(before).id, forum=forum
    )
    return await bot(text, local=before.local)
