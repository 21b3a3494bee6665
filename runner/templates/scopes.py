"""What the names of a template are, at one point of it: scopes, and what a condition says about them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from runner.data import dataclass
from runner.templates import nodes
from runner.templates.types import (
    BOOLEAN,
    INTEGER,
    NONE,
    Object,
    Type,
    optional,
    union,
    without_none,
)

Scope = Mapping[str, Type]
"""The names that a template may use, and their types."""

Path = tuple[str, ...]
"""A name and the attributes after it: `options.target` is ("options", "target")."""

LOOP: Final = Object(
    "the loop",
    MappingProxyType(
        {
            "index": INTEGER,
            "index0": INTEGER,
            "revindex": INTEGER,
            "revindex0": INTEGER,
            "first": BOOLEAN,
            "last": BOOLEAN,
            "length": INTEGER,
        }
    ),
)
"""What `loop` is inside of `{% for %}`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a condition says: that there is a value at `path`, or that there is none."""

    path: Path
    has_value: bool


def path_of(node: nodes.Expr | None) -> Path | None:
    """Return the path that an expression names; None for anything else."""
    match node:
        case nodes.Name():
            return (node.name,)
        case nodes.Getattr():
            owner = path_of(node.node)
            return None if owner is None else (*owner, node.attr)
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            owner = path_of(node.node)
            return None if owner is None else (*owner, key)
        case _:
            return None


def findings(condition: nodes.Expr, holds: bool) -> list[Finding]:
    """Return what follows from a condition that holds, or that doesn't."""
    match condition:
        case nodes.Not():
            return findings(condition.node, not holds)
        case nodes.And() if holds:
            return findings(condition.left, True) + findings(condition.right, True)
        case nodes.Or() if not holds:
            return findings(condition.left, False) + findings(condition.right, False)
        case nodes.Test(name="defined"):
            return _found(condition.node, holds)
        case nodes.Test(name="none" | "undefined"):
            return _found(condition.node, not holds)
        case nodes.Compare(ops=[nodes.Operand(op="eq" | "ne" as op, expr=nodes.Const(value=None))]):
            return _found(condition.expr, (op == "ne") is holds)
        case nodes.Compare(ops=[nodes.Operand(op="eq", expr=nodes.Const())]) if holds:
            return _found(condition.expr, True)
        case _:
            # A value that counts as true is there; one that doesn't may be none, zero or empty.
            return _found(condition, True) if holds else []


def refined(scope: Scope, found: Iterable[Finding]) -> Scope:
    """Return the scope in which the findings are true. Nothing is said about paths that the scope doesn't know."""
    for finding in found:
        name, *attributes = finding.path
        if name in scope:
            scope = {**scope, name: _refined_type(scope[name], attributes, finding.has_value)}
    return scope


def merged(scopes: Iterable[Scope]) -> dict[str, Type]:
    """Return the scope after branches, one of which was taken. A name that only some of them set may be none."""
    branches = list(scopes)
    names = dict.fromkeys(name for branch in branches for name in branch)
    return {name: union(*(branch.get(name, NONE) for branch in branches)) for name in names}


def _found(node: nodes.Expr | None, has_value: bool) -> list[Finding]:
    path = path_of(node)
    return [] if path is None else [Finding(path, has_value)]


def _refined_type(type_: Type, attributes: list[str], has_value: bool) -> Type:
    if not attributes:
        return without_none(type_) if has_value else NONE
    owner = without_none(type_)
    if not isinstance(owner, Object) or attributes[0] not in owner.attributes:
        return type_
    inner = _refined_type(owner.attributes[attributes[0]], attributes[1:], has_value)
    narrowed = replace(owner, attributes={**owner.attributes, attributes[0]: inner})
    # That the attribute has a value says that its owner has one; that it has none says nothing about the owner.
    return narrowed if has_value or owner is type_ else optional(narrowed)
