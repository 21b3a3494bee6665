"""Reading the templates that most are: texts with names in braces. Jinja's own parser reads all others.

What comes out is what Jinja's parser gives, to the place of each node, in a fifth of the time: a bot with a thousand
handlers has thousands of such templates. A test compares the two.
"""

import re
from typing import Final

from jinja2 import nodes

from runner.templates.positions import Position

PARTS_MAX: Final = 100
"""Names of one template that are read here; what is longer may be too long, and is Jinja's to count."""

_NAMED: Final = re.compile(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,10}) *\}\}", re.ASCII)
_OTHERS: Final = ("{%", "{#", "\r")
_WORDS: Final = frozenset("not and or in is if else true false none True False None".split())
"""What is no name to Jinja."""


def parse_plain(source: str) -> tuple[nodes.Template, frozenset[str]] | None:
    """Return the tree of a template and the names it takes from its context; None if there is more to it."""
    if any(mark in source for mark in _OTHERS) or source.count("{{") > PARTS_MAX:
        return None
    parts: list[nodes.Expr] = []
    roots: set[str] = set()
    end = 0
    for found in _NAMED.finditer(source):
        root = found[1].partition(".")[0]
        if root in _WORDS or "{{" in source[end : found.start() + 1]:  # with the brace: three are no two
            return None
        roots.add(root)
        _add_text(parts, source, end, found.start())
        parts.append(_named(source, found.start(1), found[1]))
        end = found.end()
    if "{{" in source[end:] or not parts:
        return None
    _add_text(parts, source, end, len(source))
    return nodes.Template([nodes.Output(parts, lineno=parts[0].lineno)], lineno=1), frozenset(roots)


def _add_text(parts: list[nodes.Expr], source: str, start: int, end: int) -> None:
    if start < end:
        parts.append(nodes.TemplateData(source[start:end], lineno=_position(source, start)))


def _named(source: str, start: int, path: str) -> nodes.Expr:
    """Return the node of a dotted name, whose parts have the places of the dots before them."""
    root, *attributes = path.split(".")
    node: nodes.Expr = nodes.Name(root, "load", lineno=_position(source, start))
    start += len(root)
    for attribute in attributes:
        node = nodes.Getattr(node, attribute, "load", lineno=_position(source, start))
        start += 1 + len(attribute)
    return node


def _position(source: str, offset: int) -> Position:
    return Position(1 + source.count("\n", 0, offset), offset)
