"""The addresses of files that people send: Discord signs them for a while, so they are of no use when kept.

Source: Discord docs, Reference: Signed Attachment CDN URLs.
"""

from collections.abc import Iterable, Iterator, Mapping

from runner.actions.action import Authored
from runner.diagnostics import Diagnostic
from runner.templates import check
from runner.templates.types import PASSING_URL, Type, may_hold


def passing_faults(kept: Iterable[Authored], scope: Mapping[str, Type]) -> Iterator[Diagnostic]:
    """Yield a fault for each address of a file among what a step keeps."""
    for authored in kept:
        if may_hold(check(authored.template, scope).type, PASSING_URL):
            yield Diagnostic(
                slug="passing-address",
                span=authored.locate(0, len(authored.template.source)),
                headline="this address is kept, and Discord lets it die",
                why="it leads to the file for a day or so (Discord docs, Signed Attachment CDN URLs)",
                fix="post the file at once (`files: [{attachment: …}]`), and keep the id of that message",
            )
