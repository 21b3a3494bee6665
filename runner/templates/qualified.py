"""The names of a pack in its templates: what it reads of what the whole bot has is its own, under names of its own.

Two packs may both read `state.points`. In the tree of each template the name becomes a qualified one, such as
`tickets.points`; what its author wrote is still known, for messages and places.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar, cast

from runner.templates import nodes
from runner.templates.faults import Fault, TemplateFault
from runner.templates.names import Qualified, targets
from runner.templates.syntax import Template

N = TypeVar("N", bound=nodes.Node)

PRIVATE: Final = ("data", "inputs", "state", "vars")
"""The roots whose names belong to the file that declares them."""

Declared = Mapping[str, Sequence[str]]
"""The names that a pack declares, for each of the private roots."""


def qualified(template: Template, qualifier: str, declared: Declared) -> Template:
    """Return the template with the names of a pack; for an empty qualifier it stays as it is.

    The template's tree is changed, and belongs to nobody else. Raises TemplateFault for a name that means two things,
    and for one that would reach into a pack from outside.
    """
    roots = template.roots.intersection(PRIVATE)
    if not roots:
        return template
    bindings: list[nodes.For | nodes.Assign] = [
        *template.tree.find_all(nodes.For),
        *template.tree.find_all(nodes.Assign),
    ]
    for binding in bindings:
        if taken := roots.intersection(targets(binding.target)):
            raise TemplateFault([_taken(binding.target.offset, sorted(taken)[0])])
    _Rewriting(qualifier, declared, roots).node(template.tree)
    return template


class _Rewriting:
    def __init__(self, qualifier: str, declared: Declared, roots: frozenset[str]) -> None:
        self._qualifier, self._declared, self._roots = qualifier, declared, roots

    def node(self, node: N) -> "N | nodes.Expr":
        """Return what stands for a node, whose parts are changed in place."""
        match node:
            case nodes.Getattr(node=nodes.Name(name=root)) if root in self._roots:
                node.attr = self._name(node.attr, node)
                return node
            case nodes.Getitem(node=nodes.Name(name=root), arg=nodes.Const(value=str() as name)) if root in self._roots:
                return nodes.Getattr(node.node, self._name(name, node.arg), offset=node.arg.offset)
            case nodes.Name(name=root) if root in self._roots and self._qualifier:
                return self._all_of(node)
            case _:
                self._parts(node)
                return node

    def _parts(self, node: nodes.Node) -> None:
        for field in node.fields:
            value: object = getattr(node, field)
            if isinstance(value, nodes.Node):
                setattr(node, field, self.node(value))
            elif isinstance(value, list):
                setattr(node, field, [self.node(item) for item in cast(list[nodes.Node], value)])

    def _name(self, name: str, at: nodes.Node) -> str:
        if "." in name:
            headline = f"`{name}` is no name: what a pack keeps is its own"
            raise TemplateFault([Fault(at.offset, len(name), "template-unknown-attribute", headline)])
        return Qualified(self._qualifier, name) if self._qualifier else name

    def _all_of(self, root: nodes.Name) -> nodes.Dict:
        """Return all that the pack declares: what others have beside it is none of its business."""
        at = root.offset
        pairs = [
            nodes.Pair(
                nodes.Const(name, offset=at),
                nodes.Getattr(nodes.Name(root.name, offset=at), Qualified(self._qualifier, name), offset=at),
                offset=at,
            )
            for name in self._declared.get(root.name, ())
        ]
        return nodes.Dict(pairs, offset=at)


def _taken(offset: int, name: str) -> Fault:
    headline = f"`{name}` is something else in this template already"
    fix = "call it otherwise"
    return Fault(offset, len(name), "template-name-taken", headline, "", fix)
