"""What an author wrote to functions that give the value of one run; constants need none."""

import dataclasses
import sys
from collections.abc import Callable, Sequence

from runner.actions.action import FailureKind, StepFailed
from runner.compile.program import Context, Prepared, Render
from runner.fields import Authored, BadValue, Entry, Shape, TextShape, attributes_of, coerce
from runner.templates import Kind, Template
from runner.templates.sandbox import Renderer, compile_template
from runner.templates.values import is_list, is_mapping

_ANY_TEXT = TextShape(templated=True)


def entry_renderer(entry: Entry) -> Render | None:
    """Return what makes the entry of one run, or None when every field is constant."""
    names = attributes_of(type(entry))
    dynamic = [(name, render) for name in names if (render := renderer(getattr(entry, name))) is not None]
    if not dynamic:
        return None
    made, constant = type(entry), {name: getattr(entry, name) for name in names}

    def render_entry(context: Context) -> Entry:
        values = constant.copy()
        for name, render in dynamic:
            values[name] = render(context)
        return made(**values)

    return render_entry


def renderer(value: object) -> Render | None:
    """Return what makes the value of one run, or None for a constant."""
    match value:
        case Authored():
            return _template_renderer(value)
        case Prepared():
            return value.render
        case _ if is_list(value):
            return _all(value, tuple)
        case _ if is_mapping(value):
            names = list(value)
            return _all(list(value.values()), lambda items: dict(zip(names, items, strict=True)))
        case Entry() if dataclasses.is_dataclass(value):
            return entry_renderer(value)
        case _:
            return None


def _all(values: Sequence[object], gather: Callable[[list[object]], object]) -> Render | None:
    renders = [renderer(value) for value in values]
    if not any(renders):
        return None
    pairs = list(zip(values, renders, strict=True))
    return lambda context: gather([render(context) if render else value for value, render in pairs])


def _template_renderer(authored: Authored) -> Render:
    evaluate, shape = _compiled(authored.template), authored.shape
    if authored.template.kind is Kind.TEXT and shape == _ANY_TEXT:
        return evaluate  # it is a text already, and any text will do
    if isinstance(shape, TextShape) and shape.pattern is None:
        return _text_renderer(evaluate, shape)
    return _coercing(evaluate, shape)


def _compiled(template: Template) -> Renderer:
    """Return what renders the template; it is worked out once, for all places and programs that have it."""
    found: Renderer | None = template.kept.get("renderer")
    if found is None:
        found = template.kept["renderer"] = compile_template(template)
    return found


def _text_renderer(evaluate: Callable[[Context], object], shape: TextShape) -> Render:
    """Return what gives a text. Nearly every one is as long as it may be, and nothing has to be done about it."""
    least, most = shape.min_length, sys.maxsize if shape.max_length is None else shape.max_length

    def render(context: Context) -> object:
        value = evaluate(context)
        return value if isinstance(value, str) and least <= len(value) <= most else _coerced(shape, value)

    return render


def _coercing(evaluate: Callable[[Context], object], shape: Shape) -> Render:
    return lambda context: _coerced(shape, evaluate(context))


def _coerced(shape: Shape, value: object) -> object:
    try:
        return coerce(shape, value)
    except BadValue as bad:
        raise StepFailed(
            f"a template gave something else than is taken here: {bad}", kind=FailureKind.INVALID
        ) from None


def text_renderer(value: object) -> Render | str:
    """Return a text that may be a template, in the form in which the engine keeps it."""
    return renderer(value) or str(value or "")
