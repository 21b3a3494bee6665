"""Messages in the default world, for tests of steps on them."""

from runner.emulator.world import Message
from tests.actions.channels import channel
from tests.conftest import Bot

WHICH = "options: {which: {type: string, description: Which, required: true}}"


def wrote(bot: Bot, content: str, *, user: str = "Robin", where: str = "general") -> str:
    """Have a member write a message; return its id."""
    return str(bot.local.say(user=user, channel=where, content=content))


def message(bot: Bot, message_id: str | int) -> Message:
    """Return a message that is there."""
    found = bot.local.world.message(int(message_id))
    assert found is not None
    return found


def is_there(bot: Bot, message_id: str | int) -> bool:
    """Tell whether a message has not been deleted."""
    return bot.local.world.message(int(message_id)) is not None


def contents(bot: Bot, where: str = "general") -> list[str]:
    """Return what people have written in a channel and is still there, the oldest first."""
    own = bot.local.world.bot_id
    return [each.content for each in channel(bot, where).messages.values() if each.author_id != own]
