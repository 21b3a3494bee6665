"""`inspect`: show what a bot on the local Discord did last."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.cli.calls import CALL_AT_FAULT, FINE, WORLD_AT_FAULT, failed

if TYPE_CHECKING:
    import argparse

SAYS = "show what a bot on the local Discord did last"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("page", metavar="PAGE", help="the address of the page, as the line says when the bot serves")
    parser.add_argument("handler", nargs="?", metavar="HANDLER", help="only this one, as the log names it: /ping")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def do(parsed: SimpleNamespace) -> int:
    """Show what a bot's page has. Returns the exit code."""
    import json

    from runner.inspector.asked import NoPage, of_handler, snapshot_of, text_lines

    try:
        snapshot = of_handler(snapshot_of(parsed.page), parsed.handler)
    except ValueError as fault:
        return failed(CALL_AT_FAULT, str(fault))
    except NoPage as fault:
        return failed(WORLD_AT_FAULT, str(fault))
    is_json = parsed.format == "json"
    print(json.dumps(snapshot, indent=2, ensure_ascii=False) if is_json else "\n".join(text_lines(snapshot)))
    return FINE
