"""`actions`: list the steps, or print the reference of one."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.actions.action import load_actions
from runner.cli.calls import CALL_AT_FAULT, FINE, failed, meant

if TYPE_CHECKING:
    import argparse

SAYS = "list the steps, or print the reference of one"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a step, such as reply")


def do(parsed: SimpleNamespace) -> int:
    """Show the reference of a step, or list all of them. Returns the exit code."""
    from runner.reference import listing, rendered

    actions = load_actions()
    if parsed.name is None:
        print(listing(actions), end="")
        return FINE
    if action := actions.get(parsed.name):
        print(rendered(parsed.name, action), end="")
        return FINE
    return failed(CALL_AT_FAULT, f"there is no step `{parsed.name}`" + meant(parsed.name, actions))
