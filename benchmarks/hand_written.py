"""The yardstick: the benchmark's bot as an experienced developer writes it on discord.py 2.7.1.

Environment: DISCORD_TOKEN; DISCORD_API_URL and DISCORD_GATEWAY_URL send it to another Discord than the real one.
"""

import asyncio
import logging
import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

log = logging.getLogger("hand_written")


class Pick(discord.ui.View):
    """A button that works after a restart as well: no timeout, a fixed custom id."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Pick", style=discord.ButtonStyle.primary, custom_id="pick")
    async def pick(self, interaction: discord.Interaction, _: discord.ui.Button["Pick"]) -> None:
        """Replace the message."""
        await interaction.response.edit_message(content="Picked.", view=None)

    async def on_error(
        self, interaction: discord.Interaction, error: Exception, item: discord.ui.Item["Pick"], /
    ) -> None:
        """Log the fault and tell the user."""
        log.error("a click failed: %s", item, exc_info=error)
        await tell(interaction, "Something went wrong.")


class Tree(app_commands.CommandTree["Bot"]):
    """The commands, with one place for their faults."""

    async def on_error(self, interaction: discord.Interaction["Bot"], error: app_commands.AppCommandError, /) -> None:
        """Refuse politely, or log the fault and tell the user."""
        if isinstance(error, app_commands.MissingPermissions):
            await tell(interaction, "You need **Manage Messages** here.")
            return
        log.error("a command failed", exc_info=error)
        await tell(interaction, "Something went wrong.")


class Bot(discord.Client):
    """A client with slash commands."""

    def __init__(self) -> None:
        # What slash commands need, and no more.
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = Tree(self)

    async def setup_hook(self) -> None:
        """Register the persistent button and the commands."""
        self.add_view(Pick())
        add_commands(self.tree)
        await self.tree.sync()


async def tell(interaction: discord.Interaction, text: str) -> None:
    """Show a private line, whether or not the interaction has been answered."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)


def add_commands(tree: Tree) -> None:
    """Add the five commands."""

    @tree.command(description="Greet the caller")
    async def ping(interaction: discord.Interaction) -> None:
        """Reply with the caller's name."""
        await interaction.response.send_message(f"Pong, {interaction.user.name}!")

    @tree.command(description="Take a moment")
    async def slow(interaction: discord.Interaction) -> None:
        """Defer, work for 50 ms, answer."""
        await interaction.response.defer()
        await asyncio.sleep(0.05)
        await interaction.edit_original_response(content="Done.")

    @tree.command(description="For moderators")
    @app_commands.checks.has_permissions(manage_messages=True)
    async def perm(interaction: discord.Interaction) -> None:
        """Answer those who may manage messages."""
        await interaction.response.send_message("Welcome, moderator.", ephemeral=True)

    @tree.command(description="Answer twice")
    async def two(interaction: discord.Interaction) -> None:
        """Reply and follow up."""
        await interaction.response.send_message("First.")
        await interaction.followup.send("Second.")

    @tree.command(description="Offer a button")
    async def menu(interaction: discord.Interaction) -> None:
        """Show the button."""
        await interaction.response.send_message("Pick one.", view=Pick())


def redirect() -> None:
    """Send REST and gateway where the environment says. Must happen before the first request is built."""
    if base := os.environ.get("DISCORD_API_URL"):
        Route.BASE = base
    if gateway := os.environ.get("DISCORD_GATEWAY_URL"):
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


if __name__ == "__main__":
    redirect()
    Bot().run(os.environ["DISCORD_TOKEN"], log_level=logging.WARNING)
