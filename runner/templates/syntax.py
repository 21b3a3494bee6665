"""Reading a template: from text to Jinja's tree, with everything refused that bots don't get.

The tree is the only thing that Jinja gives us. It isn't compiled by Jinja, and nothing in it is evaluated here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from runner.data import dataclass
from runner.templates.faults import Fault, TemplateFault
from runner.templates.filters import FILTERS
from runner.templates.names import as_written, free_names
from runner.templates.plain import parse_plain
from runner.templates.positions import Position, grammar

MAX_SOURCE: Final = 16_384
"""Characters of a template's source."""

MAX_NODES: Final = 2000
"""Nodes of a template's tree."""

MAX_DEPTH: Final = 50
"""Levels of a template's tree; each costs a level of the interpreter's stack."""


_UNCLOSED: Final = re.compile(r"^Unexpected end of template.*needs to be closed is '(\w+)'", re.DOTALL)


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
    tree = _read(source, expression)
    kinds = _checked_kinds(source, tree)
    if not kinds <= _NEVER_REFUSED and (faults := list(_refusals(source, tree))):
        raise TemplateFault(faults)
    return _template(source, tree, free_names(tree))


def offset_of(node: nodes.Node) -> int:
    """Return where a node's token starts, in characters of the source."""
    return node.lineno.offset if isinstance(node.lineno, Position) else 0


def as_expression(node: nodes.Node) -> nodes.Expr:
    """Return a node of which Jinja's annotations say less than its parser does: that it is an expression."""
    assert isinstance(node, nodes.Expr)
    return node


def spelled(node: nodes.Node) -> str:
    """Return how an expression reads, as far as a message needs: `steps.poll.count`, or "this" for what has no name."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{spelled(node.node)}.{as_written(node.attr)}"
        case nodes.Getitem():
            return f"{spelled(node.node)}[…]"
        case nodes.Filter() if node.node is not None:
            return f"{spelled(node.node)} | {node.name}"
        case nodes.Const():
            return repr(node.value)
        case _:
            return "this"


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


def _read(source: str, expression: bool) -> nodes.Expr | nodes.Template:
    try:
        return _read_expression(source) if expression else Parser(grammar(), source).parse()
    except TemplateSyntaxError as error:
        raise TemplateFault([_syntax_fault(source, error)]) from None
    except RecursionError:
        raise TemplateFault([_too_deep(0)]) from None


def _read_expression(source: str) -> nodes.Expr:
    if source.lstrip().startswith("{{"):
        bare = source.strip().removeprefix("{{").removesuffix("}}").strip()
        offset = len(source) - len(source.lstrip())
        headline = "an expression stands here, without braces"
        raise TemplateFault([Fault(offset, 2, "template-braces", headline, fix=f"write `{bare}`")])
    parser = Parser(grammar(), source, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail("the expression ends before this", parser.stream.current.lineno)
    return tree


def _syntax_fault(source: str, error: TemplateSyntaxError) -> Fault:
    offset = error.lineno.offset if isinstance(error.lineno, Position) else 0
    offset = min(offset, max(len(source) - 1, 0))
    return Fault(offset, 1, "template-syntax", _syntax_headline(source[offset : offset + 1], error.message or ""))


def _syntax_headline(char: str, message: str) -> str:
    if message.startswith("unexpected char"):
        return "this text isn't closed" if char in "'\"" else f"`{char}` means nothing in a template"
    if (unclosed := _UNCLOSED.search(message)) is not None:
        return f"`{{% {unclosed[1]} %}}` isn't closed; end it with `{{% end{unclosed[1]} %}}`"
    message = message.rstrip(".").replace("'", "`")
    return f"this is no template: {message[:1].lower()}{message[1:]}"


def _too_deep(offset: int) -> Fault:
    headline = f"this is nested deeper than {MAX_DEPTH} levels"
    return Fault(offset, 1, "template-too-deep", headline, fix="take it apart with `{% set … %}`")


def _checked_kinds(source: str, tree: nodes.Node) -> set[type[nodes.Node]]:
    """Return which kinds of nodes a tree has, or refuse one that is too large.

    Walks without recursion, since the depth is what has yet to be checked.
    """
    kinds: set[type[nodes.Node]] = set()
    count, level = 0, [tree]
    for _ in range(MAX_DEPTH):
        count += len(level)
        kinds.update(map(type, level))
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            break
    if level:
        raise TemplateFault([_too_deep(offset_of(level[0]))])
    if count > MAX_NODES:
        headline = f"this template has {count} parts; {MAX_NODES} is the most"
        raise TemplateFault([Fault(0, min(len(source), 2), "template-too-long", headline)])
    return kinds


_STATEMENTS: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Assign, nodes.If, nodes.For)
# A Scope is what `autoescape` stands in; the refusal is about what is inside, which knows its place.
_PARTS: Final = (nodes.Scope, nodes.Operand, nodes.Keyword, nodes.Pair, nodes.Slice)
_EXPRESSIONS: Final = (
    nodes.Name,
    nodes.Const,
    nodes.Tuple,
    nodes.List,
    nodes.Dict,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Concat,
    nodes.Compare,
    nodes.BinExpr,
    nodes.UnaryExpr,
)
_ALLOWED: Final = (*_STATEMENTS, *_PARTS, *_EXPRESSIONS)
_NEVER_REFUSED: Final[frozenset[type[nodes.Node]]] = frozenset(
    {
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Assign, nodes.If, nodes.Name, nodes.Const),
        *(nodes.Getattr, nodes.Getitem, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    }
)
"""Kinds that nothing can be wrong with, whatever is in them."""

_REFUSED_NAMES: Final[Mapping[type[nodes.Node], str]] = MappingProxyType(
    {
        nodes.FromImport: "from … import",
        nodes.CallBlock: "call",
        nodes.FilterBlock: "filter",
        nodes.AssignBlock: "set … endset",
        nodes.ScopedEvalContextModifier: "autoescape",
        nodes.NSRef: "namespace",
    }
)


def _refusals(source: str, node: nodes.Node) -> Iterator[Fault]:
    """Give a fault for each part that templates don't get. What is inside a refused part isn't looked at."""
    fault = _refusal(source, node)
    if fault is not None:
        yield fault
        return
    for child in node.iter_child_nodes():
        yield from _refusals(source, child)


def _refusal(source: str, node: nodes.Node) -> Fault | None:
    if not isinstance(node, _ALLOWED):
        word = _REFUSED_NAMES.get(type(node), type(node).__name__.lower())
        return _refused(node, len(word.split()[0]), f"templates have no `{word}`")
    match node:
        case nodes.Call():
            return _refused_call(source, node)
        case nodes.Filter() | nodes.Test() if node.dyn_args is not None or node.dyn_kwargs is not None:
            return _refused(node, len(node.name), "arguments are written one by one, without `*`")
        case nodes.For(recursive=True):
            return _refused(node, len("for"), "a loop can't be `recursive`")
        case nodes.Dict() if not all(_is_text(pair.key) for pair in node.items):
            return _refused(node, 1, "the keys of a mapping are written out as texts")
        case _:
            return None


def _is_text(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _refused_call(source: str, node: nodes.Call) -> Fault | None:
    match node.node:
        case nodes.Name(name="range") if not (node.kwargs or node.dyn_args or node.dyn_kwargs):
            return None if 1 <= len(node.args) <= 3 else _refused(node, len("range"), "`range` takes 1 to 3 numbers")
        case nodes.Getattr(attr=method):
            offset = max(source.find(method, offset_of(node.node)), 0)
            fix = f"write `{spelled(node.node.node)} | {method}`" if method in FILTERS else ""
            return Fault(
                offset, len(method), "template-refused", "values have no methods; filters do their work", "", fix
            )
        case _:
            return _refused(node, len(spelled(node.node)), "only `range(…)` can be called in a template")


def _refused(node: nodes.Node, length: int, headline: str) -> Fault:
    return Fault(offset_of(node), length, "template-refused", headline)
