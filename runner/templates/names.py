"""Which names a template takes from outside, and which it makes itself."""

from collections.abc import Iterator

from runner.templates import nodes


class Qualified(str):
    """A name of a pack, such as `tickets.points`: `written` is what its author wrote, `points`."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, qualifier: str, written: str) -> "Qualified":
        """Return a name as the whole bot knows it."""
        made = super().__new__(cls, f"{qualifier}.{written}")
        made.written = written
        return made


def as_written(name: str) -> str:
    """Return a name as its author wrote it."""
    return name.written if isinstance(name, Qualified) else name


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


def free_names(tree: nodes.Node) -> frozenset[str]:
    """Return the names that a tree reads and has not set before. `range` counts only where it isn't called."""
    return frozenset(_free(tree, set()))


def attributes_read(tree: nodes.Node) -> Iterator[nodes.Getattr | nodes.Getitem]:
    """Give every place at which something is asked for a part of it, the tree itself included."""
    if isinstance(tree, nodes.Getattr | nodes.Getitem):
        yield tree
    yield from tree.find_all(nodes.Getattr)
    yield from tree.find_all(nodes.Getitem)


def targets(node: nodes.Node) -> Iterator[str]:
    """Give the names that the target of a `set` or a `for` binds."""
    for name in [node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name):
        yield name.name


def assigned_names(tree: nodes.Node) -> frozenset[str]:
    """Return all names that a `set` anywhere in the tree binds."""
    return frozenset(name for assign in tree.find_all(nodes.Assign) for name in targets(assign.target))


def _free(node: nodes.Node, bound: set[str]) -> Iterator[str]:
    """Give the names that `node` reads from outside, and add to `bound` what it sets for those that follow."""
    match node:
        case nodes.Name():
            if node.name not in bound:
                yield node.name
        case nodes.Assign():
            yield from _free(node.node, bound)
            bound.update(targets(node.target))
        case nodes.For():
            yield from _free_in_loop(node, bound)
        case nodes.Call():
            yield from _free_in_all(node.args, bound)
        case _:
            yield from _free_in_all(list(node.children()), bound)


def _free_in_loop(node: nodes.For, bound: set[str]) -> Iterator[str]:
    yield from _free(node.iter, bound)
    inside = bound | set(targets(node.target))
    if node.test is not None:
        yield from _free(node.test, set(inside))
    yield from _free_in_all(node.body, inside | {"loop"})
    yield from _free_in_all(node.else_, set(bound))


def _free_in_all(parts: list[nodes.Node] | list[nodes.Expr], bound: set[str]) -> Iterator[str]:
    for part in parts:
        yield from _free(part, bound)
