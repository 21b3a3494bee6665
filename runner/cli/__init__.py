"""The command line: one verb a file, with its arguments, calls and exit code.

Whatever a verb needs is put together there, and only the one that is asked for is imported.

Exit codes: 0 fine, 1 the config is at fault, 2 the call is, 3 the world is: Discord, the network, the store, a disk; 70
lifecycle-runner itself is, 130 interrupted by a second Ctrl-C.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, Protocol, cast

from runner import __version__
from runner.cli.calls import (
    CALL_AT_FAULT,
    CONFIG_AT_FAULT,
    FINE,
    INTERRUPTED,
    WE_ARE_AT_FAULT,
    WORLD_AT_FAULT,
    failed,
    meant,
)
from runner.logs import scrubbed, spellings
from runner.targets import NoTarget

if TYPE_CHECKING:
    import argparse

__all__ = ["CALL_AT_FAULT", "CONFIG_AT_FAULT", "FINE", "INTERRUPTED", "WE_ARE_AT_FAULT", "WORLD_AT_FAULT", "main"]

VERBS: Final = ("run", "validate", "test", "inspect", "plan", "explain", "actions", "flows", "init", "schema")


class Verb(Protocol):
    """What the module of a verb has; `SAYS` is what the help says of it."""

    SAYS: str

    def add_arguments(self, parser: "argparse.ArgumentParser") -> None:
        """Say what may stand behind the verb."""
        ...

    def do(self, parsed: SimpleNamespace) -> int:
        """Do it, and return the exit code."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. The first word may be a verb; without one it is `run`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and (unknown := _unknown_verb(given[0])):
        return failed(CALL_AT_FAULT, unknown)
    words = _with_verb(given)
    parsed = _parsed(words)
    try:
        return _verb(parsed.verb).do(parsed)
    except NoTarget as fault:
        _parser(words[0]).print_usage(sys.stderr)
        return failed(CALL_AT_FAULT, str(fault))
    except BrokenPipeError:
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as defect:
        return _defect(defect)


def _verb(name: str) -> Verb:
    return cast(Verb, import_module(f"runner.cli.{name}"))


def _unknown_verb(first: str) -> str:
    """Return what is wrong with a first word that is neither a verb nor a file; empty if it is either."""
    is_file = first.endswith((".yaml", ".yml")) or Path(first).exists()
    if first in VERBS or first.startswith("-") or is_file:
        return ""
    return f"there is no file {first}" + meant(first, VERBS)


def _with_verb(given: list[str]) -> list[str]:
    """Put the verb in that a bare file name stands for, or nothing at all."""
    if given and given[0] in (*VERBS, "-h", "--help", "--version"):
        return given
    return ["run", *given]


def _defect(defect: Exception) -> int:
    """Show a fault of our own with its traceback, but with no secret that this process has been given."""
    import traceback

    shown = "".join(traceback.format_exception(defect)).rstrip("\n")
    print(scrubbed(shown, spellings([os.environ.get("DISCORD_TOKEN", "")])), file=sys.stderr)
    return failed(WE_ARE_AT_FAULT, "this is a defect of lifecycle-runner; please report the lines above")


def _parsed(words: list[str]) -> SimpleNamespace:
    """Return what a command line says. A bot's file alone says nothing for which a parser would have to be made."""
    match words:
        case ["run", file] if not file.startswith("-"):
            from runner.cli.run import DEFAULTS

            return SimpleNamespace(**{**DEFAULTS, "verb": "run", "file": Path(file)})
        case _:
            return _parser(words[0]).parse_args(words, SimpleNamespace())


def _parser(first: str) -> "argparse.ArgumentParser":
    """Return what reads a command line that begins with `first`: a verb, or an option about all of them."""
    import argparse  # it looks for translations of its own: three milliseconds of every start

    parser = argparse.ArgumentParser(
        prog="lifecycle-runner",
        usage="%(prog)s [run] [bot.yaml] | validate [FILE …] | VERB --help",
        description="Run the Discord bot that a bot.yaml describes, or check the file. Left out, the file is what "
        "LIFECYCLE_RUNNER_CONFIG names, else bot.yaml or bot.yml in this folder.",
        epilog="Exit codes: 0 fine, 1 the config is at fault, 2 the call is, 3 Discord, the network, "
        "the store or a disk is.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name in VERBS:
        if first in (name, "-h", "--help"):  # each one made is a millisecond of every start
            verb = _verb(name)
            verb.add_arguments(verbs.add_parser(name, prog=f"lifecycle-runner {name}", help=verb.SAYS))
    return parser
