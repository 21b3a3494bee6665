"""Libraries besides discord.py find a Discord that is right for them: they answer, and understand whatever happens.

Each runs in a process of its own and in real time. hikari reads every object strictly, discord.js builds its caches
from them; both complain where discord.py looks away.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from runner.emulator.clock import RealClock
from runner.emulator.server import LocalDiscord
from tests.emulator.lighthouse import PIXEL, channel_of, guild_of, role_id, user_id
from tests.openapi import faults_of

FOLDER = Path(__file__).parent
PATIENCE_S = 20.0
"""How long anything may take on a busy machine."""

Json = Any  # JSON of any shape


def discord_js() -> list[str]:
    """Return what starts the bot on discord.js. Skips the test where that is not installed."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "discord.js").is_dir():
        pytest.skip("discord.js is not installed; `make` does it where there is npm")
    return [node, str(FOLDER / "discordjs_bot.js")]


def hikari() -> list[str]:
    """Return what starts the bot on hikari. Skips the test where that is not installed."""
    if find_spec("hikari") is None:
        pytest.skip("hikari is not installed; `make` does it")
    return [sys.executable, str(FOLDER / "hikari_bot.py")]


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    """A local Discord in real time."""
    server = LocalDiscord(clock=RealClock())
    await server.start()
    yield server
    await server.stop()
    assert [str(fault) for fault in faults_of(server.wire)] == []


@dataclass
class Stage:
    """A local Discord with a client that has registered its commands, and ways to wait and to call."""

    local: LocalDiscord
    http: aiohttp.ClientSession

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so, looking whenever anything has happened."""
        happened = asyncio.Event()
        stop = self.local.subscribe(lambda _: happened.set())
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    happened.clear()
                    await happened.wait()
        finally:
            stop()

    async def call(self, method: str, path: str, body: object = None) -> Json:
        """Make a REST call that is taken, with the bot's token."""
        headers = {"Authorization": f"Bot {self.local.token}"}
        async with self.http.request(method, self.local.base_url + path, json=body, headers=headers) as answer:
            raw = await answer.read()
            if answer.status == 429:  # fifty in a second
                await asyncio.sleep((await answer.json())["retry_after"])
                return await self.call(method, path, body)
            assert answer.status < 300, (method, path, raw)
            return await answer.json() if raw else None

    async def run(self, name: str) -> list[tuple[str, bool]]:
        """Run a command; return what its user sees of it, and whether only they do."""
        trace = self.local.command(user="robin", channel="general", name=name)
        assert await trace.finished(PATIENCE_S), trace.outcome
        return [(message.content, message.ephemeral) for message in trace.messages]


@pytest.fixture(params=[discord_js, hikari], ids=["discord.js", "hikari"])
async def stage(request: pytest.FixtureRequest, local: LocalDiscord) -> AsyncIterator[Stage]:
    """Start a client; after the test it must end well, without having complained."""
    environment = {**os.environ, "DISCORD_TOKEN": local.token, "DISCORD_API_URL": local.base_url}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *request.param(), env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    try:
        await local.commands_registered(PATIENCE_S)
        async with aiohttp.ClientSession() as http:
            yield Stage(local, http)
        process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            complaints, _ = await process.communicate()
        assert (process.returncode, complaints.decode()) == (0, "")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_client_registers_and_answers_in_every_way(stage: Stage) -> None:
    local = stage.local
    assert {command["name"] for command in local.commands_for(user="robin", channel="general")} == {
        "ping", "slow", "menu", "form",
    }  # fmt: skip
    assert await stage.run("ping") == [("pong", False)]

    slow = local.command(user="robin", channel="general", name="slow")
    await stage.until(lambda: len(slow.messages) == 2)
    assert [(message.content, message.ephemeral) for message in slow.messages] == [("done", True), ("more", True)]

    menu = local.command(user="robin", channel="general", name="menu")
    await stage.until(lambda: bool(menu.messages) and menu.messages[0].content == "choose now")
    click = local.click(user="kim", message=menu.messages[0].id, custom_id="go")
    assert await click.finished(PATIENCE_S)
    [chosen] = click.messages
    assert (chosen.content, chosen.components, chosen.edits) == ("chosen", [], ("choose", "choose now"))

    form = local.command(user="robin", channel="general", name="form")
    assert await form.finished(PATIENCE_S)
    submitted = local.submit(modal=form, values={"why": "it is fun"})
    assert await submitted.finished(PATIENCE_S)
    assert [message.content for message in submitted.messages] == ["because it is fun"]
    assert all(trace.acknowledgements == 1 and not trace.refused for trace in local.traces)


EVENTS = {
    "CHANNEL_CREATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE", "CHANNEL_UPDATE", "GUILD_AUDIT_LOG_ENTRY_CREATE",
    "GUILD_BAN_ADD", "GUILD_BAN_REMOVE", "GUILD_CREATE", "GUILD_EMOJIS_UPDATE", "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE", "GUILD_ROLE_CREATE", "GUILD_ROLE_DELETE", "GUILD_ROLE_UPDATE",
    "GUILD_SCHEDULED_EVENT_CREATE", "GUILD_SCHEDULED_EVENT_DELETE", "GUILD_SCHEDULED_EVENT_UPDATE",
    "GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE", "INTERACTION_CREATE", "INVITE_CREATE",
    "INVITE_DELETE", "MESSAGE_CREATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "MESSAGE_POLL_VOTE_ADD",
    "MESSAGE_POLL_VOTE_REMOVE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL",
    "MESSAGE_REACTION_REMOVE_EMOJI", "MESSAGE_UPDATE", "PRESENCE_UPDATE", "READY", "THREAD_CREATE", "THREAD_DELETE",
    "THREAD_MEMBERS_UPDATE", "THREAD_UPDATE", "TYPING_START", "VOICE_STATE_UPDATE", "WEBHOOKS_UPDATE",
}  # fmt: skip


async def test_a_client_understands_whatever_happens(stage: Stage) -> None:
    for happens in (talk, messages, threads, channels, people, guild):
        await happens(stage)
    assert await stage.run("ping") == [("pong", False)]
    sent = {entry.route for entry in stage.local.wire if entry.kind == "gateway"}
    assert EVENTS - sent == set()


async def talk(stage: Stage) -> None:
    """People talk, in a channel and with the bot alone."""
    local = stage.local
    local.say(user="robin", channel="dm", content="hello")
    said = local.say(user="robin", channel="general", content="hello <@1> :wave:")
    local.say(user="kim", channel="general", content="hello yourself", reply_to=said)
    local.type_in(user="kim", channel="general")
    local.edit(user="robin", message=said, content="hello everybody")
    for user in ("robin", "kim"):
        local.react(user=user, message=said, emoji="👍")
    local.unreact(user="kim", message=said, emoji="👍")
    local.delete(user="robin", message=said)
    local.show(user="kim", status="idle")
    local.enter_voice(user="kim", channel="Lounge")
    local.leave_voice(user="kim")


async def messages(stage: Stage) -> None:
    """The bot writes, reacts, pins, asks and tidies up."""
    path = f"/channels/{channel_of(stage.local).id}/messages"
    embed = {"title": "T", "description": "D", "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}}
    rich = await stage.call("POST", path, {"content": "x", "embeds": [embed]})
    await stage.call("PUT", f"{path}/pins/{rich['id']}")
    for tail in ("%F0%9F%91%8D", ""):
        await stage.call("PUT", f"{path}/{rich['id']}/reactions/%F0%9F%91%8D/@me")
        await stage.call("DELETE", f"{path}/{rich['id']}/reactions/{tail}".rstrip("/"))
    forward = {"type": 1, "channel_id": rich["channel_id"], "message_id": rich["id"]}
    two = [await stage.call("POST", path, {"message_reference": forward}) for _ in range(2)]
    layout = {"flags": 1 << 15, "components": [{"type": 17, "components": [{"type": 10, "content": "laid out"}]}]}
    await stage.call("POST", path, layout)
    await stage.call("POST", f"{path}/bulk-delete", {"messages": [message["id"] for message in two]})
    answers = [{"poll_media": {"text": text}} for text in ("yes", "no")]
    poll = await stage.call("POST", path, {"poll": {"question": {"text": "?"}, "answers": answers, "duration": 1}})
    stage.local.vote(user="robin", message=poll["id"], answer=1)
    stage.local.unvote(user="robin", message=poll["id"], answer=1)
    await stage.call("POST", f"/channels/{poll['channel_id']}/polls/{poll['id']}/expire")


async def threads(stage: Stage) -> None:
    """Threads from messages, in forums, and of a few."""
    general, robin = channel_of(stage.local).id, user_id(stage.local, "robin")
    said = stage.local.say(user="robin", channel="general", content="a topic")
    thread = await stage.call("POST", f"/channels/{general}/messages/{said}/threads", {"name": "talk"})
    await stage.call("PUT", f"/channels/{thread['id']}/thread-members/{robin}")
    await stage.call("POST", f"/channels/{thread['id']}/messages", {"content": "in the thread"})
    await stage.call("DELETE", f"/channels/{thread['id']}/thread-members/{robin}")
    await stage.call("PATCH", f"/channels/{thread['id']}", {"archived": True, "locked": True})
    forum = {"name": "ideas", "type": 15, "available_tags": [{"name": "new", "emoji_name": "✨"}]}
    ideas = await stage.call("POST", f"/guilds/{guild_of(stage.local).id}/channels", forum)
    tags = [tag["id"] for tag in ideas["available_tags"]]
    post = {"name": "idea", "message": {"content": "do it"}, "applied_tags": tags}
    idea = await stage.call("POST", f"/channels/{ideas['id']}/threads", post)
    await stage.call("DELETE", f"/channels/{idea['id']}")


async def channels(stage: Stage) -> None:
    """Channels of each kind come, change and go, with invites and webhooks."""
    path = f"/guilds/{guild_of(stage.local).id}/channels"
    hidden = [{"id": str(user_id(stage.local, "robin")), "type": 1, "deny": "1024"}]
    for kind in (0, 2, 4, 15):
        channel = await stage.call("POST", path, {"name": f"x{kind}", "type": kind, "permission_overwrites": hidden})
        await stage.call("PATCH", f"/channels/{channel['id']}", {"position": 9})
        if kind != 4:
            invite = await stage.call("POST", f"/channels/{channel['id']}/invites", {})
            await stage.call("DELETE", f"/invites/{invite['code']}")
            await stage.call("POST", f"/channels/{channel['id']}/webhooks", {"name": "x"})
        await stage.call("DELETE", f"/channels/{channel['id']}")


async def people(stage: Stage) -> None:
    """Members come and go, are given roles, are kicked and banned."""
    local, path = stage.local, f"/guilds/{guild_of(stage.local).id}"
    kim, support = user_id(local, "kim"), role_id(local, "Support")
    await stage.call("PUT", f"{path}/members/{kim}/roles/{support}")
    await stage.call("PATCH", f"{path}/members/{kim}", {"nick": "Kimmy", "communication_disabled_until": None})
    role = await stage.call("POST", f"{path}/roles", {"name": "x", "color": 255})
    await stage.call("PATCH", f"{path}/roles/{role['id']}", {"hoist": True})
    await stage.call("DELETE", f"{path}/roles/{role['id']}")
    await stage.call("DELETE", f"{path}/members/{kim}")
    local.join(user="kim")
    await stage.call("PUT", f"{path}/bans/{kim}", {})
    await stage.call("DELETE", f"{path}/bans/{kim}")


async def guild(stage: Stage) -> None:
    """The guild gets an emoji, and plans an evening."""
    path, clock = f"/guilds/{guild_of(stage.local).id}", stage.local.clock
    emoji = await stage.call("POST", f"{path}/emojis", {"name": "wave", "image": PIXEL})
    await stage.call("DELETE", f"{path}/emojis/{emoji['id']}")
    start = datetime.fromtimestamp(clock.now() + 3600, UTC).isoformat()
    plan = {"name": "x", "privacy_level": 2, "entity_type": 2, "scheduled_start_time": start}
    lounge = str(channel_of(stage.local, "Lounge").id)
    event = await stage.call("POST", f"{path}/scheduled-events", {**plan, "channel_id": lounge})
    stage.local.follow(user="robin", event=int(event["id"]))
    stage.local.follow(user="robin", event=int(event["id"]), is_interested=False)
    await stage.call("PATCH", f"{path}/scheduled-events/{event['id']}", {"description": "D"})
    await stage.call("DELETE", f"{path}/scheduled-events/{event['id']}")
