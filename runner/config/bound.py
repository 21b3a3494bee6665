"""Steps on what the bot keeps, held against what the config declares of it."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from runner.actions.action import Action, Authored, Compared, Located, Misfit, Taken
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.declarations import Declarations, constant
from runner.diagnostics import Diagnostic, Span
from runner.fields import BadValue, DataShape, ListShape, NullableShape, Shape, SnowflakeShape, TextShape
from runner.stored import COMPARISONS
from runner.templates import Kind
from runner.templates.values import is_list, is_mapping

A = TypeVar("A", bound=Action)


def bound(
    action: A, declared: Declarations, places: Callable[[], Mapping[str, Span]], at: Located
) -> tuple[A, list[Diagnostic]]:
    """Return the action with its values in the shapes that the declarations ask for, and the faults of those.

    A constant is as it will be kept; a template knows what it has to give. `at` is what names the action in the
    file; `places` gives the places of its values. Both are asked only where something is to be said or shaped.
    """
    taken, misfits = action.takes(declared), [*action.misfits(declared)]
    if not taken and not misfits:
        return action, []
    binding = _Binding(places(), at.span)
    faults = [*map(binding.misfit, misfits)]
    if not taken:
        return action, faults
    changed = {name: binding.field(name, getattr(action, name), shape) for name, shape in taken.items()}
    # Any: every action is a dataclass; the base can't say so.
    made: A = dataclasses.replace(cast(Any, action), **changed)
    return made, faults + binding.faults


@dataclass(slots=True)
class _Binding:
    spans: Mapping[str, Span]
    key: Span
    faults: list[Diagnostic] = dataclasses.field(default_factory=list[Diagnostic])

    def misfit(self, found: Misfit) -> Diagnostic:
        near = suggestion(found.word, found.known) if found.word else ""
        fix = near or found.fix or f"one of: {', '.join(f'`{name}`' for name in found.known)}"
        span = self._place(f"{found.attribute}=", found.attribute) if found.word else self._place(found.attribute)
        return Diagnostic(slug=found.slug, span=span, headline=found.headline, why=found.why, fix=fix)

    def _place(self, *names: str) -> Span:
        return next((self.spans[name] for name in names if name in self.spans), self.key)

    def field(self, name: str, value: Any, taken: Taken | Mapping[str, Taken]) -> Any:
        """Return one field's value; its keys are known, if it is a mapping whose keys are declared."""
        if not isinstance(taken, Mapping):
            return self.value(value, taken, self._place(f"{name}=", name))
        filled: dict[str, object] = {}
        for key, item in value.items():
            if key in taken:
                filled[key] = self.value(item, taken[key], self._place(f"{name}.{key}="))
            else:
                why = "no record has it, so none would be found" if name == "where" else "nobody would ever read it"
                self.unknown_field(key, tuple(taken), why, self._place(f"{name}.{key}"))
        return filled

    def value(self, value: Any, taken: Taken, span: Span) -> Any:
        """Return a value in the shape that is asked for; a fault, and what was written, where it can't be."""
        match taken, value:
            case Compared(of), _ if is_list(value):
                return tuple(self.value(item, of, span) for item in value)
            case Compared(of), _ if is_mapping(value):
                return {word: self._compared(str(word), item, of, span) for word, item in value.items()}
            case Compared(of), _:
                return self.value(value, of, span)
            case _, Authored():
                return self._authored(value, taken, span)
            case ListShape(of), _ if is_list(value):
                return tuple(self.value(item, of, span) for item in value)
            case DataShape() | NullableShape(DataShape()), _:
                return value
            case _:
                return self._constant(value, taken, span)

    def _compared(self, word: str, value: Any, of: Shape, span: Span) -> Any:
        if COMPARISONS.get(word) in ("in", "not in"):
            return self.value(value, ListShape(of), span)
        return self.value(value, of, span)

    def _authored(self, value: Authored, shape: Shape, span: Span) -> Authored:
        plain = shape.of if isinstance(shape, NullableShape) else shape
        if value.template.kind is Kind.TEXT and not isinstance(plain, (TextShape, SnowflakeShape, DataShape)):
            why = "what stands around the braces makes a text of it"
            self._add(span, f"{_taken(plain)}, and this is a text", why, "write the template alone, without any text")
        return dataclasses.replace(value, shape=shape)

    def _constant(self, value: Any, shape: Shape, span: Span) -> Any:
        try:
            return constant(shape, value)
        except BadValue as bad:
            takes = str(bad).removeprefix("this takes ")
            self._add(
                span,
                str(bad),
                "it is declared like that, and another value would be kept as something else",
                f"write {takes}, or declare it otherwise",
            )
            return value

    def unknown_field(self, name: str, known: tuple[str, ...], why: str, span: Span) -> None:
        """Note a field that the table doesn't have."""
        fix = suggestion(name, known) or f"one of: {', '.join(f'`{each}`' for each in known)}"
        self.faults.append(
            Diagnostic(slug="undefined-field", span=span, headline=f"there is no field `{name}`", why=why, fix=fix)
        )

    def _add(self, span: Span, headline: str, why: str, fix: str) -> None:
        self.faults.append(Diagnostic(slug="not-as-declared", span=span, headline=headline, why=why, fix=fix))


def _taken(shape: Shape) -> str:
    try:
        constant(shape, object())
    except BadValue as bad:
        return str(bad)
    return "this takes a value"
