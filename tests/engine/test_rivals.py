"""Another process with the same token, as the log tells of it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runner.emulator.clock import elapse
from runner.engine.rivals import LEASE_S, RENEW_S
from runner.store.database import Database
from runner.store.leases import Leases
from runner.store.place import parse
from tests.conftest import Bot, StartBot


async def test_another_process_is_named_once_a_minute_with_what_to_do(bot: StartBot) -> None:
    made = await bot("commands: {fast: {description: d, reply: Hello}}")
    for _ in range(4):
        made.local.faults.next("callback", status=400, code=40060)
        await made.ran("fast")
        assert made.line()["outcome"] == "answered elsewhere"
        await elapse(25)
    lines = made.log.of("answered elsewhere")
    assert [line["interactions"] for line in lines] == [1, 3]
    assert "stop it, or give each a token of its own" in lines[0]["advice"]


# --- by the store

KEEPS = "state: {n: {type: integer, scope: global, default: 0}}\ncommands: {it: {description: d, reply: Hello}}"


def named(made: Bot) -> list[object]:
    """Return the other processes that a bot has named."""
    return [line["process"] for line in made.log.of("another process serves this bot")]


async def held_by(made: Bot, directory: Path, holder: str) -> None:
    """Have somebody hold the lease of a bot, who does not give it back."""
    async with Database(parse("sqlite:.lifecycle/state.db", directory), now=made.clock.now) as database:
        name = f"bot:{made.gateway.application_id}:serving"
        await database.write(lambda tx: Leases(tx).take(name, holder, for_s=LEASE_S))


async def test_of_two_processes_with_one_store_the_second_names_the_first_and_what_to_do(bot: StartBot) -> None:
    first = await bot(KEEPS)
    await elapse(1)
    second = await bot(KEEPS, local=first.local)
    await elapse(5 * RENEW_S)
    assert (named(first), named(second)) == ([], [f"{os.getpid()} on {socket.gethostname()}"])
    assert "stop it" in second.log.of("another process serves this bot")[0]["advice"]
    await first.stop()
    await elapse(RENEW_S)
    third = await bot(KEEPS, local=second.local)
    await elapse(1)
    assert len(named(third)) == 1


async def test_a_bot_that_is_stopped_and_started_meets_nobody(bot: StartBot) -> None:
    made = await bot(KEEPS)
    await elapse(1)
    await made.stop()
    again = await bot(KEEPS, local=made.local)
    await elapse(2 * RENEW_S)
    assert named(again) == []


def ended() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("holder", "is_named"),
    [
        pytest.param(f"{socket.gethostname()}/{ended()}/killed", False, id="a process that was killed"),
        pytest.param(f"{socket.gethostname()}/{os.getpid()}/before", False, id="in a container, of the same number"),
        pytest.param(f"{socket.gethostname()}/{os.getppid()}/lives", True, id="a process that lives"),
        pytest.param("elsewhere/1/lives", True, id="on another machine"),
    ],
)
async def test_who_has_been_killed_is_no_rival(bot: StartBot, tmp_path: Path, holder: str, is_named: bool) -> None:
    made = await bot(KEEPS)
    await made.stop()
    await held_by(made, tmp_path, holder)
    again = await bot(KEEPS, local=made.local)
    await elapse(1)
    assert bool(named(again)) == is_named
