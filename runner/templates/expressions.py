"""Turning an expression into a function of the rendering's frame.

Jinja's own compiler isn't used. It folds constants while it compiles (`'a' * 10**9` would be evaluated before anyone
asks), reaches Python's attributes, and has to be fenced in operation by operation. Here an operation exists only if
it is written down with its bound; and a template is ready several times sooner.
"""

from collections.abc import Callable, Sequence

from runner.templates import nodes
from runner.templates.arguments import bind, constant, signature_of, test_name
from runner.templates.budget import MAX_RANGE, Budget
from runner.templates.faults import RenderError
from runner.templates.names import spelled
from runner.templates.operators import (
    ARITHMETIC,
    COMPARISONS,
    Operator,
    concatenate,
    negate,
    plus,
)
from runner.templates.signature import Parameter, Role, Signature, is_of
from runner.templates.types import describe
from runner.templates.values import Missing, attribute, is_list, item, kind, present, truth


class Frame:
    """What an expression is evaluated in: the names it sees, the budget it pays from, the text written so far."""

    __slots__ = ("budget", "names", "parts")

    def __init__(self, names: dict[str, object], budget: Budget, parts: list[str]) -> None:
        """Keep the three. A loop gives each iteration a frame with names of its own."""
        self.names = names
        self.budget = budget
        self.parts = parts


Evaluate = Callable[[Frame], object]
"""An expression that is ready. It raises RenderError, and gives a Missing for what isn't there."""


def evaluation(node: nodes.Expr) -> Evaluate:
    """Return the function that evaluates an expression from `parse`. Raise TemplateFault as `bind` does."""
    match node:
        case nodes.Const():
            return _constant(node.value)
        case nodes.TemplateData():
            return _constant(node.data)
        case nodes.Name():
            return _name(node.name)
        case nodes.Getattr():
            return _attribute(node)
        case nodes.Getitem():
            return _item(node)
        case nodes.Filter() | nodes.Test():
            return _applied(node)
        case nodes.Call():
            return _range(node)
        case nodes.List() | nodes.Tuple():
            return _list([evaluation(part) for part in node.items])
        case nodes.Dict():
            return _mapping(node)
        case _:
            return _operation(node)


def _operation(node: nodes.Expr) -> Evaluate:
    match node:
        case nodes.And():
            return _and(evaluation(node.left), evaluation(node.right))
        case nodes.Or():
            return _or(evaluation(node.left), evaluation(node.right))
        case nodes.BinExpr():
            return _binary(ARITHMETIC[node.operator], evaluation(node.left), evaluation(node.right))
        case nodes.Not():
            return _not(evaluation(node.node))
        case nodes.UnaryExpr():
            return _unary(negate if node.operator == "-" else plus, evaluation(node.node))
        case nodes.Concat():
            return _concat([evaluation(part) for part in node.nodes])
        case nodes.Compare():
            return _compare(node)
        case nodes.CondExpr():
            return _conditional(node)
        case _:
            raise AssertionError(f"`parse` let a {type(node).__name__} through")


def _constant(value: object) -> Evaluate:
    return lambda _: value


def _name(name: str) -> Evaluate:
    missing = Missing(f"there is no `{name}` here")
    return lambda frame: frame.names.get(name, missing)


def _attribute(node: nodes.Getattr) -> Evaluate:
    owner, name, path = evaluation(node.node), node.attr, spelled(node.node)
    return lambda frame: attribute(owner(frame), name, path)


def _item(node: nodes.Getitem) -> Evaluate:
    owner, path = evaluation(node.node), spelled(node.node)
    if isinstance(node.arg, nodes.Slice):
        return _slice(owner, node.arg)
    key = evaluation(node.arg)
    return lambda frame: item(owner(frame), present(key(frame)), path)


def _slice(owner: Evaluate, node: nodes.Slice) -> Evaluate:
    bounds = [_constant(None) if part is None else evaluation(part) for part in (node.start, node.stop, node.step)]

    def evaluate(frame: Frame) -> object:
        value = present(owner(frame))
        start, stop, step = [_slice_bound(bound(frame)) for bound in bounds]
        if step == 0 or not (isinstance(value, str) or is_list(value)):
            raise RenderError("template-failed", f"{kind(value)} can't be cut like this")
        frame.budget.read(len(value))
        return value[start:stop:step]

    return evaluate


def _slice_bound(value: object) -> int | None:
    if value is None or type(value) is int:
        return value
    raise RenderError("template-failed", f"a position is a whole number, not {kind(present(value))}")


def _list(parts: Sequence[Evaluate]) -> Evaluate:
    return lambda frame: [present(part(frame)) for part in parts]


def _mapping(node: nodes.Dict) -> Evaluate:
    parts = [(str(constant(pair.key, "")), evaluation(pair.value)) for pair in node.items]
    return lambda frame: {key: present(part(frame)) for key, part in parts}


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(frame: Frame) -> object:
        value = left(frame)
        return present(right(frame)) if truth(value) else value

    return evaluate


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(frame: Frame) -> object:
        value = left(frame)
        return value if truth(value) else present(right(frame))

    return evaluate


def _not(operand: Evaluate) -> Evaluate:
    return lambda frame: not truth(operand(frame))


def _binary(operator: Operator, left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda frame: operator(frame.budget, left(frame), right(frame))


def _unary(operator: Callable[[object], object], operand: Evaluate) -> Evaluate:
    return lambda frame: operator(operand(frame))


def _concat(parts: Sequence[Evaluate]) -> Evaluate:
    return lambda frame: concatenate(frame.budget, [part(frame) for part in parts])


def comparison(operator: str) -> Operator:
    """Return the comparison that Jinja's parser calls `operator`."""
    return COMPARISONS[{"lteq": "le", "gteq": "ge"}.get(operator, operator)]


def _compare(node: nodes.Compare) -> Evaluate:
    first = evaluation(node.expr)
    links = [(comparison(operand.op), evaluation(operand.expr)) for operand in node.ops]

    def evaluate(frame: Frame) -> bool:
        left = first(frame)
        for holds, operand in links:
            right = operand(frame)
            if not holds(frame.budget, left, right):
                return False
            left = right
        return True

    return evaluate


def _conditional(node: nodes.CondExpr) -> Evaluate:
    test, yes = evaluation(node.test), evaluation(node.expr1)
    no = _constant(None) if node.expr2 is None else evaluation(node.expr2)
    return lambda frame: yes(frame) if truth(test(frame)) else no(frame)


def _range(node: nodes.Call) -> Evaluate:
    parts = [evaluation(argument) for argument in node.args]

    def evaluate(frame: Frame) -> list[int]:
        numbers = [part(frame) for part in parts]
        whole = [number for number in numbers if type(number) is int]
        if len(whole) < len(numbers) or whole[2:] == [0]:
            raise RenderError("template-failed", "`range` takes whole numbers, and a step other than 0")
        values = range(*whole)
        # Slicing finds out whether there are too many without counting them: `len` fails for very long ranges.
        if values[MAX_RANGE:]:
            raise RenderError("template-bound", f"`range` gives {MAX_RANGE} numbers at most")
        return list(values)

    return evaluate


def _applied(node: nodes.Applied) -> Evaluate:
    """Return a filter or test applied to its value."""
    assert node.node is not None, "`parse` lets no filter block through"
    signature = signature_of(node)
    arguments = [
        _argument(signature, parameter, argument)
        for parameter, argument in zip(signature.parameters, bind(signature, node), strict=True)
    ]
    operand, run = evaluation(node.node), signature.run

    def evaluate(frame: Frame) -> object:
        value = operand(frame)
        _check_value(signature, value)
        try:
            return run(frame.budget, value, *[argument(frame) for argument in arguments])
        except (ArithmeticError, ValueError, TypeError, LookupError):
            raise RenderError("template-failed", f"`{signature.name}` can't work with this value") from None

    return evaluate


def _check_value(signature: Signature, value: object) -> None:
    if isinstance(value, Missing):
        if not signature.takes_missing:
            present(value)
    elif not is_of(value, signature.accepts):
        headline = f"`{signature.name}` needs {describe(signature.accepts)}, not {kind(value)}"
        raise RenderError("template-failed", headline)


def _argument(signature: Signature, parameter: Parameter, node: nodes.Expr | None) -> Evaluate:
    if node is None:
        return _constant(parameter.default)
    if parameter.role is Role.TEST:
        return _constant(test_name(str(constant(node, ""))))
    evaluate, words = evaluation(node), describe(parameter.type)

    def checked(frame: Frame) -> object:
        value = present(evaluate(frame))
        allowed = not parameter.choices or value in parameter.choices
        if allowed and is_of(value, parameter.type):
            return value
        wanted = f"one of {', '.join(parameter.choices)}" if parameter.choices else words
        raise RenderError("template-failed", f"`{parameter.name}` of `{signature.name}` is {wanted}, not {kind(value)}")

    return checked
