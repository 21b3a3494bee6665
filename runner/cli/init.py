"""`init`: write a bot to begin with."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.cli.calls import CALL_AT_FAULT, FINE, WORLD_AT_FAULT, failed, meant
from runner.cli.schema import schema_text

if TYPE_CHECKING:
    import argparse

SAYS = "write a bot to begin with"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="FOLDER", help="this one if left out")
    parser.add_argument("--template", default="hello", metavar="NAME", help="hello if left out; --list shows all")
    parser.add_argument("--list", action="store_true", help="show the templates, and write nothing")


def do(parsed: SimpleNamespace) -> int:
    """Write a bot with its scenarios and schemas, or list the templates. Returns the exit code."""
    from runner.init import SCHEMAS, AlreadyThere, template, template_files, write

    known = template_files()
    if parsed.list:
        return _list_templates(known)
    if parsed.template not in known:
        unknown = f"there is no template `{parsed.template}`" + meant(parsed.template, known)
        return failed(CALL_AT_FAULT, f"{unknown}; `lifecycle-runner init --list` shows all")
    chosen = template(parsed.template)
    try:
        written = write(chosen, parsed.folder, {kind: schema_text(kind) for kind in SCHEMAS})
    except AlreadyThere as fault:
        return failed(CALL_AT_FAULT, str(fault))
    except OSError as fault:
        return failed(WORLD_AT_FAULT, f"{fault.filename} can't be written: {fault.strerror}")
    print("".join(f"{path}\n" for path in written), end="")
    with_world = f" --world {parsed.folder / chosen.world}" if chosen.world else ""
    print(f"now run: lifecycle-runner {parsed.folder / 'bot.yaml'}{with_world}")
    return FINE


def _list_templates(known: Mapping[str, Path]) -> int:
    from runner.init import summary_of

    width = max(map(len, known))
    for name, bot in known.items():
        print(f"{name:{width}}  {summary_of(bot.read_text(encoding='utf-8'))}")
    return FINE
