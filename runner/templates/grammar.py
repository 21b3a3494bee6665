"""A template that is more than names in a text, read by Jinja's parser: its tree as ours, without what bots don't get.

The tree is the only thing that Jinja gives us. It isn't compiled by Jinja, and nothing in it is evaluated.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, cast

from jinja2 import TemplateSyntaxError
from jinja2 import nodes as jinja
from jinja2.parser import Parser

from runner.data import dataclass
from runner.regex import regex
from runner.templates import nodes
from runner.templates.faults import Fault, TemplateFault
from runner.templates.filters import FILTERS
from runner.templates.names import spelled
from runner.templates.positions import Position, grammar

MAX_NODES: Final = 2000
"""Nodes of a template's tree."""

MAX_DEPTH: Final = 50
"""Levels of a template's tree; each costs a level of the interpreter's stack."""

_UNCLOSED: Final = regex(r"^Unexpected end of template.*needs to be closed is '(\w+)'", re.DOTALL)


def read(source: str, *, expression: bool) -> nodes.Expr | nodes.Template:
    """Return the tree of a template, or with `expression` of a bare expression.

    Raise TemplateFault if it isn't Jinja, or uses parts of Jinja that templates don't get.
    """
    tree = _parsed(source, expression)
    _check_size(source, tree)
    made = _Making(source)
    node = made.node(tree)
    if made.faults:
        raise TemplateFault(made.faults)
    assert isinstance(node, nodes.Expr | nodes.Template)
    return node


def _parsed(source: str, expression: bool) -> jinja.Expr | jinja.Template:
    try:
        return _parsed_expression(source) if expression else Parser(grammar(), source).parse()
    except TemplateSyntaxError as error:
        raise TemplateFault([_syntax_fault(source, error)]) from None
    except RecursionError:
        raise TemplateFault([_too_deep(0)]) from None


def _parsed_expression(source: str) -> jinja.Expr:
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


def _check_size(source: str, tree: jinja.Node) -> None:
    """Refuse a tree that is too large. Walks without recursion, since the depth is what has yet to be checked."""
    count, level = 0, [tree]
    for _ in range(MAX_DEPTH):
        count += len(level)
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            break
    if level:
        raise TemplateFault([_too_deep(_offset_of(level[0]))])
    if count > MAX_NODES:
        headline = f"this template has {count} parts; {MAX_NODES} is the most"
        raise TemplateFault([Fault(0, min(len(source), 2), "template-too-long", headline)])


def _offset_of(node: jinja.Node) -> int:
    """Return where a node's token starts, in characters of the source."""
    return node.lineno.offset if isinstance(node.lineno, Position) else 0


_KINDS: Final[Mapping[type[jinja.Node], type[nodes.Node]]] = MappingProxyType(
    {
        getattr(jinja, kind.__name__): kind
        for kind in (
            *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Assign, nodes.If, nodes.For),
            *(nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword),
            *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Call, nodes.CondExpr),
            *(nodes.Concat, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
        )
    }
    | dict.fromkeys((jinja.Add, jinja.Sub, jinja.Mul, jinja.Div, jinja.FloorDiv, jinja.Mod, jinja.Pow), nodes.BinExpr)
    | dict.fromkeys((jinja.Neg, jinja.Pos), nodes.UnaryExpr)
)
"""What templates get, and what becomes of it here."""

_REFUSED_NAMES: Final[Mapping[type[jinja.Node], str]] = MappingProxyType(
    {
        jinja.FromImport: "from … import",
        jinja.CallBlock: "call",
        jinja.FilterBlock: "filter",
        jinja.AssignBlock: "set … endset",
        jinja.ScopedEvalContextModifier: "autoescape",
        jinja.NSRef: "namespace",
    }
)


@dataclass(slots=True)
class _Making:
    """Makes our tree of Jinja's, and a fault of each part that templates don't get: what is inside isn't looked at."""

    source: str
    faults: list[Fault] = field(default_factory=list[Fault])

    def node(self, node: jinja.Node) -> nodes.Node:
        """Return what becomes of a node."""
        if (fault := _refusal(self.source, node)) is not None:
            self.faults.append(fault)
            return nodes.Expr()
        if isinstance(node, jinja.Scope):  # what `autoescape` stands in, which is refused and knows its place
            return nodes.Template([self.node(part) for part in node.body])
        kind = _KINDS[type(node)]
        return kind(*(self._value(getattr(node, name)) for name in kind.fields), offset=_offset_of(node))

    def _value(self, value: object) -> object:
        if isinstance(value, jinja.Node):
            return self.node(value)
        if isinstance(value, list):
            return [self.node(item) for item in cast(list[jinja.Node], value)]
        return value


def _refusal(source: str, node: jinja.Node) -> Fault | None:
    if type(node) not in _KINDS and type(node) is not jinja.Scope:
        word = _REFUSED_NAMES.get(type(node), type(node).__name__.lower())
        return _refused(node, len(word.split()[0]), f"templates have no `{word}`")
    match node:
        case jinja.Call():
            return _refused_call(source, node)
        case jinja.Filter() | jinja.Test() if node.dyn_args is not None or node.dyn_kwargs is not None:
            return _refused(node, len(node.name), "arguments are written one by one, without `*`")
        case jinja.For(recursive=True):
            return _refused(node, len("for"), "a loop can't be `recursive`")
        case jinja.Dict() if not all(_is_text(pair.key) for pair in node.items):
            return _refused(node, 1, "the keys of a mapping are written out as texts")
        case _:
            return None


def _is_text(node: jinja.Expr) -> bool:
    return isinstance(node, jinja.Const) and isinstance(node.value, str)


def _refused_call(source: str, node: jinja.Call) -> Fault | None:
    match node.node:
        case jinja.Name(name="range") if not (node.kwargs or node.dyn_args or node.dyn_kwargs):
            return None if 1 <= len(node.args) <= 3 else _refused(node, len("range"), "`range` takes 1 to 3 numbers")
        case jinja.Getattr(attr=method):
            offset = max(source.find(method, _offset_of(node.node)), 0)
            fix = f"write `{_spelled(node.node.node)} | {method}`" if method in FILTERS else ""
            return Fault(
                offset, len(method), "template-refused", "values have no methods; filters do their work", "", fix
            )
        case _:
            return _refused(node, len(_spelled(node.node)), "only `range(…)` can be called in a template")


def _spelled(node: jinja.Node) -> str:
    return spelled(_Making("").node(node))


def _refused(node: jinja.Node, length: int, headline: str) -> Fault:
    return Fault(_offset_of(node), length, "template-refused", headline)
