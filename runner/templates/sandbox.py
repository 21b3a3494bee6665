"""Making a template callable: its statements, and the bounds of each rendering."""

import time
from collections.abc import Callable, Mapping, Sequence

from runner.templates import nodes
from runner.templates.budget import Budget
from runner.templates.expressions import Frame, evaluation
from runner.templates.faults import RenderError
from runner.templates.names import assigned_names, targets
from runner.templates.syntax import Kind, Template
from runner.templates.values import is_list, is_mapping, kind, present, text, truth

Clock = Callable[[], float]
"""Gives seconds that never go back: of the thread's own time, because a busy machine isn't the template's doing."""

Renderer = Callable[[Mapping[str, object]], object]
"""A template that is ready: from the context's values by name to a text, or to the value that it names."""

Execute = Callable[[Frame], None]
"""A statement that is ready: it writes to the frame's text, or sets one of its names."""


def compile_template(template: Template, *, clock: Clock = time.thread_time) -> Renderer:
    """Return the function that renders a template.

    STATIC gives the text, whatever the context. TEXT gives a str. NATIVE and EXPRESSION give the value as it is; text
    stays text, whatever it looks like. The function raises RenderError when something is missing, doesn't fit, or hits
    a bound of `budget`. It keeps nothing between calls and may be called from several threads.

    Raise TemplateFault for what `check` reports in any scope: an unknown filter or test, or wrong arguments of one.
    """
    match template.tree:
        case nodes.TemplateData(data=data):
            return lambda _: data
        case nodes.Template() as tree:
            return _guarded(_text_renderer(tree, clock))
        case nodes.Expr() as tree:
            return _guarded(_value_renderer(tree, template.kind, clock))


def _guarded(render: Renderer) -> Renderer:
    """Turn what Python raises at the edge of its own bounds into a RenderError that tells no values."""

    def guarded(context: Mapping[str, object]) -> object:
        try:
            return render(context)
        except OverflowError:
            raise RenderError("template-bound", "a number gets too large") from None
        except ValueError:
            raise RenderError("template-bound", "a number has too many digits") from None
        except RecursionError:
            raise RenderError("template-bound", "a value is nested too deep") from None

    return guarded


def _value_renderer(tree: nodes.Expr, kind_: Kind, clock: Clock) -> Renderer:
    assert kind_ in (Kind.NATIVE, Kind.EXPRESSION)
    evaluate = evaluation(tree)
    return lambda context: present(evaluate(Frame(dict(context), Budget(clock), [])))


def _text_renderer(tree: nodes.Template, clock: Clock) -> Renderer:
    execute = _sequence(tree.body)
    # A name that is set on one way through the template only is none on the others, as the checker has it.
    unset = dict.fromkeys(assigned_names(tree))

    def render(context: Mapping[str, object]) -> str:
        frame = Frame({**unset, **context}, Budget(clock), [])
        execute(frame)
        return "".join(frame.parts)

    return render


def _sequence(statements: Sequence[nodes.Node]) -> Execute:
    steps = [step for statement in statements for step in _statements(statement)]
    if len(steps) == 1:
        return steps[0]

    def execute(frame: Frame) -> None:
        for step in steps:
            step(frame)

    return execute


def _statements(node: nodes.Node) -> list[Execute]:
    match node:
        case nodes.Output():
            return [_data(part) if isinstance(part, nodes.TemplateData) else _output(part) for part in node.nodes]
        case nodes.Assign():
            return [_assign(node)]
        case nodes.If():
            return [_if(node)]
        case nodes.For():
            return [_for(node)]
        case _:
            raise AssertionError(f"`parse` let a {type(node).__name__} through")


def _data(node: nodes.TemplateData) -> Execute:
    data = node.data

    def execute(frame: Frame) -> None:
        frame.budget.write(len(data))
        frame.parts.append(data)

    return execute


def _output(node: nodes.Expr) -> Execute:
    evaluate = evaluation(node)

    def execute(frame: Frame) -> None:
        written = text(evaluate(frame))
        frame.budget.write(len(written))
        frame.parts.append(written)

    return execute


def _assign(node: nodes.Assign) -> Execute:
    evaluate, bind = evaluation(node.node), _binder(node.target)

    def execute(frame: Frame) -> None:
        bind(frame.names, present(evaluate(frame)))

    return execute


def _binder(target: nodes.Node) -> Callable[[dict[str, object], object], None]:
    """Return the function that gives a value, or the items of a list, to the names of a `set` or a `for`."""
    names = list(targets(target))
    if isinstance(target, nodes.Name):
        return lambda into, value: into.__setitem__(names[0], value)

    def unpack(into: dict[str, object], value: object) -> None:
        if not is_list(value) or len(value) != len(names):
            raise RenderError("template-failed", f"{len(names)} names need a list of as many items")
        into.update(zip(names, value, strict=True))

    return unpack


def _if(node: nodes.If) -> Execute:
    branches = [(evaluation(branch.test), _sequence(branch.body)) for branch in (node, *node.elif_)]
    otherwise = _sequence(node.else_)

    def execute(frame: Frame) -> None:
        for test, body in branches:
            if truth(test(frame)):
                body(frame)
                return
        otherwise(frame)

    return execute


def _for(node: nodes.For) -> Execute:
    iterable, bind = evaluation(node.iter), _binder(node.target)
    keep = None if node.test is None else evaluation(node.test)
    body, otherwise = _sequence(node.body), _sequence(node.else_)
    # An iteration costs as many steps as its body has nodes, so that straight code needs no counting.
    weight = sum(1 for part in node.body for _ in part.find_all(nodes.Node)) + 1
    has_loop = any(name.name == "loop" for part in node.body for name in part.find_all(nodes.Name))

    def execute(frame: Frame) -> None:
        items = _items(frame, iterable(frame))
        if keep is not None:
            items = [item for item in items if truth(keep(_inside(frame, bind, item)))]
        for index, item in enumerate(items):
            frame.budget.charge(weight)
            inside = _inside(frame, bind, item)
            if has_loop:
                inside.names["loop"] = _loop(index, len(items))
            body(inside)
        if not items:
            otherwise(frame)

    return execute


def _items(frame: Frame, value: object) -> Sequence[object]:
    if is_list(value):
        items = value
    elif is_mapping(value):
        items = list(value)
    else:
        raise RenderError("template-failed", f"a loop needs a list, not {kind(present(value))}")
    frame.budget.charge(len(items))
    return items


def _inside(frame: Frame, bind: Callable[[dict[str, object], object], None], item: object) -> Frame:
    """Return the frame of one iteration: what it sets is gone when it ends."""
    inside = Frame(frame.names.copy(), frame.budget, frame.parts)
    bind(inside.names, item)
    return inside


def _loop(index: int, length: int) -> dict[str, object]:
    """Return what `loop` is in one iteration. Its type is in `inference`."""
    return {
        "index": index + 1,
        "index0": index,
        "revindex": length - index,
        "revindex0": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
    }
