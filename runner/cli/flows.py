"""`flows`: list the runs that wait."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.cli.calls import CONFIG_AT_FAULT, FINE, WORLD_AT_FAULT, built_from, failed, show_as_text
from runner.targets import discovered

if TYPE_CHECKING:
    import argparse

SAYS = "list the runs that wait: for whom, where, until when"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("file", type=Path, nargs="?", metavar="bot.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json is one object a line")


def do(parsed: SimpleNamespace) -> int:
    """List the runs that wait. Returns the exit code."""
    import asyncio

    from runner.store.errors import StoreFailed

    file = parsed.file or discovered(os.environ, Path.cwd())
    built = built_from(file)
    if built.program is None:
        show_as_text(file, built)
        return CONFIG_AT_FAULT
    try:
        asyncio.run(_list_flows(built.program.store, file.parent, is_json=parsed.format == "json"))
    except StoreFailed as fault:
        return failed(WORLD_AT_FAULT, str(fault))
    return FINE


async def _list_flows(store: str, directory: Path, *, is_json: bool) -> None:
    import time

    from runner.waiting import HEADER, waiting_in

    count = 0
    async for found in waiting_in(store, directory, time.time):
        if count == 0 and not is_json:
            print(HEADER)
        print(found.json if is_json else found.line)
        count += 1
    if count == 0 and not is_json:
        print("nothing waits")
