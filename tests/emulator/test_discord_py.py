"""discord.py, unchanged, against the local Discord."""

import asyncio
import threading
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from runner.emulator.clock import elapse
from runner.emulator.server import LocalDiscord

Click = discord.Interaction["Bot"]


class Form(discord.ui.Modal, title="Form"):
    """A form with one field."""

    why = discord.ui.TextInput["Form"](label="Why", custom_id="why")

    async def on_submit(self, interaction: discord.Interaction[discord.Client], /) -> None:
        await interaction.response.send_message(f"Because {self.why.value}")


class Panel(discord.ui.View):
    """A button that changes its message."""

    @discord.ui.button(label="Go", custom_id="go")
    async def go(self, interaction: discord.Interaction[discord.Client], _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.edit_message(content="Gone", view=None)


class Bot(discord.Client):
    """A small hand-written bot."""

    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.resumed = asyncio.Event()
        self.heard: list[str] = []
        self.seen: list[int] = []
        self.tree.command(description="Try ping")(ping)
        self.tree.command(description="Try slow")(slow)
        self.tree.command(description="Try panel")(panel)
        self.tree.command(description="Try form")(form)
        self.tree.command(description="Try give")(give)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.ready.set()

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)

    async def on_interaction(self, interaction: Click) -> None:
        self.seen.append(interaction.id)


async def ping(interaction: Click) -> None:
    """Answer at once."""
    await interaction.response.send_message(f"Pong, {interaction.user.display_name}!", ephemeral=True)


async def slow(interaction: Click) -> None:
    """Answer late."""
    await interaction.response.defer()
    await elapse(600)
    await interaction.edit_original_response(content="Done")
    follow_up = await interaction.followup.send("And more", wait=True)
    await follow_up.edit(content="And much more")


async def panel(interaction: Click) -> None:
    """Show a button."""
    await interaction.response.send_message("Press", view=Panel())


async def form(interaction: Click) -> None:
    """Open a form."""
    await interaction.response.send_modal(Form())


async def give(interaction: Click, who: discord.Member, role: discord.Role) -> None:
    """Give a role."""
    await who.add_roles(role)
    assert isinstance(interaction.channel, discord.TextChannel)
    await interaction.channel.send(f"{who.display_name} got {role.name}", file=discord.File(__file__))
    await interaction.response.send_message("Done")


@pytest.fixture
async def bot(local: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A connected bot. Where the library calls is its own public setting; nothing of it is replaced."""
    monkeypatch.setattr(Route, "BASE", local.base_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(local.gateway_url))
    async with Bot() as client:
        running = asyncio.create_task(client.start(local.token))
        async with asyncio.timeout(30):
            await client.ready.wait()
        yield client
        await client.close()
        await running
    # A connection that was given up during its handshake leaves the library's heartbeat behind, a thread in real time.
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler):
            thread.stop()


async def test_it_reaches_ready_with_the_guild_in_its_cache(local: LocalDiscord, bot: Bot) -> None:
    [guild] = bot.guilds
    assert guild.name == "Lighthouse"
    assert {channel.name for channel in guild.text_channels} == {"general", "support", "staff"}
    assert guild.me.guild_permissions.manage_messages
    rest = [f"{entry.method} {entry.route}" for entry in local.wire if entry.kind == "http"]
    sync = f"PUT /applications/{local.application_id}/commands"
    assert rest == ["GET /users/@me", "GET /oauth2/applications/@me", sync]


@pytest.mark.usefixtures("bot")
async def test_it_replies_in_private(local: LocalDiscord) -> None:
    trace = local.command(user="robin", channel="general", name="ping")
    assert await trace.finished(5)
    [message] = trace.messages
    assert (message.content, message.ephemeral) == ("Pong, Robin!", True)


@pytest.mark.usefixtures("bot")
async def test_it_defers_edits_and_follows_up_ten_minutes_later(local: LocalDiscord) -> None:
    trace = local.command(user="robin", channel="general", name="slow")
    assert await trace.acknowledged(5)
    assert trace.messages[0].loading
    assert await trace.finished(800)
    await elapse(1)
    assert [message.content for message in trace.messages] == ["Done", "And much more"]
    assert trace.messages[1].edits == ("And more",)
    assert trace.refused == []


@pytest.mark.usefixtures("bot")
async def test_its_button_changes_the_message(local: LocalDiscord) -> None:
    shown = local.command(user="robin", channel="general", name="panel")
    assert await shown.finished(5)
    trace = local.click(user="kim", message=shown.messages[0].id, custom_id="go")
    assert await trace.finished(5)
    assert (trace.messages[0].content, trace.messages[0].components) == ("Gone", [])


@pytest.mark.usefixtures("bot")
async def test_its_form_is_answered(local: LocalDiscord) -> None:
    modal = local.command(user="robin", channel="general", name="form")
    assert await modal.finished(5)
    trace = local.submit(modal=modal, values={"why": "I can"})
    assert await trace.finished(5)
    assert trace.messages[0].content == "Because I can"


async def test_its_rest_calls_come_back_as_events(local: LocalDiscord, bot: Bot) -> None:
    options = {"who": "kim", "role": "Support"}
    trace = local.command(user="robin", channel="general", name="give", options=options)
    assert await trace.finished(5)
    await elapse(1)
    assert "Kim got Support" in bot.heard


async def test_it_resumes_after_a_cut_and_misses_nothing(local: LocalDiscord, bot: Bot) -> None:
    local.drop_gateway()
    local.say(user="robin", channel="general", content="missed")
    async with asyncio.timeout(30):
        await bot.resumed.wait()
    await elapse(1)
    assert bot.heard == ["missed"]
    assert await local.command(user="robin", channel="general", name="ping").finished(5)


async def test_it_resumes_when_asked_to_reconnect(local: LocalDiscord, bot: Bot) -> None:
    local.reconnect()
    async with asyncio.timeout(30):
        await bot.resumed.wait()
    assert await local.command(user="robin", channel="general", name="ping").finished(5)


async def test_it_identifies_anew_after_an_invalid_session(local: LocalDiscord, bot: Bot) -> None:
    bot.ready.clear()
    local.invalidate(resumable=False)
    async with asyncio.timeout(60):
        await bot.ready.wait()
    assert not bot.resumed.is_set()
    assert await local.command(user="robin", channel="general", name="ping").finished(5)


async def test_it_stays_connected_for_hours(local: LocalDiscord, bot: Bot) -> None:
    await elapse(2 * 3600)
    assert local.is_connected
    assert not bot.resumed.is_set()
    assert await local.command(user="robin", channel="general", name="ping").finished(5)


async def test_it_sees_a_duplicate_delivery_twice(local: LocalDiscord, bot: Bot) -> None:
    trace = local.command(user="robin", channel="general", name="ping")
    local.dispatch_again(trace)
    assert await trace.finished(5)
    await elapse(1)
    assert bot.seen == [trace.id, trace.id]
    assert trace.acknowledgements == 1
