"""Values that can't be meant as they are written: ids from the future, words that are there twice."""

from collections.abc import Iterator

from runner.config.load import Config
from runner.config.source import Node, Scalar, Sequence
from runner.diagnostics import Diagnostic, Edit, Mark, Severity
from runner.lifecycle import limits

CLOCK_MAY_LAG_S = 86_400.0
"""How far a machine's clock may be behind before its operator notices, in seconds."""


def check_values(config: Config, now_s: float) -> list[Diagnostic]:
    """Return a warning for each id that nobody can have been given by `now_s` (Unix), and each repeated word."""
    places = config.places
    found = [fault for node in places.ids for fault in _from_the_future(node, now_s)]
    return found + [fault for node in places.sets for fault in _repeated(node)]


def _from_the_future(node: Scalar, now_s: float) -> Iterator[Diagnostic]:
    if not node.written.isdecimal():
        return
    made_s = ((int(node.written) >> limits.SNOWFLAKE_TIME_SHIFT) + limits.SNOWFLAKE_EPOCH_MS) / 1000
    if made_s > now_s + CLOCK_MAY_LAG_S:
        yield Diagnostic(
            slug="id-from-the-future",
            span=node.span,
            headline="nothing on Discord has this id yet",
            why="an id begins with the time at which it was given (Discord docs, Reference: Snowflakes), "
            "and this one lies in the future",
            fix="copy it anew from Discord; a digit may be there twice",
            severity=Severity.WARNING,
        )


def _repeated(node: Sequence) -> Iterator[Diagnostic]:
    """Words and ids are sets: what is there twice is there once."""
    first: dict[str, Scalar] = {}
    for before, item in zip((None, *node.items), node.items, strict=False):
        if isinstance(item, Scalar) and first.setdefault(item.written, item) is not item:
            yield Diagnostic(
                slug="repeated-item",
                span=item.span,
                headline=f"`{item.written}` is in this list twice",
                why="the second one has no effect",
                fix="remove one of them",
                severity=Severity.WARNING,
                marks=(Mark(first[item.written].span, "the first one"),),
                edits=_removal(before, item),
            )


def _removal(before: Node | None, item: Scalar) -> tuple[Edit, ...]:
    """Return the edit that removes an item with the comma or the line break before it."""
    assert before is not None, "what is repeated is not the first"
    between = item.source.text[before.end : item.start]
    if between.strip() not in (",", "-") or before.source is not item.source:
        return ()
    return (Edit(item.source.span(before.end, item.end), ""),)
