"""The tree of a template: what Jinja's parser gives, as far as templates here may have it, each node with its place.

The names are Jinja's. A tree of our own is what lets a bot of plain templates start without Jinja, and rules and
evaluation know nothing of it.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar, cast

N = TypeVar("N", bound="Node")


class Node:
    """A part of a template. `offset` is where its token starts, in characters of the source."""

    __slots__ = ("offset",)
    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *values: Any, offset: int = 0) -> None:
        """The values are those of its `fields`, in their order."""
        for name, value in zip(self.fields, values, strict=True):
            setattr(self, name, value)
        self.offset = offset

    def children(self) -> "Iterator[Node]":
        """Yield the nodes right below it, in the order of its fields. Lists hold nodes and nothing else."""
        for name in self.fields:
            value: object = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, list):
                yield from cast(list[Node], value)

    def find_all(self, kinds: type[N] | tuple[type[N], ...]) -> Iterator[N]:
        """Yield every node of a kind below it, each before those below that one."""
        for child in self.children():
            if isinstance(child, kinds):
                yield child
            yield from child.find_all(kinds)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields)
        return f"{type(self).__name__}({values}, offset={self.offset})"


class Expr(Node):
    """A part with a value."""

    __slots__ = ()


class Template(Node):
    """A text with holes."""

    __slots__ = ("body",)
    fields = ("body",)
    body: list[Node]


class Output(Node):
    """What is written: texts and expressions."""

    __slots__ = ("nodes",)
    fields = ("nodes",)
    nodes: list[Expr]


class Assign(Node):
    """`{% set target = node %}`."""

    __slots__ = ("node", "target")
    fields = ("target", "node")
    target: Expr
    node: Expr


class If(Node):
    """`{% if test %}`; each of `elif_` is one without any."""

    __slots__ = ("body", "elif_", "else_", "test")
    fields = ("test", "body", "elif_", "else_")
    test: Expr
    body: list[Node]
    elif_: "list[If]"
    else_: list[Node]


class For(Node):
    """`{% for target in iter if test %}`."""

    __slots__ = ("body", "else_", "iter", "target", "test")
    fields = ("target", "iter", "body", "else_", "test")
    target: Node
    iter: Expr
    body: list[Node]
    else_: list[Node]
    test: Expr | None


class TemplateData(Expr):
    """A text between holes."""

    __slots__ = ("data",)
    fields = ("data",)

    def __init__(self, data: str, *, offset: int = 0) -> None:
        """Make a text. This and the next two are most of what there is, so they have an initialiser of their own."""
        self.data = data
        self.offset = offset


class Const(Expr):
    """A value that is written out."""

    __slots__ = ("value",)
    fields = ("value",)
    value: Any


class Name(Expr):
    """A name, read or bound."""

    __slots__ = ("name",)
    fields = ("name",)

    def __init__(self, name: str, *, offset: int = 0) -> None:
        """Make a name."""
        self.name = name
        self.offset = offset


class Getattr(Expr):
    """`node.attr`."""

    __slots__ = ("attr", "node")
    fields = ("node", "attr")

    def __init__(self, node: Expr, attr: str, *, offset: int = 0) -> None:
        """Make what asks for an attribute."""
        self.node = node
        self.attr = attr
        self.offset = offset


class Getitem(Expr):
    """`node[arg]`."""

    __slots__ = ("arg", "node")
    fields = ("node", "arg")
    node: Expr
    arg: Expr


class Slice(Expr):
    """`start:stop:step` in brackets."""

    __slots__ = ("start", "step", "stop")
    fields = ("start", "stop", "step")
    start: Expr | None
    stop: Expr | None
    step: Expr | None


class List(Expr):
    """`[a, b]`."""

    __slots__ = ("items",)
    fields = ("items",)
    items: list[Expr]


class Tuple(Expr):
    """`a, b`."""

    __slots__ = ("items",)
    fields = ("items",)
    items: list[Expr]


class Pair(Node):
    """A key of a mapping with its value."""

    __slots__ = ("key", "value")
    fields = ("key", "value")
    key: Expr
    value: Expr


class Dict(Expr):
    """`{"key": value}`."""

    __slots__ = ("items",)
    fields = ("items",)
    items: list[Pair]


class Keyword(Node):
    """An argument by its name."""

    __slots__ = ("key", "value")
    fields = ("key", "value")
    key: str
    value: Expr


class Applied(Expr):
    """What has a name and is applied to a `node`, with arguments. A filter block has no node."""

    __slots__ = ("args", "kwargs", "name", "node")
    fields = ("node", "name", "args", "kwargs")
    node: Expr | None
    name: str
    args: list[Expr]
    kwargs: list[Keyword]


class Filter(Applied):
    """`node | name(args)`."""

    __slots__ = ()


class Test(Applied):
    """`node is name(args)`."""

    __slots__ = ()


class Call(Expr):
    """`node(args)`."""

    __slots__ = ("args", "node")
    fields = ("node", "args")
    node: Expr
    args: list[Expr]


class CondExpr(Expr):
    """`expr1 if test else expr2`."""

    __slots__ = ("expr1", "expr2", "test")
    fields = ("test", "expr1", "expr2")
    test: Expr
    expr1: Expr
    expr2: Expr | None


class Concat(Expr):
    """`a ~ b`."""

    __slots__ = ("nodes",)
    fields = ("nodes",)
    nodes: list[Expr]


class Operand(Node):
    """What something is compared with, and how."""

    __slots__ = ("expr", "op")
    fields = ("op", "expr")
    op: str
    expr: Expr


class Compare(Expr):
    """`expr < b <= c`."""

    __slots__ = ("expr", "ops")
    fields = ("expr", "ops")
    expr: Expr
    ops: list[Operand]


class BinExpr(Expr):
    """Two values and what is done with them: `+ - * / // % **`."""

    __slots__ = ("left", "operator", "right")
    fields = ("operator", "left", "right")
    operator: str
    left: Expr
    right: Expr


class UnaryExpr(Expr):
    """A value and its sign."""

    __slots__ = ("node", "operator")
    fields = ("operator", "node")
    operator: str
    node: Expr


class And(Expr):
    """`left and right`."""

    __slots__ = ("left", "right")
    fields = ("left", "right")
    left: Expr
    right: Expr


class Or(Expr):
    """`left or right`."""

    __slots__ = ("left", "right")
    fields = ("left", "right")
    left: Expr
    right: Expr


class Not(Expr):
    """`not node`."""

    __slots__ = ("node",)
    fields = ("node",)
    node: Expr
