"""`follow_channel`: in the channels of a local Discord."""

from runner.emulator.permissions import Overwrite
from runner.emulator.world import Channel
from runner.lifecycle.bits import MessageFlags, Permissions
from runner.lifecycle.limits import ChannelType
from tests.actions.channels import channel
from tests.actions.members import guild_of, reasons, role, said
from tests.actions.webhooks import webhook
from tests.conftest import Bot, StartBot

NEWS = 700000000000000200
BOT = """
commands:
  it:
    description: d
    steps:
      - id: it
        follow_channel: {channel: "#news", into: "#support", reason: Asked for}
        catch: [{reply: "{{ error.kind }} {{ error.code }}"}, stop]
      - reply: "{{ steps.it.webhook_id }}"
  publish:
    description: d
    steps:
      - {id: sent, send: {channel: "#news", content: Extra}}
      - crosspost: {channel: "#news", message: "{{ steps.sent.message_id }}"}
      - reply: Out
  here: {description: d, steps: [{follow_channel: "#news"}, {reply: Done}]}
  end:
    description: d
    options: {which: {type: string, description: d, required: true}}
    steps: [{delete_webhook: "{{ options.which }}"}, {reply: Gone}]
"""


async def with_news(bot: StartBot, kind: ChannelType = ChannelType.GUILD_ANNOUNCEMENT) -> Bot:
    """Start the bot in a server with a channel for announcements."""
    before = await bot("")
    await before.stop()
    news = Channel(id=NEWS, type=kind, name="news", guild_id=guild_of(before).id)
    before.local.world.channels[NEWS] = news
    return await bot(BOT, local=before.local)


def came_into(bot: Bot, name: str) -> list[str]:
    """Return what has come into a channel from where it was published."""
    messages = channel(bot, name).messages.values()
    return [each.content for each in messages if each.flags & MessageFlags.IS_CROSSPOST]


async def test_what_is_published_comes_until_the_webhook_is_deleted(bot: StartBot) -> None:
    made = await with_news(bot)
    ((number, _),) = said(await made.ran("it"))
    found = webhook(made)
    assert (str(found.id), found.channel_id) == (number, channel(made, "support").id)
    assert reasons(made) == ["Asked for"]
    await made.ran("publish")
    assert came_into(made, "support") == ["Extra"]
    assert said(await made.ran("end", which=number)) == [("Gone", False)]
    await made.ran("publish")
    assert came_into(made, "support") == ["Extra"]


async def test_left_out_it_is_this_channel(bot: StartBot) -> None:
    made = await with_news(bot)
    await made.ran("here", channel="support")
    assert webhook(made).channel_id == channel(made, "support").id


async def test_an_ordinary_channel_publishes_nothing(bot: StartBot) -> None:
    made = await with_news(bot, ChannelType.GUILD_TEXT)
    assert said(await made.ran("it")) == [("invalid 50024", False)]


async def test_it_takes_the_permission_where_the_messages_come(bot: StartBot) -> None:
    made = await with_news(bot)
    denied = Overwrite(role(made, "Keeper").id, 0, 0, int(Permissions.MANAGE_WEBHOOKS))
    channel(made, "news").overwrites.append(denied)
    assert said(await made.ran("it"))[0][0].isdecimal()
    channel(made, "support").overwrites.append(denied)
    assert said(await made.ran("it")) == [("missing_permission 50013", False)]
