"""The bot of `test_other_clients.py` on hikari: every way to answer an interaction, and an ear for every event."""

import os
from collections.abc import Awaitable, Callable

import hikari
from hikari import CommandInteraction, ComponentInteraction, MessageFlag, ModalInteraction, ResponseType, TextInputStyle

bot = hikari.GatewayBot(
    os.environ["DISCORD_TOKEN"],
    rest_url=os.environ["DISCORD_API_URL"],
    banner=None,
    intents=hikari.Intents.ALL,
    logs="WARNING",
    suppress_optimization_warning=True,
)


async def ping(interaction: CommandInteraction) -> None:
    await interaction.create_initial_response(ResponseType.MESSAGE_CREATE, "pong")


async def slow(interaction: CommandInteraction) -> None:
    await interaction.create_initial_response(ResponseType.DEFERRED_MESSAGE_CREATE, flags=MessageFlag.EPHEMERAL)
    await interaction.edit_initial_response("done")
    await interaction.execute("more", flags=MessageFlag.EPHEMERAL)


async def menu(interaction: CommandInteraction) -> None:
    row = bot.rest.build_message_action_row().add_interactive_button(hikari.ButtonStyle.PRIMARY, "go", label="Go")
    await interaction.create_initial_response(ResponseType.MESSAGE_CREATE, "choose", component=row)
    await interaction.edit_initial_response("choose now")


async def form(interaction: CommandInteraction) -> None:
    row = bot.rest.build_modal_action_row().add_text_input("why", "Why", style=TextInputStyle.SHORT)
    await interaction.create_modal_response("Form", "form", row)


COMMANDS: dict[str, Callable[[CommandInteraction], Awaitable[None]]] = {
    "ping": ping,
    "slow": slow,
    "menu": menu,
    "form": form,
}


@bot.listen()
async def answer(event: hikari.InteractionCreateEvent) -> None:
    match event.interaction:
        case CommandInteraction() as interaction:
            await COMMANDS[interaction.command_name](interaction)
        case ComponentInteraction() as interaction:
            await interaction.create_initial_response(ResponseType.MESSAGE_UPDATE, "chosen", components=[])
        case ModalInteraction() as interaction:
            match interaction.components[0][0]:
                case hikari.TextInputComponent(value=given):
                    await interaction.create_initial_response(ResponseType.MESSAGE_CREATE, f"because {given}")
                case _:
                    raise AssertionError("the form has one text input")
        case _:
            raise AssertionError("there are no others")


@bot.listen()
async def register(_: hikari.StartedEvent) -> None:
    application = await bot.rest.fetch_application()
    commands = [bot.rest.slash_command_builder(name, name) for name in COMMANDS]
    await bot.rest.set_application_commands(application.id, commands)


bot.run(check_for_updates=False)
