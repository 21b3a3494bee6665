"""`plan`: show what registering would change, and change nothing."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

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
from runner.targets import discovered

if TYPE_CHECKING:
    import argparse

    from runner.compile import Program
    from runner.registration.preview import ScopePreview
    from runner.run import Discord

SAYS = "show what registering would change, and change nothing"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def do(parsed: SimpleNamespace) -> int:
    """Show the difference between the commands that Discord has and those of the file. Returns the exit code."""
    file = parsed.file or discovered(os.environ, Path.cwd())
    built = built_from(file)
    show_as_text(file, built)
    if built.program is None:
        return CONFIG_AT_FAULT
    token = built.program.token or os.environ.get("DISCORD_TOKEN", "")
    if not token:
        return failed(CALL_AT_FAULT, "a plan is against what Discord has, so it needs DISCORD_TOKEN")
    import asyncio

    from runner.gateway import TokenRefused, Unreachable
    from runner.registration import preview

    try:
        found = asyncio.run(_previewed(built.program, on_discord_with(token)))
    except TokenRefused:
        return failed(WORLD_AT_FAULT, TOKEN_REFUSED)
    except Unreachable as fault:
        return failed(WORLD_AT_FAULT, f"Discord can't be reached: {fault}")
    print(preview.as_json(found) if parsed.format == "json" else preview.as_text(found))
    return WORLD_AT_FAULT if any(each.failure for each in found) else FINE


async def _previewed(program: "Program", discord: "Discord") -> "list[ScopePreview]":
    from runner.gateway import Gateway
    from runner.registration import preview, wanted_by

    gateway = Gateway(discord.api_url, None, lambda _: None)
    try:
        await gateway.login(discord.token)
        return await preview.preview(gateway, int(gateway.application_id), wanted_by(program))
    finally:
        await gateway.close()
