"""Reading a template: from text to a tree, and what kind of value it gives."""

from dataclasses import field
from enum import Enum
from typing import Any, Final

from runner.data import dataclass
from runner.templates import nodes
from runner.templates.faults import Fault, TemplateFault
from runner.templates.names import free_names
from runner.templates.plain import parse_plain

MAX_SOURCE: Final = 16_384
"""Characters of a template's source."""


class Kind(Enum):
    """What a template gives: itself; a text; the one value it names, with its type; the value of a bare expression."""

    STATIC = "static"
    TEXT = "text"
    NATIVE = "native"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read, and is not yet checked against a scope.

    `roots` are the names it takes from its context. `tree` is a `nodes.TemplateData` for STATIC, a `nodes.Template` for
    TEXT, and an expression for the others.
    """

    source: str
    kind: Kind
    roots: frozenset[str]
    tree: nodes.Expr | nodes.Template = field(repr=False, compare=False)
    kept: dict[str, Any] = field(default_factory=dict[str, Any], init=False, repr=False, compare=False)
    """What was made of it, by its maker's name: the same template may stand in many places, and in later programs."""


def parse(source: str, *, expression: bool = False) -> Template:
    """Read a template, or with `expression` a bare expression as in `if:`.

    Raise TemplateFault if it isn't Jinja, or uses parts of Jinja that templates don't get.
    """
    if not expression and not any(mark in source for mark in ("{{", "{%", "{#")):
        return Template(source, Kind.STATIC, frozenset(), nodes.TemplateData(source))
    _check_length(source)
    if not expression and (plain := parse_plain(source)) is not None:
        return _template(source, *plain)
    from runner.templates.grammar import read  # with Jinja, which many a bot does without

    tree = read(source, expression=expression)
    return _template(source, tree, free_names(tree))


def _template(source: str, tree: nodes.Expr | nodes.Template, roots: frozenset[str]) -> Template:
    if isinstance(tree, nodes.Expr):
        return Template(source, Kind.EXPRESSION, roots, tree)
    match tree.body:
        case [nodes.Output(nodes=[nodes.Expr() as value])] if source.startswith("{{") and source.endswith("}}"):
            return Template(source, Kind.NATIVE, roots, value)
        case _:
            return Template(source, Kind.TEXT, roots, tree)


def _check_length(source: str) -> None:
    if len(source) > MAX_SOURCE:
        headline = f"this template has {len(source)} characters; {MAX_SOURCE} is the most"
        raise TemplateFault([Fault(0, 1, "template-too-long", headline)])
