"""Which values of the state the templates of a place read."""

from collections.abc import Collection

from runner.check.steps import all_steps
from runner.check.templates import templates_in, templates_of
from runner.fields import Steps
from runner.templates import Template, nodes

ROOT = "state"


def state_read_in(value: object, declared: Collection[str]) -> frozenset[str]:
    """Return the values of the state that the templates in `value` read, those in its steps included.

    Where a template reads `state` as a whole, that is all that are `declared`.
    """
    if not declared:
        return frozenset()
    own = (each for step in all_steps(value) for each in templates_of(step)) if isinstance(value, Steps) else None
    reading = (each.template for each in own or templates_in(value) if ROOT in each.template.roots)
    return frozenset[str]().union(*(_by_template(template, declared) for template in reading))


def _by_template(template: Template, declared: Collection[str]) -> frozenset[str]:
    named = attributes_read(template, ROOT)
    return frozenset(declared) if named is None else named & frozenset(declared)


def attributes_read(template: Template, root: str) -> frozenset[str] | None:
    """Return which attributes of a root the template reads; None where it reads the root as a whole."""
    if root not in template.roots:
        return frozenset()
    nodes_named = _all(template.tree, (nodes.Getattr, nodes.Getitem))
    named = [name for node in nodes_named if (name := _named(node, root)) is not None]
    whole = sum(1 for node in _all(template.tree, (nodes.Name,)) if isinstance(node, nodes.Name) and node.name == root)
    return frozenset(named) if whole == len(named) else None


def parts_read(template: Template, root: str, name: str) -> frozenset[str] | None:
    """Return which parts of `<root>.<name>` the template reads; None where it reads that, or the root, as a whole."""
    named = attributes_read(template, root)
    if named is None or name not in named:
        return None if named is None else frozenset()
    nodes_named = _all(template.tree, (nodes.Getattr, nodes.Getitem))
    read = sum(1 for node in nodes_named if _named(node, root) == name)
    parts = [part for node in nodes_named if (part := _part(node, root, name)) is not None]
    return frozenset(parts) if len(parts) == read else None


def _all(tree: nodes.Node, kinds: "tuple[type[nodes.Node], ...]") -> list[nodes.Node]:
    return [node for node in (tree, *tree.find_all(kinds)) if isinstance(node, kinds)]


def _named(node: nodes.Node, root: str) -> str | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute) if name == root:
            return str(attribute)
        case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str() as attribute)) if name == root:
            return attribute
        case _:
            return None


def _part(node: nodes.Node, root: str, name: str) -> str | None:
    match node:
        case nodes.Getattr(node=whole, attr=attribute) if _named(whole, root) == name:
            return str(attribute)
        case nodes.Getitem(node=whole, arg=nodes.Const(value=str() as attribute)) if _named(whole, root) == name:
            return attribute
        case _:
            return None
