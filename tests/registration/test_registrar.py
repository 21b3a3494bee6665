"""Commands are kept registered behind a running bot: moved between scopes, renamed, tried again; on a local Discord."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from runner.compile import Program
from runner.emulator.clock import VirtualClock, elapse
from runner.emulator.server import LocalDiscord
from runner.logs import Log
from runner.registration import RegistrationsInMemory
from runner.registration.registrar import Registrar
from tests.conftest import Bot, StartBot, compiled

COMMANDS = "commands: {a: {description: A, reply: a}, b: {description: B, reply: b}}"


@pytest.fixture
async def local(bot: StartBot) -> AsyncIterator[LocalDiscord]:
    """A local Discord that outlives its bots."""
    del bot  # its loop is the one on which time jumps
    made = LocalDiscord(clock=VirtualClock(asyncio.get_running_loop()))
    await made.start()
    yield made
    await made.stop()


def guild_of(local: LocalDiscord) -> int:
    """Return the one server."""
    (guild_id,) = local.world.guilds
    return guild_id


def in_guild(local: LocalDiscord, text: str) -> str:
    """Return a bot whose commands are of the one server."""
    return f"bot: {{guilds: ['{guild_of(local)}']}}\n{text}"


def offered(local: LocalDiscord) -> list[tuple[str, bool]]:
    """Return the commands that a member is offered, and whether each is the server's own."""
    found = local.commands_for(user="Olive", channel="general")
    return sorted((str(each["name"]), "guild_id" in each) for each in found)


def ids(local: LocalDiscord) -> dict[str, str]:
    """Return the ids of the commands that a member is offered."""
    return {str(each["name"]): str(each["id"]) for each in local.commands_for(user="Olive", channel="general")}


def calls(local: LocalDiscord) -> list[str]:
    """Return the calls about commands so far."""
    found = [entry for entry in local.wire if entry.kind == "http" and "/commands" in entry.route]
    return [f"{entry.method} {'guild' if '/guilds/' in entry.route else 'global'}" for entry in found]


class Reloads:
    """A registrar beside a bot, and the programs that reloads give it."""

    def __init__(self, made: Bot) -> None:
        self._made = made
        self._newer: asyncio.Queue[Program] = asyncio.Queue()
        registrar = Registrar(
            made.gateway,
            made.local.application_id,
            RegistrationsInMemory(made.clock.now),
            made.gateway.guild_ids,
            Log(f"bot.{id(made.log)}"),
        )
        keeping = registrar.keep(made.engine.program, self._newer, lambda _: None)
        self._task = asyncio.create_task(keeping)

    async def swap(self, text: str) -> None:
        """Have the bot take a newer program."""
        program = compiled(text)
        self._made.engine.swap(program)
        self._newer.put_nowait(program)
        await elapse(1.0)

    async def end(self) -> None:
        """End the registrar."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def reloading(bot: StartBot, local: LocalDiscord) -> AsyncIterator[Callable[[str], Awaitable[Reloads]]]:
    """Start a bot whose registrations a test can renew."""
    started: list[Reloads] = []

    async def start(text: str) -> Reloads:
        started.append(Reloads(await bot(text, local=local)))
        await elapse(1.0)
        return started[-1]

    yield start
    for reloads in started:
        await reloads.end()


async def restarted(bot: StartBot, local: LocalDiscord, before: str, after: str) -> Bot:
    """Run a bot, stop it, and run another one on the same Discord."""
    first = await bot(before, local=local)
    await elapse(1.0)
    await first.stop()
    second = await bot(after, local=local)
    await elapse(1.0)
    return second


Start = Callable[[str], Awaitable[Reloads]]


# --- scopes


async def test_commands_that_move_from_a_server_to_everywhere_are_not_shown_twice(
    bot: StartBot, local: LocalDiscord
) -> None:
    second = await restarted(bot, local, in_guild(local, COMMANDS), COMMANDS)
    assert offered(local) == [("a", False), ("b", False)]
    assert second.log.of("twins deleted") == [{"scope": guild_of(local), "commands": "/a, /b"}]


async def test_commands_that_move_from_everywhere_to_a_server_are_not_shown_twice(
    bot: StartBot, local: LocalDiscord
) -> None:
    await restarted(bot, local, COMMANDS, in_guild(local, COMMANDS))
    assert offered(local) == [("a", True), ("b", True)]


async def test_a_single_command_moves_alone(bot: StartBot, local: LocalDiscord) -> None:
    moved = COMMANDS.replace("description: A", f"description: A, guilds: ['{guild_of(local)}']")
    await restarted(bot, local, COMMANDS, moved)
    assert offered(local) == [("a", True), ("b", False)]


async def test_a_servers_commands_that_nobody_wants_everywhere_are_left_alone(
    bot: StartBot, local: LocalDiscord
) -> None:
    await restarted(bot, local, in_guild(local, COMMANDS), "commands: {a: {description: A, reply: a}}")
    assert offered(local) == [("a", False), ("b", True)]


async def test_a_server_that_a_reload_leaves_out_is_emptied(reloading: Start, local: LocalDiscord) -> None:
    reloads = await reloading(in_guild(local, COMMANDS))
    await reloads.swap("commands: {c: {description: C, reply: c}}")
    assert offered(local) == [("c", False)]


async def test_twins_that_can_not_be_deleted_are_reported(bot: StartBot, local: LocalDiscord) -> None:
    first = await bot(in_guild(local, COMMANDS), local=local)
    await first.stop()
    local.faults.next("DELETE /applications", status=403, code=50001)
    second = await bot(COMMANDS, local=local)
    await elapse(1.0)
    assert "50001" in second.log.of("twins not deleted")[0]["reason"]
    assert second.log.of("commands registered")[0]["created"] == 2


# --- when


async def test_a_start_that_changes_nothing_only_asks(bot: StartBot, local: LocalDiscord) -> None:
    await restarted(bot, local, COMMANDS, COMMANDS)
    assert calls(local) == ["GET global", "PUT global", "GET guild", "GET global"]


async def test_a_reconnect_is_no_reason_to_register(bot: StartBot, local: LocalDiscord) -> None:
    made = await bot(COMMANDS, local=local)
    await elapse(1.0)
    before = calls(local)
    local.drop_gateway()
    await elapse(30.0)
    local.invalidate(resumable=False)
    await elapse(30.0)
    assert local.is_connected
    assert calls(local) == before
    assert made.log.of("commands registered") == [{"scope": "global", "created": 2, "updated": 0, "deleted": 0}]


async def test_a_renamed_command_keeps_its_id_and_answers_to_both_names(bot: StartBot, local: LocalDiscord) -> None:
    first = await bot(COMMANDS, local=local)
    before = ids(local)
    first.engine.swap(compiled(COMMANDS.replace("a: {", "c: {aliases: a, ")))
    old = await first.ran("a")
    assert [message.content for message in old.messages] == ["a"]
    await first.stop()
    second = await bot(COMMANDS.replace("a: {", "c: {aliases: a, "), local=local)
    assert ids(local) == {"b": before["b"], "c": before["a"]}
    assert second.log.of("commands registered") == [{"scope": "global", "created": 0, "updated": 1, "deleted": 0}]
    new = await second.ran("c")
    assert [message.content for message in new.messages] == ["a"]


# --- what goes wrong


async def test_a_registration_that_the_network_prevents_is_tried_again(bot: StartBot, local: LocalDiscord) -> None:
    local.faults.next("commands", status=503, times=2)  # which discord.py does not repeat
    made = await bot(COMMANDS, local=local)
    await elapse(19.0)
    assert offered(local) == []
    await elapse(2.0)
    assert offered(local) == [("a", False), ("b", False)]
    assert len(made.log.of("commands not registered")) == 2
    assert len(made.log.of("commands registered")) == 1


async def test_what_discord_refuses_is_not_tried_again(bot: StartBot, local: LocalDiscord) -> None:
    local.faults.next("commands", status=403, code=50001)
    made = await bot(COMMANDS, local=local)
    await elapse(3600.0)
    assert calls(local) == ["GET global"]
    assert len(made.log.of("commands not registered")) == 1


async def test_a_newer_program_does_not_wait_for_the_next_attempt(reloading: Start, local: LocalDiscord) -> None:
    reloads = await reloading("commands: {}")
    local.faults.next("commands", status=503, times=3)
    await reloads.swap(COMMANDS)
    await elapse(40.0)
    assert offered(local) == []
    await reloads.swap("commands: {c: {description: C, reply: c}}")
    assert offered(local) == [("c", False)]
