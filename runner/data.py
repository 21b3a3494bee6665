"""`dataclass`, as the standard library has it for classes with slots, but several times as quick to make.

Until Python 3.13 such a class costs up to six compilations of generated code, and a program with hundreds of them pays
for each whenever it starts. Here one is left, that of `__init__`, and only classes of many instances have it;
comparison, hash, representation and the refusal to change are functions that all classes share. The standard library
still makes the fields and the slots, so that `dataclasses.fields`, `replace` and `is_dataclass` know what is made here.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, field
from operator import attrgetter, ge, gt, le, lt
from operator import eq as equal
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
Fields = tuple[Field[Any], ...]  # Any: of whatever type

FILLED_MAX = 16
"""How many instances of a class are made without a compiled initialiser. Compiling one takes as long as filling some
thirty, and being filled, a later one takes five times as long as it needs to."""


@dataclass_transform(field_specifiers=(field,))
def dataclass(
    *, slots: bool, frozen: bool = False, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[type[T]], type[T]]:
    """Make a class whose instances hold its annotated fields. The arguments are the standard library's.

    Without `slots` it makes a part of other classes, of which there are no instances: it has no initialiser.
    """

    def made(cls: type[T]) -> type[T]:
        own = vars(cls)
        if cls.__doc__ is None:  # the standard library would write a signature, and import what can do so
            cls.__doc__ = cls.__name__
        built: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        fields = dataclasses.fields(built)
        if slots:
            built.__init__ = _init_when_needed(built, fields)
        if frozen:
            built.__setattr__, built.__delattr__ = _refuse_to_set, _refuse_to_delete
            built.__getstate__, built.__setstate__ = _state, _restore
        if "__repr__" not in own:
            built.__repr__ = _repr
        if eq and "__eq__" not in own:
            built.__eq__ = _comparison(_values(fields, lambda item: item.compare), equal)
            built.__hash__ = _hash(_hashed(fields)) if frozen else None
        if order:
            values = _values(fields, lambda item: item.compare)
            built.__lt__, built.__le__ = _comparison(values, lt), _comparison(values, le)
            built.__gt__, built.__ge__ = _comparison(values, gt), _comparison(values, ge)
        return built  # type: ignore[no-any-return]  # Any: what is set on a class is no part of its type

    return made


def _init_when_needed(cls: Any, fields: Fields) -> Callable[..., None]:
    """Return an initialiser that compiles the real one in its own place after a while: of most classes a start makes
    a few instances or none, which are filled sooner than that is compiled.
    """
    made = 0

    def __init__(self: Any, *arguments: object, **named: object) -> None:  # noqa: N807  it is one
        nonlocal made
        made += 1
        if made <= FILLED_MAX and _fill(self, fields, arguments, named):
            return
        if cls.__init__ is __init__:
            cls.__init__ = _init(cls, fields)
        cls.__init__(self, *arguments, **named)

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__


def _fill(made: Any, fields: Fields, arguments: tuple[object, ...], named: dict[str, object]) -> bool:
    """Do what the compiled initialiser does; tell whether it can be done. Its refusals are left to it."""
    by_place = [item.name for item in fields if item.init and not item.kw_only]
    given = dict(zip(by_place, arguments, strict=False)) | named
    if len(given) < len(arguments) + len(named):  # too many, or one twice
        return False
    values = {item.name: _filled(item, given) for item in fields if item.init or _has_value(item)}
    if given or any(value is MISSING for value in values.values()):  # what nobody knows, or too little
        return False
    for name, value in values.items():
        object.__setattr__(made, name, value)
    if hasattr(made, "__post_init__"):
        made.__post_init__()
    return True


def _filled(item: "Field[Any]", given: dict[str, object]) -> object:
    if item.init and item.name in given:
        return given.pop(item.name)
    return item.default if item.default_factory is MISSING else item.default_factory()


def _init(cls: Any, fields: Fields) -> Callable[..., None]:
    """Compile the initialiser. The names in its code are fields' names, so nothing else can be in it."""
    names: dict[str, Any] = {"MISSING": MISSING}
    for item in fields:
        names |= {f"set_{item.name}": getattr(cls, item.name).__set__, f"default_{item.name}": item.default}
        names[f"make_{item.name}"] = item.default_factory
    asked = [item for item in fields if item.init]
    by_place = [_parameter(item) for item in asked if not item.kw_only]
    by_name = [_parameter(item) for item in asked if item.kw_only]
    parameters = ["self", *by_place, *(["*", *by_name] if by_name else [])]
    lines = [f" set_{item.name}(self, {_value(item)})" for item in fields if _has_value(item)]
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"]), names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _has_value(item: "Field[Any]") -> bool:
    return item.init or item.default is not MISSING or item.default_factory is not MISSING


def _parameter(item: "Field[Any]") -> str:
    if item.default is not MISSING:
        return f"{item.name}=default_{item.name}"
    return f"{item.name}=MISSING" if item.default_factory is not MISSING else item.name


def _value(item: "Field[Any]") -> str:
    if item.default_factory is MISSING:
        return item.name if item.init else f"default_{item.name}"
    return f"make_{item.name}() if {item.name} is MISSING else {item.name}" if item.init else f"make_{item.name}()"


def _hashed(fields: Fields) -> Callable[[Any], object]:
    return _values(fields, lambda item: item.compare if item.hash is None else item.hash)


def _values(fields: Fields, is_meant: Callable[["Field[Any]"], bool]) -> Callable[[Any], object]:
    """Return what gives the values of the fields that are meant, in a form that can be compared."""
    names = [item.name for item in fields if is_meant(item)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _comparison(values: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Any, object], bool]:
    def compared(self: Any, other: object) -> bool:
        return compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented

    return compared


def _hash(values: Callable[[Any], object]) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


@recursive_repr()
def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(_shown(self))})"


def _shown(self: Any) -> Iterator[str]:
    for item in dataclasses.fields(self):
        if item.repr:
            yield f"{item.name}={getattr(self, item.name)!r}"


def _state(self: Any) -> list[object]:
    return [getattr(self, item.name) for item in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for item, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)


def _refuse_to_set(_: object, name: str, value: object) -> None:
    del value
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
