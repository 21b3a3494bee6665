"""`explain`: say what a fault means."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from runner.cli.calls import CALL_AT_FAULT, FINE, failed, meant

if TYPE_CHECKING:
    import argparse

SAYS = "say what a fault means, or list all of them"


def add_arguments(parser: "argparse.ArgumentParser") -> None:
    """Say what may stand behind the verb."""
    parser.add_argument("slug", nargs="?", metavar="SLUG", help="the word in brackets, as in error[unknown-key]")


def do(parsed: SimpleNamespace) -> int:
    """Show a page, or list all of them. Returns the exit code."""
    from runner.pages import listing, pages, rendered

    if parsed.slug is None:
        print(listing(), end="")
        return FINE
    if page := pages().get(parsed.slug):
        print(rendered(page), end="")
        return FINE
    return failed(CALL_AT_FAULT, f"there is no fault `{parsed.slug}`" + meant(parsed.slug, pages()))
