"""Reading the templates that most are: texts with names in braces. Jinja's own parser reads all others.

What comes out is what `grammar` gives, to the place of each node, in a fraction of the time: a bot with a thousand
handlers has thousands of such templates. A test compares the two.
"""

import re
from typing import Final

from runner.regex import regex
from runner.templates import nodes

PARTS_MAX: Final = 100
"""Names of one template that are read here; what is longer may be too long, and is Jinja's to count."""

_NAMED: Final = regex(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,10}) *\}\}", re.ASCII)
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
        parts.append(_named(found.start(1), found[1]))
        end = found.end()
    if "{{" in source[end:] or not parts:
        return None
    _add_text(parts, source, end, len(source))
    return nodes.Template([nodes.Output(parts, offset=parts[0].offset)]), frozenset(roots)


def _add_text(parts: list[nodes.Expr], source: str, start: int, end: int) -> None:
    if start < end:
        parts.append(nodes.TemplateData(source[start:end], offset=start))


def _named(start: int, path: str) -> nodes.Expr:
    """Return the node of a dotted name, whose parts have the places of the dots before them."""
    root, *attributes = path.split(".")
    node: nodes.Expr = nodes.Name(root, offset=start)
    start += len(root)
    for attribute in attributes:
        node = nodes.Getattr(node, attribute, offset=start)
        start += 1 + len(attribute)
    return node
