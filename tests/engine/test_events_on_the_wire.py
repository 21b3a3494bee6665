"""Every event, from what people do on the local Discord to what the bot says about it there, through discord.py."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from runner.emulator.clock import elapse
from runner.events import KINDS
from runner.lifecycle.limits import ChannelType
from tests.conftest import Bot, StartBot

Cause = Callable[[Bot], Awaitable[object]]

POLL = {"question": {"text": "Tea?"}, "answers": [{"poll_media": {"text": "Yes"}}, {"poll_media": {"text": "No"}}]}
MEETING = {
    "name": "Meeting",
    "entity_type": 3,
    "privacy_level": 2,
    "scheduled_start_time": "2030-01-16T20:00:00+00:00",
    "scheduled_end_time": "2030-01-16T21:00:00+00:00",
    "entity_metadata": {"location": "the library"},
}

THREAD_CREATED = 18
"""The type of the message with which Discord says that there is a thread."""


class Server:
    """The one server of the local Discord, changed with the bot's own token where people can't."""

    def __init__(self, made: Bot) -> None:
        self.made = made
        (self.guild,) = made.local.world.guilds.values()
        self.channels = {channel.name: channel.id for channel in made.local.world.channels.values()}
        self.users = {user.username: user.id for user in made.local.world.users.values()}

    async def call(self, method: str, route: str, json: object | None = None, **parts: object) -> Any:  # Discord's JSON
        given = {"guild": self.guild.id, "general": self.channels["general"], **parts}
        made = await self.made.gateway.request(method, route, json, **{key: str(part) for key, part in given.items()})
        await elapse(1)
        return made

    def said(self) -> int:
        """Have Robin write something; return the message."""
        return self.made.local.say(user="Robin", channel="general", content="Hm")

    async def reacted(self) -> int:
        """Have Robin react to a message, which the bot doesn't keep, as it keeps none; return it."""
        message = self.said()
        self.made.local.react(user="Robin", message=message, emoji="👍")
        return message

    async def poll(self) -> int:
        """Post a poll; return its message."""
        return int((await self.call("POST", "/channels/{general}/messages", {"poll": POLL}))["id"])

    async def thread(self) -> str:
        """Begin a thread; return it."""
        thread = {"name": "aside", "type": int(ChannelType.PUBLIC_THREAD)}
        return str((await self.call("POST", "/channels/{general}/threads", thread))["id"])

    async def channel(self, kind: int = ChannelType.GUILD_TEXT) -> str:
        """Make a channel; return it."""
        return str((await self.call("POST", "/guilds/{guild}/channels", {"name": "aside", "type": int(kind)}))["id"])

    async def role(self) -> str:
        """Make a role; return it."""
        return str((await self.call("POST", "/guilds/{guild}/roles", {"name": "Helper"}))["id"])

    async def meeting(self) -> str:
        """Plan a scheduled event; return it."""
        return str((await self.call("POST", "/guilds/{guild}/scheduled-events", MEETING))["id"])


async def _member_leave(it: Server) -> None:
    it.made.local.leave(user="Kim")


async def _member_update(it: Server) -> None:
    await it.call("PATCH", "/guilds/{guild}/members/{kim}", {"nick": "Kimberly"}, kim=it.users["kim"])


async def _ban(it: Server) -> None:
    await it.call("PUT", "/guilds/{guild}/bans/{kim}", {}, kim=it.users["kim"])


async def _unban(it: Server) -> None:
    await _ban(it)
    await it.call("DELETE", "/guilds/{guild}/bans/{kim}", kim=it.users["kim"])


async def _edit(it: Server) -> None:
    it.made.local.edit(user="Robin", message=it.said(), content="Hm?")


async def _delete(it: Server) -> None:
    message = it.said()
    it.made.local.delete(user="Robin", message=message)


async def _unreact(it: Server) -> None:
    it.made.local.unreact(user="Robin", message=await it.reacted(), emoji="👍")


async def _clear(it: Server) -> None:
    message = await it.reacted()
    await it.call("DELETE", "/channels/{general}/messages/{message}/reactions", message=message)


async def _vote(it: Server) -> None:
    it.made.local.vote(user="Robin", message=await it.poll(), answer=2)


async def _unvote(it: Server) -> None:
    message = await it.poll()
    it.made.local.vote(user="Robin", message=message, answer=2)
    it.made.local.unvote(user="Robin", message=message, answer=2)


async def _voice_join(it: Server) -> None:
    it.made.local.enter_voice(user="Robin", channel="Lounge")


async def _voice_leave(it: Server) -> None:
    it.made.local.enter_voice(user="Robin", channel="Lounge")
    it.made.local.leave_voice(user="Robin")


async def _voice_move(it: Server) -> None:
    await it.channel(ChannelType.GUILD_VOICE)
    it.made.local.enter_voice(user="Robin", channel="Lounge")
    it.made.local.enter_voice(user="Robin", channel="aside")


async def _thread_update(it: Server) -> None:
    await it.call("PATCH", "/channels/{thread}", {"name": "further"}, thread=await it.thread())


async def _thread_delete(it: Server) -> None:
    await it.call("DELETE", "/channels/{thread}", thread=await it.thread())


async def _channel_update(it: Server) -> None:
    await it.call("PATCH", "/channels/{channel}", {"name": "further"}, channel=await it.channel())


async def _channel_delete(it: Server) -> None:
    await it.call("DELETE", "/channels/{channel}", channel=await it.channel())


async def _role_update(it: Server) -> None:
    await it.call("PATCH", "/guilds/{guild}/roles/{role}", {"name": "Guide"}, role=await it.role())


async def _role_delete(it: Server) -> None:
    await it.call("DELETE", "/guilds/{guild}/roles/{role}", role=await it.role())


async def leave(it: Server) -> None:
    await it.call("DELETE", "/users/@me/guilds/{guild}")


async def _join(it: Server) -> None:
    await leave(it)
    it.made.local.add_bot()


async def _emojis(it: Server) -> None:
    image = f"data:image/gif;base64,{base64.b64encode(b'GIF89a').decode()}"
    await it.call("POST", "/guilds/{guild}/emojis", {"name": "party", "image": image})


async def _event_update(it: Server) -> None:
    route = "/guilds/{guild}/scheduled-events/{event}"
    await it.call("PATCH", route, {"name": "Reunion", "status": 2}, event=await it.meeting())


async def _event_delete(it: Server) -> None:
    await it.call("DELETE", "/guilds/{guild}/scheduled-events/{event}", event=await it.meeting())


async def _event_join(it: Server) -> None:
    it.made.local.follow(user="Robin", event=int(await it.meeting()))


async def _event_leave(it: Server) -> None:
    event = int(await it.meeting())
    it.made.local.follow(user="Robin", event=event)
    it.made.local.follow(user="Robin", event=event, is_interested=False)


async def _member_join(it: Server) -> None:
    it.made.local.join(user="Noa")


async def _message(it: Server) -> None:
    it.said()


CAUSES: Mapping[str, tuple[Callable[[Server], Awaitable[object]], str, str]] = {
    "member_join": (_member_join, "{{ member.display_name }}", "Noa"),
    "member_leave": (_member_leave, "{{ user.name }}", "kim"),
    "member_update": (_member_update, "{{ user.name }} {{ member.nick }}", "kim Kimberly"),
    "member_ban": (_ban, "{{ user.name }}", "kim"),
    "member_unban": (_unban, "{{ user.name }}", "kim"),
    "message": (_message, "{{ member.display_name }} {{ message.content }}", "Robin Hm"),
    "message_edit": (_edit, "{{ member.display_name }} {{ message.content }}", "Robin Hm?"),
    "message_delete": (_delete, "{{ channel.name }} {{ message.id | string | length > 16 }}", "general True"),
    "reaction_add": (Server.reacted, "{{ member.display_name }} {{ reaction.emoji }}", "Robin 👍"),
    "reaction_remove": (_unreact, "{{ user.mention }} {{ reaction.name }}", "<@{robin}> 👍"),
    "reaction_clear": (_clear, "{{ channel.name }} {{ reaction is none }}", "general True"),
    "poll_vote_add": (_vote, "{{ user.mention }} {{ vote.answer }}", "<@{robin}> 2"),
    "poll_vote_remove": (_unvote, "{{ user.mention }} {{ vote.answer }}", "<@{robin}> 2"),
    "voice_join": (_voice_join, "{{ member.display_name }} {{ channel.name }}", "Robin Lounge"),
    "voice_leave": (_voice_leave, "{{ member.display_name }} {{ channel.name }}", "Robin Lounge"),
    "voice_move": (_voice_move, "{{ before.name }} {{ channel.name }}", "Lounge aside"),
    "thread_create": (Server.thread, "{{ channel.name }} {{ channel.parent_id }}", "aside {general}"),
    "thread_update": (_thread_update, "{{ channel.name }}", "further"),
    "thread_delete": (_thread_delete, "{{ channel.parent_id | default(0) }}", "{general}"),
    "channel_create": (Server.channel, "{{ channel.name }}", "aside"),
    "channel_update": (_channel_update, "{{ channel.name }}", "further"),
    "channel_delete": (_channel_delete, "{{ channel.name }}", "aside"),
    "role_create": (Server.role, "{{ role.name }}", "Helper"),
    "role_update": (_role_update, "{{ role.name }}", "Guide"),
    "role_delete": (_role_delete, "{{ role.name }}", "Helper"),
    "guild_join": (_join, "{{ guild.name }}", "Lighthouse"),
    "emojis_update": (_emojis, "{{ emojis[0].name }} {{ emojis[0].is_animated }}", "party True"),
    "scheduled_event_create": (
        Server.meeting,
        "{{ scheduled.name }} {{ scheduled.location }} {{ scheduled.url | length > 40 }}",
        "Meeting the library True",
    ),
    "scheduled_event_update": (_event_update, "{{ scheduled.name }} {{ scheduled.status }}", "Reunion active"),
    "scheduled_event_delete": (_event_delete, "{{ scheduled.name }}", "Meeting"),
    "scheduled_event_join": (_event_join, "{{ user.mention }}", "<@{robin}>"),
    "scheduled_event_leave": (_event_leave, "{{ user.mention }}", "<@{robin}>"),
}
"""What makes each event happen, what the bot posts then, and what stands in the channel; `guild_leave` is apart."""


def posted(made: Bot) -> list[str]:
    """Return what the bot has written into #general; neither polls nor what Discord says itself, as of threads."""
    bot_id = str(made.local.world.bot_id)
    general = made.local.messages_for(user="Olive", channel="general")
    return [
        each["content"]
        for each in general
        if each["author"]["id"] == bot_id and each["content"] and each["type"] != THREAD_CREATED
    ]


@pytest.mark.parametrize("name", CAUSES)
async def test_each_event_that_people_cause_is_told_of_once(bot: StartBot, name: str) -> None:
    cause, template, expected = CAUSES[name]
    made = await bot(f"""
        events:
          {name}: {{steps: [{{send: {{channel: "{{{{ guild.system_channel_id }}}}", content: "{template}"}}}}]}}
    """)
    server = Server(made)
    await cause(server)
    await elapse(2)
    ids = {"robin": server.users["robin"], "general": server.channels["general"]}
    assert posted(made) == [expected.format(**ids)]
    assert made.log.warnings == []


async def test_that_the_bot_has_left_a_server_is_known(bot: StartBot) -> None:
    made = await bot('events: {guild_leave: {steps: [{log: "gone from {{ guild.name }}"}]}}')
    await leave(Server(made))
    assert [line["message"] for line in made.log.of("step")] == ["gone from Lighthouse"]


def test_every_event_is_in_the_table() -> None:
    assert {*CAUSES, "guild_leave"} == KINDS.keys()


async def test_messages_that_are_deleted_together_are_each_told_of(bot: StartBot) -> None:
    made = await bot("events: {message_delete: {steps: [{send: {content: gone}}]}}")
    server = Server(made)
    ids = [str(server.said()) for _ in range(3)]
    await server.call("POST", "/channels/{general}/messages/bulk-delete", {"messages": ids})
    assert posted(made) == ["gone"] * 3


async def test_that_all_reactions_with_one_emoji_are_gone_is_told_with_the_emoji(bot: StartBot) -> None:
    made = await bot("""
        events: {reaction_clear: {when: reaction is not none, steps: [{send: {content: "{{ reaction.emoji }}"}}]}}
    """)
    server = Server(made)
    message = await server.reacted()
    route = "/channels/{general}/messages/{message}/reactions/{emoji}"
    await server.call("DELETE", route, message=message, emoji="👍")
    assert posted(made) == ["👍"]


async def test_what_happens_while_the_connection_is_lost_is_told_afterwards_and_once(bot: StartBot) -> None:
    made = await bot('events: {message: {steps: [{send: {content: "heard {{ message.id }}"}}]}}')
    server = Server(made)
    before = server.said()
    await elapse(1)
    made.local.drop_gateway()
    meanwhile = server.said()
    await elapse(30)
    after = server.said()
    await elapse(1)
    assert posted(made) == [f"heard {message}" for message in (before, meanwhile, after)]


async def test_a_bot_does_not_hear_itself(bot: StartBot) -> None:
    made = await bot("""
        commands: {say: {description: d, reply: Hello}}
        events: {message: {steps: [{send: {content: "And hello to you"}}]}}
    """)
    await made.ran("say")
    await elapse(60)
    assert posted(made) == ["Hello"]


@pytest.mark.parametrize(("bots", "heard"), [("false", []), ("true", ["News: Hm"])])
async def test_other_bots_and_webhooks_are_heard_if_that_is_asked_for(
    bot: StartBot, bots: str, heard: list[str]
) -> None:
    made = await bot(f"""
        events: {{message: {{bots: {bots}, steps: [{{log: "{{{{ user.name }}}}: {{{{ message.content }}}}"}}]}}}}
    """)
    server = Server(made)
    webhook = await server.call("POST", "/channels/{general}/webhooks", {"name": "News"})
    route = "/webhooks/{webhook}/{token}"
    await server.call("POST", route, {"content": "Hm"}, webhook=webhook["id"], token=webhook["token"])
    assert [line["message"] for line in made.log.of("step")] == heard
