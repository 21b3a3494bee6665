"""What an author wrote to functions that give the value of one run; constants need none."""

import dataclasses
from collections.abc import Callable, Sequence

from runner.actions.action import Authored, FailureKind, StepFailed
from runner.compile.program import Context, Render
from runner.fields import BadValue, Entry, Shape, TextShape, coerce, fields_of
from runner.templates import Kind, compile_template
from runner.templates.values import is_list, is_mapping


def entry_renderer(entry: Entry) -> Render | None:
    """Return what makes the entry of one run, or None when every field is constant."""
    names = [item.attribute for item in fields_of(type(entry))]
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
    evaluate, shape = compile_template(authored.template), authored.shape
    if isinstance(shape, TextShape) and authored.template.kind is Kind.TEXT and not shape.min_length:
        return evaluate  # it is a text already, and any text will do
    return _coercing(evaluate, shape)


def _coercing(evaluate: Callable[[Context], object], shape: Shape) -> Render:
    def render(context: Context) -> object:
        try:
            return coerce(shape, evaluate(context))
        except BadValue as bad:
            reason = f"a template gave something else than is taken here: {bad}"
            raise StepFailed(reason, kind=FailureKind.INVALID) from None

    return render


def text_renderer(value: object) -> Render | str:
    """Return a text that may be a template, in the form in which the engine keeps it."""
    return renderer(value) or str(value or "")
