"""`schema`: print the JSON Schema of bot.yaml and of the files beside it, for editors."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

from runner.actions.action import load_actions
from runner.cli.calls import FINE, WORLD_AT_FAULT, failed

if TYPE_CHECKING:
    import argparse

SAYS = "print the JSON Schema of bot.yaml, for editors"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead")
    parser.add_argument("--scenarios", action="store_true", help="that of scenario files instead")
    parser.add_argument("--world", action="store_true", help="that of world files instead")


def do(parsed: SimpleNamespace) -> int:
    """Print a schema, or write it. Returns the exit code."""
    text = schema_text("scenario" if parsed.scenarios else "world" if parsed.world else "bot")
    if parsed.output is None:
        print(text, end="")
        return FINE
    try:
        parsed.output.write_text(text, encoding="utf-8")
    except OSError as fault:
        return failed(WORLD_AT_FAULT, f"{parsed.output} can't be written: {fault.strerror}")
    return FINE


def schema_text(kind: Literal["bot", "scenario", "world"]) -> str:
    """Return the JSON Schema of one kind of file."""
    import json

    from runner.config.schema import schema

    if kind == "scenario":
        from runner.scenarios.load import scenario_schema

        made = scenario_schema()
    elif kind == "world":
        from runner.worlds.load import world_schema

        made = world_schema()
    else:
        made = schema(load_actions())
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
