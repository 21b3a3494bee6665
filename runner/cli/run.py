"""`run`: serve what a bot.yaml describes, on Discord or on a local one."""

import gc
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.build import Build, Built
from runner.cli.calls import (
    CALL_AT_FAULT,
    CONFIG_AT_FAULT,
    FINE,
    TOKEN_REFUSED,
    WORLD_AT_FAULT,
    built_from,
    failed,
    on_discord_with,
    show_as_text,
)
from runner.config.include import found_on_disk
from runner.logs import Log, configure
from runner.targets import discovered, read_bounded
from runner.templates import RecentTemplates

if TYPE_CHECKING:
    import argparse
    import asyncio

    from runner.emulator.world import World
    from runner.health import Address
    from runner.incremental import Rebuilder
    from runner.inspector.inspection import Inspection
    from runner.readiness import Readiness
    from runner.run import Discord, Files, Running

SAYS = "run the bot; the word may be left out"
GC_THRESHOLDS = (50_000, 20, 20)
TIDY_AFTER_S = 1.0  # walking the whole heap takes tens of milliseconds, which the first interactions should not pay for

DEFAULTS: Mapping[str, object] = {
    "file": None,
    "log_format": "text",
    "log_level": "info",
    "port": 0,
    "poll": False,
    "world": None,
    "health": None,
}
"""What a command line says that names a file alone."""


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--log-format", choices=("text", "json"))
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--port", type=int, help="of the local Discord and its page; any free one if left out")
    parser.add_argument("--poll", action="store_true", help="look for changed files all the time: for network mounts")
    parser.add_argument("--world", type=Path, help="the servers that the local Discord begins with, as a YAML file")
    parser.add_argument(
        "--health",
        type=_health_address,
        metavar="[HOST:]PORT",
        help="where probes ask /livez and /readyz; the host is 127.0.0.1 if left out, and nobody may ask without this",
    )
    parser.set_defaults(**DEFAULTS)


def _health_address(text: str) -> "Address":
    import argparse

    from runner.health import parse  # it brings aiohttp's server along

    try:
        return parse(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def do(parsed: SimpleNamespace) -> int:
    """Serve until a signal comes or Discord won't have the bot. Returns the exit code."""
    parsed.file = parsed.file or discovered(os.environ, Path.cwd())
    built = built_from(parsed.file)
    show_as_text(parsed.file, built)
    if built.program is None:
        return CONFIG_AT_FAULT
    token = built.program.token or os.environ.get("DISCORD_TOKEN", "")
    world = None
    if parsed.world is not None:
        if token:
            return failed(CALL_AT_FAULT, "--world is for the local Discord, and there is a token for the real one")
        world = _loaded_world(parsed.world)
        if world is None:
            return CONFIG_AT_FAULT
    handler = configure(sys.stderr, format=parsed.log_format, level=parsed.log_level, secrets=[token])
    try:
        code, sentence = _serve(parsed, built, token, world)
    finally:
        handler.close()
    return failed(code, sentence) if sentence else code  # only now, so that it is the last line


def _loaded_world(file: Path) -> "World | None":
    """Return the world that a file describes; None if there are faults, which are shown."""
    from runner.emulator.clock import RealClock
    from runner.worlds.load import load_world

    loaded = load_world(file, Path.read_bytes, RealClock())
    if loaded.diagnostics:
        show_as_text(file, Built(None, list(loaded.diagnostics), loaded.sources))
    return loaded.world


def _serve(parsed: SimpleNamespace, built: Built, token: str, world: "World | None") -> tuple[int, str]:
    """Serve until the end; return the exit code, and why it ended if that was not meant."""
    import asyncio

    from runner.gateway import IntentsRefused, TokenRefused, Unreachable
    from runner.run import BadAddress, Files
    from runner.store.errors import StoreFailed

    files = Files(parsed.file, built, _rebuilding(parsed.file, built), partial(show_as_text, parsed.file), parsed.poll)
    try:
        if token:
            asyncio.run(_on_discord(files, on_discord_with(token), parsed.health))
        else:
            from runner.emulator.clock import LeapLoop

            with asyncio.Runner(loop_factory=LeapLoop) as runner:
                runner.run(_on_local_discord(files, parsed.port, world, parsed.health))
    except TokenRefused:
        return WORLD_AT_FAULT, TOKEN_REFUSED
    except IntentsRefused as fault:
        reason = f"Discord refused the bot's intents; switch on in the developer portal, on the page Bot: {fault}"
        return WORLD_AT_FAULT, reason
    except Unreachable as fault:
        return WORLD_AT_FAULT, f"Discord can't be reached: {fault}"
    except BadAddress as fault:
        return CALL_AT_FAULT, f"DISCORD_API_URL: {fault}"
    except StoreFailed as fault:
        return WORLD_AT_FAULT, str(fault)
    except _PortTaken as fault:
        return CALL_AT_FAULT, str(fault)
    return FINE, ""


class _PortTaken(Exception):
    """Somebody can't have the port that they were told to listen on; the message says who, and why not."""


def _rebuilding(path: Path, built: Built) -> Build:
    """Return what builds the file anew when it changes."""

    @cache
    def rebuilder() -> "Rebuilder":
        from runner.incremental import Rebuilder  # a start need not wait for what a change of the file takes

        templates = RecentTemplates()
        return Rebuilder(built, partial(built_from, path, templates=templates), templates)

    return lambda read, find, generation: rebuilder().build(read, find, generation)


async def _on_discord(files: "Files", discord: "Discord", health: "Address | None") -> None:
    from runner.run import run, stop_signals

    with stop_signals() as stopping:
        program = files.built.program
        assert program is not None, "a refused config has ended this before"
        serving = partial(_announce, note="")
        async with _probed(health) as readiness:
            await run(program, discord, Log("runner"), serving, stopping, files=files, readiness=readiness)


@asynccontextmanager
async def _probed(address: "Address | None") -> AsyncGenerator["Readiness | None"]:
    """Answer probes at an address, if there is one, with the readiness that is given. Raises `_PortTaken`."""
    if address is None:
        yield None
        return
    from runner.health import Health
    from runner.readiness import Readiness

    log = Log("runner")
    readiness = Readiness(log)
    health = Health(readiness, address)
    try:
        await health.start()
    except OSError as fault:
        raise _PortTaken(f"--health can't listen on {address.url}: {_why_not(fault)}") from None
    try:
        log.info("probes are answered", at=health.url)
        yield readiness
    finally:
        await health.stop()


def _why_not(fault: OSError) -> str:
    """Return why there is no listening at an address; asyncio's own words say the address once more."""
    if fault.errno is not None and fault.errno > 0:
        return os.strerror(fault.errno)
    return fault.strerror or "it is not free"


async def _on_local_discord(files: "Files", port: int, world: "World | None", health: "Address | None" = None) -> None:
    import asyncio

    from runner.emulator.clock import LeapClock, LeapLoop
    from runner.emulator.page import Page
    from runner.emulator.server import LocalDiscord
    from runner.inspector.inspection import Inspection
    from runner.run import Discord

    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapLoop), "made by the caller"
    local = LocalDiscord(clock=LeapClock(loop), port=port, world=world)
    inspection = Inspection(local.clock.now)
    page = Page(local, inspection, loop.leap)
    try:
        await local.start()
    except OSError as fault:
        why = fault.strerror or "it is not free"
        raise _PortTaken(f"the local Discord can't listen on port {port}: {why}") from None
    try:
        note = f", page {page.url}, API {local.base_url}"
        async with _probed(health) as readiness:
            await _inspected(files, Discord(local.base_url, local.token), note, inspection, readiness)
    finally:
        await local.stop()


async def _inspected(
    files: "Files", discord: "Discord", note: str, inspection: "Inspection", readiness: "Readiness | None"
) -> None:
    """Serve on the local Discord, with somebody who looks on and may restart the bot."""
    import asyncio

    from runner.run import run, stop_signals

    def serving(running: "Running") -> None:
        inspection.running = running
        _announce(running, note)

    with stop_signals() as told:
        while not told.done():
            stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            stop = partial(_stop, stopping)
            told.add_done_callback(stop)
            inspection.on_restart = stop
            program = files.built.program
            assert program is not None, "a refused config has ended this before"
            await run(
                program,
                discord,
                Log("runner"),
                serving,
                stopping,
                files=files,
                now=inspection.recorder.now,
                is_real_time=False,  # the clock may leap, and a loop that stands still is the local Discord's as well
                observer=inspection.recorder,
                readiness=readiness,
            )
            inspection.running = None
            told.remove_done_callback(stop)
            files = _anew(files)


def _anew(files: "Files") -> "Files":
    """Return the files as they are now, for another start; as they were, if they can't be built any more."""
    from dataclasses import replace

    before = files.built.program
    built = files.build(read_bounded, found_on_disk, before.generation + 1 if before is not None else 1)
    files.report(built)
    return files if built.program is None else replace(files, built=built)


def _stop(stopping: "asyncio.Future[None]", _: object = None) -> None:
    if not stopping.done():
        stopping.set_result(None)


def _announce(running: "Running", note: str) -> None:
    import asyncio

    program = running.engine.program
    commands = program.commands_count
    plural = "s" if commands != 1 else ""
    print(f"serving {commands} command{plural}, generation {program.generation}{note}", flush=True)
    asyncio.get_running_loop().call_later(TIDY_AFTER_S, _tidy)


def _tidy() -> None:
    """Turn garbage collection on, for what is made from now on."""
    gc.collect()
    gc.freeze()  # what is there now stays; collections need not walk it
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
