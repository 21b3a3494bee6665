"""Discord's JSON with holes: what is known is built once, and a run fills in the rest.

A compiler writes the JSON of a message as if everything were constant, with `leaf(…)` where an author may have written
a template. What has no template in it stays one object for all runs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from runner.compile.program import Context, Render
from runner.compile.renderers import renderer
from runner.data import dataclass
from runner.templates.values import is_list, is_mapping

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that is known only in a run. One that is none then is left out, from a mapping and from a list."""

    render: Render


def leaf(value: object, convert: Callable[[Any], object] | None = None) -> object:
    """Return a value that an author wrote, or the hole for it, each in the form that `convert` gives it."""
    render = renderer(value)
    if render is None:
        return value if convert is None or value is None else convert(value)
    if convert is None:
        return Hole(render)
    return Hole(_converted(render, convert))


def _converted(render: Render, convert: Callable[[Any], object]) -> Render:
    def converted(context: Context) -> object:
        value = render(context)
        return None if value is None else convert(value)

    return converted


def text(value: object) -> object:
    """Return an optional text: an empty one is none, which is how Discord spells "nothing" for most of them."""
    return leaf(value, lambda said: said or None)


def present(**values: object) -> Json:
    """Return the JSON object with those of the values that are there; `if_` stands for a key `if`."""
    return {name.rstrip("_"): value for name, value in values.items() if value is not None}


def needing(name: str, /, **values: object) -> object:
    """Return the JSON object with those of the values that are there; none of it where `name` turns out empty."""
    made = present(**values)
    render = body_renderer(made)
    if render is None:
        return made if made.get(name) else None

    def render_if_there(context: Context) -> Json | None:
        filled: Json = render(context)
        return filled if filled.get(name) else None

    return Hole(render_if_there)


def body_renderer(value: object) -> Render | None:
    """Return what fills the holes of JSON in a run, or None where it has none. The JSON itself is never changed."""
    match value:
        case Hole(render):
            return render
        case _ if is_mapping(value):
            return _object(value)
        case _ if is_list(value):
            return _array(value)
        case _:
            return None


def _object(value: Mapping[Any, object]) -> Render | None:
    dynamic = [(name, render) for name, item in value.items() if (render := body_renderer(item)) is not None]
    if not dynamic:
        return None
    names = {name for name, _ in dynamic}
    constant = {name: item for name, item in value.items() if name not in names}

    def render_object(context: Context) -> Json:
        made = constant.copy()
        for name, render in dynamic:
            if (item := render(context)) is not None:
                made[name] = item
        return made

    return render_object


def _array(value: "list[object] | tuple[object, ...] | Any") -> Render | None:
    renders = [body_renderer(item) for item in value]
    if not any(renders):
        return None
    pairs = list(zip(value, renders, strict=True))

    def render_array(context: Context) -> list[object]:
        items = (render(context) if render else item for item, render in pairs)
        return [item for item in items if item is not None]

    return render_array
