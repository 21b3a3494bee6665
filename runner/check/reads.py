"""Which values of the state the templates of a place read."""

from collections.abc import Collection

from jinja2 import nodes

from runner.actions.action import WrittenStep
from runner.check.contexts import templates_in
from runner.fields import Steps
from runner.templates import Template

ROOT = "state"


def state_read_in(value: object, declared: Collection[str]) -> frozenset[str]:
    """Return the values of the state that the templates in `value` read, those in its steps included.

    Where a template reads `state` as a whole, that is all that are `declared`.
    """
    if isinstance(value, Steps):
        return frozenset[str]().union(*(_by_step(step, declared) for step in value.items))
    return frozenset[str]().union(*(_by_template(each.template, declared) for each in templates_in(value)))


def _by_step(step: WrittenStep, declared: Collection[str]) -> frozenset[str]:
    parts = (step.action, step.when, step.catch or Steps(), *step.action.branches())
    return frozenset[str]().union(*(state_read_in(part, declared) for part in parts))


def _by_template(template: Template, declared: Collection[str]) -> frozenset[str]:
    if ROOT not in template.roots:
        return frozenset()
    named = [name for node in _all(template.tree, (nodes.Getattr, nodes.Getitem)) if (name := _named(node)) is not None]
    whole = sum(1 for node in _all(template.tree, (nodes.Name,)) if isinstance(node, nodes.Name) and node.name == ROOT)
    return frozenset(named) & frozenset(declared) if whole == len(named) else frozenset(declared)


def _all(tree: nodes.Node, kinds: "tuple[type[nodes.Node], ...]") -> list[nodes.Node]:
    return [node for node in (tree, *tree.find_all(kinds)) if isinstance(node, kinds)]


def _named(node: nodes.Node) -> str | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name="state"), attr=name):
            return str(name)
        case nodes.Getitem(node=nodes.Name(name="state"), arg=nodes.Const(value=str() as name)):
            return name
        case _:
            return None
