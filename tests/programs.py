"""Programs as values that can be compared: two that were compiled apart are never the same objects."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, cast

from runner.compile import CompiledStep, Program, Written
from runner.fields import Authored
from runner.templates import Template
from runner.templates.values import is_list, is_mapping

Outline = Any  # nested tuples of whatever can be compared


def outlined(program: Program) -> Outline:
    """Return all that a program is, where it is told to be written, and what its functions have been made with."""
    return _outlined(program, ())


def _outlined(value: object, above: tuple[int, ...]) -> Outline:
    if id(value) in above:  # a function that calls itself
        return "above"
    above = (*above, id(value))
    match value:
        case None | str() | bytes() | int() | float():
            return value
        case frozenset():
            return sorted(map(str, cast("frozenset[object]", value)))
        case Template() | Authored():
            return value.source if isinstance(value, Template) else value.template.source
        case Written():
            return value.file, value.now, value.digest
        case CompiledStep():
            names = [field.name for field in fields(value) if field.name not in ("key", "moved")]
            return value.place, value.key.column, _attributes(value, names, above)
        case FunctionType():
            cells = [cell.cell_contents for cell in value.__closure__ or ()]
            return value.__qualname__, [_outlined(each, above) for each in (*cells, *(value.__defaults__ or ()))]
        case MethodType():
            return value.__func__.__qualname__, _outlined(value.__self__, above)
        case BuiltinFunctionType() | type():
            return value.__qualname__
        case partial():
            made = cast("partial[object]", value)
            return "partial", [_outlined(each, above) for each in (made.func, made.args, made.keywords)]
        case _ if is_mapping(value):
            return _mapping(value, above)
        case _ if is_list(value):
            return [_outlined(each, above) for each in value]
        case _ if is_dataclass(value):
            return type(value).__qualname__, _attributes(value, [field.name for field in fields(value)], above)
        case _:
            names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
            return type(value).__qualname__, _attributes(value, [*names, *getattr(value, "__dict__", ())], above)


def _mapping(value: Mapping[Any, object], above: tuple[int, ...]) -> Outline:
    return {str(key): _outlined(each, above) for key, each in value.items()}


def _attributes(value: object, names: list[str], above: tuple[int, ...]) -> Outline:
    return {name: _outlined(getattr(value, name, None), above) for name in names}
